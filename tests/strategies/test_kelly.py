"""The kelly strategy: it sizes within the limits, so that the review has nothing to refuse."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.decision import Bet, Pass, Reason
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk import Approved, Limits, review
from bayse_agent.domain.sizing import SizingRule
from bayse_agent.strategies.kelly import Kelly, KellySettings
from tests.builders import a_context, a_forecast, a_portfolio


def test_decide_with_an_edge_bets() -> None:
    answer = Kelly(KellySettings()).decide(a_context(), a_forecast(0.65), a_portfolio())
    assert isinstance(answer, Bet)


def test_decide_without_an_edge_passes() -> None:
    answer = Kelly(KellySettings()).decide(a_context(), a_forecast(0.50), a_portfolio())
    assert isinstance(answer, Pass)
    assert answer.reason is Reason.NO_EDGE


def test_decide_twice_gives_the_same_decision() -> None:
    strategy = Kelly(KellySettings())
    arguments = (a_context(), a_forecast(0.65), a_portfolio())
    assert strategy.decide(*arguments) == strategy.decide(*arguments)


def test_decide_stays_within_the_largest_stake() -> None:
    limits = Limits(max_stake={Currency.NGN: Money.of(150, Currency.NGN)})
    answer = Kelly(KellySettings(limits=limits)).decide(
        a_context(), a_forecast(0.65), a_portfolio()
    )
    assert isinstance(answer, Bet)
    assert answer.wish.stake == Money.of(150, Currency.NGN)


def test_decide_without_money_left_passes() -> None:
    limits = Limits(reserve=Decimal(1))
    answer = Kelly(KellySettings(limits=limits)).decide(
        a_context(), a_forecast(0.65), a_portfolio()
    )
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
    settings = KellySettings(rule=SizingRule(bankroll_fraction=Decimal("0.9")))
    portfolio = a_portfolio(str(deposits))
    answer = Kelly(settings).decide(a_context(), a_forecast(chance, error), portfolio)
    if isinstance(answer, Bet):
        assert isinstance(review(answer, a_context(), portfolio, settings.limits), Approved)
