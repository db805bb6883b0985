"""Window pricing: known values, a simulated average, limits, symmetry and its standard error."""

from __future__ import annotations

from dataclasses import replace
from math import erf, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.pricing import (
    SettlementRule,
    Shape,
    TieRule,
    WindowPrice,
    WindowState,
    averaged_moments,
    chance_above,
    chance_of_one,
    price_window,
    running_average,
    student_t_cdf,
    tie_shift,
    window_chances,
)
from bayse_agent.domain.volatility import Volatility

SHAPE = Shape()
LAST = SettlementRule(averaged_weight=0.0, basis_sd=0.0)
AVERAGED = SettlementRule(averaged_weight=1.0, basis_sd=0.0)
MOVES = Volatility(variance=0.0005**2, relative_error=0.1)
STATE = WindowState(
    price=60_030.0, threshold=60_000.0, seconds_left=300.0, average=None, volatility=MOVES
)


@pytest.mark.parametrize(
    ("x", "degrees", "expected"),
    [
        (0.0, 10, 0.5),
        (1.812461, 10, 0.95),
        (2.228139, 10, 0.975),
        (3.169273, 10, 0.995),
        (-1.372184, 10, 0.10),
        (2.776445, 4, 0.975),
        (2.446912, 6, 0.975),
        (2.042272, 30, 0.975),
        (4.302653, 2, 0.975),
    ],
)
def test_student_t_cdf_at_tabled_points_matches(x: float, degrees: int, expected: float) -> None:
    assert student_t_cdf(np.array([x]), degrees)[0] == pytest.approx(expected, abs=1e-6)


def test_student_t_cdf_of_many_degrees_is_close_to_the_normal() -> None:
    x = np.linspace(-3, 3, 13)
    normal = [0.5 * (1 + erf(value / sqrt(2))) for value in x]
    assert student_t_cdf(x, 2000) == pytest.approx(normal, abs=2e-4)


@pytest.mark.parametrize("degrees", [0, 3, -2])
def test_student_t_cdf_of_odd_degrees_raises(degrees: int) -> None:
    with pytest.raises(InvalidValue):
        student_t_cdf(np.array([0.0]), degrees)


def test_chance_above_without_movement_is_the_sign() -> None:
    chances = chance_above(np.array([-1.0, 0.0, 1.0]), np.zeros(3), SHAPE)
    assert chances.tolist() == [0.0, 0.5, 1.0]


@given(
    log_ratio=st.one_of(st.just(0.0), st.floats(min_value=-10.0, max_value=10.0)),
    sd=st.one_of(st.just(0.0), st.floats(min_value=1e-9, max_value=10.0)),
)
def test_chance_of_one_is_chance_above_to_the_last_bit(log_ratio: float, sd: float) -> None:
    assert chance_of_one(log_ratio, sd, SHAPE) == chance_above(
        np.array(log_ratio), np.array(sd), SHAPE
    )


def test_chance_above_of_a_unit_deviation_scales_the_t_to_unit_variance() -> None:
    expected = student_t_cdf(np.array([sqrt(10 / 8)]), 10)[0]
    assert chance_above(np.array(1.0), np.array(1.0), SHAPE) == pytest.approx(expected)


def test_averaged_moments_agree_from_both_sides_where_the_period_begins() -> None:
    assert averaged_moments(100.0, None, 60.0, 60.0) == (100.0, 20.0)
    mean, seconds = averaged_moments(100.0, 90.0, 60.0 - 1e-9, 60.0)
    assert (mean, seconds) == (pytest.approx(100.0), pytest.approx(20.0))


def test_averaged_moments_half_way_mix_what_was_with_what_is() -> None:
    mean, seconds = averaged_moments(100.0, 90.0, 30.0, 60.0)
    assert (mean, seconds) == (95.0, 30**3 / (3 * 60**2))


def test_averaged_moments_at_the_close_are_the_average_itself() -> None:
    assert averaged_moments(100.0, 90.0, 0.0, 60.0) == (90.0, 0.0)


@pytest.mark.parametrize("seconds_left", [150, 60, 30, 10])
def test_averaged_price_matches_a_simulation(seconds_left: int) -> None:
    rng = np.random.default_rng(seconds_left)
    paths, step = 20_000, 0.0005 / sqrt(60.0)
    moves = np.cumsum(rng.normal(0.0, step, (paths, seconds_left)), axis=1)
    # The average so far was 3 basis points above the last price, which is at the threshold.
    so_far = 3e-4 if seconds_left < 60 else None
    inside = min(60, seconds_left)
    total = moves[:, -inside:].sum(axis=1) + (60 - inside) * (so_far or 0.0)
    threshold_log = 1e-4
    simulated = float((total / 60.0 >= threshold_log).mean())
    state = WindowState(
        price=1.0,
        threshold=1.0 + threshold_log,
        seconds_left=float(seconds_left),
        average=None if so_far is None else 1.0 + so_far,
        volatility=MOVES,
    )
    priced = price_window(state, AVERAGED, Shape(degrees=400, scale=1.0))
    assert priced.probability == pytest.approx(simulated, abs=0.02)


def test_averaged_price_far_from_the_close_nears_the_terminal_one() -> None:
    far = replace(STATE, seconds_left=86_400.0)
    priced = price_window(far, AVERAGED, SHAPE)
    assert priced.averaged == pytest.approx(priced.terminal, abs=1e-4)


def test_averaged_price_over_no_time_at_all_is_the_terminal_one() -> None:
    priced = price_window(STATE, replace(AVERAGED, average_s=1e-9), SHAPE)
    assert priced.averaged == pytest.approx(priced.terminal)


def test_price_window_within_the_period_without_its_average_raises() -> None:
    with pytest.raises(InvalidValue):
        price_window(replace(STATE, seconds_left=30.0), AVERAGED, SHAPE)


def test_price_window_of_an_unknown_rule_is_between_both_and_less_sure() -> None:
    late = replace(STATE, seconds_left=20.0, average=59_980.0)
    known = price_window(late, LAST, SHAPE)
    mixed = price_window(late, replace(LAST, averaged_weight=0.5), SHAPE)
    assert known.averaged < mixed.probability < known.terminal
    assert mixed.probability == pytest.approx((known.averaged + known.terminal) / 2)
    assert mixed.standard_error > known.standard_error + 0.1


def test_price_window_settled_by_another_feed_is_less_extreme_and_less_sure() -> None:
    same = price_window(STATE, LAST, SHAPE)
    other = price_window(STATE, replace(LAST, basis_sd=0.0005), SHAPE)
    assert 0.5 < other.probability < same.probability
    assert other.standard_error > same.standard_error


def test_price_window_with_an_unsure_volatility_is_less_sure() -> None:
    unsure = replace(STATE, volatility=replace(MOVES, relative_error=0.5))
    known, wide = price_window(STATE, LAST, SHAPE), price_window(unsure, LAST, SHAPE)
    assert wide.probability == known.probability
    assert wide.standard_error > 2 * known.standard_error


def test_price_window_near_the_threshold_is_unsure_of_where_the_price_belongs() -> None:
    early = price_window(replace(STATE, price=60_000.0, seconds_left=3_600.0), LAST, SHAPE)
    late = price_window(replace(STATE, price=60_000.0, seconds_left=60.0), LAST, SHAPE)
    assert late.standard_error > 2 * early.standard_error > 0.01


def test_price_window_at_the_close_is_sure_of_what_an_average_has_counted() -> None:
    done = replace(STATE, price=60_000.0, seconds_left=0.0, average=60_001.0)
    assert price_window(done, AVERAGED, SHAPE).standard_error == pytest.approx(0.005)


def test_price_window_at_the_threshold_is_even_but_for_the_tie() -> None:
    at = replace(STATE, price=60_000.0, tick=0.01)
    above = price_window(at, LAST, SHAPE).probability
    below = price_window(at, replace(LAST, tie=TieRule.OUTCOME2), SHAPE).probability
    assert above + below == pytest.approx(1.0)
    assert 0.5 < above < 0.501


def test_price_window_of_a_tie_at_the_close_goes_to_the_outcome_that_wins_it() -> None:
    tied = replace(STATE, price=60_000.0, seconds_left=0.0, tick=0.01)
    assert price_window(tied, LAST, SHAPE).probability == 1.0
    assert price_window(tied, replace(LAST, tie=TieRule.OUTCOME2), SHAPE).probability == 0.0


def test_tie_shift_is_half_a_tick_as_a_log_ratio() -> None:
    state = replace(STATE, threshold=100.0, tick=0.02)
    shift = tie_shift(state, TieRule.OUTCOME1)
    assert shift == pytest.approx(log(100.01 / 100), rel=1e-3)
    assert tie_shift(state, TieRule.OUTCOME2) == -shift


def test_window_chances_agree_with_the_price_of_one_window() -> None:
    chance = window_chances(
        np.array([60_000.0]), np.array([60_030.0]), np.array([MOVES.variance]), 5, SHAPE
    )
    priced = price_window(STATE, LAST, SHAPE)
    assert chance[0] == pytest.approx(priced.probability)


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": 0.0},
        {"price": float("nan")},
        {"threshold": -1.0},
        {"average": float("inf")},
        {"seconds_left": -1.0},
        {"tick": -0.01},
        {"tick": 60_000.0},
        {"volatility": Volatility(variance=float("nan"), relative_error=0.1)},
    ],
)
def test_window_state_out_of_range_raises(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        replace(STATE, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong", [{"averaged_weight": 1.5}, {"average_s": 0.0}, {"tick": -1.0}, {"basis_sd": -1.0}]
)
def test_settlement_rule_out_of_range_raises(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidValue):
        replace(LAST, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"degrees": 5}, {"degrees": 2}, {"scale": 0.0}])
def test_shape_out_of_range_raises(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidValue):
        replace(SHAPE, **wrong)  # type: ignore[arg-type]


def test_running_average_holds_each_tick_until_the_next() -> None:
    ticks = [(0.0, 10.0), (10.0, 20.0), (20.0, 40.0)]
    assert running_average(ticks, 5.0, 25.0) == (5 * 10 + 10 * 20 + 5 * 40) / 20


def test_running_average_without_its_beginning_is_none() -> None:
    assert running_average([(10.0, 20.0)], 5.0, 25.0) is None


def test_running_average_does_not_look_past_its_end() -> None:
    assert running_average([(0.0, 10.0), (30.0, 99.0)], 5.0, 25.0) == 10.0


states = st.builds(
    WindowState,
    price=st.floats(min_value=0.5, max_value=2.0),
    threshold=st.floats(min_value=0.5, max_value=2.0),
    seconds_left=st.floats(min_value=0.0, max_value=7200.0),
    average=st.floats(min_value=0.5, max_value=2.0),
    volatility=st.builds(
        Volatility,
        variance=st.floats(min_value=0.0, max_value=1.0),
        relative_error=st.floats(min_value=0.0, max_value=3.0),
    ),
)
rules = st.builds(
    SettlementRule,
    averaged_weight=st.floats(min_value=0.0, max_value=1.0),
    tie=st.sampled_from(TieRule),
    basis_sd=st.floats(min_value=0.0, max_value=0.01),
)


@given(state=states, rule=rules)
def test_price_window_is_always_a_probability_with_an_error(
    state: WindowState, rule: SettlementRule
) -> None:
    priced = price_window(state, rule, SHAPE)
    assert 0.0 <= priced.probability <= 1.0
    assert 0.0 < priced.standard_error <= 0.5


@given(state=states, rule=rules, factor=st.floats(min_value=1.0, max_value=1.5))
def test_price_window_rises_with_the_price_and_falls_with_the_threshold(
    state: WindowState, rule: SettlementRule, factor: float
) -> None:
    base = _chance(state, rule)
    assert _chance(replace(state, price=state.price * factor), rule) >= base - 1e-12
    assert _chance(replace(state, threshold=state.threshold * factor), rule) <= base + 1e-9


def _chance(state: WindowState, rule: SettlementRule) -> float:
    priced: WindowPrice = price_window(state, rule, SHAPE)
    return priced.probability
