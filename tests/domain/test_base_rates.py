"""What markets are alike, and how often their likes came true."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.base_rates import Tally, base_rate, counted, likeness, template
from bayse_agent.domain.experience import SettledMarket
from bayse_agent.domain.market import MarketId
from tests.builders import NOON


def an_ended(number: int, outcome: int, *, title: str = "Will Arsenal win?") -> SettledMarket:
    return SettledMarket(
        market_id=MarketId(f"m-{number}"),
        title=title,
        label1="Yes",
        series=None,
        category=None,
        settled_at=NOON,
        outcome=outcome,
    )


@pytest.mark.parametrize(
    ("title", "folded"),
    [
        ("Will Arsenal beat Chelsea on 12 May 2026?", "will * beat * on #"),
        ("Will Kano Pillars beat Enyimba on Friday?", "will * beat * on #"),
        ("BTC above 64,250.5 at 12:00?", "* above # at #"),
        ("", ""),
    ],
)
def test_template_keeps_what_stays(title: str, folded: str) -> None:
    assert template(title) == folded


def test_base_rate_matches_the_worked_number() -> None:
    tally = counted(Tally(), [an_ended(n, int(n < 8)) for n in range(10)])
    found = base_rate(tally, likeness("Will Chelsea win?", "Yes", None, None))
    assert found.probability == pytest.approx(0.725)
    assert found.alike == 10


def test_base_rate_of_another_template_learns_from_all_there_is() -> None:
    tally = counted(Tally(), [an_ended(n, int(n < 8)) for n in range(10)])
    found = base_rate(tally, likeness("Will it rain?", "Yes", None, None))
    assert found.probability == pytest.approx(0.65)
    assert found.alike == 0


def test_base_rate_of_another_first_outcome_is_another_class() -> None:
    tally = counted(Tally(), [an_ended(n, 1) for n in range(10)])
    assert base_rate(tally, likeness("Will Chelsea win?", "No", None, None)).alike == 0


def test_base_rate_of_more_markets_is_surer() -> None:
    like = likeness("Will Chelsea win?", "Yes", None, None)
    errors = [
        base_rate(counted(Tally(), [an_ended(n, n % 2) for n in range(count)]), like).standard_error
        for count in (0, 10, 100, 1000)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.02 < 0.1 < errors[0]


@given(outcomes=st.lists(st.integers(min_value=0, max_value=1), max_size=40))
def test_base_rate_is_never_sure(outcomes: list[int]) -> None:
    tally = counted(Tally(), [an_ended(n, outcome) for n, outcome in enumerate(outcomes)])
    found = base_rate(tally, likeness("Will Chelsea win?", "Yes", "a", "b"))
    assert 0.05 < found.probability < 0.95


@given(first=st.integers(min_value=0), second=st.integers(min_value=0))
def test_template_does_not_depend_on_numbers(first: int, second: int) -> None:
    one, other = (f"Will Gold close above {n} on 3 May?" for n in (first, second))
    assert template(one) == template(other)
