"""Volatility from bars: causal, aware of gaps, and humble when it knows little."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.volatility import (
    VARIANCE_FLOOR,
    VolatilityMeter,
    ewma,
    running_volatility,
    squared_returns,
    volatility,
)
from tests.builders import an_underlying

prices = st.lists(st.floats(min_value=1.0, max_value=1e6), min_size=2, max_size=60)


def test_ewma_of_one_value_is_that_value() -> None:
    means, counts = ewma(np.array([5]), np.array([3.0]), 60.0)
    assert (means[0], counts[0]) == (3.0, 1.0)


def test_ewma_after_one_half_life_weighs_the_older_value_by_half() -> None:
    means, _ = ewma(np.array([0, 60]), np.array([3.0, 0.0]), 60.0)
    assert means[1] == pytest.approx(3.0 * 0.5 / 1.5)


def test_ewma_of_many_values_is_worth_a_bounded_number() -> None:
    _, counts = ewma(np.arange(5000), np.ones(5000), 60.0)
    assert counts[-1] == pytest.approx(2 * 60 / log(2), rel=0.01)


def test_squared_returns_over_a_gap_are_spread_over_its_minutes() -> None:
    squares = squared_returns(np.array([0, 5]), np.array([1.0, 1.0]), np.array([1.0, 2.0]))
    assert squares[1] == pytest.approx(log(2) ** 2 / 5)


def test_squared_returns_begin_with_the_first_bars_own_move() -> None:
    squares = squared_returns(np.array([0]), np.array([1.0]), np.array([2.0]))
    assert squares[0] == pytest.approx(log(2) ** 2)


@given(closes=prices, cut=st.integers(min_value=1, max_value=60))
def test_running_volatility_knows_nothing_of_later_bars(closes: list[float], cut: int) -> None:
    values, minutes = np.array(closes), np.arange(len(closes))
    whole, _ = running_volatility(minutes, values, values)
    part, _ = running_volatility(minutes[:cut], values[:cut], values[:cut])
    assert whole[: len(part)] == pytest.approx(part)


def test_running_volatility_finds_that_of_a_random_walk() -> None:
    rng = np.random.default_rng(1)
    closes = np.exp(np.cumsum(rng.normal(0, 0.001, 3000)))
    variance, error = running_volatility(np.arange(3000), closes, closes)
    assert sqrt(variance[-1]) == pytest.approx(0.001, rel=3 * error[-1])


def test_running_volatility_of_few_bars_is_less_sure() -> None:
    closes = 1.0 + 0.001 * (np.arange(200) % 2)
    _, error = running_volatility(np.arange(200), closes, closes)
    assert error[2] > 2 * error[-1]


def test_running_volatility_of_a_price_that_never_moves_is_no_certainty() -> None:
    variance, error = running_volatility(np.arange(50), np.ones(50), np.ones(50))
    assert (variance[-1], error[-1]) == (VARIANCE_FLOOR, 1.0)


def test_volatility_without_bars_is_none() -> None:
    assert volatility(()) is None


def test_volatility_of_bars_reads_their_minutes() -> None:
    found = volatility(an_underlying((100.0, 101.0) * 100).bars)
    assert found is not None
    assert sqrt(found.variance) == pytest.approx(log(1.01), rel=0.01)


def test_meter_read_bar_by_bar_over_a_gap_knows_what_one_reading_of_all_does() -> None:
    bars = an_underlying((100.0, 101.0, 100.5) * 20).bars
    bars = (*bars[:25], *bars[30:])
    meter = VolatilityMeter()
    answers = [meter.read(bars[:count]) for count in range(1, len(bars) + 1)]
    assert answers == [volatility(bars[:count]) for count in range(1, len(bars) + 1)]


def test_volatility_of_bars_out_of_order_raises() -> None:
    bars = an_underlying().bars
    with pytest.raises(InvalidValue):
        volatility((bars[1], bars[0]))


def test_volatility_of_the_same_bar_twice_raises() -> None:
    bars = an_underlying().bars
    with pytest.raises(InvalidValue):
        volatility((bars[0], replace(bars[0], at=bars[0].at + timedelta(seconds=1))))


@pytest.mark.parametrize("close", ["0", "-1"])
def test_volatility_of_an_impossible_price_raises(close: str) -> None:
    bar = an_underlying().bars[0]
    with pytest.raises(InvalidValue):
        volatility((replace(bar, close=Decimal(close)),))
