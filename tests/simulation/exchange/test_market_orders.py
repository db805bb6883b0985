"""MARKET orders on a book: what they spend, how far slippage lets them go, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.domain.order import VenueOrderStatus
from bayse_agent.simulation.exchange.refusal import Refusal
from tests.simulation.exchange.floor import BUY, SELL, Floor, cash, free_cash, held, prices


def test_market_buy_spends_its_amount_over_several_levels() -> None:
    floor = Floor()
    maker = floor.user("m", pairs=200)
    floor.limit(maker, SELL, 0, "0.50", "100")
    floor.limit(maker, SELL, 0, "0.90", "100")
    taker = floor.user("t", usd="95")
    order = floor.at_market(taker, BUY, 0, "95")
    assert order.status is VenueOrderStatus.FILLED
    assert cash(order.cash) == 95
    assert free_cash(taker) == 0
    assert held(floor, taker, 0) == 150


def test_market_buy_beyond_the_wallet_is_refused_however_thin_the_book() -> None:
    floor = Floor()
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    with pytest.raises(Refusal, match="insufficient balance: Insufficient USD balance"):
        floor.at_market(floor.user("t", usd="50"), BUY, 0, "60")


def test_market_sell_beyond_the_holding_is_refused_however_thin_the_book() -> None:
    floor = Floor()
    floor.limit(floor.user("m"), BUY, 0, "0.50", "3")
    with pytest.raises(Refusal, match="insufficient shares"):
        floor.at_market(floor.user("t", pairs=5), SELL, 0, "6")


def test_market_order_on_an_empty_book_is_refused() -> None:
    floor = Floor()
    with pytest.raises(Refusal, match="no liquidity"):
        floor.at_market(floor.user("t"), BUY, 0, "60")


def test_market_order_left_over_ends_cancelled() -> None:
    floor = Floor()
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    order = floor.at_market(floor.user("t"), BUY, 0, "60")
    assert order.status is VenueOrderStatus.CANCELLED
    assert cash(order.cash) == 5


def test_slippage_bounds_a_market_order_from_the_best_price() -> None:
    floor = Floor()
    maker = floor.user("m", pairs=30)
    for price in ("0.50", "0.51", "0.511"):
        floor.limit(maker, SELL, 0, price, "10")
    floor.at_market(floor.user("t"), BUY, 0, "60", max_slippage="0.02")
    assert prices(floor.market.trades) == [(Decimal(10), 500), (Decimal(10), 510)]


def test_slippage_bounds_a_market_sell_downwards() -> None:
    floor = Floor()
    maker = floor.user("m")
    for price in ("0.50", "0.49", "0.489"):
        floor.limit(maker, BUY, 0, price, "10")
    floor.at_market(floor.user("t", pairs=30), SELL, 0, "30", max_slippage="0.02")
    assert prices(floor.market.trades) == [(Decimal(10), 500), (Decimal(10), 490)]


def test_slippage_counts_from_the_best_price_of_others() -> None:
    floor = Floor()
    taker = floor.user("t", pairs=10)
    floor.limit(taker, SELL, 0, "0.30", "10")
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    order = floor.at_market(taker, BUY, 0, "5", max_slippage="0")
    assert prices(floor.market.trades) == [(Decimal(10), 500)]
    assert order.status is VenueOrderStatus.FILLED


@pytest.mark.parametrize("slippage", ["-0.01", "0.51", "1", "NaN"])
def test_slippage_out_of_range_is_refused_in_the_venues_words(slippage: str) -> None:
    floor = Floor()
    with pytest.raises(Refusal) as caught:
        floor.at_market(floor.user("t"), BUY, 0, "60", max_slippage=slippage)
    assert caught.value.status == 400
    assert str(caught.value) == "max slippage must be between 0 and 0.50"
