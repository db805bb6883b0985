"""How far an asset moves in a minute, from closed one-minute bars, and how sure that is.

The variance is the mean of two exponentially weighted averages of squared log returns, half-lives
30 and 120 minutes. On a week of BTC one-minute bars that priced 5, 15 and 60 minute windows as
well as a half-life of 60 and as range-based estimators did (differences below 0.0006 of Brier
score), and it answers to a fast market without forgetting the calm one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite, log

import numpy as np
from numpy.typing import NDArray

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Bar

Floats = NDArray[np.float64]

HALF_LIVES = (30.0, 120.0)
"""Minutes after which a bar counts half."""
KURTOSIS = 6.0
"""Of one-minute returns divided by their running volatility: what one square tells is noisy."""
DRIFT_ERROR = 0.30
"""Relative error of the volatility to come even when that of the past is known exactly: it moves on
within the hour, and how far a minute's stands for a quarter of an hour's differs between assets.
"""
WINDOW_BARS = 960
"""How far back a reading goes: eight of the longer half-lives, 1/256 of a weight."""
VARIANCE_FLOOR = 1e-10
"""Of a minute: a tenth of a basis point, squared. Bars that never move are no certainty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volatility:
    """Variance of the log price over one minute, and the relative error of its square root."""

    variance: float
    relative_error: float


def ewma(minutes: NDArray[np.int64], values: Floats, half_life: float) -> tuple[Floats, Floats]:
    """Weighted mean of the values up to each one, and how many equal ones it is worth.

    A value that is `half_life` minutes old counts half. Time is read from `minutes`, so that a gap
    ages what came before it. Causal: entry i knows values 0 to i.
    """
    means, counts = np.empty(len(values)), np.empty(len(values))
    total = weight = squares = 0.0
    before = int(minutes[0]) if len(minutes) else 0
    step = 0.5 ** (1.0 / half_life)
    pairs = zip(minutes.tolist(), values.tolist(), strict=True)
    for index, (minute, value) in enumerate(pairs):
        decay = step ** (minute - before)
        total = decay * total + value
        weight = decay * weight + 1.0
        squares = decay * decay * squares + 1.0
        means[index] = total / weight
        counts[index] = weight * weight / squares
        before = minute
    return means, counts


def squared_returns(minutes: NDArray[np.int64], opens: Floats, closes: Floats) -> Floats:
    """Squared log return of each bar since the close before it, per minute that went by.

    The first bar counts from its own open. Over a gap of g minutes, the square is divided by g.
    """
    logs = np.log(closes)
    returns = np.diff(logs, prepend=np.log(opens[:1]))
    gaps = np.diff(minutes, prepend=minutes[:1] - 1)
    return np.asarray(returns**2 / gaps, dtype=np.float64)


def running_volatility(
    minutes: NDArray[np.int64], opens: Floats, closes: Floats
) -> tuple[Floats, Floats]:
    """Variance of a minute and relative error of the volatility, as known after each closed bar."""
    squares = squared_returns(minutes, opens, closes)
    averages = [ewma(minutes, squares, half_life) for half_life in HALF_LIVES]
    return combined(
        np.array([mean for mean, _ in averages]), np.array([count for _, count in averages])
    )


def combined(means: Floats, worths: Floats) -> tuple[Floats, Floats]:
    """Variance and relative error of the volatility from the averages of each half-life.

    `means` and `worths` have a row for each half-life: the average, and how many squares it is
    worth.
    """
    variance, error = means.mean(axis=0), relative_error(worths)
    error = np.where(variance < VARIANCE_FLOOR, np.maximum(error, 1.0), error)
    return np.maximum(variance, VARIANCE_FLOOR), np.asarray(error, dtype=np.float64)


def relative_error(worths: Floats) -> Floats:
    """Relative error of a volatility that moves, from what its averages are worth, a row each."""
    # Of two overlapping averages, the worth is close to the geometric mean of theirs.
    worth = np.exp(np.log(worths).mean(axis=0))
    return np.asarray(np.sqrt((KURTOSIS - 1.0) / (4.0 * worth) + DRIFT_ERROR**2), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighing:
    """How much bars of some ages count for each half-life, whatever was seen in them."""

    weights: tuple[Floats, ...]
    totals: tuple[float, ...]
    relative_error: float


def _weighing(minutes: NDArray[np.int64]) -> _Weighing:
    ages = (minutes[-1] - minutes).astype(np.float64)
    weights = tuple(np.exp2(-ages / half_life) for half_life in HALF_LIVES)
    totals = tuple(float(each.sum()) for each in weights)
    worths = [
        total * total / float(each @ each) for each, total in zip(weights, totals, strict=True)
    ]
    error = relative_error(np.array(worths)[:, None])
    return _Weighing(weights=weights, totals=totals, relative_error=float(error[0]))


class VolatilityMeter:
    """Volatility of one asset as known after the last of some bars, oldest first.

    It reads only the bars that are new since the last reading, so that reading every minute costs
    little. What it answers depends on the last `WINDOW_BARS` bars alone, not on how it got there.
    """

    def __init__(self) -> None:
        self._minutes = np.empty(0, dtype=np.int64)
        self._squares = np.empty(0)
        self._last: Bar | None = None
        self._known: Volatility | None = None
        self._gapless: _Weighing | None = None

    def read(self, bars: Sequence[Bar]) -> Volatility | None:
        """The volatility; None without any bar.

        Bars out of order, twice the same, or with a price that is not above zero raise
        InvalidValue: a feed that mixes them up must not be priced on.
        """
        if not bars:
            return None
        if bars[-1] != self._last:
            self._take(self._unread(bars))
            self._known = self._measure()
        return self._known

    def _unread(self, bars: Sequence[Bar]) -> list[Bar]:
        """The bars after the last one read, oldest first; all of the window if that one is gone."""
        found: list[Bar] = []
        for bar in reversed(bars):
            if bar == self._last:
                return found[::-1]
            found.append(bar)
            if len(found) > WINDOW_BARS:
                break
        self._minutes, self._squares, self._last = self._minutes[:0], self._squares[:0], None
        return found[::-1]

    def _take(self, bars: Sequence[Bar]) -> None:
        last, self._last = self._last, None  # until these are read, what is known is in doubt
        minutes = [int(bar.at.timestamp() // 60) for bar in bars]
        squares = []
        for bar, minute in zip(bars, minutes, strict=True):
            before = minute - 1 if last is None else last.at.timestamp() // 60
            if minute <= before:
                raise InvalidValue("bars are not in order of time")
            start = _above_zero(bar.open if last is None else last.close)
            squares.append(log(_above_zero(bar.close) / start) ** 2 / (minute - before))
            last = bar
        self._minutes = np.concatenate((self._minutes, minutes))[-WINDOW_BARS:]
        self._squares = np.concatenate((self._squares, squares))[-WINDOW_BARS:]
        self._last = last

    def _measure(self) -> Volatility:
        weighing = self._weigh()
        means = [
            float(weights @ self._squares) / total
            for weights, total in zip(weighing.weights, weighing.totals, strict=True)
        ]
        variance, error = sum(means) / len(means), weighing.relative_error
        if variance < VARIANCE_FLOOR:
            variance, error = VARIANCE_FLOOR, max(error, 1.0)
        return Volatility(variance=variance, relative_error=error)

    def _weigh(self) -> _Weighing:
        """How the bars count: found anew only when their ages are not those of the last time, as
        they are from minute to minute once a window without gaps is full.
        """
        count = len(self._minutes)
        if int(self._minutes[-1] - self._minutes[0]) != count - 1:
            return _weighing(self._minutes)
        if self._gapless is None or len(self._gapless.weights[0]) != count:
            self._gapless = _weighing(self._minutes)
        return self._gapless


def _above_zero(value: Decimal) -> float:
    number = float(value)
    if not (isfinite(number) and number > 0):
        raise InvalidValue("a bar has a price that is not above zero")
    return number


def volatility(bars: Sequence[Bar]) -> Volatility | None:
    """Volatility as known after the last of the bars; see `VolatilityMeter.read`."""
    return VolatilityMeter().read(bars)
