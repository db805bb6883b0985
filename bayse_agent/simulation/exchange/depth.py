"""What a book would give: walking its levels with a size or with cash, changing nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import SelfTrade
from bayse_agent.simulation.exchange import fees
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Book, Level, Order, crosses
from bayse_agent.simulation.exchange.units import SHARE_STEP, TICKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Who would trade, what, and how far. Ticks are in the taker's own outcome's terms.

    `limit` is the worst tick it accepts (None: any); `account` is None for a stranger, else its
    own orders are passed over.
    """

    side: Side
    outcome: int
    currency: Currency
    fee_ppm: int
    floor_ticks: int
    limit: int | None = None
    account: Account | None = None

    @property
    def is_bid(self) -> bool:
        return (self.side is Side.BUY) is (self.outcome == 0)


@dataclass(slots=True)
class Walk:
    """What a walk gathered: gross shares and cash, the fee both ways, the worst own tick."""

    micro: int = 0
    nanos: int = 0
    fee_micro: int = 0
    fee_nanos: int = 0
    worst_tick: int = 0
    is_complete: bool = False

    def take(self, taker: Taker, micro: int, tick: int) -> None:
        cash = micro * tick * taker.currency.payout
        parts = fees.fraction_parts(taker.fee_ppm, tick, taker.floor_ticks)
        self.micro += micro
        self.nanos += cash
        self.worst_tick = tick
        if taker.side is Side.BUY:
            kept = fees.share_of(micro, parts)
            self.fee_micro += kept
            self.fee_nanos += kept * tick * taker.currency.payout
        else:
            self.fee_nanos += fees.share_of(cash, parts)


def walk_size(book: Book, taker: Taker, micro: int) -> Walk:
    """Take `micro` shares, as far as the limit and the book allow."""
    walk = Walk()
    for tick, on_offer in offers(book, taker):
        walk.take(taker, min(on_offer, micro - walk.micro), tick)
        if walk.micro == micro:
            walk.is_complete = True
            break
    return walk


def walk_cash(book: Book, taker: Taker, nanos: int) -> Walk:
    """Spend (or fetch, selling) up to `nanos`, in whole steps of a hundredth of a share."""
    walk = Walk()
    for tick, on_offer in offers(book, taker):
        step_cost = SHARE_STEP * tick * taker.currency.payout
        affordable = (nanos - walk.nanos) // step_cost * SHARE_STEP
        if affordable:
            walk.take(taker, min(on_offer, affordable), tick)
        if affordable <= on_offer:
            walk.is_complete = True
            break
    return walk


def reach(book: Book, order: Order) -> int:
    """Micro-shares that an order would get at once: up to its limit, or to an own order's stop.

    Counting ends once the order is full.
    """
    is_stopped = order.self_trade in (SelfTrade.CANCEL_NEWEST, SelfTrade.CANCEL_BOTH)
    got = 0
    for level in book.side(is_bid=not order.is_bid).walk():
        if got >= order.size or not crosses(order, level.tick):
            break
        for maker in level:
            if maker.account is not order.account:
                got += maker.remaining
            elif is_stopped:
                return got
    return got


def offers(book: Book, taker: Taker) -> Iterator[tuple[int, int]]:
    """(own tick, micro-shares) of the levels that the taker would meet, best first."""
    side = book.asks if taker.is_bid else book.bids
    for level in side.walk():
        tick = level.tick if taker.outcome == 0 else TICKS - level.tick
        if taker.limit is not None and (
            tick > taker.limit if taker.side is Side.BUY else tick < taker.limit
        ):
            return
        on_offer = _others(level, taker.account)
        if on_offer:
            yield tick, on_offer


def _others(level: Level, account: Account | None) -> int:
    """Shares at a level that are not the account's own."""
    if account is None or level.head is None or not level.head.market.user_orders:
        return level.total
    return sum(order.remaining for order in level if order.account is not account)
