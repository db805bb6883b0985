"""What the service is made of: values and ports that are handed to it, and nothing it looks up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bayse_agent.adapters.logbook import Logbook
from bayse_agent.adapters.store.access import SqlAccess
from bayse_agent.adapters.store.reading.reader import Reader
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.api.means import Means
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.market import MarketId, OutcomeId, Page
from bayse_agent.domain.money import Currency
from bayse_agent.domain.notice import Loudness, Notice
from bayse_agent.domain.order import VenueOrder
from bayse_agent.domain.portfolio import Activity, Holding, Wallet
from bayse_agent.domain.secrecy import why_guessable
from bayse_agent.domain.signal import Approval
from bayse_agent.ports import Clock, MarketData, NewsSource, PriceFeed


class Timer(Protocol):
    """The computer's own time: logins, throttles and waits run on it, never on the world's."""

    def now(self) -> datetime: ...

    def monotonic_s(self) -> float: ...

    async def sleep_s(self, seconds: float) -> None: ...


class AccountData(Protocol):
    """What can be seen of the account at the venue."""

    async def orders(
        self,
        *,
        currency: Currency,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[VenueOrder]: ...

    async def holdings(self) -> tuple[Holding, ...]: ...

    async def wallets(self) -> tuple[Wallet, ...]: ...

    async def activities(
        self, *, kind: str | None = None, page: int = 1, size: int = 50
    ) -> Page[Activity]: ...


class Notifier(Protocol):
    """Somebody who brings a message to people, by one or more ways; `schemes` names those."""

    schemes: tuple[str, ...]

    async def reach(self, notice: Notice, *, skip: Collection[int] = ()) -> frozenset[int]:
        """The places of the ways that took it, from 0; those to `skip` are not asked."""


class Brake(Protocol):
    """The kill switch, as somebody holds it who may pull it."""

    def pulled(self) -> str | None: ...

    def pull(self, reason: str) -> None: ...

    def release(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """How the service guards its doors. Nothing of it is shown anywhere.

    `hosts`: names that it may be called by; `origins`: other sites whose pages may use it.
    `factor_key`: codes of second factors are made from it and a seed in the books; without it from
    the seed alone. `webhook_keys`: the current one, and the next while they are exchanged.
    `static_webhook`: the original system's header, when it is wanted. `trusts_proxy`: the last
    X-Forwarded-For and X-Forwarded-Proto are of a proxy of ours.
    """

    secret: bytes = field(repr=False)
    issuer: str = "bayse-agent"
    audience: str = "bayse-agent"
    access_length: timedelta = timedelta(minutes=15)
    idle_length: timedelta = timedelta(minutes=60)
    session_length: timedelta = timedelta(hours=12)
    step_up_length: timedelta = timedelta(minutes=5)
    hosts: frozenset[str] = frozenset({"localhost", "127.0.0.1", "::1"})
    origins: frozenset[str] = frozenset()
    trusts_proxy: bool = False
    factor_key: bytes = field(default=b"", repr=False)
    webhook_keys: tuple[bytes, ...] = field(default=(), repr=False)
    static_webhook: str | None = field(default=None, repr=False)
    metrics_token: str | None = field(default=None, repr=False)
    requests_a_minute: int = 1200
    costly_a_minute: int = 60
    answer_within_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    """Everything the service needs. `account` is None where no key of the venue's is at hand,
    `exits` and `feed` where no agent is.

    `wake`: told when a command was written, so that it need not wait for its turn. `ring`: told
    that something happened at the venue, so that the agent reads what.
    """

    mode: str
    version: str
    currency: Currency
    approval: Approval
    clock: Clock
    timer: Timer
    store: SqlStore
    reader: Reader
    access: SqlAccess
    market_data: MarketData
    web: WebSettings
    means: Means
    account: AccountData | None = None
    brake: Brake | None = None
    sources: Sequence[NewsSource] = ()
    logbook: Logbook = field(default_factory=Logbook)
    notifier: Notifier | None = None
    loudness: Loudness = field(default_factory=Loudness)
    wake: Callable[[], None] = lambda: None
    ring: Callable[[], None] = lambda: None
    facts: Mapping[str, str] = field(default_factory=dict)
    exits: ExitRule | None = None
    feed: PriceFeed | None = None

    @property
    def is_automatic(self) -> bool:
        """Whether bets go out without a person's word, at once or after a delay."""
        return self.approval is not Approval.BY_HAND


def check_secret(secret: str) -> bytes:
    """The bytes of a secret that is long and varied enough.

    Raises ConfigurationError for one that can be guessed.
    """
    problem = why_guessable(secret)
    if problem is not None:
        raise ConfigurationError(
            f"APP_SECRET_KEY is too weak: {problem}; "
            'make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return secret.encode()
