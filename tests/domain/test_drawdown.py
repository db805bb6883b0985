"""Drawdown of stretches that are put together: as if all valuations had been looked at at once."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.drawdown import stretch_of, whole

_DEPOSITS = Decimal(1000)
_PROFITS = st.lists(st.integers(min_value=-900, max_value=900), min_size=1, max_size=20)


def test_drawdown_when_profit_falls_then_it_is_the_largest_fall_and_its_part() -> None:
    found = whole(stretch_of(Decimal(one), 1000 + Decimal(one)) for one in (0, 300, 100, 400, 350))
    assert found is not None
    assert (found.first, found.last, found.highest, found.lowest) == (0, 350, 400, 0)
    assert found.fall.amount == 200
    assert found.fall.part == Decimal(200) / 1300


def test_drawdown_when_cash_is_moved_then_that_is_no_fall() -> None:
    # 500 were taken out between the two: profit is the same.
    found = whole([stretch_of(Decimal(100), Decimal(1100)), stretch_of(Decimal(100), Decimal(600))])
    assert found is not None
    assert found.fall.amount == 0


def test_drawdown_when_nothing_was_valued_then_there_is_none() -> None:
    assert whole([]) is None


@given(profits=_PROFITS, cut=st.integers(min_value=0, max_value=20))
def test_stretches_when_joined_anywhere_then_the_fall_is_that_of_all(
    profits: list[int], cut: int
) -> None:
    ones = [stretch_of(Decimal(one), _DEPOSITS + one) for one in profits]
    halves = [half for half in (whole(ones[:cut]), whole(ones[cut:])) if half is not None]
    found = whole(halves)
    assert found is not None
    falls = [
        Decimal(high - low) for at, high in enumerate(profits) for low in profits[at:] if low < high
    ]
    assert found.fall.amount == max(falls, default=Decimal(0))
    assert (found.first, found.last) == (profits[0], profits[-1])
