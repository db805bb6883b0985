"""Money, prices, shares and probabilities are what they say, or are refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.domain.errors import CurrencyMismatch, InvalidValue
from bayse_agent.domain.money import (
    Currency,
    Money,
    Price,
    Shares,
    cost_of,
    from_statistics,
    price,
    probability,
    shares,
)


def test_cost_of_naira_shares_counts_the_payout_of_a_hundred() -> None:
    ten, at = Shares(Decimal(10)), Price(Decimal("0.55"))
    assert cost_of(ten, at, Currency.NGN) == Money.of(550, Currency.NGN)
    assert cost_of(ten, at, Currency.USD) == Money.of("5.5", Currency.USD)


def test_money_of_two_currencies_refuses_to_mix() -> None:
    naira, dollars = Money.of(1, Currency.NGN), Money.of(1, Currency.USD)
    with pytest.raises(CurrencyMismatch):
        naira + dollars
    with pytest.raises(CurrencyMismatch):
        assert naira < dollars


def test_money_rounded_down_is_never_more() -> None:
    assert Money.of("10.999", Currency.NGN).rounded_down() == Money.of("10.99", Currency.NGN)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "ten", "1.01", "-0.01"])
def test_price_out_of_range_or_unreadable_is_refused(value: str) -> None:
    with pytest.raises(InvalidValue):
        price(value)


@pytest.mark.parametrize("value", ["NaN", "-1"])
def test_shares_below_nothing_or_unreadable_are_refused(value: str) -> None:
    with pytest.raises(InvalidValue):
        shares(value)


@pytest.mark.parametrize("value", [float("nan"), 1.5, -0.1, True])
def test_probability_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(InvalidValue):
        probability(value)


def test_price_from_a_float_is_refused() -> None:
    with pytest.raises(InvalidValue):
        price(0.5)  # type: ignore[arg-type]


def test_from_statistics_leaves_no_dust() -> None:
    assert from_statistics(0.1 + 0.2) == Decimal("0.300000")
    with pytest.raises(InvalidValue):
        from_statistics(float("inf"))
