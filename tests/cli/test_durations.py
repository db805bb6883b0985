"""Lengths of time: what is read, what is refused, and there and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.cli.durations import duration, told
from bayse_agent.domain.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", timedelta(minutes=30)),
        ("6h", timedelta(hours=6)),
        ("2d", timedelta(days=2)),
        ("1h30m", timedelta(minutes=90)),
        ("45s", timedelta(seconds=45)),
    ],
)
def test_duration_when_well_written_then_read(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "6", "h", "6x", "-1h", "1.5h", "1h 30m", "1h1h", "0m", "367d", "9999999999s", "१h", "6H"],
)
def test_duration_when_badly_written_then_invalid(text: str) -> None:
    with pytest.raises(InvalidValue):
        duration(text)


@given(st.integers(1, 366 * 86_400))
def test_told_when_read_again_then_the_same(seconds: int) -> None:
    assert duration(told(timedelta(seconds=seconds))) == timedelta(seconds=seconds)
