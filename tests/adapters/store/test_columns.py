"""Column types: decimals come back exactly, times in UTC, and nothing inexact gets in."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from bayse_agent.adapters.store.columns import Exact, Moment
from bayse_agent.domain.errors import InvalidValue
from tests.builders import NOON

DIALECTS = [sqlite.dialect(), postgresql.dialect()]


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=9, min_value=-(10**12), max_value=10**12
    )
)
def test_exact_when_stored_and_read_then_the_same_number(number: Decimal) -> None:
    column = Exact()
    for dialect in DIALECTS:
        kept = column.process_bind_param(number, dialect)
        assert column.process_result_value(kept, dialect) == number


@pytest.mark.parametrize("value", [0.1, 1, "1", Decimal("NaN"), Decimal("1e-13")])
def test_exact_when_not_an_exact_decimal_then_invalid(value: object) -> None:
    with pytest.raises(InvalidValue):
        Exact().process_bind_param(value, DIALECTS[0])  # type: ignore[arg-type]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_moment_when_in_another_zone_then_read_back_in_utc(dialect: object) -> None:
    column = Moment()
    lagos = NOON.astimezone(timezone(timedelta(hours=1)))
    kept = column.process_bind_param(lagos, dialect)  # type: ignore[arg-type]
    read = column.process_result_value(kept, dialect)  # type: ignore[arg-type]
    assert read == NOON
    assert read is not None
    assert read.utcoffset() == timedelta(0)


def test_moment_when_naive_then_invalid() -> None:
    with pytest.raises(InvalidValue):
        Moment().process_bind_param(datetime(2026, 1, 1), DIALECTS[0])  # noqa: DTZ001
