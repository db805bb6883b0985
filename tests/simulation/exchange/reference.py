"""A matching engine so plain that it can be read at a glance: one list, sorted at every order.

Prices are ticks in the order's own outcome's terms. It knows nothing of money.
"""

from __future__ import annotations

from dataclasses import dataclass

from bayse_agent.domain.market import Side

TICKS = 1000


@dataclass(slots=True)
class Plain:
    """An order: `number` is its place in time."""

    number: int
    owner: int
    side: Side
    outcome: int
    tick: int
    left: int


@dataclass(frozen=True, slots=True)
class PlainFill:
    maker: int
    size: int
    taker_tick: int
    maker_tick: int
    match_type: str


class PlainBook:
    """Orders of both outcomes of one market, in one currency."""

    def __init__(self) -> None:
        self.orders: list[Plain] = []

    def place(self, taker: Plain) -> list[PlainFill]:
        """Match an order against all it can meet, best price first, then oldest; rest the rest."""
        meets = [maker for maker in self.orders if self._price(taker, maker) is not None]
        sign = 1 if taker.side is Side.BUY else -1
        meets.sort(key=lambda maker: (sign * (self._price(taker, maker) or 0), maker.number))
        fills = []
        for maker in meets:
            price, size = self._price(taker, maker), min(taker.left, maker.left)
            if size and price is not None and maker.owner != taker.owner:
                taker.left -= size
                maker.left -= size
                kind = self._kind(taker, maker)
                fills.append(PlainFill(maker.number, size, price, maker.tick, kind))
        self.orders = [order for order in (*self.orders, taker) if order.left]
        return fills

    def cancel(self, number: int) -> None:
        self.orders = [order for order in self.orders if order.number != number]

    @staticmethod
    def _price(taker: Plain, maker: Plain) -> int | None:
        """What the taker would pay or get at the maker's price; None when they do not meet."""
        if taker.outcome == maker.outcome:
            if taker.side is maker.side:
                return None
            price = maker.tick
        else:
            if taker.side is not maker.side:
                return None
            price = TICKS - maker.tick
        is_met = price <= taker.tick if taker.side is Side.BUY else price >= taker.tick
        return price if is_met else None

    @staticmethod
    def _kind(taker: Plain, maker: Plain) -> str:
        if taker.outcome == maker.outcome:
            return "DIRECT"
        return "MINT" if taker.side is Side.BUY else "MERGE"

    def levels(self, outcome: int) -> tuple[dict[int, int], dict[int, int]]:
        """(bids, asks) of an outcome: shares wanted at each tick."""
        bids: dict[int, int] = {}
        asks: dict[int, int] = {}
        for order in self.orders:
            is_same = order.outcome == outcome
            tick = order.tick if is_same else TICKS - order.tick
            side = bids if (order.side is Side.BUY) is is_same else asks
            side[tick] = side.get(tick, 0) + order.left
        return bids, asks
