"""Looks at keys and venue: what is set, what it is signed with, and what the venue says to it."""

from __future__ import annotations

from pydantic import SecretStr

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.options import ClientOptions
from bayse_agent.adapters.bayse.secrets import Credentials
from bayse_agent.adapters.bayse.signing import signature
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.errors import VenueError, VenueRejected
from bayse_agent.settings import Mode, Settings
from bayse_agent.trading.preflight import (
    Check,
    check_balance,
    check_clock,
    check_fee,
    check_signature,
)
from bayse_agent.wiring.checkup.finding import Finding, failed, not_checked, ok, warning

_EVERY_DATE_S = 10.0**9
"""A clock that is years off is what is looked for: it must be believed."""
_VECTOR_SECRET = "sk_live_secret789xyz"
_VECTOR_PATH = "/v1/pm/orders/3f6d2b8a-91c7-4e05-a4f2-8b7c6d5e4f3a"
_VECTOR_AT = 1771329600
_VECTOR = "c0VvhpPJHcnHwHZUbXuzBEs4sEaikZiph68FyPbOups="
"""From the venue's documents: this secret, time and path make this signature."""
_NEW_KEYS = (
    "look whether both keys are of one pair, whole, and of this venue; make a new pair at the "
    "venue if need be: docs/runbook.md, under a leaked key"
)


def keys(settings: Settings) -> list[Finding]:
    """Whether the keys are there that the mode needs, and none that it should not have."""
    return [_venue_keys(settings), _login_key(settings)]


def _venue_keys(settings: Settings) -> Finding:
    public, private = settings.public_key is not None, settings.private_key is not None
    if settings.mode is Mode.DEMO:
        return ok("keys", "a demo needs none")
    if settings.mode is Mode.LIVE:
        return ok("keys", "both keys of the venue are set")
    if private:
        return warning(
            "keys",
            "paper needs no secret key, and BAYSE_PRIVATE_KEY is set",
            "leave it out until real money is traded: what is not there cannot leak",
        )
    if not public:
        return ok("keys", "none: enough for paper, but resting orders need BAYSE_PUBLIC_KEY")
    return ok("keys", "the public key of the venue is set")


def _login_key(settings: Settings) -> Finding:
    if settings.app_secret is not None:
        return ok("login key", "APP_SECRET_KEY is set, and hard to guess")
    if settings.mode is Mode.DEMO:
        return ok("login key", "a demo makes a passing one: every start ends all logins")
    return warning(
        "login key",
        "APP_SECRET_KEY is not set: serve and api will not start",
        'python -c "import secrets; print(secrets.token_urlsafe(48))" makes one',
    )


def signing() -> Finding:
    """Whether this computer makes the signature that the venue's documents give for an example."""
    made = signature(
        SecretStr(_VECTOR_SECRET),
        timestamp_s=_VECTOR_AT,
        method="DELETE",
        path=_VECTOR_PATH,
        body=b"",
    )
    if made == _VECTOR:
        return ok("signing", "the documented example comes out")
    return failed("signing", "the documented example does not come out", "install bayse-agent anew")


async def venue(settings: Settings) -> list[Finding]:
    """Ask the venue, with at most one request that is signed; nothing is bought or sold."""
    credentials = None
    if settings.public_key is not None and settings.private_key is not None:
        credentials = Credentials(public_key=settings.public_key, secret_key=settings.private_key)
    clock = SystemClock()
    options = ClientOptions(skew_max_s=_EVERY_DATE_S, attempts_max=1)
    async with BayseClient(
        settings.api_address, timer=clock, credentials=credentials, options=options
    ) as client:
        desk = BayseVenue(client, clock=clock)
        try:
            await desk.events(currency=settings.currency, page=1, size=1)
        except VenueError as error:
            return [_away(settings, error), *_left_out("the venue could not be read")]
        found = [ok("venue", f"{settings.api_address} answers"), _clock(client)]
        found += await _account(desk, settings, has_keys=credentials is not None)
        found.append(_fee(await check_fee(desk, settings.currency)))
        return found


def _left_out(why: str) -> list[Finding]:
    return [not_checked(name, why) for name in ("clock", "public key", "signature", "fee")]


def left_out(why: str) -> list[Finding]:
    """The same looks, not taken."""
    return [not_checked("venue", why), *_left_out(why)]


def _away(settings: Settings, error: VenueError) -> Finding:
    return failed(
        "venue",
        f"{settings.api_address}: {error}",
        "look at the network and BAYSE_API_BASE_URL; if the venue is down, the agent waits for it",
    )


def _clock(client: BayseClient) -> Finding:
    if not client.has_heard_the_time:
        return not_checked("clock", "the venue did not say what time it is")
    check = check_clock(client.clock_skew_s)
    if check.is_passed:
        return ok("clock", check.detail)
    return failed("clock", check.detail, "set this computer's clock: timedatectl set-ntp true")


async def _account(desk: BayseVenue, settings: Settings, *, has_keys: bool) -> list[Finding]:
    if not has_keys:
        why = "BAYSE_PUBLIC_KEY and BAYSE_PRIVATE_KEY are not both set"
        return [not_checked("public key", why), not_checked("signature", why)]
    return [await _read(desk, settings), _signature(await check_signature(desk))]


async def _read(desk: BayseVenue, settings: Settings) -> Finding:
    """Read the wallet: the public key opens it, without a signature."""
    try:
        await desk.wallets()
    except VenueRejected as error:
        return failed("public key", f"the venue refuses it: {error}", _NEW_KEYS)
    except VenueError as error:
        return not_checked("public key", str(error))
    balance = await check_balance(desk, settings.currency)
    if balance.is_passed:
        return ok("public key", f"the wallet can be read: {balance.detail}")
    return warning(
        "public key",
        f"the wallet can be read: {balance.detail}",
        f"put {settings.currency} into it, or set BAYSE_DEFAULT_CURRENCY",
    )


def _signature(check: Check) -> Finding:
    if check.is_passed:
        return ok("signature", f"accepted: {check.detail}")
    return failed("signature", check.detail, _NEW_KEYS)


def _fee(check: Check) -> Finding:
    if check.is_passed:
        return ok("fee", check.detail)
    if "could be quoted" in check.detail:
        return not_checked("fee", check.detail)
    return failed(
        "fee",
        check.detail,
        "the venue may have changed its fees: do not trade before bayse-agent knows the new ones",
    )
