"""The taker's fee, against the venue's documented figures."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.market import Side
from bayse_agent.simulation.exchange import fees
from bayse_agent.simulation.exchange.switches import Switches
from tests.simulation.exchange.floor import (
    BUY,
    NGN,
    SELL,
    USD,
    Floor,
    cash,
    event_spec,
    free_cash,
    held,
    shares,
)


@pytest.mark.parametrize(("tick", "percent"), [(300, 7), (500, 5), (700, 5), (900, 5)])
def test_fraction_at_a_rate_of_ten_percent_is_the_documented_one(tick: int, percent: int) -> None:
    assert fees.fraction_parts(fees.rate_ppm(Decimal(10)), tick, 500) == percent * 10**7


def test_hundred_dollars_at_030_buy_310_shares_net() -> None:
    # The venue's own example: 333.33 gross, 310.00 net, effective price 0.32258.
    floor = Floor(event_spec(fee_percent="10"))
    floor.limit(floor.user("m", usd="0", pairs=1000), SELL, 0, "0.30", "1000")
    taker = floor.user("t", usd="100")
    order = floor.at_market(taker, BUY, 0, "100")
    assert shares(order.size) == Decimal("333.33")
    assert held(floor, taker, 0).quantize(Decimal("0.01")) == Decimal("310.00")
    effective = cash(order.cash) / held(floor, taker, 0)
    assert effective.quantize(Decimal("0.00001")) == Decimal("0.32258")


def test_hundred_naira_at_065_cost_97_50_and_a_fee_of_2_50() -> None:
    # A bot's fixture: rate 5 %, amount 100, quantity 1.5. The book sells in steps of 0.01 share.
    floor = Floor(event_spec(fee_percent="5"))
    floor.limit(floor.user("m", pairs=100), SELL, 0, "0.65", "100", currency=NGN)
    told = floor.exchange.quote(floor.market, 0, BUY, Decimal(100), NGN)
    step = Decimal("0.65")
    assert abs(cash(told.fee_nanos) - Decimal("2.5")) < step * Decimal("0.025")
    assert abs(cash(told.nanos - told.fee_nanos) - Decimal("97.5")) < step
    assert abs(shares(told.micro) - Decimal("1.5")) < Decimal("0.01")


def test_fixture_comes_out_to_the_digit_where_the_step_divides_it() -> None:
    floor = Floor(event_spec(fee_percent="5"))
    floor.limit(floor.user("m", pairs=400), SELL, 0, "0.65", "400", currency=NGN)
    told = floor.exchange.quote(floor.market, 0, BUY, Decimal(13_000), NGN)
    assert cash(told.fee_nanos) == Decimal("325")
    assert shares(told.micro) == 195


def test_maker_pays_no_fee() -> None:
    floor = Floor(event_spec(fee_percent="10"))
    maker = floor.user("m", usd="0", pairs=10)
    order = floor.limit(maker, SELL, 0, "0.50", "10")
    floor.limit(floor.user("t"), BUY, 0, "0.50", "10")
    assert free_cash(maker) == 5
    assert order.fee == 0


def test_seller_pays_the_fee_from_the_proceeds() -> None:
    floor = Floor(event_spec(fee_percent="10"))
    floor.limit(floor.user("m"), BUY, 0, "0.30", "10")
    taker = floor.user("t", usd="0", pairs=10)
    order = floor.limit(taker, SELL, 0, "0.30", "10")
    assert free_cash(taker) == Decimal("2.79")
    assert cash(order.fee) == Decimal("0.21")


def test_quote_of_a_sell_is_net_of_the_fee_and_what_the_trade_pays() -> None:
    floor = Floor(event_spec(fee_percent="10"))
    floor.limit(floor.user("m"), BUY, 0, "0.30", "10")
    told = floor.exchange.quote(floor.market, 0, SELL, Decimal(10), USD)
    taker = floor.user("t", usd="0", pairs=10)
    floor.at_market(taker, SELL, 0, "10")
    assert cash(told.nanos) == free_cash(taker) == Decimal("2.79")


def test_fee_of_several_levels_is_the_sum_of_each() -> None:
    floor = Floor(event_spec(fee_percent="10"))
    maker = floor.user("m", pairs=20)
    for price in ("0.30", "0.60"):
        floor.limit(maker, SELL, 0, price, "10")
    order = floor.limit(floor.user("t"), BUY, 0, "0.60", "20")
    assert cash(order.fee) == Decimal("0.21") + Decimal("0.30")
    assert [cash(trade.fee_nanos) for trade in floor.market.trades] == [
        Decimal("0.21"),
        Decimal("0.30"),
    ]


def test_fee_on_the_other_outcome_counts_at_that_outcomes_price() -> None:
    floor = Floor(event_spec(fee_percent="10"))
    floor.limit(floor.user("m"), BUY, 0, "0.70", "10")
    taker = floor.user("t")
    floor.limit(taker, BUY, 1, "0.30", "10")
    assert held(floor, taker, 1) == Decimal("9.3")


@pytest.mark.parametrize(("floor_", "parts"), [("0.5", 5), ("0.3", 3)])
def test_fee_floor_switch_sets_the_least_factor(floor_: str, parts: int) -> None:
    spec = event_spec(fee_percent="10")
    floor = Floor(spec, Switches(dust=Decimal(0), fee_floor=Decimal(floor_)))
    floor.limit(floor.user("m", pairs=100), SELL, 0, "0.90", "100")
    taker = floor.user("t")
    floor.limit(taker, BUY, 0, "0.90", "100")
    assert held(floor, taker, 0) == 100 - parts


@given(
    micro=st.integers(1, 10**12),
    tick=st.integers(10, 990),
    percent=st.decimals(0, 20, places=2),
    side=st.sampled_from(Side),
)
def test_fee_is_never_below_the_formula_and_above_it_by_less_than_a_unit(
    micro: int, tick: int, percent: Decimal, side: Side
) -> None:
    parts = fees.fraction_parts(fees.rate_ppm(percent), tick, 500)
    quantity = micro if side is BUY else micro * tick * USD.payout
    exact = quantity * percent / 100 * max(1 - Decimal(tick) / 1000, Decimal("0.5"))
    assert 0 <= fees.share_of(quantity, parts) - exact < 1
