"""What the exchange remembers of what happened: trades, activities and realised results."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange import ids
from bayse_agent.simulation.exchange.units import TICKS

if TYPE_CHECKING:
    from bayse_agent.simulation.exchange.accounts import Account
    from bayse_agent.simulation.exchange.book import Order
    from bayse_agent.simulation.exchange.listing import MarketState


class MatchType(StrEnum):
    """How two orders met: same outcome, both buying (a pair is made), both selling."""

    DIRECT = "DIRECT"
    MINT = "MINT"
    MERGE = "MERGE"


class ActivityKind(StrEnum):
    """The venue's words for lines of the account history."""

    BUY_MARKET_ORDER_CREATED = "BUY_MARKET_ORDER_CREATED"
    BUY_TRADE_FILL = "BUY_TRADE_FILL"
    SELL_MARKET_ORDER_CREATED = "SELL_MARKET_ORDER_CREATED"
    SELL_TRADE_FILL = "SELL_TRADE_FILL"
    BUY_LIMIT_ORDER_CREATED = "BUY_LIMIT_ORDER_CREATED"
    BUY_LIMIT_ORDER_CANCELLED = "BUY_LIMIT_ORDER_CANCELLED"
    BUY_LIMIT_ORDER_EXPIRED = "BUY_LIMIT_ORDER_EXPIRED"
    SELL_LIMIT_ORDER_CREATED = "SELL_LIMIT_ORDER_CREATED"
    SELL_LIMIT_ORDER_CANCELLED = "SELL_LIMIT_ORDER_CANCELLED"
    SELL_LIMIT_ORDER_EXPIRED = "SELL_LIMIT_ORDER_EXPIRED"
    PAYOUT_WIN = "PAYOUT_WIN"
    PAYOUT_LOSS = "PAYOUT_LOSS"
    BUY_REFUND = "BUY_REFUND"


# Made by the million: plain arguments, and nothing kept that the orders tell.
@dataclass(slots=True, eq=False)
class TradeRecord:
    """One match. Ticks are in each party's own outcome's terms; the fee is the taker's, in cash.

    `index` counts the taker's fills up to this one.
    """

    taker: Order
    maker: Order
    index: int
    micro: int
    taker_tick: int
    fee_nanos: int
    at_ms: int

    @property
    def id(self) -> str:
        # The taker's own number and the place among its fills: no counter that reads could move.
        high, low = divmod(self.index, ids.PARTS)
        number = (self.taker.sequence << 6) + high
        return ids.make(ids.Kind.TRADE, number, self.taker.group, low)

    @property
    def market(self) -> MarketState:
        return self.taker.market

    @property
    def maker_tick(self) -> int:
        is_same = self.taker.outcome == self.maker.outcome
        return self.taker_tick if is_same else TICKS - self.taker_tick

    @property
    def match_type(self) -> MatchType:
        if self.taker.side is not self.maker.side:
            return MatchType.DIRECT
        return MatchType.MINT if self.taker.side is Side.BUY else MatchType.MERGE


@dataclass(slots=True, eq=False)
class ActivityRecord:
    """One line of an account's history. Units as everywhere inside; None is not told.

    `cash_nanos` is what the line is about: spent, earned, refunded or paid out.
    """

    account: Account
    sequence: int
    kind: ActivityKind
    market: MarketState
    outcome: int
    currency: Currency
    at_ms: int
    order: Order | None
    micro: int | None
    tick: int | None
    cash_nanos: int | None
    fee_nanos: int | None

    @property
    def id(self) -> str:
        return ids.make(ids.Kind.ACTIVITY, self.sequence, self.account.number)


class Cause(StrEnum):
    """What made a result: trading out of a position, or the market's resolution."""

    TRADE = "trade"
    SETTLEMENT = "settlement"


@dataclass(slots=True, eq=False)
class Result:
    """A realised profit or loss, in nanos, with the cost it stands against."""

    at_ms: int
    market: MarketState
    currency: Currency
    cause: Cause
    profit_nanos: int
    cost_nanos: int


_CREATED = {
    (Side.BUY, True): ActivityKind.BUY_LIMIT_ORDER_CREATED,
    (Side.BUY, False): ActivityKind.BUY_MARKET_ORDER_CREATED,
    (Side.SELL, True): ActivityKind.SELL_LIMIT_ORDER_CREATED,
    (Side.SELL, False): ActivityKind.SELL_MARKET_ORDER_CREATED,
}


def created_kind(side: Side, *, is_limit: bool) -> ActivityKind:
    """The line that is written when an order is taken."""
    return _CREATED[side, is_limit]
