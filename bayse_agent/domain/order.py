"""What the agent wants, sends and gets: decisions, intents, orders and fills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import NewType
from uuid import UUID

from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import ZERO, Currency, Money, Price, Shares

IntentId = NewType("IntentId", str)
"""UUID-shaped, derived from what the intent wants: the same wish has the same id."""
OrderId = NewType("OrderId", str)
FillId = NewType("FillId", str)


class OrderType(StrEnum):
    LIMIT = "LIMIT"
    MARKET = "MARKET"


class TimeInForce(StrEnum):
    """GTC rests, GTD rests until a time, FAK takes what is there, FOK all or nothing."""

    GTC = "GTC"
    GTD = "GTD"
    FAK = "FAK"
    FOK = "FOK"


class SelfTrade(StrEnum):
    """What happens when an order would meet one of our own."""

    SKIP = "SKIP"
    CANCEL_OLDEST = "CANCEL_OLDEST"
    CANCEL_NEWEST = "CANCEL_NEWEST"
    CANCEL_BOTH = "CANCEL_BOTH"


class VenueOrderStatus(StrEnum):
    """The venue's words. UNKNOWN is one that we do not know: never taken for final."""

    PENDING = "pending"
    OPEN = "open"
    PARTIAL = "partial_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        return self in _FINAL


_FINAL = frozenset(
    {
        VenueOrderStatus.FILLED,
        VenueOrderStatus.CANCELLED,
        VenueOrderStatus.REJECTED,
        VenueOrderStatus.EXPIRED,
    }
)


class IntentSource(StrEnum):
    """Which part of the agent an intent came from. EXTERNAL: the order was placed elsewhere."""

    SCAN = "scan"
    SNIPE = "snipe"
    EXIT = "exit"
    HAND = "hand"
    EXTERNAL = "external"


class IntentStatus(StrEnum):
    """PENDING is written down, perhaps sent, answer not known. Last four are final."""

    PENDING = "PENDING"
    OPEN = "OPEN"
    CANCELLING = "CANCELLING"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    REFUSED = "REFUSED"
    LOST = "LOST"

    @property
    def is_live(self) -> bool:
        """It may still cost money: it counts in full against cash and exposure."""
        return self in (IntentStatus.PENDING, IntentStatus.OPEN, IntentStatus.CANCELLING)

    def may_become(self, following: IntentStatus) -> bool:
        """Whether the transition is legal. Staying where one is always is."""
        return following is self or following in _TRANSITIONS.get(self, frozenset())


_TRANSITIONS: dict[IntentStatus, frozenset[IntentStatus]] = {
    IntentStatus.PENDING: frozenset(IntentStatus) - {IntentStatus.PENDING},
    IntentStatus.OPEN: frozenset(
        {
            IntentStatus.FILLED,
            IntentStatus.CANCELLING,
            IntentStatus.CANCELLED,
            IntentStatus.EXPIRED,
        }
    ),
    IntentStatus.CANCELLING: frozenset(
        {IntentStatus.FILLED, IntentStatus.CANCELLED, IntentStatus.EXPIRED}
    ),
    # The venue may turn out to have taken what it seemed to have lost.
    IntentStatus.LOST: frozenset(
        {IntentStatus.OPEN, IntentStatus.FILLED, IntentStatus.CANCELLED, IntentStatus.EXPIRED}
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Buy:
    """A wish to put a stake on an outcome, at `worst_price` a share or better (fee not counted)."""

    market_id: MarketId
    outcome_id: OutcomeId
    stake: Money
    worst_price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Sell:
    """A wish to give up shares of an outcome, at `worst_price` a share or better."""

    market_id: MarketId
    outcome_id: OutcomeId
    shares: Shares
    currency: Currency
    worst_price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """An order as the venue is asked for it. `amount` is cash for a buy, shares for a sell.

    On a book it goes as LIMIT with `price`; against a formula as MARKET without one.
    """

    event_id: EventId
    market_id: MarketId
    outcome_id: OutcomeId
    engine: Engine
    side: Side
    type: OrderType
    amount: Decimal
    currency: Currency
    price: Price | None = None
    time_in_force: TimeInForce | None = None
    post_only: bool = False
    self_trade: SelfTrade | None = None
    max_slippage: Decimal | None = None
    expires_at: datetime | None = None
    client_order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedOrder:
    """A request exactly as it will leave. `key` is None on a route that takes none.

    It is stored before it is sent; what is sent is this, byte by byte.
    """

    route: str
    key: str | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An approved wish to trade, written down before anything is sent.

    `forecast_id` is None for an order that no forecast stands behind. `cause` says what set it
    off, for people.
    """

    id: IntentId
    event_id: EventId
    market_id: MarketId
    engine: Engine
    wish: Buy | Sell
    forecast_id: str | None
    created_at: datetime
    source: IntentSource = IntentSource.SCAN
    cause: str = ""

    @property
    def currency(self) -> Currency:
        return self.wish.stake.currency if isinstance(self.wish, Buy) else self.wish.currency

    @property
    def reserved(self) -> Money:
        """The most it can cost: the whole stake of a buy, nothing for a sell."""
        if isinstance(self.wish, Buy):
            return self.wish.stake
        return Money(ZERO, self.wish.currency)


def intent_id(*parts: object) -> IntentId:
    """Derive an intent's id from its inputs, so that a replay gives the same ids."""
    digest = sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return IntentId(str(UUID(bytes=digest[:16], version=5)))


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOrder:
    """An order as the venue tells it. `size`, `filled`, `remaining` are gross shares.

    `average_price` and `fee` are None when the venue leaves them out; `currency` too, on placing.
    """

    id: OrderId
    market_id: MarketId
    outcome_id: OutcomeId
    side: Side
    type: OrderType
    status: VenueOrderStatus
    amount: Decimal | None
    price: Price | None
    size: Shares | None
    filled: Shares
    remaining: Shares | None
    average_price: Price | None
    fee: Decimal | None
    currency: Currency | None
    self_trade: SelfTrade | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The venue took the order. `is_replay`: it had taken it before, under the same key."""

    order: VenueOrder
    is_replay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The venue proved that it did not take the order."""

    status: int
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """No conclusion may be drawn: the order may or may not exist. Resolve it by reading."""

    reason: str


PlaceReply = Accepted | Declined | Unresolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend:
    """A change to a resting order: its price, its total size in shares, or both."""

    order_id: OrderId
    new_price: Price | None = None
    new_size: Shares | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """One match on a book. `size` is gross shares; `taker_fee` is cash.

    The fee of a buyer is withheld in shares worth that much at the trade's price, that of a
    seller comes off the proceeds.
    """

    id: FillId
    market_id: MarketId
    size: Shares
    taker_order_id: OrderId
    maker_order_id: OrderId
    taker_outcome_id: OutcomeId
    maker_outcome_id: OutcomeId
    taker_side: Side
    taker_price: Price
    maker_price: Price
    taker_fee: Decimal
    match_type: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Part of one of our orders that was matched, as it enters the books.

    `shares` net of a buyer's fee; `cash` what was paid (a buy) or received net of fee (a sell);
    `fee` its worth in cash; `price` the gross price of the match.
    """

    id: FillId
    intent_id: IntentId
    order_id: OrderId
    market_id: MarketId
    outcome_id: OutcomeId
    side: Side
    shares: Shares
    price: Price
    cash: Money
    fee: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteSet:
    """The result of minting or burning: pairs of one share of each outcome, and their cash."""

    operation_id: str
    market_id: MarketId
    pairs: Shares
    cash: Money
