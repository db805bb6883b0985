"""Orders on a book: their size, who they meet, and what becomes of the rest."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.domain.order import TimeInForce, VenueOrderStatus
from bayse_agent.simulation.exchange.records import MatchType
from bayse_agent.simulation.exchange.refusal import Refusal
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
    prices,
    request,
    shares,
)


def test_limit_size_for_100_naira_at_001_is_9999_shares() -> None:
    # Seen live: the venue makes 99.99 shares of NGN 100 at 0.01.
    floor = Floor(switches=Switches())
    asked = request(floor.market, BUY, 0, "100", price="0.01", currency=NGN)
    order = floor.exchange.place(floor.user("a"), asked)
    assert shares(order.size) == Decimal("99.99")
    assert cash(order.amount) == 100


def test_limit_size_for_1000_naira_at_045_is_2222_shares() -> None:
    floor = Floor(switches=Switches())
    asked = request(floor.market, BUY, 0, "1000", price="0.45", currency=NGN)
    assert shares(floor.exchange.place(floor.user("a"), asked).size) == Decimal("22.22")


def test_resting_buy_locks_what_it_may_cost() -> None:
    floor = Floor()
    account = floor.user("a", usd="100")
    floor.limit(account, BUY, 0, "0.40", "100")
    assert free_cash(account) == 60
    assert cash(account.locked.holds(0)) == 40


def test_resting_sell_locks_its_shares() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    floor.limit(account, SELL, 1, "0.60", "4")
    assert shares(account.free_shares(floor.market, 1, USD)) == 6
    assert held(floor, account, 1) == 10


def test_crossing_orders_trade_at_the_makers_price() -> None:
    floor = Floor()
    maker, taker = floor.user("m", pairs=10), floor.user("t", usd="100")
    floor.limit(maker, SELL, 0, "0.50", "10")
    order = floor.limit(taker, BUY, 0, "0.70", "10")
    assert prices(floor.market.trades) == [(Decimal(10), 500)]
    assert order.status is VenueOrderStatus.FILLED
    assert free_cash(taker) == 95
    assert cash(order.cash) == 5


def test_price_improvement_on_a_part_is_not_locked_for_the_rest() -> None:
    floor = Floor()
    maker, taker = floor.user("m", pairs=10), floor.user("t", usd="100")
    floor.limit(maker, SELL, 0, "0.50", "10")
    order = floor.limit(taker, BUY, 0, "0.70", "30")
    assert order.status is VenueOrderStatus.PARTIAL
    assert free_cash(taker) == 100 - 5 - 14
    floor.exchange.cancel(taker, order.id)
    assert free_cash(taker) == 95


def test_orders_at_one_price_fill_oldest_first() -> None:
    floor = Floor()
    makers = [floor.user(name, pairs=10) for name in ("first", "second")]
    first, second = (floor.limit(maker, SELL, 0, "0.50", "10") for maker in makers)
    floor.limit(floor.user("t"), BUY, 0, "0.50", "15")
    assert (shares(first.filled), shares(second.filled)) == (10, 5)


def test_better_price_fills_before_an_older_order() -> None:
    floor = Floor()
    maker = floor.user("m", pairs=20)
    dear, cheap = (floor.limit(maker, SELL, 0, price, "10") for price in ("0.55", "0.50"))
    floor.limit(floor.user("t"), BUY, 0, "0.60", "15")
    assert (shares(cheap.filled), shares(dear.filled)) == (10, 5)


def test_two_buyers_of_opposite_outcomes_mint_a_pair() -> None:
    floor = Floor()
    maker, taker = floor.user("m", usd="100"), floor.user("t", usd="100")
    floor.limit(maker, BUY, 1, "0.40", "10")
    floor.limit(taker, BUY, 0, "0.65", "10")
    (trade,) = floor.market.trades
    assert trade.match_type is MatchType.MINT
    assert (trade.taker_tick, trade.maker_tick) == (600, 400)
    assert (free_cash(taker), free_cash(maker)) == (94, 96)
    assert (held(floor, taker, 0), held(floor, maker, 1)) == (10, 10)
    assert cash(floor.market.collateral.holds(0)) == 10


def test_two_sellers_of_opposite_outcomes_merge_a_pair() -> None:
    floor = Floor()
    maker, taker = floor.user("m", usd="0", pairs=10), floor.user("t", usd="0", pairs=10)
    floor.limit(maker, SELL, 1, "0.40", "10")
    floor.limit(taker, SELL, 0, "0.55", "10")
    (trade,) = floor.market.trades
    assert trade.match_type is MatchType.MERGE
    assert (free_cash(taker), free_cash(maker)) == (6, 4)
    assert cash(floor.market.collateral.holds(0)) == 10


def test_naira_and_dollar_orders_do_not_meet() -> None:
    floor = Floor()
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10", currency=NGN)
    order = floor.limit(floor.user("t"), BUY, 0, "0.50", "10")
    assert order.status is VenueOrderStatus.OPEN


def test_naira_share_costs_a_hundred_times_its_price() -> None:
    floor = Floor()
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.55", "10", currency=NGN)
    taker = floor.user("t", ngn="1000")
    floor.limit(taker, BUY, 0, "0.55", "10", currency=NGN)
    assert free_cash(taker, NGN) == 450


# -- time in force -----------------------------------------------------------------------------


def test_fak_takes_what_is_there_and_ends_cancelled() -> None:
    floor = Floor()
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    taker = floor.user("t", usd="100")
    order = floor.limit(taker, BUY, 0, "0.50", "15", force=TimeInForce.FAK)
    assert order.status is VenueOrderStatus.CANCELLED
    assert shares(order.filled) == 10
    assert free_cash(taker) == 95


def test_fok_that_cannot_fill_is_refused() -> None:
    floor = Floor()
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    with pytest.raises(Refusal, match="no liquidity"):
        floor.limit(floor.user("t"), BUY, 0, "0.50", "10.01", force=TimeInForce.FOK)
    assert not floor.market.trades


def test_fok_over_several_levels_fills_in_full() -> None:
    floor = Floor()
    maker = floor.user("m", pairs=20)
    for price in ("0.50", "0.51"):
        floor.limit(maker, SELL, 0, price, "10")
    order = floor.limit(floor.user("t"), BUY, 0, "0.51", "20", force=TimeInForce.FOK)
    assert order.status is VenueOrderStatus.FILLED


def test_fok_at_market_with_too_little_on_offer_is_refused() -> None:
    floor = Floor()
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    with pytest.raises(Refusal, match="no liquidity"):
        floor.at_market(floor.user("t"), BUY, 0, "20", force=TimeInForce.FOK)
    assert not floor.market.trades


def test_gtd_order_expires_at_its_time_and_is_refunded() -> None:
    floor = Floor()
    account = floor.user("a", usd="100")
    order = floor.limit(
        account, BUY, 0, "0.50", "10", force=TimeInForce.GTD, expires_at=floor.later(60)
    )
    floor.advance(59)
    assert order.status is VenueOrderStatus.OPEN
    floor.advance(1)
    assert order.status is VenueOrderStatus.EXPIRED
    assert free_cash(account) == 100
    assert account.activities[-1].kind == "BUY_LIMIT_ORDER_EXPIRED"
    assert cash(account.activities[-1].cash_nanos or 0) == 5


def test_gtd_order_expires_at_its_moment_however_far_time_jumps() -> None:
    floor = Floor()
    order = floor.limit(
        floor.user("a"), BUY, 0, "0.50", "10", force=TimeInForce.GTD, expires_at=floor.later(60)
    )
    floor.advance(300)
    assert order.updated_ms - order.created_ms == 60_000


def test_gtd_sell_gives_its_shares_back_when_it_expires() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    floor.limit(account, SELL, 0, "0.50", "10", force=TimeInForce.GTD, expires_at=floor.later(5))
    floor.advance(5)
    assert shares(account.free_shares(floor.market, 0, USD)) == 10
    assert shares(account.activities[-1].micro or 0) == 10


@pytest.mark.parametrize("seconds", [-1, 0])
def test_gtd_order_whose_time_is_past_is_refused(seconds: int) -> None:
    floor = Floor()
    when = floor.later(seconds)
    with pytest.raises(Refusal, match="expiresAt must be in the future"):
        floor.limit(floor.user("a"), BUY, 0, "0.50", "10", force=TimeInForce.GTD, expires_at=when)


def test_gtd_order_without_a_time_is_refused() -> None:
    floor = Floor()
    with pytest.raises(Refusal, match="expiresAt is required"):
        floor.limit(floor.user("a"), BUY, 0, "0.50", "10", force=TimeInForce.GTD)


# -- post-only ---------------------------------------------------------------------------------


def test_post_only_order_that_would_cross_is_refused_with_422() -> None:
    floor = Floor()
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    with pytest.raises(Refusal, match="post-only") as caught:
        floor.limit(floor.user("t"), BUY, 0, "0.50", "10", post_only=True)
    assert caught.value.status == 422
    assert not floor.market.trades


def test_post_only_order_below_the_best_ask_rests() -> None:
    floor = Floor()
    floor.limit(floor.user("m", pairs=10), SELL, 0, "0.50", "10")
    order = floor.limit(floor.user("t"), BUY, 0, "0.499", "10", post_only=True)
    assert order.status is VenueOrderStatus.OPEN


def test_post_only_order_that_crosses_the_other_outcome_is_refused() -> None:
    floor = Floor()
    floor.limit(floor.user("m"), BUY, 1, "0.50", "10")
    with pytest.raises(Refusal, match="post-only"):
        floor.limit(floor.user("t"), BUY, 0, "0.50", "10", post_only=True)


def test_post_only_at_market_is_refused() -> None:
    floor = Floor()
    with pytest.raises(Refusal, match="postOnly is only valid for LIMIT orders"):
        floor.exchange.place(floor.user("a"), request(floor.market, BUY, 0, "10", post_only=True))


# -- what is refused ---------------------------------------------------------------------------


def test_minimum_message_has_thousands_commas() -> None:
    floor = Floor(event_spec(minimum_order={NGN: Decimal(1000)}))
    with pytest.raises(Refusal) as caught:
        floor.exchange.place(
            floor.user("a"), request(floor.market, BUY, 0, "999.99", price="0.5", currency=NGN)
        )
    assert str(caught.value) == "Minimum buy amount is NGN 1,000.00"


@pytest.mark.parametrize(("currency", "amount"), [(USD, "0.99"), (NGN, "99.99")])
def test_buy_below_the_platforms_floor_is_refused(currency: str, amount: str) -> None:
    floor = Floor()
    asked = request(
        floor.market, BUY, 0, amount, price="0.5", currency=NGN if currency == "NGN" else USD
    )
    with pytest.raises(Refusal, match="Minimum buy amount"):
        floor.exchange.place(floor.user("a"), asked)


def test_sell_has_no_minimum_amount() -> None:
    floor = Floor()
    order = floor.limit(floor.user("a", pairs=1), SELL, 0, "0.01", "0.01")
    assert order.status is VenueOrderStatus.OPEN


@pytest.mark.parametrize("price", ["0.009", "0.991", "0", "1", "-0.5", "0.5005", "NaN"])
def test_price_out_of_range_or_off_the_grid_is_refused(price: str) -> None:
    floor = Floor()
    with pytest.raises(Refusal, match="price must be"):
        floor.exchange.place(floor.user("a"), request(floor.market, BUY, 0, "10", price=price))


@pytest.mark.parametrize("amount", ["0", "-5", "NaN", "Infinity", "1E+13"])
def test_amount_that_is_no_amount_is_refused(amount: str) -> None:
    floor = Floor()
    with pytest.raises(Refusal, match="amount"):
        floor.exchange.place(floor.user("a"), request(floor.market, BUY, 0, amount, price="0.5"))


def test_buy_beyond_the_wallet_is_refused() -> None:
    floor = Floor()
    with pytest.raises(Refusal) as caught:
        floor.limit(floor.user("a", usd="4.99"), BUY, 0, "0.50", "10")
    assert caught.value.code == "INSUFFICIENT_BALANCE"


def test_sell_of_locked_shares_is_refused() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    floor.limit(account, SELL, 0, "0.60", "6")
    with pytest.raises(Refusal) as caught:
        floor.limit(account, SELL, 0, "0.60", "5")
    assert caught.value.code == "INSUFFICIENT_SHARES"


def test_order_in_a_currency_that_the_event_lacks_is_refused() -> None:
    floor = Floor(event_spec(currencies=(USD,)))
    with pytest.raises(Refusal, match="currency NGN is not supported"):
        floor.limit(floor.user("a"), BUY, 0, "0.5", "10", currency=NGN)


def test_order_on_an_unknown_outcome_is_refused_with_404() -> None:
    floor = Floor()
    with pytest.raises(Refusal) as caught:
        floor.exchange.market_of(floor.market.id)
    assert caught.value.status == 404


# -- cancelling --------------------------------------------------------------------------------


def test_cancelling_gives_back_what_was_locked() -> None:
    floor = Floor()
    account = floor.user("a", usd="100")
    order = floor.limit(account, BUY, 0, "0.50", "10")
    floor.exchange.cancel(account, order.id)
    assert order.status is VenueOrderStatus.CANCELLED
    assert free_cash(account) == 100
    assert cash(account.activities[-1].cash_nanos or 0) == 5


def test_times_of_an_order_are_those_of_its_making_and_its_last_change() -> None:
    floor = Floor()
    account = floor.user("a")
    order = floor.limit(account, BUY, 0, "0.50", "10")
    made = floor.exchange.now_ms
    floor.advance(5)
    floor.exchange.cancel(account, order.id)
    assert (order.created_ms, order.updated_ms) == (made, made + 5000)


def test_cancelling_a_partly_filled_order_leaves_the_others_shares_on_show() -> None:
    floor = Floor()
    first, second = floor.user("a"), floor.user("b")
    order = floor.limit(first, BUY, 0, "0.50", "10")
    floor.limit(second, BUY, 0, "0.50", "5")
    floor.limit(floor.user("s", pairs=4), SELL, 0, "0.50", "4")
    floor.exchange.cancel(first, order.id)
    assert floor.exchange.levels(floor.market, 0, USD, 5)[0] == [(500, 5_000_000)]


def test_cancelling_twice_is_refused_with_409() -> None:
    floor = Floor()
    account = floor.user("a")
    order = floor.limit(account, BUY, 0, "0.50", "10")
    floor.exchange.cancel(account, order.id)
    with pytest.raises(Refusal) as caught:
        floor.exchange.cancel(account, order.id)
    assert (caught.value.status, caught.value.code) == (409, "ORDER_NOT_CANCELLABLE")


def test_cancelling_somebody_elses_order_is_not_found() -> None:
    floor = Floor()
    order = floor.limit(floor.user("a"), BUY, 0, "0.50", "10")
    with pytest.raises(Refusal) as caught:
        floor.exchange.cancel(floor.user("b"), order.id)
    assert caught.value.code == "ORDER_NOT_FOUND"
