"""What the venue lists: events, markets and their outcomes, series, books and quotes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, NewType, TypeVar

from bayse_agent.domain.money import Currency, Money, Price, Shares

EventId = NewType("EventId", str)
MarketId = NewType("MarketId", str)
OutcomeId = NewType("OutcomeId", str)
SeriesSlug = NewType("SeriesSlug", str)
Symbol = NewType("Symbol", str)
"""An underlying asset, e.g. BTCUSDT."""

T = TypeVar("T")


class Engine(StrEnum):
    """How a market trades: against a formula or in an order book. Fixed for each event."""

    AMM = "AMM"
    CLOB = "CLOB"


class EventType(StrEnum):
    SINGLE = "single"
    COMBINED = "combined"
    GROUPED = "grouped"


class MarketStatus(StrEnum):
    """Where an event or a market stands. UNKNOWN is a word of the venue's that we do not know."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One answer to a market's question. Its label is any text; its id is its identity."""

    id: OutcomeId
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One question with two outcomes. Prices are None when the venue shows none (0 after close).

    `fee_rate` is a fraction (`feePercentage` / 100). None is missing, never zero.
    `winner` is the winning outcome once the venue has announced it.
    """

    id: MarketId
    event_id: EventId
    title: str
    status: MarketStatus
    outcome1: Outcome
    outcome2: Outcome
    price1: Price | None
    price2: Price | None
    buy_price1: Price | None
    buy_price2: Price | None
    fee_rate: Decimal | None
    minimum_order: Money | None
    threshold: Decimal | None
    close_value: Decimal | None
    winner: OutcomeId | None
    rules: str

    def outcome(self, outcome_id: OutcomeId) -> Outcome | None:
        """The outcome of that id, or None when it is not one of this market's."""
        for candidate in (self.outcome1, self.outcome2):
            if candidate.id == outcome_id:
                return candidate
        return None

    def other(self, outcome_id: OutcomeId) -> Outcome:
        """The opposite outcome."""
        return self.outcome2 if outcome_id == self.outcome1.id else self.outcome1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A topic that groups markets. For a window of a series: when it opens, closes, and on what.

    `threshold` is the reference at the open, `close_value` the settlement value, both in units of
    the underlying; None until the venue publishes them.
    """

    id: EventId
    slug: str
    title: str
    description: str
    category: str
    type: EventType
    engine: Engine
    status: MarketStatus
    created_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None
    resolves_at: datetime | None
    resolved_at: datetime | None
    symbol: Symbol | None
    series: SeriesSlug | None
    threshold: Decimal | None
    close_value: Decimal | None
    currencies: tuple[Currency, ...]
    markets: tuple[Market, ...]

    def market(self, market_id: MarketId) -> Market | None:
        """The market of that id, or None when it is not one of this event's."""
        return next((market for market in self.markets if market.id == market_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A recurring family of events, such as `crypto-btc-15min`. Only id, slug and name are sure."""

    id: str
    slug: SeriesSlug
    name: str
    category: str | None
    interval: str | None
    symbol: Symbol | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesWindow:
    """One event of a series as the series lists it: dates only, no markets."""

    event_id: EventId
    title: str
    opens_at: datetime | None
    closes_at: datetime | None
    resolves_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list, and how many there are."""

    items: tuple[T, ...]
    number: int
    last: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Shares on offer at one price of one outcome's book."""

    price: Price
    shares: Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """One outcome's book in one currency: bids high to low, asks low to high.

    `source_at` is the venue's time, `received_at` ours: a book's age is the worse of the two.
    """

    market_id: MarketId
    outcome_id: OutcomeId
    currency: Currency
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    last_price: Price | None
    source_at: datetime
    received_at: datetime

    @property
    def best_bid(self) -> Price | None:
        return self.bids[0].price if self.bids else None

    @property
    def best_ask(self) -> Price | None:
        return self.asks[0].price if self.asks else None

    @property
    def middle(self) -> Price | None:
        """Half-way between best bid and best ask; None while a side is empty."""
        if not self.bids or not self.asks:
            return None
        return Price((self.bids[0].price + self.asks[0].price) / 2)

    @property
    def spread(self) -> Decimal | None:
        if not self.bids or not self.asks:
            return None
        return self.asks[0].price - self.bids[0].price


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What the venue would do with an order now. Not binding.

    `amount` is what was asked with; `shares` what would change hands, fee already taken into
    account; `average_price` = cash / (shares x payout); `market_price` the price before the trade.
    """

    market_id: MarketId
    outcome_id: OutcomeId
    side: Side
    currency: Currency
    amount: Decimal
    shares: Shares
    average_price: Price
    market_price: Price
    fee: Money
    is_complete: bool
    exceeds_liability: bool
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticker:
    """A day's summary of one outcome's book. `last_price` is None when nothing traded."""

    market_id: MarketId
    last_price: Price | None
    best_bid: Price | None
    best_ask: Price | None
    volume_24h: Decimal | None
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePoint:
    """A market price at a moment. None when nothing had traded."""

    at: datetime
    price: Price | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A price of an underlying asset: `at` by the source's clock, `received_at` by ours."""

    symbol: Symbol
    price: Decimal
    at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One minute of an underlying asset, from `at` (inclusive) to `at` + 1 min (exclusive)."""

    at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
