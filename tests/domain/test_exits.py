"""When a position is sold: every trigger, and everything that must not set one off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.decision import Exit, Trigger
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.exits import ExitRule, decide_exit
from bayse_agent.domain.fees import sale
from bayse_agent.domain.forecast import Context, Forecast
from bayse_agent.domain.liquidation import Keep, KeepReason, sellable_price, way_out
from bayse_agent.domain.market import Engine, MarketStatus, OutcomeId, Quote, Side
from bayse_agent.domain.money import ZERO, Currency, Money, Price, price, shares
from bayse_agent.domain.portfolio import Position
from tests.builders import (
    DOWN,
    MARKET_ID,
    NOON,
    UP,
    a_book,
    a_context,
    a_forecast,
    a_market,
    a_quote,
    an_event,
)

NGN = Currency.NGN
RULE = ExitRule()
DUST = Decimal("1e-12")
BELOW_100 = ExitRule(minimum_sell={NGN: Money.of(100, NGN)})

Levels = Sequence[tuple[str, str]]


def a_position(cost: str = "550", count: str = "10", outcome_id: OutcomeId = UP) -> Position:
    """Ten shares for NGN 550: 0.55 a share."""
    return Position(
        market_id=MARKET_ID,
        outcome_id=outcome_id,
        shares=shares(count),
        cost=Money.of(cost, NGN),
    )


def seen(
    bids: Levels = (("0.54", "1000"),),
    asks: Levels = (("0.56", "1000"),),
    *,
    fee_rate: str | None = "0.02",
    left_s: float = 600.0,
    is_window: bool = True,
    outcome_id: OutcomeId = UP,
    status: MarketStatus = MarketStatus.OPEN,
) -> Context:
    """A market whose own book of the outcome is as given."""
    market = a_market(fee_rate=fee_rate, status=status)
    event = an_event(market, closes_at=NOON + timedelta(seconds=left_s))
    event = event if is_window else replace(event, symbol=None, series=None)
    book = a_book(bids, asks, outcome_id=outcome_id)
    other = a_book(outcome_id=DOWN if outcome_id == UP else UP)
    books = {"book1": book, "book2": other} if outcome_id == UP else {"book1": other, "book2": book}
    return a_context(event=event, market=market, **books)


def a_sell_quote(count: str = "10", average: str = "0.30", before: str = "0.31") -> Quote:
    """What a formula would pay for that many shares, fee inside."""
    bought = a_quote(amount=count, count=count)
    return replace(
        bought,
        side=Side.SELL,
        average_price=price(average),
        market_price=price(before),
    )


def on_a_formula(*quotes: Quote) -> Context:
    market = a_market()
    return a_context(event=an_event(market, engine=Engine.AMM), market=market, quotes=quotes)


def sold(answer: Exit | Keep) -> Exit:
    assert isinstance(answer, Exit), answer
    return answer


def kept(answer: Exit | Keep) -> KeepReason:
    assert isinstance(answer, Keep), answer
    return answer.reason


def test_decide_exit_when_nothing_has_happened_then_the_position_is_kept() -> None:
    assert kept(decide_exit(a_position(), seen(), None, RULE)) is KeepReason.HOLDING


# The stop-loss.


def test_decide_exit_when_more_than_is_borne_is_lost_then_all_shares_are_sold() -> None:
    answer = sold(decide_exit(a_position(), seen([("0.33", "50")], [("0.35", "50")]), None, RULE))
    assert (answer.trigger, answer.wish.shares) == (Trigger.STOP_LOSS, 10)
    assert answer.wish.worst_price == Decimal("0.33")
    assert answer.proceeds == Money.of("325.578", NGN)


def test_decide_exit_when_less_than_is_borne_is_lost_then_the_position_is_kept() -> None:
    answer = decide_exit(a_position(), seen([("0.38", "50")], [("0.40", "50")]), None, RULE)
    assert kept(answer) is KeepReason.HOLDING


def test_decide_exit_counts_the_fee_of_the_sale_as_lost() -> None:
    market = seen([("0.37", "50")], [("0.39", "50")], fee_rate="0.10")
    assert sold(decide_exit(a_position(), market, None, RULE)).trigger is Trigger.STOP_LOSS


@pytest.mark.parametrize(
    ("belief", "worst"),
    [(None, Decimal("0.33")), (a_forecast(0.325, 0.001), Decimal("0.333"))],
)
def test_decide_exit_asks_for_a_level_between_two_cents_at_the_lower_one_where_it_may(
    belief: Forecast | None, worst: Decimal
) -> None:
    rule = RULE if belief is None else ExitRule(stop_loss=None)
    market = seen([("0.333", "50")], [("0.34", "50")])
    assert sold(decide_exit(a_position(), market, belief, rule)).wish.worst_price == worst


def test_decide_exit_asks_for_no_price_below_what_may_be_sold_at() -> None:
    market = seen([("0.333", "50")], [("0.551", "50")])
    answer = sold(decide_exit(a_position(), market, None, RULE))
    assert answer.wish.worst_price == Decimal("0.333")


def test_decide_exit_without_a_stop_loss_bears_any_loss() -> None:
    rule = ExitRule(stop_loss=None)
    answer = decide_exit(a_position(), seen([("0.03", "50")], [("0.05", "50")]), None, rule)
    assert kept(answer) is KeepReason.HOLDING


def test_decide_exit_when_4242_shares_lose_then_shares_are_sold_and_not_their_cash_value() -> None:
    """A stop-loss that sent the cash value as the number of shares left 70 % unprotected."""
    held = a_position(cost="233333", count="4242.418")
    answer = sold(decide_exit(held, seen([("0.30", "9999")], [("0.32", "99")]), None, RULE))
    assert answer.wish.shares == Decimal("4242.418")


def test_decide_exit_when_the_smallest_bet_has_lost_45_percent_then_it_is_sold() -> None:
    """A stop-loss that asked for NGN 100 in value could never fire for the smallest bets."""
    held = a_position(cost="100", count="2")
    answer = sold(decide_exit(held, seen([("0.278", "9")], [("0.29", "9")]), None, RULE))
    assert (answer.trigger, answer.wish.shares) == (Trigger.STOP_LOSS, 2)


def test_decide_exit_when_the_venue_takes_no_sell_that_small_then_the_stop_loss_says_so() -> None:
    held = a_position(cost="100", count="2")
    answer = decide_exit(held, seen([("0.278", "9")], [("0.29", "9")]), None, BELOW_100)
    assert isinstance(answer, Keep)
    assert answer.reason is KeepReason.BELOW_MINIMUM_SELL
    assert answer.detail == (
        "stop-loss: NGN 54.80 for what cost NGN 100.00 (-45.2 %); no sell below NGN 100.00"
        " or 0.01 shares is taken: held to the end as it is"
    )


def test_decide_exit_when_only_dust_is_left_then_the_position_is_kept() -> None:
    held = a_position(cost="1", count="0.0001")
    answer = decide_exit(held, seen([("0.01", "9")], [("0.02", "9")]), None, RULE)
    assert kept(answer) is KeepReason.BELOW_MINIMUM_SELL


def test_decide_exit_sells_in_steps_that_the_venue_takes() -> None:
    held = a_position(cost="550", count="10.00000049")
    answer = sold(decide_exit(held, seen([("0.30", "50")], [("0.32", "50")]), None, RULE))
    assert answer.wish.shares == Decimal("10.000000")


# One bad read sells nothing.


def test_decide_exit_when_the_book_is_old_then_nothing_is_sold() -> None:
    market = seen([("0.10", "50")], [("0.12", "50")])
    later = replace(market, now=NOON + timedelta(seconds=11))
    assert kept(decide_exit(a_position(), later, None, RULE)) is KeepReason.STALE


@pytest.mark.parametrize("clock", ["source_at", "received_at"])
def test_decide_exit_when_the_book_is_old_by_either_clock_then_nothing_is_sold(clock: str) -> None:
    market = seen([("0.10", "50")], [("0.12", "50")])
    assert market.book1 is not None
    book = replace(market.book1, **{clock: NOON - timedelta(seconds=11)})
    answer = decide_exit(a_position(), replace(market, book1=book), None, RULE)
    assert kept(answer) is KeepReason.STALE


def test_decide_exit_when_the_book_is_of_the_future_then_nothing_is_sold() -> None:
    market = seen([("0.10", "50")], [("0.12", "50")])
    earlier = replace(market, now=NOON - timedelta(seconds=11))
    assert kept(decide_exit(a_position(), earlier, None, RULE)) is KeepReason.STALE


@pytest.mark.parametrize("bids", [(), (("0.10", "0"),), (("0.10", "50"),)])
def test_decide_exit_when_a_side_of_the_book_is_empty_then_nothing_is_sold(bids: Levels) -> None:
    asks = () if bids and bids[0][1] != "0" else (("0.60", "50"),)
    answer = decide_exit(a_position(), seen(bids, asks), None, RULE)
    assert kept(answer) is KeepReason.ONE_SIDED


def test_decide_exit_when_the_bids_vanish_under_the_same_asks_then_it_is_a_hole() -> None:
    answer = decide_exit(a_position(), seen([("0.10", "50")], [("0.56", "50")]), None, RULE)
    assert kept(answer) is KeepReason.HOLE


def test_decide_exit_when_the_best_bid_is_small_and_the_next_is_deep_then_it_is_a_hole() -> None:
    bids = [("0.54", "2"), ("0.05", "500")]
    answer = decide_exit(a_position(), seen(bids, [("0.56", "50")]), None, RULE)
    assert kept(answer) is KeepReason.HOLE


def test_decide_exit_when_bids_are_too_few_then_only_what_they_take_near_the_middle_is_sold() -> (
    None
):
    bids = [("0.30", "4"), ("0.05", "500")]
    answer = sold(decide_exit(a_position(), seen(bids, [("0.32", "50")]), None, RULE))
    assert (answer.wish.shares, answer.wish.worst_price) == (4, Decimal("0.30"))
    assert answer.cause.endswith("6 shares stay")


def test_decide_exit_when_the_rest_of_a_part_sale_stays_low_then_it_is_sold_next() -> None:
    bids = [("0.30", "4"), ("0.05", "500")]
    held = a_position()
    first = sold(decide_exit(held, seen(bids, [("0.32", "50")]), None, RULE))
    rest = replace(
        held, shares=shares(held.shares - first.wish.shares), cost=held.cost * Decimal("0.6")
    )
    second = sold(
        decide_exit(rest, seen([("0.29", "90")], [("0.32", "50")]), None, RULE, price("0.53"))
    )
    assert (second.trigger, second.wish.shares) == (Trigger.STOP_LOSS, 6)


@pytest.mark.parametrize("fee_rate", [None, "1", "-0.1"])
def test_decide_exit_without_a_fee_that_makes_sense_then_nothing_is_sold(
    fee_rate: str | None,
) -> None:
    market = seen([("0.10", "50")], [("0.12", "50")], fee_rate=fee_rate)
    assert kept(decide_exit(a_position(), market, None, RULE)) is KeepReason.UNREADABLE


def test_decide_exit_when_the_book_is_crossed_then_nothing_is_sold() -> None:
    market = seen([("0.20", "50")], [("0.10", "50")])
    assert kept(decide_exit(a_position(), market, None, RULE)) is KeepReason.UNREADABLE


def test_decide_exit_of_a_position_in_another_currency_then_nothing_is_sold() -> None:
    held = replace(a_position(), cost=Money.of(5, Currency.USD))
    assert kept(decide_exit(held, seen(), None, RULE)) is KeepReason.UNREADABLE


def test_decide_exit_of_an_outcome_of_another_market_then_nothing_is_sold() -> None:
    held = a_position(outcome_id=OutcomeId("elsewhere"))
    assert kept(decide_exit(held, seen(), None, RULE)) is KeepReason.UNREADABLE


def test_decide_exit_when_the_market_is_paused_then_nothing_is_sold() -> None:
    market = seen([("0.10", "50")], [("0.12", "50")], status=MarketStatus.PAUSED)
    assert kept(decide_exit(a_position(), market, None, RULE)) is KeepReason.NOT_TRADING


def test_decide_exit_when_no_order_would_arrive_in_time_then_nothing_is_sold() -> None:
    market = seen([("0.10", "50")], [("0.12", "50")], left_s=4)
    assert kept(decide_exit(a_position(), market, None, RULE)) is KeepReason.TOO_LATE


def test_decide_exit_after_the_close_then_nothing_is_sold() -> None:
    market = seen([("0.10", "50")], [("0.12", "50")], left_s=0)
    assert kept(decide_exit(a_position(), market, None, RULE)) is KeepReason.NOT_TRADING


# Near the close: holding costs no fee.


def test_decide_exit_near_the_close_when_belief_sees_more_than_the_bid_then_it_is_held() -> None:
    market = seen([("0.30", "50")], [("0.34", "50")], left_s=60)
    answer = decide_exit(a_position(), market, a_forecast(0.33), RULE)
    assert kept(answer) is KeepReason.HOLDING_IS_WORTH_MORE


def test_decide_exit_near_the_close_when_belief_agrees_with_the_loss_then_it_is_sold() -> None:
    market = seen([("0.30", "50")], [("0.34", "50")], left_s=60)
    answer = sold(decide_exit(a_position(), market, a_forecast(0.10), RULE))
    assert answer.trigger is Trigger.STOP_LOSS


def test_decide_exit_near_the_close_when_belief_agrees_then_a_hole_may_be_sold_into() -> None:
    market = seen([("0.08", "50")], [("0.34", "50")], left_s=60)
    answer = sold(decide_exit(a_position(), market, a_forecast(0.01, 0.002), RULE))
    assert answer.wish.worst_price == Decimal("0.08")


def test_decide_exit_near_the_close_without_a_forecast_then_the_stop_loss_stands() -> None:
    market = seen([("0.30", "50")], [("0.34", "50")], left_s=60)
    assert sold(decide_exit(a_position(), market, None, RULE)).trigger is Trigger.STOP_LOSS


# Take-profit and trailing.


def test_decide_exit_when_the_gain_asked_for_is_there_then_it_is_taken() -> None:
    rule = ExitRule(take_profit=Decimal("0.20"))
    bids = [("0.70", "4"), ("0.65", "50")]
    answer = sold(decide_exit(a_position(), seen(bids, [("0.72", "50")]), None, rule))
    assert (answer.trigger, answer.wish.shares) == (Trigger.TAKE_PROFIT, 4)
    assert answer.wish.worst_price == Decimal("0.70")


def test_decide_exit_when_the_gain_is_there_only_before_the_fee_then_it_is_not_taken() -> None:
    rule = ExitRule(take_profit=Decimal("0.20"))
    answer = decide_exit(a_position(), seen([("0.66", "50")], [("0.68", "50")]), None, rule)
    assert kept(answer) is KeepReason.HOLDING


def test_decide_exit_near_the_close_when_belief_sees_more_then_no_profit_is_taken() -> None:
    rule = ExitRule(take_profit=Decimal("0.20"))
    market = seen([("0.70", "50")], [("0.72", "50")], left_s=60)
    answer = decide_exit(a_position(), market, a_forecast(0.90, 0.01), rule)
    assert kept(answer) is KeepReason.HOLDING_IS_WORTH_MORE


def test_decide_exit_when_the_price_fell_from_its_best_after_a_gain_then_it_is_sold() -> None:
    rule = ExitRule(trailing=Decimal("0.20"))
    market = seen([("0.60", "50")], [("0.62", "50")])
    answer = sold(decide_exit(a_position(), market, None, rule, price("0.80")))
    assert answer.trigger is Trigger.TRAILING


def test_decide_exit_when_there_never_was_a_gain_then_a_fall_is_not_trailed() -> None:
    rule = ExitRule(trailing=Decimal("0.20"))
    market = seen([("0.42", "50")], [("0.44", "50")])
    answer = decide_exit(a_position(), market, None, rule, price("0.55"))
    assert kept(answer) is KeepReason.HOLDING


def test_sellable_price_is_what_a_share_brings_after_fees() -> None:
    way = way_out(a_position(), seen([("0.50", "10")]), 10.0)
    assert not isinstance(way, Keep)
    assert sellable_price(way) == Decimal("0.495")


def test_sellable_price_when_not_all_could_be_sold_is_none() -> None:
    way = way_out(a_position(), seen([("0.50", "9")]), 10.0)
    assert not isinstance(way, Keep)
    assert sellable_price(way) is None


# Belief.


def test_decide_exit_when_the_forecast_has_turned_by_more_than_its_error_then_it_is_sold() -> None:
    answer = sold(decide_exit(a_position(), seen(), a_forecast(0.40, 0.01), RULE))
    assert (answer.trigger, answer.forecast_id) == (Trigger.EDGE_DECAY, "forecast-1")


def test_decide_exit_when_it_turned_on_the_word_of_one_publisher_then_it_is_kept() -> None:
    turned = replace(a_forecast(0.40, 0.01), without=(("one.example", 0.60),))
    assert isinstance(decide_exit(a_position(), seen(), turned, RULE), Keep)


def test_decide_exit_when_more_is_bid_than_it_is_worth_then_it_is_sold_whatever_the_error() -> None:
    answer = sold(decide_exit(a_position(), seen(), a_forecast(0.40, 0.06), RULE))
    assert answer.trigger is Trigger.BETTER_SOLD


def test_decide_exit_when_holding_is_worth_more_after_fees_then_it_is_kept() -> None:
    answer = decide_exit(a_position(), seen(), a_forecast(0.54, 0.01), RULE)
    assert kept(answer) is KeepReason.HOLDING


def test_decide_exit_by_belief_sells_only_what_brings_more_than_it_is_worth() -> None:
    bids = [("0.54", "3"), ("0.44", "50")]
    answer = sold(decide_exit(a_position(), seen(bids), a_forecast(0.45, 0.01), RULE))
    assert (answer.wish.shares, answer.wish.worst_price) == (3, Decimal("0.54"))


@pytest.mark.parametrize(("age_s", "is_window"), [(11, True), (6 * 3600 + 1, False), (-1, False)])
def test_decide_exit_when_the_forecast_is_not_fresh_then_it_counts_for_nothing(
    age_s: int, is_window: bool
) -> None:
    turned = a_forecast(0.10, 0.01, made_at=NOON - timedelta(seconds=age_s))
    market = seen(is_window=is_window, left_s=7200)
    assert kept(decide_exit(a_position(), market, turned, RULE)) is KeepReason.HOLDING


@pytest.mark.parametrize(
    "odd", [a_forecast(0.1, float("nan")), a_forecast(0.1, market_id="another")]
)
def test_decide_exit_when_the_forecast_is_unreadable_then_it_counts_for_nothing(
    odd: Forecast,
) -> None:
    assert kept(decide_exit(a_position(), seen(), odd, RULE)) is KeepReason.HOLDING


# Time.


OLD = a_forecast(0.70, made_at=NOON - timedelta(hours=7))


def test_decide_exit_of_a_question_near_its_end_whose_forecast_is_old_then_it_is_sold() -> None:
    market = seen(is_window=False, left_s=1200)
    assert sold(decide_exit(a_position(), market, OLD, RULE)).trigger is Trigger.UNWATCHED


def test_decide_exit_of_a_question_near_its_end_that_was_bought_by_hand_then_it_is_kept() -> None:
    market = seen(is_window=False, left_s=1200)
    assert kept(decide_exit(a_position(), market, None, RULE)) is KeepReason.HOLDING


def test_decide_exit_of_a_question_near_its_end_with_a_fresh_forecast_then_it_is_kept() -> None:
    market = seen(is_window=False, left_s=1200)
    answer = decide_exit(a_position(), market, a_forecast(0.55), RULE)
    assert kept(answer) is KeepReason.HOLDING


def test_decide_exit_of_a_price_window_near_its_end_then_time_alone_sells_nothing() -> None:
    assert kept(decide_exit(a_position(), seen(left_s=100), OLD, RULE)) is KeepReason.HOLDING


# Formula markets.


def test_decide_exit_on_a_formula_goes_by_the_quote_for_its_shares() -> None:
    answer = sold(decide_exit(a_position(), on_a_formula(a_sell_quote()), None, RULE))
    assert (answer.trigger, answer.wish.shares) == (Trigger.STOP_LOSS, 10)
    assert answer.proceeds == Money.of(300, NGN)
    # A quarter below the price before the trade, on the venue's grid.
    assert answer.wish.worst_price == Decimal("0.233")


def test_decide_exit_on_a_formula_when_the_whole_costs_too_much_then_a_part_is_sold() -> None:
    ladder = (a_sell_quote("5", "0.30"), a_sell_quote("10", "0.20"))
    answer = sold(decide_exit(a_position(), on_a_formula(*ladder), None, RULE))
    assert (answer.wish.shares, answer.proceeds) == (5, Money.of(150, NGN))


def test_decide_exit_on_a_formula_when_the_quote_is_in_cash_then_nothing_is_sold() -> None:
    quote = replace(a_sell_quote(), shares=shares("0.33"))
    answer = decide_exit(a_position(), on_a_formula(quote), None, RULE)
    assert kept(answer) is KeepReason.UNREADABLE


@pytest.mark.parametrize("field", ["is_complete", "exceeds_liability"])
def test_decide_exit_on_a_formula_when_the_quote_would_not_fill_then_nothing_is_sold(
    field: str,
) -> None:
    quote = replace(a_sell_quote(), **{field: field != "is_complete"})
    answer = decide_exit(a_position(), on_a_formula(quote), None, RULE)
    assert kept(answer) is KeepReason.UNREADABLE


def test_decide_exit_on_a_formula_without_a_quote_then_nothing_is_sold() -> None:
    answer = decide_exit(a_position(), on_a_formula(a_quote()), None, RULE)
    assert kept(answer) is KeepReason.UNREADABLE


def test_decide_exit_on_a_formula_with_an_old_quote_then_nothing_is_sold() -> None:
    market = replace(on_a_formula(a_sell_quote()), now=NOON + timedelta(seconds=11))
    assert kept(decide_exit(a_position(), market, None, RULE)) is KeepReason.STALE


# The rule.


@pytest.mark.parametrize(
    "wrong",
    [
        {"stop_loss": Decimal("1")},
        {"trailing": Decimal("-0.1")},
        {"take_profit": Decimal("NaN")},
        {"max_discount": Decimal("1.5")},
        {"mispricing_sd": 0.0},
        {"near_close_s": -1.0},
        {"max_data_age_s": float("inf")},
        {"minimum_shares": Decimal("-1")},
        {"minimum_sell": {NGN: Money.of(1, Currency.USD)}},
    ],
)
def test_exit_rule_that_makes_no_sense_raises(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        ExitRule(**wrong)  # type: ignore[arg-type]


# What holds whatever the market looks like.

cents = st.integers(min_value=1, max_value=98)
sizes = st.integers(min_value=1, max_value=60)
chances = st.floats(min_value=0.01, max_value=0.99)


def _at(cent: int) -> str:
    return f"0.{cent:02d}"


@st.composite
def books(draw: st.DrawFn) -> tuple[Levels, Levels]:
    """Bids high to low under asks low to high."""
    best = draw(cents)
    depth = draw(st.dictionaries(st.integers(1, best), sizes, max_size=4))
    levels = {**depth, best: draw(sizes)}
    bids = [(_at(cent), str(levels[cent])) for cent in sorted(levels, reverse=True)]
    ask = draw(st.integers(min_value=best + 1, max_value=99))
    return bids, [(_at(ask), str(draw(sizes)))]


@st.composite
def rules(draw: st.DrawFn) -> ExitRule:
    part = st.one_of(st.none(), st.integers(1, 90).map(lambda percent: Decimal(percent) / 100))
    return ExitRule(stop_loss=draw(part), take_profit=draw(part), trailing=draw(part))


held = st.builds(
    lambda cost, count: a_position(str(cost), str(count)),
    st.integers(min_value=1, max_value=3000),
    st.integers(min_value=1, max_value=60),
)
beliefs = st.one_of(st.none(), st.builds(a_forecast, chances, st.floats(0.0, 0.2)))
times = st.sampled_from([3.0, 60.0, 600.0, 7200.0])


@given(position=held, book=books(), rule=rules(), belief=beliefs, left_s=times, best=cents)
def test_decide_exit_never_promises_more_than_its_worst_price_and_never_sells_too_much(
    position: Position,
    book: tuple[Levels, Levels],
    rule: ExitRule,
    belief: Forecast | None,
    left_s: float,
    best: int,
) -> None:
    context = seen(*book, left_s=left_s, is_window=False)
    answer = decide_exit(position, context, belief, rule, price(_at(best)))
    if isinstance(answer, Keep):
        assert answer.reason is KeepReason.HOLDING or answer.detail
        return
    wish, own = answer.wish, context.book1
    assert ZERO < wish.shares <= position.shares
    assert own is not None
    done = sale(own, wish.shares, Decimal("0.02"))
    assert done is not None
    assert (done.worst_price, done.shares) == (wish.worst_price, wish.shares)
    least = Money(wish.worst_price * wish.shares * 100, NGN) - done.fee
    assert answer.proceeds is not None
    assert answer.proceeds.amount >= least.amount - DUST
    assert abs((answer.proceeds - done.cash).amount) < DUST


@st.composite
def gains(draw: st.DrawFn) -> tuple[Position, Levels, Levels, str]:
    """A position with a gain of a tenth at least, its book, and a higher bid below the asks."""
    best = draw(st.integers(min_value=1, max_value=96))
    ask = draw(st.integers(min_value=best + 2, max_value=min(99, best + 12)))
    depth = draw(st.dictionaries(st.integers(1, best), sizes, max_size=4))
    levels = {**depth, best: draw(sizes)}
    bids = [(_at(cent), str(levels[cent])) for cent in sorted(levels, reverse=True)]
    count = draw(sizes)
    cost = Decimal(best) * count * draw(st.integers(1, 88)) / 100
    higher = draw(st.integers(min_value=best + 1, max_value=ask - 1))
    return a_position(str(cost), str(count)), bids, [(_at(ask), "9")], _at(higher)


@given(gain=gains())
def test_decide_exit_takes_a_profit_at_every_higher_bid_too(
    gain: tuple[Position, Levels, Levels, str],
) -> None:
    position, bids, asks, higher = gain
    rule = ExitRule(stop_loss=None, take_profit=Decimal("0.10"))
    before = decide_exit(position, seen(bids, asks), None, rule)
    raised = [(higher, bids[0][1]), *bids[1:]]
    after = decide_exit(position, seen(raised, asks), None, rule)
    assert isinstance(before, Exit) or before.reason is KeepReason.HOLE
    assert isinstance(before, Keep) or sold(after).trigger is Trigger.TAKE_PROFIT


@given(book=books(), count=sizes, percent=st.integers(1, 90), more=st.integers(1, 500))
def test_decide_exit_stops_every_loss_that_the_bids_near_the_middle_show(
    book: tuple[Levels, Levels], count: int, percent: int, more: int
) -> None:
    rule = ExitRule(stop_loss=Decimal(percent) / 100)
    context = seen(*book)
    way = way_out(a_position(count=str(count)), context, rule.max_data_age_s)
    assert not isinstance(way, Keep)
    cost = way.whole.cash * (1 / (1 - Decimal(percent) / 100)) * (1 + Decimal(more) / 1000)
    position = a_position(str(cost.amount), str(count))
    answer = decide_exit(position, context, None, rule)
    deepest = way.middle - max(way.middle * rule.max_discount, rule.discount_floor)
    if way.whole.shares == count and way.whole.worst_price >= deepest:
        assert (sold(answer).trigger, sold(answer).wish.shares) == (Trigger.STOP_LOSS, count)
    else:
        is_part = isinstance(answer, Exit) and answer.wish.shares < count
        assert is_part or kept(answer) is KeepReason.HOLE


@given(book=books(), minimum=st.integers(0, 200))
def test_decide_exit_of_a_small_bet_that_lost_45_percent_sells_it_or_says_why_not(
    book: tuple[Levels, Levels], minimum: int
) -> None:
    rule = ExitRule(minimum_sell={NGN: Money.of(minimum, NGN)})
    context = seen(*book)
    way = way_out(a_position(count="2"), context, 10.0)
    assert not isinstance(way, Keep)
    small = a_position(str(round(way.value * 2 * 100 / Decimal("0.55"), 2)), "2")
    answer = decide_exit(small, context, None, rule)
    if isinstance(answer, Keep):
        assert answer.reason in (KeepReason.BELOW_MINIMUM_SELL, KeepReason.HOLE)
        assert answer.detail.startswith("stop-loss: ")
    else:
        assert answer.trigger is Trigger.STOP_LOSS


@given(position=held, book=books(), chance=st.integers(1, 99), rule=rules(), left_s=times)
def test_decide_exit_treats_both_outcomes_alike(
    position: Position, book: tuple[Levels, Levels], chance: int, rule: ExitRule, left_s: float
) -> None:
    up = decide_exit(position, seen(*book, left_s=left_s), a_forecast(chance / 128), rule)
    other = replace(position, outcome_id=DOWN)
    market = seen(*book, left_s=left_s, outcome_id=DOWN)
    down = decide_exit(other, market, a_forecast(1 - chance / 128), rule)
    assert type(up) is type(down)
    if isinstance(up, Exit) and isinstance(down, Exit):
        assert replace(up, wish=replace(up.wish, outcome_id=DOWN)) == down
    elif isinstance(up, Keep):
        assert replace(up, outcome_id=DOWN) == down


@given(
    position=held,
    book=books(),
    mark=st.one_of(st.none(), cents.map(lambda cent: Price(Decimal(cent) / 100))),
    age_s=st.integers(11, 10_000),
)
def test_decide_exit_never_sells_on_an_old_book(
    position: Position, book: tuple[Levels, Levels], mark: Price | None, age_s: int
) -> None:
    context = replace(seen(*book, left_s=20_000), now=NOON + timedelta(seconds=age_s))
    rule = ExitRule(take_profit=Decimal("0.01"), trailing=Decimal("0.01"))
    assert kept(decide_exit(position, context, None, rule, mark)) is KeepReason.STALE


def test_decide_exit_when_the_count_has_zeros_at_its_end_then_the_same_sale_to_the_byte() -> None:
    exits = [
        sold(
            decide_exit(
                a_position(count=count), seen([("0.30", "50")], [("0.32", "50")]), None, RULE
            )
        )
        for count in ("11.18325", "11.183250")
    ]
    assert str(exits[0].wish.shares) == str(exits[1].wish.shares) == "11.18325"
