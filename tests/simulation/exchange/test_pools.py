"""The formula market: prices, quotes, trades, and the bound of its loss."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.market import Engine, Side
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import TimeInForce, VenueOrderStatus
from bayse_agent.simulation.exchange.refusal import Refusal
from bayse_agent.simulation.exchange.switches import SellUnit, Switches
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
    request,
    shares,
)
from tests.simulation.exchange.invariants import Replay, check


def pool_floor(
    *,
    prior: str = "0.5",
    fee_percent: str = "0",
    depth: str = "4000",
    liability_shares: str | None = None,
    switches: Switches | None = None,
) -> Floor:
    spec = event_spec(
        engine=Engine.AMM,
        prior=prior,
        fee_percent=fee_percent,
        depth=depth,
        liability_shares=liability_shares,
    )
    return Floor(spec, switches or Switches())


def price_of(floor: Floor, outcome: int = 0, currency: Currency = USD) -> Decimal:
    found = floor.exchange.marginal(floor.market, outcome, currency)
    assert found is not None
    return found


def test_pool_opens_at_its_prior() -> None:
    floor = pool_floor(prior="0.72")
    assert abs(price_of(floor) - Decimal("0.72")) < Decimal("1e-9")
    assert abs(price_of(floor, 1) - Decimal("0.28")) < Decimal("1e-9")


def test_hundred_dollars_at_072_move_the_average_price_by_0_0035() -> None:
    # The venue's only numeric example, 0.72 to 0.7235, read before the fee.
    floor = pool_floor(prior="0.72")
    told = floor.exchange.quote(floor.market, 0, BUY, Decimal(100), USD)
    assert abs(told.price - Decimal("0.7235")) < Decimal("0.0002")


@pytest.mark.parametrize("currency", Currency)
def test_same_shares_cost_the_same_price_in_either_currency(currency: Currency) -> None:
    floor = pool_floor(prior="0.72")
    told = floor.exchange.quote(floor.market, 0, BUY, Decimal(100) * currency.payout, currency)
    assert shares(told.micro) == shares(
        floor.exchange.quote(floor.market, 0, BUY, Decimal(100), USD).micro
    )


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("currency", Currency)
@pytest.mark.parametrize("unit", SellUnit)
@pytest.mark.parametrize("outcome", [0, 1])
def test_trade_is_what_was_quoted_to_the_last_digit(
    side: Side, currency: Currency, unit: SellUnit, outcome: int
) -> None:
    floor = pool_floor(
        prior="0.61", fee_percent="7.5", switches=Switches(sell_unit=unit, quote_sell_unit=unit)
    )
    account = floor.user("a", ngn="20000", pairs=50)
    amount = Decimal("33.33") * (currency.payout if side is BUY or unit is SellUnit.CASH else 1)
    amount = amount / 3 if side is SELL and unit is SellUnit.CASH else amount
    told = floor.exchange.quote(floor.market, outcome, side, amount, currency)
    before = account.cash(currency), account.shares(floor.market, outcome, currency)
    order = floor.exchange.place(
        account, request(floor.market, side, outcome, amount, currency=currency)
    )
    sign = 1 if side is BUY else -1
    assert before[0] - account.cash(currency) == sign * told.nanos
    assert account.shares(floor.market, outcome, currency) - before[1] == sign * told.micro
    assert (order.filled, order.cash) == (told.micro, told.nanos)
    assert order.status is VenueOrderStatus.FILLED
    check(floor.exchange, Replay(floor.journal))


def test_buy_spends_its_whole_amount_with_the_fee_inside() -> None:
    floor = pool_floor(fee_percent="10")
    account = floor.user("a", usd="100")
    floor.at_market(account, BUY, 0, "100")
    assert free_cash(account) == 0
    assert cash(floor.exchange.state.venue.free.holds(0)) == 5
    told = floor.exchange.quote(floor.market, 0, BUY, Decimal(100), USD)
    assert told.fee_nanos == 0


def test_sell_is_paid_net_of_the_fee() -> None:
    floor = pool_floor(fee_percent="10", depth="1000000")
    account = floor.user("a", usd="0", pairs=100)
    order = floor.at_market(account, SELL, 0, "100")
    assert free_cash(account).quantize(Decimal("0.01")) == Decimal("47.50")
    assert cash(order.fee).quantize(Decimal("0.01")) == Decimal("2.50")
    assert cash(floor.exchange.state.venue.free.holds(0)) == cash(order.fee)


def test_pool_hands_out_the_shares_it_holds_before_it_makes_new_pairs() -> None:
    floor = pool_floor()
    account = floor.user("a", pairs=100)
    floor.at_market(account, SELL, 0, "50")
    floor.at_market(account, BUY, 0, "10")
    assert cash(floor.market.collateral.holds(0)) == 100


def test_buying_moves_the_price_up_and_selling_back_returns_it() -> None:
    floor = pool_floor()
    account = floor.user("a")
    order = floor.at_market(account, BUY, 0, "100")
    assert price_of(floor) > Decimal("0.5")
    floor.exchange.place(account, request(floor.market, SELL, 0, shares(order.filled)))
    assert price_of(floor) == Decimal("0.5")
    assert Decimal(1000) - free_cash(account) < Decimal("0.000001")


@given(
    amounts=st.lists(st.tuples(st.integers(0, 1), st.integers(100, 30_000)), max_size=6),
    prior=st.integers(20, 980),
)
def test_round_trip_never_gains(amounts: list[tuple[int, int]], prior: int) -> None:
    floor = pool_floor(prior=str(Decimal(prior) / 1000))
    account = floor.user("a", usd="2000")
    bought = []
    for outcome, cents in amounts:
        amount = Decimal(cents) / 100
        if floor.exchange.quote(floor.market, outcome, BUY, amount, USD).exceeds_liability:
            continue
        asked = request(floor.market, BUY, outcome, amount)
        bought.append((outcome, floor.exchange.place(account, asked).filled))
    for outcome, micro in reversed(bought):
        floor.exchange.place(account, request(floor.market, SELL, outcome, shares(micro)))
    assert Decimal("1999.9999") < free_cash(account) <= 2000
    assert abs(price_of(floor) - Decimal(prior) / 1000) < Decimal("1e-9")


def test_limit_order_within_its_price_fills_at_once() -> None:
    floor = pool_floor()
    order = floor.exchange.place(floor.user("a"), request(floor.market, BUY, 0, "10", price="0.51"))
    assert order.status is VenueOrderStatus.FILLED


def test_limit_order_beyond_its_price_is_refused() -> None:
    floor = pool_floor()
    with pytest.raises(Refusal, match="no liquidity"):
        floor.exchange.place(floor.user("a"), request(floor.market, BUY, 0, "10", price="0.50"))


@pytest.mark.parametrize("price", ["NaN", "0", "1.5"])
def test_limit_price_out_of_range_is_refused(price: str) -> None:
    floor = pool_floor()
    with pytest.raises(Refusal, match="price must be"):
        floor.exchange.place(floor.user("a"), request(floor.market, BUY, 0, "10", price=price))


def test_cancelling_an_order_on_a_pool_is_unsupported() -> None:
    floor = pool_floor()
    account = floor.user("a")
    order = floor.at_market(account, BUY, 0, "10")
    with pytest.raises(Refusal) as caught:
        floor.exchange.cancel(account, order.id)
    assert caught.value.code == "UNSUPPORTED_ENGINE"


def test_sell_of_more_than_is_held_is_refused() -> None:
    floor = pool_floor()
    with pytest.raises(Refusal, match="insufficient shares"):
        floor.at_market(floor.user("a", pairs=10), SELL, 0, "10.01")


def test_buy_beyond_the_wallet_is_refused() -> None:
    floor = pool_floor()
    with pytest.raises(Refusal, match="insufficient balance"):
        floor.at_market(floor.user("a", usd="9.99"), BUY, 0, "10")


def test_buy_below_the_minimum_is_refused() -> None:
    floor = pool_floor()
    with pytest.raises(Refusal, match=r"Minimum buy amount is NGN 100\.00"):
        floor.at_market(floor.user("a"), BUY, 0, "99", currency=NGN)


# -- liability ---------------------------------------------------------------------------------


def test_trade_over_the_liability_bound_is_flagged_and_refused() -> None:
    floor = pool_floor(liability_shares="50")
    account = floor.user("a")
    small, large = (
        floor.exchange.quote(floor.market, 0, BUY, Decimal(amount), USD) for amount in (20, 200)
    )
    assert (small.exceeds_liability, large.exceeds_liability) == (False, True)
    with pytest.raises(Refusal) as caught:
        floor.at_market(account, BUY, 0, "200")
    assert caught.value.code == "MAX_LIABILITY"
    assert floor.at_market(account, BUY, 0, "20").status is VenueOrderStatus.FILLED


def test_loss_of_a_pool_stays_within_its_bound() -> None:
    floor = pool_floor(liability_shares="50")
    account = floor.user("a")
    for _ in range(30):
        try:
            floor.at_market(account, BUY, 0, "20")
        except Refusal:
            break
    spent = 1000 - free_cash(account)
    assert 30 < held(floor, account, 0) - spent <= 50


def test_trade_that_brings_a_pool_back_is_taken_beyond_the_bound() -> None:
    floor = pool_floor(liability_shares="50")
    account = floor.user("a", pairs=100)
    makers = floor.exchange.open_house_account("crowd")
    floor.exchange.move_pool(makers, floor.market, USD, Decimal("0.9"))
    told = floor.exchange.quote(floor.market, 0, SELL, Decimal(100), USD)
    assert not told.exceeds_liability
    assert floor.at_market(account, SELL, 0, "100").status is VenueOrderStatus.FILLED
    with pytest.raises(Refusal):
        floor.at_market(account, BUY, 0, "100")


@pytest.mark.parametrize("outcome", [0, 1])
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("amount", ["1E+12", "1E+10", "1E+6"])
def test_quote_for_a_giant_amount_is_a_flag_or_a_refusal(
    outcome: int, side: Side, amount: str
) -> None:
    floor = pool_floor(depth="100")
    told = floor.exchange.quote(floor.market, outcome, side, Decimal(amount), USD)
    assert told.exceeds_liability
    assert told.nanos > 0


def test_selling_for_more_cash_than_the_pool_can_pay_is_refused() -> None:
    floor = pool_floor(switches=Switches(quote_sell_unit=SellUnit.CASH))
    with pytest.raises(Refusal, match="no liquidity"):
        floor.exchange.quote(floor.market, 0, SELL, Decimal(10**6), USD)


# -- what the crowd does -----------------------------------------------------------------------


@given(stops=st.lists(st.integers(20, 980), max_size=5), last=st.integers(20, 980))
def test_move_pool_ends_in_the_same_place_whatever_lay_between(stops: list[int], last: int) -> None:
    nets, volumes = [], []
    for path in ([last], [*stops, last]):
        floor = pool_floor()
        makers = floor.exchange.open_house_account("crowd")
        for tick in path:
            floor.exchange.move_pool(makers, floor.market, USD, Decimal(tick) / 1000)
        assert abs(price_of(floor) - Decimal(last) / 1000) < Decimal("1e-9")
        check(floor.exchange, Replay(floor.journal))
        nets.append(floor.market.pools[USD].net)
        volumes.append(dict(floor.market.volume_nanos))
    assert nets[0] == nets[1]
    assert volumes[0] == volumes[1]


def test_volume_counts_what_users_trade() -> None:
    floor = pool_floor()
    floor.at_market(floor.user("a"), BUY, 0, "100")
    assert floor.market.volume_nanos == {USD: 100 * 10**9}


@pytest.mark.parametrize("force", [None, *TimeInForce])
def test_any_time_in_force_fills_at_once_on_a_pool(force: TimeInForce | None) -> None:
    floor = pool_floor()
    asked = request(floor.market, BUY, 0, "10", force=force, expires_at=floor.later(60))
    assert floor.exchange.place(floor.user("a"), asked).status is VenueOrderStatus.FILLED
