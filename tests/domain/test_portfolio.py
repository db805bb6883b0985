"""The books as a fold: identities that hold after every fill, and what may never be entered."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import BrokenInvariant, CurrencyMismatch
from bayse_agent.domain.market import EventId, Side
from bayse_agent.domain.money import Currency, Money, price, shares
from bayse_agent.domain.order import Fill, FillId
from bayse_agent.domain.portfolio import (
    Holding,
    Portfolio,
    Position,
    fold,
    opened,
    with_deposit,
    with_fill,
    worth_of,
)
from tests.builders import DOWN, MARKET_ID, UP, a_fill, a_result, an_intent

NGN = Currency.NGN
START = Money.of(100_000, NGN)

cents = st.integers(1, 10**7).map(lambda units: Decimal(units) / 100)
buys = st.builds(
    lambda cash, count, outcome: replace(
        a_fill(an_intent()), cash=Money(cash, NGN), shares=shares(count), outcome_id=outcome
    ),
    cents,
    cents,
    st.sampled_from([UP, DOWN]),
)


def a_sale(count: str, cash: str) -> Fill:
    fill = a_fill(an_intent(), id="fill-2")
    return replace(fill, side=Side.SELL, shares=shares(count), cash=Money.of(cash, NGN))


def _is_balanced(portfolio: Portfolio) -> bool:
    return portfolio.cash + portfolio.invested == portfolio.deposits + portfolio.realised


@given(st.lists(buys, max_size=8), st.integers(1, 100))
def test_fold_of_buys_and_a_sale_always_balances(fills: list[Fill], percent: int) -> None:
    portfolio = fold(START, fills, ())
    for position in portfolio.positions:
        count = (position.shares * percent / 100).quantize(Decimal("0.000001"))
        sale = replace(a_sale("1", "10"), shares=shares(count), outcome_id=position.outcome_id)
        if count:
            portfolio = with_fill(portfolio, sale)
    assert _is_balanced(portfolio)


@given(st.lists(buys, max_size=8))
def test_fold_step_by_step_is_the_fold_at_once(fills: list[Fill]) -> None:
    stepwise = opened(START)
    for fill in fills:
        stepwise = with_fill(stepwise, fill)
    assert stepwise == fold(START, fills, ())


def test_with_settlement_of_what_won_realises_payout_less_cost() -> None:
    settlement = a_result("980").settlements
    portfolio = fold(START, [a_fill(an_intent(), cash="550")], settlement)
    assert portfolio.realised == Money.of(430, NGN)
    assert portfolio.positions == ()
    assert _is_balanced(portfolio)


def test_with_settlement_of_what_is_not_held_breaks_the_books() -> None:
    with pytest.raises(BrokenInvariant):
        fold(START, (), a_result().settlements)


def test_with_fill_selling_a_part_takes_its_part_of_the_cost() -> None:
    portfolio = fold(
        START, [a_fill(an_intent(), cash="980", count="9.8"), a_sale("4.9", "600")], ()
    )
    (position,) = portfolio.positions
    assert position.cost == Money.of(490, NGN)
    assert portfolio.realised == Money.of(110, NGN)


def test_with_fill_selling_more_than_is_held_breaks_the_books() -> None:
    with pytest.raises(BrokenInvariant):
        fold(START, [a_fill(an_intent(), count="9.8"), a_sale("9.9", "600")], ())


def test_with_fill_in_another_currency_is_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        fold(Money.of(100, Currency.USD), [a_fill(an_intent())], ())


def test_with_deposit_adds_to_cash_and_to_what_was_put_in() -> None:
    portfolio = with_deposit(opened(START), Money.of(500, NGN))
    assert portfolio.cash == portfolio.deposits == Money.of(100_500, NGN)


def test_fees_add_up_over_fills() -> None:
    fills = [a_fill(an_intent()), replace(a_fill(an_intent()), id=FillId("fill-2"))]
    assert fold(START, fills, ()).fees == Money.of(22, NGN)


def test_worth_of_when_a_market_has_closed_then_its_cost_whatever_the_venue_shows() -> None:
    held = Position(
        market_id=MARKET_ID, outcome_id=UP, shares=shares("10"), cost=Money.of("550", NGN)
    )
    portfolio = replace(fold(Money.of("1000", NGN), (), ()), positions=(held,))
    for shown in ("0", "1000", "480"):
        row = Holding(
            event_id=EventId("event-1"),
            market_id=MARKET_ID,
            outcome_id=UP,
            currency=NGN,
            shares=shares("10"),
            available=shares("10"),
            average_price=price("0.55"),
            cost=held.cost,
            current_value=Money.of(shown, NGN),
        )
        assert worth_of(portfolio, (row,), {MARKET_ID}) == Money.of(shown, NGN)
        assert worth_of(portfolio, (row,), ()) == held.cost
    assert worth_of(portfolio, (), {MARKET_ID}) == held.cost


def test_worth_of_when_a_payout_is_in_the_cash_already_then_it_counts_once() -> None:
    nothing = fold(Money.of("1000", NGN), (), ())
    paid = Holding(
        event_id=EventId("event-1"),
        market_id=MARKET_ID,
        outcome_id=UP,
        currency=NGN,
        shares=shares("10"),
        available=shares("10"),
        average_price=price("0.55"),
        cost=Money.of("550", NGN),
        current_value=Money.of("1000", NGN),
    )
    assert worth_of(nothing, (paid,), {MARKET_ID}) == Money.zero(NGN)
