"""Drawn prices: the same from a seed, shaped by their law, ready before the world starts."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.simulation.generator import (
    CHUNK_S,
    HISTORY_S,
    KEPT_CHUNKS,
    DrawnPath,
    generated_paths,
)
from bayse_agent.simulation.laws import CROSSES, LAWS, is_weekend
from bayse_agent.simulation.prices import Path

MONDAY_S = 1_780_272_000
YEAR_S = 365 * 86_400


def bitcoin(seed: int = 1) -> Path:
    return generated_paths(seed, MONDAY_S)["BTCUSDT"]


def test_paths_when_drawn_twice_from_one_seed_then_are_the_same() -> None:
    one, other = generated_paths(5, MONDAY_S), generated_paths(5, MONDAY_S)

    for symbol, path in one.items():
        assert path.levels(MONDAY_S, MONDAY_S + 5000) == other[symbol].levels(
            MONDAY_S, MONDAY_S + 5000
        )


def test_path_when_asked_far_ahead_then_equals_the_path_walked_there() -> None:
    jumped, walked = bitcoin(), bitcoin()
    for hour in range(30):
        walked.level(MONDAY_S + hour * CHUNK_S)

    assert jumped.level(MONDAY_S + 30 * CHUNK_S) == walked.level(MONDAY_S + 30 * CHUNK_S)


def test_paths_when_seeds_differ_then_differ() -> None:
    first = bitcoin(1).levels(MONDAY_S, MONDAY_S + 600)

    assert first != bitcoin(2).levels(MONDAY_S, MONDAY_S + 600)


@pytest.mark.parametrize("symbol", [*LAWS, *CROSSES])
def test_path_when_world_starts_then_a_day_of_minutes_is_known(symbol: str) -> None:
    path = generated_paths(1, MONDAY_S)[symbol]

    assert path.begins_s <= MONDAY_S - HISTORY_S
    assert path.minute((MONDAY_S - 86_400) // 60) is not None
    assert path.level(path.begins_s - 1) is None
    assert path.last_second(path.begins_s - 1) is None


@given(minute=st.integers(min_value=-600, max_value=600))
def test_minute_when_summed_up_then_agrees_with_its_seconds(minute: int) -> None:
    path = bitcoin()
    begin = MONDAY_S + 60 * minute
    levels = [level for _, level in path.levels(begin, begin + 59)]

    assert path.minute(begin // 60) == (levels[0], max(levels), min(levels), levels[-1])
    assert levels == [path.level(begin + second) for second in range(60)]


def test_levels_when_span_crosses_hours_then_no_second_is_missing() -> None:
    first = MONDAY_S + CHUNK_S - 5

    seconds = [second for second, _ in bitcoin().levels(first, first + 10)]

    assert seconds == list(range(first, first + 11))


def test_cross_when_compared_with_its_parts_then_is_their_product() -> None:
    paths = generated_paths(1, MONDAY_S)
    pound, yen, cross = (paths[name].level(MONDAY_S) for name in ("GBPUSD", "USDJPY", "GBPJPY"))

    assert cross is not None
    assert cross / 1e3 == pytest.approx((pound or 0) / 1e5 * (yen or 0) / 1e3, abs=2e-3)


def test_path_when_history_is_long_gone_then_says_so() -> None:
    path = bitcoin()
    path.level(MONDAY_S + (KEPT_CHUNKS + 1) * CHUNK_S)

    with pytest.raises(BrokenInvariant):
        path.level(MONDAY_S - HISTORY_S)


def log_prices(seed: int, days: int) -> np.ndarray:
    path = bitcoin(seed)
    assert isinstance(path, DrawnPath)
    hours = range(MONDAY_S // CHUNK_S, MONDAY_S // CHUNK_S + 24 * days)
    return np.concatenate([path.chunk(hour).logs for hour in hours])


def test_path_when_measured_over_weeks_then_moves_as_its_law_says() -> None:
    logs = np.concatenate([np.diff(log_prices(seed, 15)[::900]) for seed in range(4)])

    assert logs.std() * sqrt(YEAR_S / 900) == pytest.approx(0.50, rel=0.15)


def test_path_when_measured_over_weeks_then_minutes_overstate_quarter_hours() -> None:
    logs = [log_prices(seed, 15) for seed in range(4)]
    minute = np.concatenate([np.diff(each[::60]) for each in logs]).var()
    quarter = np.concatenate([np.diff(each[::900]) for each in logs]).var()

    assert 0.88 < quarter / 15 / minute < 0.99


def test_outlook_when_variance_is_summed_then_matches_what_comes() -> None:
    ratios = []
    for seed in range(6):
        path, logs = bitcoin(seed), log_prices(seed, 8)
        for quarter in range(8 * 96 - 1):
            begin = MONDAY_S + 900 * quarter
            variance = path.outlook(begin, 900).variance
            move = logs[900 * (quarter + 1)] - logs[900 * quarter]
            ratios.append(move**2 / variance)

    assert np.mean(ratios) == pytest.approx(1.03, abs=0.12)


def test_weekend_when_markets_rest_then_is_friday_night_to_sunday_night() -> None:
    friday = MONDAY_S + 4 * 86_400

    assert not is_weekend(friday + 22 * 3600 - 1)
    assert is_weekend(friday + 22 * 3600)
    assert is_weekend(friday + (48 + 22) * 3600 - 1)
    assert not is_weekend(friday + (48 + 22) * 3600)
