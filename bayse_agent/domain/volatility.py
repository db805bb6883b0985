"""How far an asset moves in a minute, from closed one-minute bars, and how sure that is.

The variance is the mean of two exponentially weighted averages of squared log returns, half-lives
30 and 120 minutes. On a week of BTC one-minute bars that priced 5, 15 and 60 minute windows as
well as a half-life of 60 and as range-based estimators did (differences below 0.0006 of Brier
score), and it answers to a fast market without forgetting the calm one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Bar

Floats = NDArray[np.float64]

HALF_LIVES = (30.0, 120.0)
"""Minutes after which a bar counts half."""
KURTOSIS = 6.0
"""Of one-minute returns divided by their running volatility: what one square tells is noisy."""
DRIFT_ERROR = 0.10
"""Relative error of the volatility to come even when that of the past is known exactly."""
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
    variance = np.mean([mean for mean, _ in averages], axis=0)
    # Of two overlapping averages, the worth is close to the geometric mean of theirs.
    worth = np.exp(np.mean([np.log(count) for _, count in averages], axis=0))
    error = np.sqrt((KURTOSIS - 1.0) / (4.0 * worth) + DRIFT_ERROR**2)
    error = np.where(variance < VARIANCE_FLOOR, np.maximum(error, 1.0), error)
    return np.maximum(variance, VARIANCE_FLOOR), np.asarray(error, dtype=np.float64)


def volatility(bars: Sequence[Bar]) -> Volatility | None:
    """Volatility as known after the last of the bars, oldest first; None without any.

    Bars out of order, twice the same, or with a price that is not above zero raise InvalidValue:
    a feed that mixes them up must not be priced on.
    """
    if not bars:
        return None
    minutes = np.array([bar.at.timestamp() // 60 for bar in bars], dtype=np.int64)
    opens = np.array([float(bar.open) for bar in bars])
    closes = np.array([float(bar.close) for bar in bars])
    prices = np.concatenate([opens, closes])
    if not (np.isfinite(prices).all() and (prices > 0).all()):
        raise InvalidValue("a bar has a price that is not above zero")
    if (np.diff(minutes) <= 0).any():
        raise InvalidValue("bars are not in order of time")
    variance, error = running_volatility(minutes, opens, closes)
    return Volatility(variance=float(variance[-1]), relative_error=float(error[-1]))
