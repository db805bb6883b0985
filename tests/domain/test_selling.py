"""What a quote tells of the unit that sells are counted in."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Quote, Side
from bayse_agent.domain.money import Currency, price
from bayse_agent.domain.selling import SellUnitProbe, unit_of
from tests.builders import a_quote


def a_sell_quote(count: str, *, at: str = "0.40", currency: Currency = Currency.NGN) -> Quote:
    """A quote for a sell that was asked for with an amount of 10."""
    quote = a_quote("10", count, currency=currency)
    return replace(quote, side=Side.SELL, average_price=price(at))


def test_unit_of_a_quote_of_as_many_shares_is_shares() -> None:
    assert unit_of(a_sell_quote("10")) is SellUnitProbe.SHARES


def test_unit_of_a_quote_of_what_the_cash_is_worth_is_cash() -> None:
    assert unit_of(a_sell_quote("0.25")) is SellUnitProbe.CASH


def test_unit_of_a_quote_of_cash_after_a_fee_is_cash_too() -> None:
    assert unit_of(a_sell_quote("0.2632")) is SellUnitProbe.CASH


@pytest.mark.parametrize("count", ["5", "1", "100", "0"])
def test_unit_of_a_quote_of_neither_is_unclear(count: str) -> None:
    quote = replace(a_sell_quote("10"), shares=a_sell_quote("1").shares * Decimal(count))
    assert unit_of(quote) is SellUnitProbe.UNCLEAR


@pytest.mark.parametrize("at", ["0.009", "0.01", "0.011"])
def test_unit_of_a_quote_at_about_one_naira_a_share_is_unclear(at: str) -> None:
    assert unit_of(a_sell_quote("10", at=at)) is SellUnitProbe.UNCLEAR


def test_unit_of_a_quote_at_about_a_dollar_a_share_is_unclear() -> None:
    quote = a_sell_quote("10", at="0.95", currency=Currency.USD)
    assert unit_of(quote) is SellUnitProbe.UNCLEAR


def test_unit_of_a_quote_that_would_not_fill_is_unclear() -> None:
    assert unit_of(replace(a_sell_quote("10"), is_complete=False)) is SellUnitProbe.UNCLEAR


def test_unit_of_a_quote_for_a_buy_raises() -> None:
    with pytest.raises(InvalidValue):
        unit_of(a_quote())


@given(
    cents=st.integers(min_value=1, max_value=99),
    count=st.integers(min_value=1, max_value=10_000),
    currency=st.sampled_from(Currency),
    fee=st.integers(min_value=0, max_value=10),
    is_in_cash=st.booleans(),
)
def test_unit_of_never_takes_one_unit_for_the_other(
    cents: int, count: int, currency: Currency, fee: int, is_in_cash: bool
) -> None:
    at = Decimal(cents) / 100
    sold = count / (at * currency.payout * (1 - Decimal(fee) / 100)) if is_in_cash else count
    quote = a_quote(str(count), str(sold), currency=currency)
    found = unit_of(replace(quote, side=Side.SELL, average_price=price(at)))
    wrong = SellUnitProbe.SHARES if is_in_cash else SellUnitProbe.CASH
    assert found is not wrong
