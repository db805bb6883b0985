"""The kelly strategy: it sizes within the purse, so that the review has nothing to refuse."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.decision import Bet, Pass, Reason
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk import Approved, Limits, purse, review
from bayse_agent.domain.sizing import Purse, SizingRule
from bayse_agent.strategies.kelly import Kelly, KellySettings
from tests.builders import a_context, a_forecast, a_portfolio, some_books


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
