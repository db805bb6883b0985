"""Puts what the real venue displays into the local book, for as long as one order takes.

Between two writes the local book holds the account's own resting orders and nothing else: the
display is read afresh for each, and nobody rests against a picture that has grown old.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_CEILING, ROUND_FLOOR

from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.house import sequence_of
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.units import TICKS
from bayse_agent.simulation.paper.seen import SeenBook, SeenTrade
from bayse_agent.simulation.paper.taken import Key, Taken


class Display:
    """One market as others trade it."""

    def __init__(self, exchange: Exchange, others: Account, market: MarketState) -> None:
        self._exchange = exchange
        self._others = others
        self._market = market
        self._taken: dict[Currency, Taken] = {}
        self._orders = 0

    def marks(self) -> object:
        """What was taken so far, to see whether it has changed."""
        return tuple((currency, taken.marks()) for currency, taken in self._taken.items())

    @contextmanager
    def shown(self, book: SeenBook) -> Iterator[None]:
        """Have a book on display, less what was taken from it; notes what is taken meanwhile."""
        taken = self._taken_in(book.currency)
        free = taken.free(book)
        local = self._exchange.state.book(self._market, book.currency)
        resting: list[tuple[Key, Order]] = []
        for is_ask, rungs in ((False, free.bids), (True, free.asks)):
            for tick, micro in rungs:
                order = self._order(book, is_ask, tick, micro)
                local.side(is_bid=order.is_bid).add(order)
                resting.append(((book.outcome, is_ask, tick), order))
        try:
            yield
        finally:
            for key, order in resting:
                if order.level is not None:
                    order.level.side.remove(order)
                if order.filled:
                    taken.take(key, order.filled)

    def pass_through(self, book: SeenBook) -> None:
        """Fill resting orders that are strictly better than what is displayed against them.

        The venue would have matched them first. At the same price it might not: nothing happens.
        """
        if not self._market.user_orders:
            return
        taken = self._taken_in(book.currency)
        free = taken.free(book)
        for key, micro in _offers(free):
            outcome, is_ask, tick = key
            in_first = tick if outcome == 0 else TICKS - tick
            hits_bids = is_ask is (outcome == 0)
            limit = in_first + 1 if hits_bids else in_first - 1
            filled = self._meet(book.currency, hits_bids, limit, micro)
            if filled:
                taken.take(key, filled)

    def trade_through(self, trade: SeenTrade) -> None:
        """Fill resting orders that are strictly better than a trade others made, up to its size.

        A trade whose currency cannot be told proves nothing.
        """
        if trade.currency is None or not self._market.user_orders:
            return
        ticks = trade.price * TICKS
        above = int(ticks.to_integral_value(ROUND_FLOOR)) + 1
        below = int(ticks.to_integral_value(ROUND_CEILING)) - 1
        left = trade.micro
        left -= self._meet(trade.currency, True, above, left)
        self._meet(trade.currency, False, below, left)

    def _taken_in(self, currency: Currency) -> Taken:
        return self._taken.setdefault(currency, Taken())

    def _order(self, book: SeenBook, is_ask: bool, tick: int, micro: int) -> Order:
        """Others' order for a level: a share of one outcome asked for is one of the other bid."""
        outcome = 1 - book.outcome if is_ask else book.outcome
        order = Order(
            self._others,
            self._market,
            outcome,
            Side.BUY,
            book.currency,
            TICKS - tick if is_ask else tick,
            micro,
            self._exchange.now_ms,
            sequence_of(self._next_number(), book.currency, 0),
        )
        order.group = (self._others.number << 32) + self._market.number
        return order

    def _next_number(self) -> int:
        """Others' orders are numbered as they come, which is the same when steps are retaken."""
        self._orders += 1
        return self._orders

    def _meet(self, currency: Currency, hits_bids: bool, limit: int, micro: int) -> int:
        """Trade others' shares with the orders resting at `limit` (outcome1's terms) or better.

        They are filled at their own prices, best first, without a fee. Returns the micro-shares.
        """
        book = self._exchange.state.book(self._market, currency)
        best = (book.bids if hits_bids else book.asks).best()
        if best is None or micro <= 0 or not 0 < limit < TICKS:
            return 0
        if best < limit if hits_bids else best > limit:
            return 0
        before = len(self._market.trades)
        self._exchange.take(
            self._others,
            self._market,
            currency,
            outcome=1 if hits_bids else 0,
            limit_tick=TICKS - limit if hits_bids else limit,
            micro=micro,
            stamp=self._next_number(),
        )
        return sum(trade.micro for trade in self._market.trades[before:])


def _offers(book: SeenBook) -> Iterator[tuple[Key, int]]:
    """Every level of a book, best first on each side."""
    for is_ask, rungs in ((True, book.asks), (False, book.bids)):
        for tick, micro in rungs:
            yield (book.outcome, is_ask, tick), micro
