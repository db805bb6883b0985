"""Puts the service together: around a demo, beside a trader, or alone."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from importlib.metadata import version

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.kill_switch import FileKillSwitch
from bayse_agent.adapters.logbook import Logbook
from bayse_agent.adapters.news.settings import Provider as Searcher
from bayse_agent.adapters.notify import AppriseNotifier, addresses_of
from bayse_agent.adapters.store.access import SqlAccess
from bayse_agent.adapters.store.reading.opening import open_access, open_reader
from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.api.means import Means
from bayse_agent.api.parts import AccountData, ApiParts, Brake, WebSettings, check_secret
from bayse_agent.api.passwords import Passwords, check_password, new_password
from bayse_agent.api.telling import Teller
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.money import ZERO, Currency
from bayse_agent.domain.notice import Loudness, levels_of
from bayse_agent.domain.signal import Approval
from bayse_agent.domain.triage import TriageRule
from bayse_agent.ports import Clock, MarketData, NewsSource, PriceFeed, SpendingCaps
from bayse_agent.settings import Mode, Settings

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """Where the service listens. `certificate` and `key`: files, for TLS."""

    host: str
    port: int
    certificate: str | None = None
    key: str | None = None

    @property
    def has_tls(self) -> bool:
        return self.certificate is not None

    @property
    def address(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.has_tls else 'http'}://{shown}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What stands behind the service: a trader's parts, or only what can be read without one."""

    url: str
    mode: Mode
    currency: Currency
    approval: Approval
    clock: Clock
    store: SqlStore
    market_data: MarketData
    account: AccountData | None = None
    brake: Brake | None = None
    logbook: Logbook = field(default_factory=Logbook)
    sources: tuple[NewsSource, ...] = ()
    wake: Callable[[], None] = lambda: None
    ring: Callable[[], None] = lambda: None
    facts: Mapping[str, str] = field(default_factory=dict)
    exits: ExitRule | None = None
    feed: PriceFeed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLogin:
    """Who may log in at the first start. The password is None when it was set by a person."""

    name: str
    password: str | None


def check_bind(bind: Bind, settings: Settings) -> None:
    """Raises ConfigurationError for a bind that everybody could listen in on."""
    if (bind.certificate is None) != (bind.key is None):
        raise ConfigurationError("--tls-cert and --tls-key belong together")
    is_guarded = bind.has_tls or settings.trusts_proxy or settings.is_enclosed
    if bind.host not in LOOPBACK and not is_guarded:
        raise ConfigurationError(
            f"--host {bind.host} is open to the network, and without TLS anybody there could read "
            "the passwords: give --tls-cert and --tls-key, or set APP_BEHIND_PROXY=true when a "
            "proxy in front of it does TLS, or APP_ENCLOSED_NETWORK=true in a container whose port "
            "is published on 127.0.0.1 alone"
        )


def web_settings(settings: Settings, bind: Bind) -> WebSettings:
    """How the doors are guarded. Raises ConfigurationError for a secret that can be guessed."""
    keys = [key for key in (settings.webhook_secret, settings.webhook_next) if key is not None]
    own = {bind.host} if bind.host not in ("0.0.0.0", "::") else set()
    static = settings.webhook_secret if settings.webhook_static else None
    metrics = settings.metrics_token
    return WebSettings(
        secret=_secret(settings),
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        access_length=timedelta(minutes=settings.access_minutes),
        hosts=LOOPBACK | own | set(settings.app_hosts),
        origins=frozenset(settings.frontend_origins),
        trusts_proxy=settings.trusts_proxy,
        factor_key=_factor_key(settings),
        webhook_keys=tuple(key.get_secret_value().encode() for key in keys),
        static_webhook=None if static is None else static.get_secret_value(),
        metrics_token=None if metrics is None else metrics.get_secret_value(),
    )


def _secret(settings: Settings) -> bytes:
    """The secret that tokens are signed with; in a demo a passing one, when none is set."""
    if settings.app_secret is not None:
        return check_secret(settings.app_secret.get_secret_value())
    if settings.mode is Mode.DEMO:
        return secrets.token_bytes(48)
    raise ConfigurationError(
        f"APP_SECRET_KEY is not set: it must be, for AGENT_MODE is {settings.mode}; "
        'make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
    )


def _factor_key(settings: Settings) -> bytes:
    """A key of its own for second factors, from the secret; none in a demo that has none.

    A demo's passing secret would make every second factor a wrong one at the next start.
    """
    if settings.app_secret is None:
        return b""
    secret = settings.app_secret.get_secret_value().encode()
    return hmac.new(secret, b"bayse-agent second factors", sha256).digest()


@asynccontextmanager
async def open_parts(
    settings: Settings, behind: Behind, web: WebSettings
) -> AsyncIterator[ApiParts]:
    """Open the books for the service, and give it all that it needs."""
    async with AsyncExitStack() as stack:
        reader = await open_reader(behind.url)
        stack.push_async_callback(reader.close)
        access = await open_access(behind.url)
        stack.push_async_callback(access.close)
        yield ApiParts(
            mode=behind.mode.value,
            version=version("bayse-agent"),
            currency=behind.currency,
            approval=behind.approval,
            clock=behind.clock,
            timer=SystemClock(),
            store=behind.store,
            reader=reader,
            access=access,
            market_data=behind.market_data,
            web=web,
            means=means_of(settings),
            logbook=behind.logbook,
            notifier=notifier_of(settings),
            loudness=Loudness(
                levels=levels_of(settings.notify_events), least=settings.notify_level
            ),
            account=behind.account,
            brake=behind.brake,
            sources=behind.sources,
            wake=behind.wake,
            ring=behind.ring,
            facts=behind.facts,
            exits=behind.exits,
            feed=behind.feed,
        )


def means_of(settings: Settings) -> Means:
    """What models, searches and bets may cost, as it was set."""
    searcher = settings.search.provider
    return Means(
        caps=SpendingCaps(daily=settings.ai_daily_cap, monthly=settings.ai_monthly_cap),
        zone=settings.timezone,
        # A scripted model of a demo costs nothing.
        look_usd=ZERO if settings.mode is Mode.DEMO else TriageRule().cost_usd,
        searcher=None if searcher is Searcher.NONE else searcher.value,
        searches_a_day=settings.searches_a_day,
        goes_by_proof=settings.mode is Mode.LIVE and settings.capital_by_proof,
    )


async def first_login(
    settings: Settings, access: SqlAccess, passwords: Passwords
) -> FirstLogin | None:
    """Make the first person, when there is none: with the password that was set, or a new one.

    Outside a demo the new one must be changed before anything is. Raises ConfigurationError for a
    set one that is too easy.
    """
    if await access.has_people():
        return None
    given = settings.admin_password
    password = new_password() if given is None else given.get_secret_value()
    if given is not None:
        _check_given(password, settings)
    must_change = given is None and settings.mode is not Mode.DEMO
    hashed = await passwords.hash(password)
    await access.set_password(
        settings.admin_name, hashed, must_change=must_change, at=SystemClock().now()
    )
    return FirstLogin(name=settings.admin_name, password=password if given is None else None)


def _check_given(password: str, settings: Settings) -> None:
    try:
        check_password(password, settings.admin_name)
    except ValueError as error:
        raise ConfigurationError(f"ADMIN_PASSWORD cannot be used: {error}") from None


@asynccontextmanager
async def open_alone(settings: Settings) -> AsyncIterator[Behind]:
    """What can be served without a trader: the books, and the venue as anybody sees it.

    Raises ConfigurationError where the venue's secret key is within reach of the pages.
    """
    # Only here, for it is slow to import: beside a trader or a demo the venue is theirs.
    from bayse_agent.adapters.bayse.client import BayseClient
    from bayse_agent.adapters.bayse.venue import BayseVenue

    if settings.private_key is not None:
        raise ConfigurationError(
            "BAYSE_PRIVATE_KEY is set: `bayse-agent api` serves pages and must not have it; "
            "leave it to `bayse-agent run`"
        )
    if settings.mode is Mode.DEMO:
        raise ConfigurationError("AGENT_MODE is demo: `bayse-agent serve` runs that with its pages")
    async with AsyncExitStack() as stack:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        url = settings.database_url.get_secret_value()
        store = await open_store(url)
        stack.push_async_callback(store.close)
        clock = SystemClock()
        client = await stack.enter_async_context(
            BayseClient(settings.api_address, timer=clock, credentials=None)
        )
        yield Behind(
            url=url,
            mode=settings.mode,
            currency=settings.currency,
            approval=settings.approval,
            clock=clock,
            store=store,
            market_data=BayseVenue(client, clock=clock),
            brake=FileKillSwitch(settings.data_dir),
        )


def teller_of(parts: ApiParts) -> Teller | None:
    """Who tells people, when there is anybody to tell."""
    if parts.notifier is None:
        return None
    return Teller(
        reader=parts.reader,
        access=parts.access,
        notifier=parts.notifier,
        timer=parts.timer,
        loudness=parts.loudness,
    )


def notifier_of(settings: Settings) -> AppriseNotifier | None:
    """Who brings messages to people. Raises ConfigurationError for an address that cannot be
    used.
    """
    addresses = settings.notify_urls
    if addresses is None:
        return None
    return AppriseNotifier(addresses_of(addresses.get_secret_value()))
