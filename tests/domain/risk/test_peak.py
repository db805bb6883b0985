"""The peak that drawdown is measured from: only what two valuations in a row support."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import CurrencyMismatch
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk import confirmed_peak
from tests.domain.risk.cases import naira

VALUES = st.lists(st.integers(min_value=-1000, max_value=1_000_000), max_size=12)


@pytest.mark.parametrize(
    ("previous", "values", "peak"),
    [
        (None, (), None),
        (None, (100,), None),
        (None, (100, 110), 100),
        (None, (100, 900, 110), 110),
        (None, (900, 100, 900), 100),
        (None, (100, 900, 890, 110), 890),
        (500, (), 500),
        (500, (900,), 500),
        (500, (900, 100), 500),
        (500, (510, 520), 510),
    ],
)
def test_confirmed_peak_is_the_highest_that_two_in_a_row_support(
    previous: int | None, values: tuple[int, ...], peak: int | None
) -> None:
    before = None if previous is None else naira(previous)
    assert confirmed_peak(before, valued(*values)) == (None if peak is None else naira(peak))


@given(VALUES, st.integers(min_value=0, max_value=11), st.integers(min_value=0))
def test_confirmed_peak_is_not_raised_by_one_strange_price(
    values: list[int], place: int, noise: int
) -> None:
    strange = [*values[:place], max([*values, 0]) + noise, *values[place:]]
    assert confirmed_peak(naira(0), valued(*strange)) <= naira(max([*values, 0]))  # type: ignore[operator]


@given(VALUES, VALUES)
def test_confirmed_peak_never_falls_as_valuations_come(first: list[int], more: list[int]) -> None:
    before = confirmed_peak(naira(0), valued(*first))
    assert before is not None
    after = confirmed_peak(before, valued(*first, *more))
    assert after is not None
    assert after >= before


@given(VALUES)
def test_confirmed_peak_taken_step_by_step_is_the_peak_of_all(values: list[int]) -> None:
    whole = valued(*values)
    peak = None
    for end in range(len(whole) + 1):
        peak = confirmed_peak(peak, whole[max(0, end - 2) : end])
    assert peak == confirmed_peak(None, whole)


def test_confirmed_peak_of_two_currencies_raises() -> None:
    with pytest.raises(CurrencyMismatch):
        confirmed_peak(None, (naira(100), Money.of(100, Currency.USD)))


def valued(*values: int) -> tuple[Money, ...]:
    return tuple(naira(value) for value in values)
