"""The limits themselves: numbers that cannot be limits are refused when they are set."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk import Limits


@pytest.mark.parametrize(
    "wrong",
    [
        {"reserve": Decimal("1.1")},
        {"reserve": Decimal("NaN")},
        {"max_spread": Decimal("-0.1")},
        {"max_data_age_s": float("nan")},
        {"min_confidence": 101.0},
        {"max_open_markets": -1},
        {"max_stake": {Currency.NGN: Money.of(1, Currency.USD)}},
    ],
)
def test_limits_out_of_range_raise(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        replace(Limits(), **wrong)  # type: ignore[arg-type]
