"""Liquidity providers: ladders, takes, and the ids that reads must not move."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import VenueOrderStatus
from bayse_agent.simulation.exchange import ids
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.refusal import Refusal
from tests.simulation.exchange.floor import BUY, NGN, SELL, USD, Floor, cash, held, prices, shares
from tests.simulation.exchange.invariants import Replay, check, digest

TEN = 10_000_000


def test_ladder_is_shown_from_both_outcomes() -> None:
    floor = Floor()
    house = floor.exchange.open_house_account("m")
    floor.exchange.quote_ladder(
        house, floor.market, USD, bids=[(480, TEN)], asks=[(520, 2 * TEN)], stamp=1
    )
    assert floor.exchange.levels(floor.market, 0, USD, 5) == ([(480, TEN)], [(520, 2 * TEN)])
    assert floor.exchange.levels(floor.market, 1, USD, 5) == ([(480, 2 * TEN)], [(520, TEN)])


def test_new_ladder_takes_the_place_of_the_old() -> None:
    floor = Floor()
    house = floor.exchange.open_house_account("m")
    for stamp, tick in enumerate((480, 470)):
        floor.exchange.quote_ladder(
            house, floor.market, USD, bids=[(tick, TEN)], asks=[], stamp=stamp
        )
    assert floor.exchange.levels(floor.market, 0, USD, 5) == ([(470, TEN)], [])


def test_ladders_of_two_currencies_do_not_touch() -> None:
    floor = Floor()
    house = floor.exchange.open_house_account("m")
    for currency in (USD, NGN):
        floor.exchange.quote_ladder(
            house, floor.market, currency, bids=[(480, TEN)], asks=[], stamp=1
        )
    assert floor.exchange.levels(floor.market, 0, USD, 5)[0] == [(480, TEN)]


def test_ladder_that_crosses_a_users_order_trades_with_it_at_its_price() -> None:
    floor = Floor()
    house, user = floor.exchange.open_house_account("m"), floor.user("u")
    order = floor.limit(user, BUY, 0, "0.50", "4")
    floor.exchange.quote_ladder(house, floor.market, USD, bids=[], asks=[(450, TEN)], stamp=1)
    assert order.status is VenueOrderStatus.FILLED
    assert cash(order.cash) == 2
    assert order.fee == 0
    assert floor.exchange.levels(floor.market, 0, USD, 5) == ([], [(450, TEN - 4_000_000)])


def test_user_takes_a_ladder_and_both_are_settled() -> None:
    floor = Floor()
    house, user = floor.exchange.open_house_account("m"), floor.user("u")
    floor.exchange.quote_ladder(house, floor.market, USD, bids=[], asks=[(550, TEN)], stamp=1)
    floor.limit(user, BUY, 0, "0.60", "10")
    assert cash(house.free.holds(0)) == Decimal("-4.5")
    floor.exchange.resolve(floor.market, 1)
    assert cash(house.free.holds(0)) == Decimal("5.5")
    check(floor.exchange, Replay(floor.journal))


def test_take_leaves_nothing_behind() -> None:
    floor = Floor()
    taker, user = floor.exchange.open_house_account("t"), floor.user("u", pairs=10)
    order = floor.limit(user, SELL, 0, "0.50", "4")
    floor.exchange.take(taker, floor.market, USD, outcome=0, limit_tick=510, micro=TEN, stamp=1)
    assert order.status is VenueOrderStatus.FILLED
    assert prices(floor.market.trades) == [(Decimal(4), 500)]
    assert not floor.resting()


def test_take_beyond_its_limit_does_nothing() -> None:
    floor = Floor()
    taker, user = floor.exchange.open_house_account("t"), floor.user("u", pairs=10)
    floor.limit(user, SELL, 0, "0.50", "4")
    floor.exchange.take(taker, floor.market, USD, outcome=0, limit_tick=499, micro=TEN, stamp=1)
    assert not floor.market.trades


def test_house_does_nothing_once_trading_has_ended() -> None:
    floor = Floor()
    house = floor.exchange.open_house_account("m")
    floor.exchange.close(floor.event)
    before = digest(floor.exchange)
    with pytest.raises(Refusal):
        floor.exchange.quote_ladder(house, floor.market, USD, bids=[(480, TEN)], asks=[], stamp=1)
    with pytest.raises(Refusal):
        floor.exchange.take(house, floor.market, USD, outcome=0, limit_tick=500, micro=TEN, stamp=1)
    with pytest.raises(Refusal):
        floor.exchange.move_pool(house, floor.market, USD, Decimal("0.6"))
    assert digest(floor.exchange) == before


def test_ids_are_uuids_that_tell_what_they_name() -> None:
    floor = Floor()
    house, user = floor.exchange.open_house_account("m"), floor.user("u", pairs=10)
    floor.exchange.quote_ladder(
        house, floor.market, NGN, bids=[(480, TEN)], asks=[], stamp=2**31 - 1
    )
    order = floor.limit(user, SELL, 0, "0.48", "1", currency=NGN)
    (trade,) = floor.market.trades
    named = [user.id, floor.event.id, floor.market.id, *floor.market.outcome_ids]
    named += [order.id, trade.id, trade.maker.id, user.activities[-1].id]
    assert [str(UUID(name)) for name in named] == named
    assert len(set(named)) == len(named)
    assert ids.read(ids.Kind.ORDER, order.id) == (user.number, order.sequence)
    assert ids.read(ids.Kind.USER, order.id) is None


def test_trade_ids_differ_however_many_fills_orders_have() -> None:
    floor = Floor()
    maker, taker = floor.user("m", pairs=100), floor.user("t")
    for _ in range(5000):
        floor.limit(maker, SELL, 0, "0.50", "0.01")
    for size in ("47", "3"):
        floor.limit(taker, BUY, 0, "0.50", size)
    named = {trade.id for trade in floor.market.trades}
    assert len(named) == len(floor.market.trades) == 5000
    assert all(str(UUID(name)) == name for name in named)


class _Ladder:
    """Liquidity that quotes the same ladder whenever it is asked, and counts."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._house = floor.exchange.open_house_account("m")
        self.asked = 0

    def refresh(self, market: MarketState, currency: Currency) -> None:
        self.asked += 1
        self._floor.exchange.quote_ladder(
            self._house, market, currency, bids=[(480, TEN)], asks=[(520, TEN)], stamp=self.asked
        )
        # Looking at the market from inside must not ask again.
        assert self._floor.exchange.marginal(market, 0, currency) == Decimal("0.5")


def test_crowd_is_asked_before_every_look_and_trade_and_not_while_it_acts() -> None:
    floor = Floor()
    crowd = _Ladder(floor)
    floor.exchange.provide(crowd)
    account = floor.user("u")
    floor.exchange.levels(floor.market, 0, USD, 5)
    floor.exchange.marginal(floor.market, 0, USD)
    floor.exchange.quote(floor.market, 0, BUY, Decimal(5), USD)
    order = floor.limit(account, BUY, 0, "0.52", "4")
    assert crowd.asked == 4
    assert shares(order.filled) == 4
    assert held(floor, account, 0) == 4


def test_crowd_is_left_alone_once_a_market_has_closed() -> None:
    floor = Floor()
    crowd = _Ladder(floor)
    floor.exchange.provide(crowd)
    floor.exchange.close(floor.event)
    assert floor.exchange.levels(floor.market, 0, USD, 5) == ([], [])
    assert crowd.asked == 0


def test_quote_leaves_out_the_askers_own_orders() -> None:
    floor = Floor()
    own, other = floor.user("own", pairs=10), floor.user("other", pairs=10)
    floor.limit(own, SELL, 0, "0.40", "10")
    floor.limit(other, SELL, 0, "0.50", "10")
    stranger = floor.exchange.quote(floor.market, 0, BUY, Decimal(2), USD)
    mine = floor.exchange.quote(floor.market, 0, BUY, Decimal(2), USD, account=own)
    assert (shares(stranger.micro), shares(mine.micro)) == (5, 4)


def test_quote_beyond_the_book_is_incomplete() -> None:
    floor = Floor()
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    told = floor.exchange.quote(floor.market, 0, BUY, Decimal(6), USD)
    assert not told.is_complete
    assert (shares(told.micro), cash(told.nanos)) == (10, 5)


def test_quote_changes_nothing() -> None:
    floor = Floor()
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    before = digest(floor.exchange)
    floor.exchange.quote(floor.market, 0, BUY, Decimal(6), USD)
    assert digest(floor.exchange) == before


def test_quote_on_an_empty_book_is_refused() -> None:
    floor = Floor()
    with pytest.raises(Refusal, match="no liquidity"):
        floor.exchange.quote(floor.market, 0, BUY, Decimal(6), USD)
