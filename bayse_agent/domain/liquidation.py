"""What a position would fetch if it were sold now, or why that cannot be told.

Read off the bids of its own book, or off the sell quotes of a formula market for exactly its
shares. A price that is old, or has no other side, is no price: it must not set anything off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from bayse_agent.domain.fees import Bid, Sale, book_bids, quoted_bids, sale_into
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine, MarketId, MarketStatus, OrderBook, OutcomeId, Side
from bayse_agent.domain.money import ONE, ZERO, Currency, Price, Shares
from bayse_agent.domain.portfolio import Position

_MICRO = Decimal("0.000001")
"""The venue takes no finer number of shares, and prices are kept no finer."""


class KeepReason(StrEnum):
    """Why a position is kept for now. Its protection stays as it was in every case."""

    HOLDING = "holding"
    HOLDING_IS_WORTH_MORE = "holding_is_worth_more"
    BELOW_MINIMUM_SELL = "below_minimum_sell"
    HOLE = "hole"
    ONE_SIDED = "one_sided"
    STALE = "stale"
    UNREADABLE = "unreadable"
    NOT_TRADING = "not_trading"
    TOO_LATE = "too_late"
    ORDER_UNDER_WAY = "order_under_way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """A decision to hold a position, and why. `detail` has the numbers, for people."""

    market_id: MarketId
    outcome_id: OutcomeId
    reason: KeepReason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """How a position could be sold: into these bids, around this middle of the market.

    `count` is the position in the venue's smallest steps, `whole` the sale of all of it, or of as
    much as the bids take. On a formula market `is_quoted`: bids and middle are the formula's.
    """

    bids: tuple[Bid, ...]
    middle: Decimal
    count: Shares
    whole: Sale
    is_quoted: bool

    @property
    def currency(self) -> Currency:
        return self.whole.cash.currency

    @property
    def value(self) -> Decimal:
        """What a share of the whole position would fetch, after fees, in parts of its payout.

        Shares that nobody bids for count as nothing.
        """
        return self.whole.cash.amount / (self.count * self.currency.payout)

    def part(self, least_net: Decimal, lowest: Decimal) -> Sale | None:
        """Sell only as deep as every share brings `least_net` after fees, at `lowest` gross.

        60 shares with bids for 20 at 0.50 and 40 at 0.10, nothing below 0.45: 20 shares.
        """
        fit: list[Bid] = []
        for bid in self.bids:
            if bid.net < least_net or bid.price < lowest:
                break
            fit.append(bid)
        return sale_into(fit, self.count, self.currency)


def way_out(position: Position, context: Context, max_data_age_s: float) -> WayOut | Keep:
    """The way out of a position, or why there is none to be seen. Never raises for what it reads.

    100 shares at a bid of 0.50 with rate 0.10 are worth NGN 4,750.
    """
    market, event = context.market, context.event
    if market.id != position.market_id or market.outcome(position.outcome_id) is None:
        return _keep(position, KeepReason.UNREADABLE, "it is not an outcome of this market")
    if event.status is not MarketStatus.OPEN or market.status is not MarketStatus.OPEN:
        return _keep(position, KeepReason.NOT_TRADING, f"{event.status}, {market.status}")
    if context.time_left_s is not None and context.time_left_s <= 0:
        return _keep(position, KeepReason.NOT_TRADING, "it has closed")
    count = min(position.shares, Shares(position.shares.quantize(_MICRO, ROUND_DOWN)))
    if count <= ZERO:
        return _keep(position, KeepReason.BELOW_MINIMUM_SELL, f"{position.shares} shares")
    if event.engine is Engine.AMM:
        return _quoted(position, context, count, max_data_age_s)
    return _booked(position, context, count, max_data_age_s)


def sellable_price(way: WayOut) -> Price | None:
    """What a share would bring if all were sold, after fees; None when not all could be.

    The best one seen is a position's mark. 100 shares that bring NGN 4,750 have 0.475.
    """
    if way.whole.shares < way.count:
        return None
    return Price(way.value.quantize(_MICRO, ROUND_DOWN))


def _booked(position: Position, context: Context, count: Shares, age_s: float) -> WayOut | Keep:
    book, rate = _own_book(position, context), context.market.fee_rate
    if book is None:
        return _keep(position, KeepReason.UNREADABLE, "there is no book of it")
    if rate is None or not (rate.is_finite() and ZERO <= rate < ONE):
        return _keep(position, KeepReason.UNREADABLE, f"fee rate {rate}")
    if not _are_fresh((book.source_at, book.received_at), context.now, age_s):
        return _keep(position, KeepReason.STALE, f"the book is of {book.source_at:%H:%M:%S}")
    middle, spread, bids = book.middle, book.spread, book_bids(book, rate)
    if middle is None or spread is None or not bids:
        return _keep(position, KeepReason.ONE_SIDED, "a side of the book is empty")
    if spread < ZERO:
        return _keep(position, KeepReason.UNREADABLE, f"the book is crossed by {-spread}")
    whole = sale_into(bids, count, book.currency)
    if whole is None:
        return _keep(position, KeepReason.ONE_SIDED, "nobody bids for it")
    return WayOut(bids=bids, middle=middle, count=count, whole=whole, is_quoted=False)


def _own_book(position: Position, context: Context) -> OrderBook | None:
    for book in (context.book1, context.book2):
        is_own = book is not None and book.outcome_id == position.outcome_id
        if is_own and book is not None and book.currency is position.cost.currency:
            return book
    return None


def _quoted(position: Position, context: Context, count: Shares, age_s: float) -> WayOut | Keep:
    quotes = [
        quote
        for quote in context.quotes
        if quote.side is Side.SELL
        and quote.outcome_id == position.outcome_id
        and quote.currency is position.cost.currency
    ]
    if not quotes:
        return _keep(position, KeepReason.UNREADABLE, "the venue quotes no sale of it")
    if not _are_fresh((quote.received_at for quote in quotes), context.now, age_s):
        return _keep(position, KeepReason.STALE, f"quoted {quotes[0].received_at:%H:%M:%S}")
    bids = quoted_bids(quotes)
    whole = sale_into(bids, count, position.cost.currency)
    if whole is None:
        detail = "what is quoted would not fill, or is not in shares"
        return _keep(position, KeepReason.UNREADABLE, detail)
    middle = Decimal(quotes[0].market_price)
    return WayOut(bids=bids, middle=middle, count=count, whole=whole, is_quoted=True)


def _are_fresh(moments: Iterable[datetime], now: datetime, age_s: float) -> bool:
    """Whether all are aware and near enough to now: a time in the future is no better than old."""
    return all(
        moment.tzinfo is not None and abs((now - moment).total_seconds()) <= age_s
        for moment in moments
    )


def _keep(position: Position, reason: KeepReason, detail: str) -> Keep:
    return Keep(
        market_id=position.market_id,
        outcome_id=position.outcome_id,
        reason=reason,
        detail=detail,
    )
