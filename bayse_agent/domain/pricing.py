"""The chance that a short window settles at or above its threshold, and how sure that number is.

A window settles on the last price, or on the average of the last minute. The log price is taken to
move without drift, by a Student-t of ten degrees of freedom. The constants are priors measured on
BTC one-minute bars, and were not fitted to whatever is priced here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import copysign, hypot, isfinite, log, sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.volatility import Volatility

Floats = NDArray[np.float64]
_Number = TypeVar("_Number", float, Floats)

_STANDARD_ERROR_FLOOR = 0.005
"""No model of prices is better than half a point."""
_BOUNCE = 0.20
"""How far a price is from where it belongs, in deviations of a minute. A passing part with 5 % of a
minute's variance makes variance ratios of the kind measured on BTC: .97 at 5 minutes, .94 at 15.
"""


class TieRule(StrEnum):
    """Which outcome wins when the settlement value equals the threshold."""

    OUTCOME1 = "outcome1"
    OUTCOME2 = "outcome2"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRule:
    """What is known of how a window settles.

    `averaged_weight`: chance that it settles on the average of the last `average_s` seconds, and
    not on the last price; 1 or 0 when the rule is known. `basis_sd`: standard deviation of the
    log ratio between the feed that settles and the one that is watched; about 0.0002 was measured
    between an exchange and an oracle for BTC, 0 when they are the same. `tick`: smallest step of
    the settlement value, in units of the asset; None when it has to be read off the prices.
    """

    averaged_weight: float = 1.0
    average_s: float = 60.0
    tie: TieRule = TieRule.OUTCOME1
    tick: float | None = None
    basis_sd: float = 0.0002

    def __post_init__(self) -> None:
        if not 0.0 <= self.averaged_weight <= 1.0:
            raise InvalidValue(f"averaged_weight outside 0 to 1: {self.averaged_weight!r}")
        if not (isfinite(self.average_s) and self.average_s > 0):
            raise InvalidValue(f"average_s: {self.average_s!r}")
        if self.tick is not None and not (isfinite(self.tick) and self.tick >= 0):
            raise InvalidValue(f"tick: {self.tick!r}")
        if not (isfinite(self.basis_sd) and self.basis_sd >= 0):
            raise InvalidValue(f"basis_sd: {self.basis_sd!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the log price is distributed: Student-t with an even number of degrees of freedom.

    `scale` multiplies the volatility of one-minute returns, which overstates that of longer moves,
    and whose tails the t already has. Mean absolute moves of BTC over 1 to 15 minutes, divided by
    the volatility known before them, are 0.90 of this t's. (0.85 was best at fifteen minutes on
    three weeks of one-minute bars, 0.90 to 0.95 on three months of five-minute ones.)
    """

    degrees: int = 10
    scale: float = 0.90

    def __post_init__(self) -> None:
        if self.degrees < 4 or self.degrees % 2:
            raise InvalidValue(f"degrees must be even and at least 4: {self.degrees!r}")
        if not (isfinite(self.scale) and self.scale > 0):
            raise InvalidValue(f"scale: {self.scale!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowState:
    """A window as of the last price: `average` is that of the part of the averaging period that
    has gone by, None before it has begun. Prices in units of the asset, seconds until the close.
    `tick` is the smallest step of the settlement value, for the mass of a tie.
    """

    price: float
    threshold: float
    seconds_left: float
    average: float | None
    volatility: Volatility
    tick: float = 0.0

    def __post_init__(self) -> None:
        prices = [self.price, self.threshold]
        prices += [] if self.average is None else [self.average]
        if not all(isfinite(value) and value > 0 for value in prices):
            raise InvalidValue(f"a price that is not above zero: {prices!r}")
        if not (isfinite(self.seconds_left) and self.seconds_left >= 0):
            raise InvalidValue(f"seconds_left: {self.seconds_left!r}")
        if not 0 <= self.tick < self.threshold:
            raise InvalidValue(f"tick: {self.tick!r}")
        move = (self.volatility.variance, self.volatility.relative_error)
        if not all(isfinite(value) and value >= 0 for value in move):
            raise InvalidValue(f"volatility: {move!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPrice:
    """Chance of outcome1 with its standard error; `terminal` and `averaged` by either rule."""

    probability: float
    standard_error: float
    terminal: float
    averaged: float


def student_t_cdf(x: Floats, degrees: int) -> Floats:
    """Distribution function of Student's t for an even number of degrees of freedom, exactly.

    The finite sum of Abramowitz and Stegun 26.7.4. At x = 1.812461 with 10 degrees: 0.95.
    """
    if degrees < 2 or degrees % 2:
        raise InvalidValue(f"degrees must be even: {degrees!r}")
    x = np.asarray(x, dtype=np.float64)
    cosine2 = degrees / (degrees + x * x)
    sine = np.sign(x) * np.sqrt(1.0 - cosine2)
    total = _sum_of_even(cosine2, degrees)
    return np.minimum(np.maximum(0.5 + 0.5 * sine * total, 0.0), 1.0)


def _sum_of_even(cosine2: _Number, degrees: int) -> _Number:
    """1 + 1/2 c + 3/8 c^2 + ... with c the squared cosine: the terms of an even distribution."""
    term = total = cosine2 * 0.0 + 1.0
    for j in range(1, degrees // 2):
        term = term * cosine2 * (2 * j - 1) / (2 * j)
        total = total + term
    return total


def chance_above(log_ratio: Floats, sd: Floats, shape: Shape) -> Floats:
    """Chance that a log ratio with that mean and standard deviation ends above 0.

    The t is scaled to unit variance. With an sd of 0 the sign decides, and 0 itself is a half.
    """
    unit = sqrt(shape.degrees / (shape.degrees - 2))
    # Beyond a million deviations there is nothing but the sign; this also keeps out overflow.
    is_moving = sd > np.abs(log_ratio) * 1e-6
    z = log_ratio / np.where(is_moving, sd, 1.0)
    certain = 0.5 + 0.5 * np.sign(log_ratio)
    return np.where(is_moving, student_t_cdf(z * unit, shape.degrees), certain)


def chance_of_one(log_ratio: float, sd: float, shape: Shape) -> float:
    """`chance_above` of one number, equal to the last bit: for a handful of numbers, as a look at
    one window needs, arrays cost many times the sums.
    """
    if not sd > abs(log_ratio) * 1e-6:
        return 0.5 if log_ratio == 0 else 0.5 + copysign(0.5, log_ratio)
    degrees = shape.degrees
    x = log_ratio / sd * sqrt(degrees / (degrees - 2))
    cosine2 = degrees / (degrees + x * x)
    sine = copysign(sqrt(1.0 - cosine2), x)
    return min(max(0.5 + 0.5 * sine * _sum_of_even(cosine2, degrees), 0.0), 1.0)


def terminal_moments(price: float, seconds_left: float) -> tuple[float, float]:
    """Expected last price, and the seconds of movement that are still to come into it."""
    return price, seconds_left


def averaged_moments(
    price: float, average: float | None, seconds_left: float, average_s: float
) -> tuple[float, float]:
    """Expected average over the last `average_s` seconds, and its seconds' worth of movement.

    With W the period and t the time left: before it, the price and t - 2W/3; within it,
    ((W - t) x average so far + t x price) / W and t^3 / (3 W^2). An average of a random walk has a
    third of its variance. At t = 60, W = 60 both say 20.
    """
    if seconds_left >= average_s or average is None:
        return price, max(seconds_left - 2.0 * average_s / 3.0, 0.0)
    mean = ((average_s - seconds_left) * average + seconds_left * price) / average_s
    return mean, seconds_left**3 / (3.0 * average_s**2)


def price_window(state: WindowState, rule: SettlementRule, shape: Shape) -> WindowPrice:
    """Price a window: a mixture of both rules by their weight, and a standard error.

    The error adds, as variances: the volatility's and the price's own (basis and bounce), each by
    how far the chance moves when they are off by one deviation (the delta method), the rule's, and
    a floor for the model.
    """
    if state.seconds_left < rule.average_s and state.average is None and rule.averaged_weight > 0:
        raise InvalidValue("the averaging period has begun, and its average is not known")
    terminal = _chances(state, terminal_moments(state.price, state.seconds_left), rule, shape)
    average_so_far = averaged_moments(
        state.price, state.average, state.seconds_left, rule.average_s
    )
    averaged = _chances(state, average_so_far, rule, shape)
    weight = rule.averaged_weight
    same, more, less, above, below = (
        (1.0 - weight) * last + weight * average
        for last, average in zip(terminal, averaged, strict=True)
    )
    by_volatility = (more - less) / 2.0
    by_place = (above - below) / 2.0
    by_rule = sqrt(weight * (1.0 - weight)) * (terminal[0] - averaged[0])
    parts = (by_volatility, by_place, by_rule, _STANDARD_ERROR_FLOOR)
    return WindowPrice(
        probability=same,
        standard_error=min(0.5, sqrt(sum(part * part for part in parts))),
        terminal=terminal[0],
        averaged=averaged[0],
    )


def _chances(
    state: WindowState, moments: tuple[float, float], rule: SettlementRule, shape: Shape
) -> list[float]:
    """The chance in each of the five cases of `_variants`."""
    return [chance_of_one(at, sd, shape) for at, sd in _variants(state, moments, rule, shape)]


def _variants(
    state: WindowState, moment: tuple[float, float], rule: SettlementRule, shape: Shape
) -> tuple[tuple[float, float], ...]:
    """Log ratio and deviation in five cases: as it is; with the volatility up, down; with the
    price's place up, down.
    """
    mean, seconds = moment
    error = min(state.volatility.relative_error, 1.0)
    sd = shape.scale * sqrt(state.volatility.variance * seconds / 60.0)
    same, more, less = (hypot(sd * by, rule.basis_sd) for by in (1.0, 1.0 + error, 1.0 - error))
    # A bounce is gone from what an average has already counted.
    part = min(1.0, seconds / 60.0)
    place = hypot(rule.basis_sd, part * _BOUNCE * sqrt(state.volatility.variance))
    at = log(mean / state.threshold) + tie_shift(state, rule.tie)
    return (at, same), (at, more), (at, less), (at + place, same), (at - place, same)


def tie_shift(state: WindowState, tie: TieRule) -> float:
    """Half a tick, as a log ratio, towards the outcome that wins a tie.

    On a grid, "at or above" begins half a step below the threshold, "above" half a step above.
    """
    half = state.tick / (2.0 * state.threshold)
    return half if tie is TieRule.OUTCOME1 else -half


def window_chances(
    first_open: Floats,
    last_close: Floats,
    variance: Floats,
    minutes_left: int,
    shape: Shape,
) -> Floats:
    """Price many windows at once, between minutes, by their last price and without a basis.

    `first_open` is the threshold, `last_close` that of the last closed bar (the open itself before
    the first has closed), `variance` that of a minute as known then.
    """
    sd = shape.scale * np.sqrt(variance * minutes_left)
    return chance_above(np.log(last_close / first_open), sd, shape)


def running_average(
    ticks: Sequence[tuple[float, float]], begin_s: float, end_s: float
) -> float | None:
    """Average price from `begin_s` to `end_s`, each tick holding until the next one.

    `ticks` are (seconds, price), oldest first. None when the beginning is not covered: then part
    of the average would be a guess.
    """
    known = [(at, price) for at, price in ticks if at < end_s]
    started = [index for index, (at, _) in enumerate(known) if at <= begin_s]
    if not started or end_s <= begin_s:
        return None
    total, known = 0.0, known[started[-1] :]
    for index, (at, price) in enumerate(known):
        until = known[index + 1][0] if index + 1 < len(known) else end_s
        total += price * (until - max(at, begin_s))
    return total / (end_s - begin_s)
