"""The engine against a plain one, fill by fill, on random flows of orders of both outcomes."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.money import Currency, Price
from bayse_agent.domain.order import Amend, OrderId
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.records import TradeRecord
from tests.simulation.exchange.floor import BUY, NGN, SELL, USD, Floor
from tests.simulation.exchange.reference import Plain, PlainBook, PlainFill


def _fill(trade: TradeRecord, numbers: dict[Order, int]) -> PlainFill:
    return PlainFill(
        numbers[trade.maker], trade.micro, trade.taker_tick, trade.maker_tick, trade.match_type
    )


class _Both:
    """The engine and the plain book, given the same orders."""

    def __init__(self, seed: int, currency: Currency) -> None:
        self.chance = Random(seed)
        self.currency = currency
        self.floor = Floor()
        self.users = [
            self.floor.user(str(n), usd="1E+6", ngn="1E+8", pairs=1_000_000) for n in range(4)
        ]
        self.plain = PlainBook()
        self.numbers: dict[Order, int] = {}
        self._seen = 0
        self._count = 0

    def place(self) -> None:
        owner = self.chance.randrange(4)
        side, outcome = self.chance.choice([BUY, SELL]), self.chance.randrange(2)
        tick, hundredths = self.chance.randint(470, 530), self.chance.randint(300, 5000)
        order = self.floor.limit(
            self.users[owner],
            side,
            outcome,
            str(Decimal(tick) / 1000),
            str(Decimal(hundredths) / 100),
            currency=self.currency,
        )
        self._same(order, Plain(self._next(), owner, side, outcome, tick, hundredths * 10_000))

    def cancel(self) -> None:
        order = self._some()
        if order is not None:
            self.floor.exchange.cancel(order.account, order.id)
            self.plain.cancel(self.numbers[order])

    def amend(self) -> None:
        """A new price is a cancelled order and a new one, that keeps what was filled."""
        order = self._some()
        tick = self.chance.randint(400, 600)
        # Amending cancels own orders that it meets, which the plain book does not know.
        if order is None or tick == order.own_tick or self._meets_own(order, tick):
            return
        price = Price(Decimal(tick) / 1000)
        self.plain.cancel(self.numbers[order])
        owner, left = self.users.index(order.account), order.remaining
        self.floor.exchange.amend(
            order.account, [Amend(order_id=OrderId(order.id), new_price=price)]
        )
        self._same(order, Plain(self._next(), owner, order.side, order.outcome, tick, left))

    def _same(self, order: Order, plain: Plain) -> None:
        """The plain book makes the same fills of an order, and is left with the same levels."""
        fills = self.plain.place(plain)
        trades = self.floor.market.trades[self._seen :]
        self._seen += len(trades)
        assert [_fill(trade, self.numbers) for trade in trades] == fills
        self.numbers[order] = plain.number
        assert order.remaining == plain.left
        for outcome in (0, 1):
            shown = self.floor.exchange.levels(self.floor.market, outcome, self.currency, 999)
            bids, asks = self.plain.levels(outcome)
            assert shown == (sorted(bids.items(), reverse=True), sorted(asks.items()))

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _some(self) -> Order | None:
        resting = self.floor.resting(self.currency)
        return self.chance.choice(resting) if resting else None

    def _meets_own(self, order: Order, tick: int) -> bool:
        in_book = tick if order.outcome == 0 else 1000 - tick
        others = (o for o in self.floor.resting(self.currency) if o.account is order.account)
        return any(
            other.is_bid is not order.is_bid
            and (other.tick <= in_book if order.is_bid else other.tick >= in_book)
            for other in others
        )


@given(seed=st.integers(0, 2**48), currency=st.sampled_from([USD, NGN]))
def test_engine_makes_the_fills_of_the_plain_book(seed: int, currency: Currency) -> None:
    both = _Both(seed, currency)
    verbs = [both.place] * 8 + [both.cancel, both.amend]
    for _ in range(120):
        both.chance.choice(verbs)()
    assert both.floor.market.trades
