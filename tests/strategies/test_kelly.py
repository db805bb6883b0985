"""The kelly strategy: it sizes within the purse, so that the review has nothing to refuse."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.decision import Bet, Pass, Reason
from bayse_agent.domain.forecast import Context, Forecast
from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk import Approved, Limits, purse, review
from bayse_agent.domain.sizing import Purse, SizingRule
from bayse_agent.strategies.kelly import Kelly, KellySettings
from tests.builders import (
    DOWN,
    UP,
    a_book,
    a_context,
    a_forecast,
    a_market,
    a_portfolio,
    a_quote,
    an_event,
    some_books,
)


def a_purse(ceiling: str = "5000", bankroll: str = "100000") -> Purse:
    return Purse(bankroll=Money.of(bankroll, Currency.NGN), ceiling=Money.of(ceiling, Currency.NGN))


def test_decide_with_an_edge_bets() -> None:
    answer = Kelly(KellySettings()).decide(a_context(), a_forecast(0.65), a_purse())
    assert isinstance(answer, Bet)


def test_decide_without_an_edge_passes() -> None:
    answer = Kelly(KellySettings()).decide(a_context(), a_forecast(0.50), a_purse())
    assert isinstance(answer, Pass)
    assert answer.reason is Reason.NO_EDGE


def test_decide_twice_gives_the_same_decision() -> None:
    strategy = Kelly(KellySettings())
    arguments = (a_context(), a_forecast(0.65), a_purse())
    assert strategy.decide(*arguments) == strategy.decide(*arguments)


def test_decide_stays_within_the_ceiling() -> None:
    answer = Kelly(KellySettings()).decide(a_context(), a_forecast(0.65), a_purse("150"))
    assert isinstance(answer, Bet)
    assert answer.wish.stake == Money.of(150, Currency.NGN)


def test_decide_without_money_left_passes() -> None:
    answer = Kelly(KellySettings()).decide(a_context(), a_forecast(0.65), a_purse("0"))
    assert isinstance(answer, Pass)
    assert answer.reason is Reason.NO_MONEY


OUTSIDE_OF_SIZING = {
    Reason.REFUSED_SPREAD,
    Reason.REFUSED_PRICE,
    Reason.REFUSED_EXIT_SIDE,
}
"""What the market is refused for, whatever is staked on it."""

levels = st.lists(
    st.tuples(
        st.integers(min_value=1, max_value=999).map(lambda n: f"{n / 1000:.3f}"),
        st.integers(min_value=1, max_value=100_000).map(lambda n: f"{n / 100:.2f}"),
    ),
    max_size=4,
    unique_by=lambda level: level[0],
)


@given(
    asks=st.tuples(levels, levels),
    fee=st.integers(min_value=0, max_value=200).map(lambda n: f"{n / 1000:.3f}"),
    chance=st.floats(min_value=0, max_value=1),
    error=st.floats(min_value=0, max_value=0.2),
    deposits=st.integers(min_value=0, max_value=5_000_000),
)
def test_decide_on_any_book_proposes_what_only_the_market_may_be_refused_for(
    asks: tuple[list[tuple[str, str]], ...],
    fee: str,
    chance: float,
    error: float,
    deposits: int,
) -> None:
    up, down = (
        a_book(bids=(("0.001", "1"),), asks=sorted(levels), outcome_id=outcome)
        for levels, outcome in zip(asks, (UP, DOWN), strict=True)
    )
    context = a_context(market=a_market(fee_rate=fee), book1=up, book2=down)
    _holds_up(context, a_forecast(chance, error), str(deposits))


@given(
    counts=st.lists(st.integers(min_value=1, max_value=2_000), min_size=1, max_size=3),
    chance=st.floats(min_value=0, max_value=1),
    error=st.floats(min_value=0, max_value=0.2),
    deposits=st.integers(min_value=0, max_value=5_000_000),
)
def test_decide_on_any_quotes_proposes_what_only_the_market_may_be_refused_for(
    counts: list[int], chance: float, error: float, deposits: int
) -> None:
    quotes = tuple(
        a_quote(str(100 * 5**step), str(Decimal(count) / 10), outcome_id=outcome)
        for step, count in enumerate(counts)
        for outcome in (UP, DOWN)
    )
    context = a_context(event=an_event(engine=Engine.AMM), quotes=quotes)
    _holds_up(context, a_forecast(chance, error), str(deposits))


def _holds_up(context: Context, forecast: Forecast, deposits: str) -> None:
    """No bet that is made of a purse is refused for its money, its depth or its case."""
    books, limits = some_books(a_portfolio(deposits)), Limits()
    strategy = Kelly(KellySettings(rule=SizingRule(bankroll_fraction=Decimal("0.9"))))
    answer = strategy.decide(context, forecast, purse(context, books, limits))
    if isinstance(answer, Bet):
        verdict = review(answer, context, books, limits)
        reasons = () if isinstance(verdict, Approved) else verdict.reasons
        assert {one.check for one in reasons} <= OUTSIDE_OF_SIZING, reasons


@given(
    chance=st.floats(min_value=0, max_value=1),
    error=st.floats(min_value=0, max_value=0.3),
    deposits=st.integers(min_value=0, max_value=500_000),
)
def test_decide_proposes_only_what_the_review_approves(
    chance: float, error: float, deposits: int
) -> None:
    context, limits = a_context(), Limits()
    books = some_books(a_portfolio(str(deposits)))
    strategy = Kelly(KellySettings(rule=SizingRule(bankroll_fraction=Decimal("0.9"))))
    answer = strategy.decide(context, a_forecast(chance, error), purse(context, books, limits))
    if isinstance(answer, Bet):
        assert isinstance(review(answer, context, books, limits), Approved)
