"""Which markets are worth research: what could be earned against what asking costs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.triage import TriageRule, is_even, not_worth
from tests.builders import DOWN, a_book, a_context, a_market, an_event

_MOST = Money.of("5000", Currency.NGN)


def _context(ask: str = "0.51", other_ask: str = "0.51", *, depth: str = "1000") -> Context:
    """A market without a fee: buying costs the ask."""
    bid = str(1 - Decimal(other_ask))
    market = replace(a_market(), fee_rate=Decimal(0))
    return a_context(
        market=market,
        book1=a_book(((bid, depth),), ((ask, depth),)),
        book2=a_book(((str(1 - Decimal(ask)), depth),), ((other_ask, depth),), outcome_id=DOWN),
    )


def test_not_worth_when_much_could_be_won_then_it_is_worth_it() -> None:
    assert not_worth(_context(), _MOST, TriageRule()) is None


def test_not_worth_when_asking_costs_more_than_could_be_won_then_both_are_told() -> None:
    # 0.5 may become 0.5987: 5,000 at 0.51 may earn 869.49.
    told = not_worth(_context(), _MOST, TriageRule(cost_usd=Decimal(1)))
    assert told == "869.49 NGN at best, and asking costs about 1500.00"


def test_not_worth_when_the_fee_eats_the_reach_then_not() -> None:
    context = a_context(market=replace(a_market(), fee_rate=Decimal("0.5")))
    assert not_worth(context, _MOST, TriageRule()) is not None


def test_not_worth_when_next_to_nothing_is_offered_then_not() -> None:
    assert not_worth(_context(depth="0.5"), _MOST, TriageRule()) is not None


def test_not_worth_when_skill_is_none_then_never_worth_it() -> None:
    assert not_worth(_context(), _MOST, TriageRule(reach=0.0)) is not None


def test_not_worth_when_the_book_has_one_side_then_not() -> None:
    context = replace(_context(), book1=replace(a_book(), bids=()))
    assert not_worth(context, _MOST, TriageRule()) == "the market shows no price"


def test_not_worth_when_a_formula_lists_a_cheap_price_then_worth_it() -> None:
    market = replace(
        a_market(), price1=Decimal("0.5"), buy_price1=Decimal("0.5"), fee_rate=Decimal("0.02")
    )
    context = a_context(event=an_event(market, engine=Engine.AMM), market=market)
    assert not_worth(context, _MOST, TriageRule()) is None


@given(st.sampled_from(["0.03", "0.20", "0.35", "0.51", "0.70", "0.90", "0.97"]))
def test_not_worth_when_the_outcomes_change_places_then_the_same_answer(ask: str) -> None:
    other = str(Decimal("1.02") - Decimal(ask))
    rule = TriageRule(cost_usd=Decimal("0.2"))
    one, two = (
        not_worth(_context(a, b), _MOST, rule) is None for a, b in ((ask, other), (other, ask))
    )
    assert one == two


@pytest.mark.parametrize(("ask", "even"), [("0.51", True), ("0.60", False)])
def test_is_even_when_asked_then_by_the_middle(ask: str, even: bool) -> None:
    context = _context(ask, str(Decimal("1.02") - Decimal(ask)))
    assert is_even(context, TriageRule()) is even


@pytest.mark.parametrize("values", [{"reach": -1.0}, {"reach": float("nan")}, {"usd": Decimal(-1)}])
def test_triage_rule_when_out_of_range_then_refused(values: dict[str, float]) -> None:
    with pytest.raises(InvalidValue):
        TriageRule(**values)  # type: ignore[arg-type]
