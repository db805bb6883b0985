"""The crowd's fair value is the chance that the world's own law gives."""

from __future__ import annotations

from math import erf, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.simulation.generator import generated_paths
from bayse_agent.simulation.opinion import (
    chance_at_end,
    chance_of_average,
    chance_of_rest,
)
from bayse_agent.simulation.prices import AVERAGED_TICKS, Outlook, Path

MONDAY_S = 1_780_272_000
WINDOW_S = 900


def plain(level: int = 10_000, variance: float = 1e-4) -> Outlook:
    return Outlook(level=level, variance=variance)


def phi(z: float) -> float:
    return 0.5 * (1 + erf(z / sqrt(2)))


def test_chance_at_end_when_price_is_at_the_target_then_is_a_half() -> None:
    assert chance_at_end(plain(), 10_000, 900) == pytest.approx(0.5)


def test_chance_at_end_when_one_deviation_above_then_is_84_percent() -> None:
    assert chance_at_end(plain(10_101), 10_000, 900) == pytest.approx(phi(1.005), abs=1e-3)


def test_chance_at_end_when_the_price_is_bounced_up_then_expects_it_back() -> None:
    bounced = Outlook(level=10_000, variance=1e-4, bounce=0.001, bounce_decay=0.01)

    assert chance_at_end(bounced, 10_000, 900) < 0.5


def test_chance_of_average_when_far_away_then_has_the_variance_of_two_thirds_less() -> None:
    # Forty of sixty seconds of variance are lost by averaging: tau - 40.
    outlook = plain(10_050, variance=900e-6)
    expected = phi(0.0049875 / sqrt((900 - 40) * 1e-6))

    assert chance_of_average(outlook, 10_000, 840) == pytest.approx(expected, abs=2e-3)


def test_chance_of_rest_when_half_is_seen_then_counts_it_as_known() -> None:
    above = [10_010] * 30

    assert chance_of_rest(plain(10_000, 1e-9), 10_000, above, 30) > 0.99
    assert chance_of_rest(plain(10_000, 1e-9), 10_006, above, 30) < 0.01


def test_chance_of_rest_when_all_is_seen_then_is_certain() -> None:
    assert chance_of_rest(plain(), 10_000.5, [10_000, 10_002], 0) == 1.0
    assert chance_of_rest(plain(), 10_001.5, [10_000, 10_002], 0) == 0.0


@given(
    level=st.integers(9_000, 11_000),
    variance=st.floats(1e-9, 1e-2),
    horizon=st.integers(1, 86_400),
    jump_rate=st.floats(0, 1e-3),
)
def test_chances_when_outlook_is_anything_then_are_chances(
    level: int, variance: float, horizon: int, jump_rate: float
) -> None:
    outlook = Outlook(level=level, variance=variance, jump_rate=jump_rate, jump_sd=0.003)

    for chance in (
        chance_at_end(outlook, 10_000, horizon),
        chance_of_average(outlook, 10_000, horizon),
        chance_of_rest(outlook, 10_000, [level] * 20, min(horizon, 40)),
    ):
        assert 0 <= chance <= 1


def looks(path: Path, begin: int, left: int) -> tuple[float, bool, float, bool]:
    """(chance, outcome) of the end and of the average, `left` seconds before the close."""
    close = begin + WINDOW_S
    target = (path.level(begin) or 0) - 0.5
    outlook = path.outlook(close - left, left)
    seen = [level for _, level in path.levels(close - AVERAGED_TICKS, close - left)]
    last = [level for _, level in path.levels(close - AVERAGED_TICKS, close - 1)]
    average = (
        chance_of_rest(outlook, target, seen, left - 1)
        if seen
        else chance_of_average(outlook, target, left - AVERAGED_TICKS)
    )
    ends_above = (path.level(close) or 0) > target
    return chance_at_end(outlook, target, left), ends_above, average, sum(last) / 60 > target


@pytest.mark.parametrize("left", [600, 300, 120, 61, 30, 10])
def test_fair_values_when_compared_with_outcomes_then_are_calibrated(left: int) -> None:
    """Their Brier score is the one that a forecaster who states true chances expects."""
    found = []
    for seed in range(3):
        path = generated_paths(seed, MONDAY_S)["BTCUSDT"]
        found += [looks(path, MONDAY_S + WINDOW_S * number, left) for number in range(4 * 96)]

    for chances, outcomes in (
        ([look[0] for look in found], [look[1] for look in found]),
        ([look[2] for look in found], [look[3] for look in found]),
    ):
        pairs = list(zip(chances, outcomes, strict=True))
        score = sum((won - chance) ** 2 for chance, won in pairs) / len(pairs)
        expected = sum(chance * (1 - chance) for chance, _ in pairs) / len(pairs)
        bias = sum(won - chance for chance, won in pairs) / len(pairs)
        assert score == pytest.approx(expected, abs=0.016)
        assert abs(bias) < 0.04
