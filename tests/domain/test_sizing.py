"""When a bet is made and how large: worked numbers, every reason to pass, and what always holds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.belief import confidence_percent, pull
from bayse_agent.domain.decision import Bet, Pass, Reason
from bayse_agent.domain.errors import CurrencyMismatch, InvalidValue
from bayse_agent.domain.fees import book_offers, purchase
from bayse_agent.domain.forecast import Context, Forecast
from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency, Money, price
from bayse_agent.domain.sizing import (
    Purse,
    SizingRule,
    believe,
    kelly_fraction,
    minimum_stake,
    size,
)
from tests.builders import (
    DOWN,
    UP,
    a_book,
    a_context,
    a_forecast,
    a_market,
    a_quote,
    an_event,
)

RULE = SizingRule()
PURSE = Purse(bankroll=Money.of(100_000, Currency.NGN), ceiling=Money.of(5_000, Currency.NGN))


def test_pull_by_an_error_as_large_as_the_mispricing_goes_half_way() -> None:
    mean, left = pull(0.60, 0.03, 0.50, 0.03)
    assert mean == pytest.approx(0.55)
    assert left == pytest.approx(0.0212, abs=1e-4)


def test_pull_without_an_error_keeps_the_forecast() -> None:
    assert pull(0.60, 0.0, 0.50, 0.03) == (0.60, 0.0)


def test_believe_keeps_the_minimum_below_what_is_left_after_the_pull() -> None:
    # 0.60 with error 0.03 against 0.50 is pulled to 0.55, and 65 % of its error is only 0.008.
    belief = believe(0.60, 0.03, Decimal("0.50"), RULE)
    assert belief.mean == pytest.approx(0.55)
    assert float(belief.bound) == pytest.approx(0.55 - RULE.minimum_pulled_edge, abs=1e-5)


def test_believe_keeps_the_error_that_is_left_when_that_is_more() -> None:
    belief = believe(0.90, 0.20, Decimal("0.50"), replace(RULE, mispricing_sd=0.2))
    assert float(belief.bound) == pytest.approx(
        belief.mean - RULE.sigmas * belief.standard_error, abs=1e-5
    )


def test_kelly_fraction_matches_the_worked_number() -> None:
    assert kelly_fraction(Decimal("0.55"), Decimal("0.50")) == Decimal("0.1")


def test_kelly_fraction_without_an_edge_is_nothing() -> None:
    assert kelly_fraction(Decimal("0.40"), Decimal("0.50")) == 0


def test_confidence_percent_matches_the_normal_distribution() -> None:
    assert confidence_percent(0.02, 0.03) == pytest.approx(74.75, abs=0.01)


def test_sigmas_at_65_percent_is_the_normal_quantile() -> None:
    assert RULE.sigmas == pytest.approx(0.3853, abs=1e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kelly_fraction": Decimal("0.51")},
        {"kelly_fraction": Decimal(0)},
        {"mispricing_sd": 0.0},
        {"mispricing_sd": float("nan")},
        {"minimum_edge": -0.01},
        {"minimum_pulled_edge": float("nan")},
        {"minimum_confidence": 100.0},
        {"bankroll_fraction": Decimal("1.01")},
    ],
)
def test_sizing_rule_out_of_range_raises(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        replace(RULE, **wrong)  # type: ignore[arg-type]


def test_purse_of_two_currencies_raises() -> None:
    with pytest.raises(CurrencyMismatch):
        Purse(bankroll=Money.of(1, Currency.NGN), ceiling=Money.of(1, Currency.USD))


def test_size_with_an_edge_on_outcome1_buys_it() -> None:
    bet = _bet(a_context(), a_forecast(0.60))
    assert bet.wish.outcome_id == UP
    assert bet.wish.worst_price == Decimal("0.51")
    assert bet.effective_price == Decimal("0.515152")
    assert bet.belief == pytest.approx(0.50 + 0.10 * 0.0009 / 0.0013)
    assert float(bet.edge) == pytest.approx(bet.belief - float(bet.effective_price), abs=1e-6)


def test_size_with_an_edge_on_outcome2_buys_the_other() -> None:
    bet = _bet(a_context(), a_forecast(0.40))
    assert bet.wish.outcome_id == DOWN
    assert bet.probability == pytest.approx(0.60)


def test_size_of_a_small_edge_is_half_of_kellys_stake() -> None:
    rule = replace(RULE, bankroll_fraction=Decimal(1))
    purse = replace(PURSE, ceiling=PURSE.bankroll)
    bet = _bet(a_context(), a_forecast(0.57), purse, rule)
    wanted = kelly_fraction(Decimal(str(bet.belief)), bet.effective_price) / 2
    assert bet.wish.stake.amount == pytest.approx(100_000 * wanted, abs=1)


def test_size_of_a_large_edge_is_cut_to_its_part_of_the_bankroll() -> None:
    bet = _bet(a_context(), a_forecast(0.90))
    assert bet.wish.stake == Money.of(2_000, Currency.NGN)


def test_size_never_goes_above_the_ceiling() -> None:
    purse = replace(PURSE, ceiling=Money.of("123.456", Currency.NGN))
    bet = _bet(a_context(), a_forecast(0.90), purse)
    assert bet.wish.stake == Money.of("123.45", Currency.NGN)


def test_size_stops_where_the_next_level_has_no_edge() -> None:
    context = a_context(book1=a_book(asks=(("0.51", "10"), ("0.90", "1000"))))
    bet = _bet(context, a_forecast(0.70))
    assert bet.wish.stake == Money.of(510, Currency.NGN)
    assert bet.wish.worst_price == Decimal("0.51")


def test_size_at_the_markets_price_passes() -> None:
    assert _reason(a_context(), a_forecast(0.50)) is Reason.NO_EDGE


def test_size_with_an_edge_below_the_fee_passes() -> None:
    context = a_context(market=a_market(fee_rate="0.10"))
    assert _reason(context, a_forecast(0.53)) is Reason.NO_EDGE


def test_size_with_an_edge_within_its_error_passes() -> None:
    context = a_context(market=a_market(fee_rate="0"))
    assert _reason(context, a_forecast(0.60, 0.20)) is Reason.EDGE_WITHIN_ERROR


def test_size_with_a_sure_edge_below_the_least_passes() -> None:
    context = a_context(market=a_market(fee_rate="0"))
    assert _reason(context, a_forecast(0.515, 0.0)) is Reason.NO_EDGE


def test_size_with_an_edge_on_both_outcomes_takes_the_larger() -> None:
    market = a_market(fee_rate="0")
    cheap = a_book(asks=(("0.30", "1000"),), bids=(("0.70", "1000"),))
    other = a_book(outcome_id=DOWN, asks=(("0.45", "1000"),))
    context = a_context(market=market, book1=cheap, book2=other)
    assert _bet(context, a_forecast(0.50, 0.001)).wish.outcome_id == UP
    dear = a_book(asks=(("0.45", "1000"),), bids=(("0.55", "1000"),))
    rest = a_book(outcome_id=DOWN, asks=(("0.30", "1000"),))
    context = a_context(market=market, book1=dear, book2=rest)
    assert _bet(context, a_forecast(0.50, 0.001)).wish.outcome_id == DOWN


def test_size_of_exactly_the_minimum_is_a_bet() -> None:
    purse = replace(PURSE, ceiling=Money.of(100, Currency.NGN))
    assert _bet(a_context(), a_forecast(0.90), purse).wish.stake == purse.ceiling


def test_minimum_stake_of_a_market_that_asks_for_less_is_the_usual_one() -> None:
    context = a_context(market=a_market(minimum_order=Money.of(10, Currency.NGN)))
    assert minimum_stake(context, Currency.NGN) == Money.of(100, Currency.NGN)


def test_size_on_a_book_in_another_currency_passes() -> None:
    books = [a_book(outcome_id=each, currency=Currency.USD) for each in (UP, DOWN)]
    context = a_context(book1=books[0], book2=books[1])
    assert _reason(context, a_forecast(0.90)) is Reason.EMPTY_BOOK


def test_size_on_a_quote_in_another_currency_passes() -> None:
    event = an_event(engine=Engine.AMM)
    context = a_context(event=event, quotes=(a_quote("1", "1.9", currency=Currency.USD),))
    assert _reason(context, a_forecast(0.90)) is Reason.EMPTY_BOOK


def test_size_below_the_markets_minimum_is_no_bet() -> None:
    market = a_market(minimum_order=Money.of(2_500, Currency.NGN))
    assert _reason(a_context(market=market), a_forecast(0.90)) is Reason.STAKE_BELOW_MINIMUM


def test_size_below_a_hundred_naira_is_no_bet() -> None:
    purse = Purse(bankroll=Money.of(4_999, Currency.NGN), ceiling=Money.of(4_999, Currency.NGN))
    answer = size(a_context(), a_forecast(0.90), purse, RULE)
    assert isinstance(answer, Pass)
    assert answer.reason is Reason.STAKE_BELOW_MINIMUM


def test_minimum_stake_in_dollars_is_one_dollar() -> None:
    assert minimum_stake(a_context(), Currency.USD) == Money.of(1, Currency.USD)


def test_size_without_a_market_price_passes() -> None:
    context = a_context(book1=a_book(bids=()))
    assert _reason(context, a_forecast(0.90)) is Reason.NO_MARKET_PRICE


def test_size_without_anyone_to_buy_from_passes() -> None:
    market = a_market(price1="0.5")
    context = a_context(market=market, event=an_event(market, engine=Engine.AMM))
    assert _reason(context, a_forecast(0.90)) is Reason.EMPTY_BOOK


def test_size_without_a_fee_rate_passes() -> None:
    context = a_context(market=a_market(fee_rate=None))
    assert _reason(context, a_forecast(0.90)) is Reason.MARKET_UNREADABLE


def test_size_with_a_minimum_in_another_currency_passes() -> None:
    context = a_context(market=a_market(minimum_order=Money.of(1, Currency.USD)))
    assert _reason(context, a_forecast(0.90)) is Reason.MARKET_UNREADABLE


@pytest.mark.parametrize("error", [float("nan"), float("inf"), -0.01])
def test_size_with_an_unreadable_error_passes(error: float) -> None:
    assert _reason(a_context(), a_forecast(0.90, error)) is Reason.NO_FORECAST


def test_size_of_a_forecast_of_another_market_passes() -> None:
    assert _reason(a_context(), a_forecast(0.90, market_id="other")) is Reason.NO_FORECAST


def test_size_without_money_passes() -> None:
    purse = replace(PURSE, ceiling=Money.zero(Currency.NGN))
    answer = size(a_context(), a_forecast(0.90), purse, RULE)
    assert isinstance(answer, Pass)
    assert answer.reason is Reason.NO_MONEY


def test_size_against_a_formula_stakes_no_more_than_was_quoted() -> None:
    market = a_market(price1="0.50")
    context = a_context(
        market=market,
        event=an_event(market, engine=Engine.AMM),
        quotes=(a_quote("100", "1.95"), a_quote("400", "7.7")),
    )
    bet = _bet(context, a_forecast(0.65))
    assert bet.wish.stake == Money.of(400, Currency.NGN)
    assert bet.effective_price <= bet.wish.worst_price < Decimal("0.65")


def test_size_against_a_stale_second_book_takes_its_price_for_the_markets() -> None:
    context = a_context(
        market=a_market(fee_rate="0"), book2=a_book(outcome_id=DOWN, asks=(("0.20", "1000"),))
    )
    assert _reason(context, a_forecast(0.50, 0.29)) is Reason.EDGE_WITHIN_ERROR


def a_pooled(
    chance: float, error: float = 0.02, *, at: str = "0.50", weight: float = 0.5
) -> Forecast:
    """A pool's forecast, made at a market price with a weight that its one member has."""
    member = replace(a_forecast(0.9), id="member", weight=weight)
    return replace(
        a_forecast(chance, error), market_price=price(at), parts=(member,), is_pooled=True
    )


def test_size_of_a_pooled_forecast_believes_it_as_it_is() -> None:
    bet = _bet(a_context(), a_pooled(0.56))
    assert bet.belief == pytest.approx(0.56)
    assert bet.standard_error == 0.02
    assert bet.raw_edge == bet.edge


def test_size_of_a_pooled_forecast_of_the_other_outcome_believes_it_as_it_is() -> None:
    bet = _bet(a_context(), a_pooled(0.44))
    assert bet.wish.outcome_id == DOWN
    assert bet.belief == pytest.approx(0.56)


def test_size_of_a_pooled_forecast_at_the_market_passes() -> None:
    assert _reason(a_context(), a_pooled(0.50, 0.001)) is Reason.NO_EDGE


def test_size_of_a_pooled_edge_within_its_error_passes() -> None:
    context = a_context(market=a_market(fee_rate="0"))
    assert isinstance(size(context, a_pooled(0.55, 0.02), PURSE, RULE), Bet)
    assert _reason(context, a_pooled(0.55, 0.12)) is Reason.EDGE_WITHIN_ERROR


def test_size_of_a_pooled_forecast_follows_the_price_by_the_markets_weight() -> None:
    bet = _bet(a_context(), a_pooled(0.60, at="0.55"))
    assert bet.belief == pytest.approx(0.5757, abs=1e-3)


def test_size_of_a_pool_that_is_all_market_never_bets_on_a_stale_book() -> None:
    stale = a_book(outcome_id=DOWN, asks=(("0.20", "1000"),))
    context = a_context(market=a_market(fee_rate="0"), book2=stale)
    assert _reason(context, a_pooled(0.50, weight=0.0)) is Reason.NO_EDGE


cents = st.integers(min_value=2, max_value=98)
chances = st.floats(min_value=0, max_value=1)


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    middle = draw(cents)
    spread = draw(st.integers(min_value=0, max_value=5))
    bid, ask = max(1, middle - spread), min(99, middle + spread)
    counts = [str(draw(st.integers(min_value=1, max_value=2000))) for _ in range(3)]
    deeper = min(99, ask + draw(st.integers(min_value=1, max_value=10)))
    fee = draw(st.sampled_from(["0", "0.02", "0.10"]))
    return a_context(
        market=a_market(fee_rate=fee),
        book1=a_book(
            bids=((_text(bid), counts[0]),),
            asks=((_text(ask), counts[1]), (_text(deeper), counts[2])),
        ),
        book2=a_book(outcome_id=DOWN, asks=((_text(100 - bid), counts[0]),)),
    )


@given(context=contexts(), chance=chances, error=st.floats(min_value=0, max_value=0.4))
def test_size_never_bets_without_an_edge_or_above_a_cap(
    context: Context, chance: float, error: float
) -> None:
    answer = size(context, a_forecast(chance, error), PURSE, RULE)
    if isinstance(answer, Bet):
        assert answer.raw_edge > Decimal("0.01")
        assert answer.edge > 0
        assert answer.confidence >= RULE.minimum_confidence
        assert Money.of(100, Currency.NGN) <= answer.wish.stake <= PURSE.ceiling
        assert answer.wish.stake <= PURSE.bankroll * RULE.bankroll_fraction
        wanted = kelly_fraction(Decimal(str(answer.belief)), answer.effective_price)
        assert answer.wish.stake.amount <= PURSE.bankroll.amount * wanted / 2 + 1


@given(context=contexts(), chance=chances)
def test_size_of_a_coins_forecast_is_always_a_pass(context: Context, chance: float) -> None:
    assert isinstance(size(context, a_forecast(chance, 0.29), PURSE, RULE), Pass)


@given(context=contexts(), chance=st.floats(min_value=0.5, max_value=1))
def test_size_with_a_larger_error_never_stakes_more(context: Context, chance: float) -> None:
    stakes = [
        _staked(size(context, a_forecast(chance, error), PURSE, RULE))
        for error in (0.0, 0.01, 0.03, 0.10)
    ]
    assert stakes == sorted(stakes, reverse=True)


@given(context=contexts(), chance=chances)
def test_size_of_a_bet_fills_within_its_worst_price(context: Context, chance: float) -> None:
    answer = size(context, a_forecast(chance), PURSE, RULE)
    if isinstance(answer, Bet):
        book = context.book1 if answer.wish.outcome_id == UP else context.book2
        assert book is not None
        assert context.market.fee_rate is not None
        within = [
            o
            for o in book_offers(book, context.market.fee_rate)
            if o.price <= answer.wish.worst_price
        ]
        bought = purchase(within, answer.wish.stake)
        assert bought is not None
        assert bought.cash == answer.wish.stake


def _text(number: int) -> str:
    return f"0.{number:02d}"


def _bet(
    context: Context, forecast: Forecast, purse: Purse = PURSE, rule: SizingRule = RULE
) -> Bet:
    answer = size(context, forecast, purse, rule)
    assert isinstance(answer, Bet), answer
    return answer


def _reason(context: Context, forecast: Forecast) -> Reason:
    answer = size(context, forecast, PURSE, RULE)
    assert isinstance(answer, Pass), answer
    return answer.reason


def _staked(answer: Bet | Pass) -> Decimal:
    return answer.wish.stake.amount if isinstance(answer, Bet) else Decimal(0)


@pytest.mark.parametrize("is_pooled", [False, True])
def test_size_when_the_edge_is_the_word_of_one_publisher_then_no_bet(is_pooled: bool) -> None:
    sure = replace(a_forecast(0.70), is_pooled=is_pooled, market_price=price("0.5"))
    doubtful = replace(sure, without=(("one.example", 0.50), ("two.example", 0.72)))
    assert isinstance(size(a_context(), sure, PURSE, RULE), Bet)
    assert isinstance(size(a_context(), doubtful, PURSE, RULE), Pass)


def test_size_when_a_publisher_speaks_against_it_then_the_bet_is_as_without_doubt() -> None:
    sure = a_forecast(0.70)
    doubtful = replace(sure, without=(("one.example", 0.75),))
    assert size(a_context(), doubtful, PURSE, RULE) == size(a_context(), sure, PURSE, RULE)


def test_size_when_one_publisher_speaks_against_outcome1_then_no_bet_on_outcome2() -> None:
    against = a_forecast(0.30)
    doubtful = replace(against, without=(("one.example", 0.50),))
    assert isinstance(size(a_context(), against, PURSE, RULE), Bet)
    assert isinstance(size(a_context(), doubtful, PURSE, RULE), Pass)
