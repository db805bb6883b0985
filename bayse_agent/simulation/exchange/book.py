"""The order book: price-time priority, in outcome1's terms, for both outcomes at once.

Buying outcome2 at q is selling outcome1 at 1 - q, so one book holds the orders of both outcomes,
and complementary orders meet by themselves. Levels are intrusive linked lists, and each side
keeps a bit for every price with orders, so that adding, cancelling and finding the best price
all take constant time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import OrderType, SelfTrade, TimeInForce, VenueOrderStatus
from bayse_agent.simulation.exchange import ids
from bayse_agent.simulation.exchange.units import TICKS

if TYPE_CHECKING:
    from bayse_agent.simulation.exchange.accounts import Account
    from bayse_agent.simulation.exchange.listing import MarketState


# Names of the module's own: Python 3.11 finds members of enumerations slowly, and orders are made
# by the million.
_BUY = Side.BUY
_LIMIT, _GTC, _SKIP = OrderType.LIMIT, TimeInForce.GTC, SelfTrade.SKIP
_NEW = VenueOrderStatus.OPEN


class Order:
    """An order and how far it got. Quantities in micro-shares, cash in nanos.

    `own_tick` is the limit in its own outcome's terms, `tick` the same in the book's; both are 0
    for an order without a limit. `is_bid` is its side of the book. `cash` is what its fills cost
    (a buy) or fetched before the fee (a sell). `amount` is what was asked with, in units of 1e-9:
    cash for a buy, shares (or cash, by the venue's switch) for a sell.
    """

    __slots__ = (
        "account",
        "amount",
        "cash",
        "created_ms",
        "currency",
        "expires_ms",
        "fee",
        "fill_count",
        "filled",
        "force",
        "group",
        "is_bid",
        "level",
        "market",
        "next",
        "outcome",
        "own_tick",
        "post_only",
        "previous",
        "self_trade",
        "sequence",
        "side",
        "size",
        "status",
        "tick",
        "type",
        "updated_ms",
    )

    def __init__(
        self,
        account: Account,
        market: MarketState,
        outcome: int,
        side: Side,
        currency: Currency,
        own_tick: int,
        size: int,
        at_ms: int,
        sequence: int,
        group: int | None = None,
    ) -> None:
        self.account = account
        self.market = market
        self.outcome = outcome
        self.side = side
        self.currency = currency
        self.own_tick = own_tick
        self.size = size
        self.created_ms = self.updated_ms = at_ms
        self.group = account.number if group is None else group
        self.sequence = sequence
        self.is_bid = (side is _BUY) is (outcome == 0)
        self.tick = own_tick if outcome == 0 else TICKS - own_tick
        self.type = _LIMIT
        self.force = _GTC
        self.self_trade = _SKIP
        self.status = _NEW
        self.post_only = False
        self.expires_ms: int | None = None
        self.amount = self.filled = self.cash = self.fee = self.fill_count = 0
        self.level: Level | None = None
        self.previous: Order | None = None
        self.next: Order | None = None

    @property
    def id(self) -> str:
        return ids.make(ids.Kind.ORDER, self.sequence, self.group)

    @property
    def outcome_id(self) -> str:
        return self.market.outcome_ids[self.outcome]

    @property
    def remaining(self) -> int:
        return self.size - self.filled

    @property
    def is_resting(self) -> bool:
        return self.level is not None


class Level:
    """The orders at one price, oldest first, and the shares they still want."""

    __slots__ = ("head", "side", "tail", "tick", "total")

    def __init__(self, tick: int, side: BookSide) -> None:
        self.tick = tick
        self.side = side
        self.total = 0
        self.head: Order | None = None
        self.tail: Order | None = None

    def __iter__(self) -> Iterator[Order]:
        order = self.head
        while order is not None:
            yield order
            order = order.next


class BookSide:
    """The bids or the asks: levels by price, and a bit for each price that has one."""

    __slots__ = ("bits", "is_bid", "levels")

    def __init__(self, *, is_bid: bool) -> None:
        self.is_bid = is_bid
        self.levels: dict[int, Level] = {}
        self.bits = 0

    def best(self) -> int | None:
        """The best price, or None while the side is empty."""
        bits = self.bits
        if not bits:
            return None
        return (bits if self.is_bid else bits & -bits).bit_length() - 1

    def best_of(self, bits: int) -> int | None:
        """The best price among those bits: the highest bid, the lowest ask."""
        if not bits:
            return None
        return (bits if self.is_bid else bits & -bits).bit_length() - 1

    def add(self, order: Order) -> None:
        """Put an order at the end of its price's queue."""
        level = self.levels.get(order.tick)
        if level is None:
            level = self.levels[order.tick] = Level(order.tick, self)
            self.bits |= 1 << order.tick
        order.level = level
        order.previous = level.tail
        if level.tail is None:
            level.head = order
        else:
            level.tail.next = order
        level.tail = order
        level.total += order.size - order.filled

    def remove(self, order: Order) -> None:
        """Take an order out, wherever it stands in its queue."""
        level = order.level
        if level is None:
            return
        before, after = order.previous, order.next
        if before is None:
            level.head = after
        else:
            before.next = after
        if after is None:
            level.tail = before
        else:
            after.previous = before
        level.total -= order.size - order.filled
        order.level = order.previous = order.next = None
        if level.head is None:
            del self.levels[level.tick]
            self.bits ^= 1 << level.tick

    def totals(self, depth: int) -> list[tuple[int, int]]:
        """(tick, micro-shares) of the levels, best price first, at most so many."""
        levels = self.levels
        # A reader wants them all: sorting the prices beats finding them one after the other.
        return [(tick, levels[tick].total) for tick in sorted(levels, reverse=self.is_bid)[:depth]]

    def walk(self) -> Iterator[Level]:
        """The levels, best price first. The side must not change meanwhile."""
        bits = self.bits
        while (tick := self.best_of(bits)) is not None:
            yield self.levels[tick]
            bits ^= 1 << tick


class Book:
    """Both sides of one market in one currency, and the last price that traded (outcome1's)."""

    __slots__ = ("asks", "bids", "last_side", "last_tick")

    def __init__(self) -> None:
        self.bids = BookSide(is_bid=True)
        self.asks = BookSide(is_bid=False)
        self.last_tick: int | None = None
        self.last_side: Side | None = None

    def side(self, *, is_bid: bool) -> BookSide:
        return self.bids if is_bid else self.asks

    def orders(self) -> Iterator[Order]:
        """All resting orders: bids then asks, best price first, oldest first."""
        for side in (self.bids, self.asks):
            for level in side.walk():
                yield from level


def crosses(order: Order, tick: int) -> bool:
    """Whether an order at its limit would trade at that price of the other side."""
    return tick <= order.tick if order.is_bid else tick >= order.tick
