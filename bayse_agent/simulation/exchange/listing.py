"""What the exchange lists: how an event is described, and the state it is in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bayse_agent.domain.market import Engine, EventType, MarketStatus, Outcome
from bayse_agent.domain.money import Currency

if TYPE_CHECKING:
    from bayse_agent.simulation.exchange.accounts import Account
    from bayse_agent.simulation.exchange.amm import Pool
    from bayse_agent.simulation.exchange.book import Book, Order
    from bayse_agent.simulation.exchange.ledger import Holder
    from bayse_agent.simulation.exchange.records import TradeRecord

# A name of the module's own: Python 3.11 finds a member of an enumeration slowly.
_OPEN = MarketStatus.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSpec:
    """A market to be listed. `prior` is the chance of outcome1 that a pool opens at.

    `fee_percent` is in percent, as on the wire; `minimum_order` in units of each currency. `ids`
    are those of the market and of its two outcomes, where another venue has named them.
    """

    title: str
    label1: str
    label2: str
    fee_percent: Decimal
    minimum_order: Mapping[Currency, Decimal]
    rules: str
    prior: Decimal = Decimal("0.5")
    threshold: Decimal | None = None
    ids: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSpec:
    """An event to be listed. Times are milliseconds; `slug` is unique.

    `depth` is the liquidity parameter b of a pool, in shares, and `liability_shares` the bound
    of its loss (None: the formula's own); neither means anything for books. `id` is the event's
    where another venue has named it.
    """

    slug: str
    title: str
    description: str
    category: str
    type: EventType
    engine: Engine
    created_ms: int
    opens_ms: int
    closes_ms: int
    resolves_ms: int
    markets: tuple[MarketSpec, ...]
    symbol: str | None = None
    series: str | None = None
    resolution_source: str = ""
    currencies: tuple[Currency, ...] = (Currency.USD, Currency.NGN)
    depth: Decimal = Decimal(4000)
    liability_shares: Decimal | None = None
    id: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class MarketState:
    """One market as it stands. `winner` is 0 (outcome1) or 1; `is_void` when it was refunded.

    Books and pools are made when a currency is first used; all in outcome1 terms. `collateral`
    holds the cash behind the shares, `issuance` owes them; `fee_ppm` is the fee in millionths.
    `outcomes` and `fee_rate` are as they are told outside: made once, shown at every look.
    `accounts` are all that ever held shares of it, by number; `user_orders` counts the resting
    orders that are not the crowd's, whose ladders are kept by account and currency.
    """

    number: int
    id: str
    outcome_ids: tuple[str, str]
    outcomes: tuple[Outcome, Outcome]
    spec: MarketSpec
    event: EventState
    status: MarketStatus
    collateral: Holder
    issuance: Holder
    fee_ppm: int
    fee_rate: Decimal
    threshold: Decimal | None = None
    close_value: Decimal | None = None
    winner: int | None = None
    is_void: bool = False
    order_count: int = 0
    volume_nanos: dict[Currency, int] = field(default_factory=dict)
    books: dict[Currency, Book] = field(default_factory=dict)
    pools: dict[Currency, Pool] = field(default_factory=dict)
    accounts: dict[int, Account] = field(default_factory=dict)
    trades: list[TradeRecord] = field(default_factory=list)
    user_orders: int = 0
    ladders: dict[tuple[int, Currency], list[Order]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.status is _OPEN


@dataclass(slots=True, kw_only=True, eq=False)
class EventState:
    """One event as it stands. `dates` are the spec's moments of creation, opening, closing and
    resolution as they are told outside: made once, shown at every look.
    """

    number: int
    id: str
    spec: EventSpec
    dates: tuple[datetime, datetime, datetime, datetime]
    status: MarketStatus
    markets: list[MarketState] = field(default_factory=list)
    threshold: Decimal | None = None
    close_value: Decimal | None = None
    resolved_ms: int | None = None
