"""How good forecasts were, once resolved: scores, calibration, and the agent against the market.

Outcomes are 1.0 when outcome1 won, else 0.0. Scores of one market's looks hang together, so the
error of a comparison counts markets and not looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, log, sqrt

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import MarketId

_Score = Callable[[float, float], float]

CLIP = 1e-3
"""Probabilities are cut to this far from 0 and 1 before their logarithm is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRow:
    """One forecast that came true or did not, and what the market said at the same moment."""

    market_id: MarketId
    probability: float
    market_price: float | None
    outcome: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Forecasts from `low` up to `high`: their mean, and the part that came true."""

    low: float
    high: float
    count: int
    mean_forecast: float
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Mean scores of agent and market on the same rows; `difference` below 0 favours the agent.

    `standard_error` is of the difference, with the rows of a market as one; None below two markets.
    """

    rows: int
    markets: int
    agent: float
    market: float
    difference: float
    standard_error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """Where a Brier score comes from (Murphy): reliability, the smaller the better, is how far bins
    are from what came true; resolution, the larger the better, how far what came true in them is
    from the base rate; uncertainty is the base rate's own. `calibration_error`: the mean distance
    of bins from what came true (ECE).
    """

    reliability: float
    resolution: float
    uncertainty: float
    calibration_error: float


def brier(probability: float, outcome: float) -> float:
    """Squared distance from what happened: 0.7 for what came true is 0.09."""
    _checked(probability, outcome)
    return (probability - outcome) ** 2


def log_loss(probability: float, outcome: float) -> float:
    """Minus the logarithm of the chance given to what happened: 0.5 is 0.6931."""
    _checked(probability, outcome)
    clipped = min(max(probability, CLIP), 1.0 - CLIP)
    return -log(clipped if outcome == 1.0 else 1.0 - clipped)


def mean_brier(rows: Sequence[ScoredRow]) -> float | None:
    """Mean Brier score; None without rows."""
    return _mean([brier(row.probability, row.outcome) for row in rows])


def mean_log_loss(rows: Sequence[ScoredRow]) -> float | None:
    """Mean log loss; None without rows."""
    return _mean([log_loss(row.probability, row.outcome) for row in rows])


def calibration(rows: Iterable[ScoredRow], bins: int = 10) -> tuple[CalibrationBin, ...]:
    """What was forecast and what came of it, in bins of equal width; empty ones are left out."""
    members: dict[int, list[ScoredRow]] = {}
    for row in rows:
        _checked(row.probability, row.outcome)
        members.setdefault(min(int(row.probability * bins), bins - 1), []).append(row)
    return tuple(
        CalibrationBin(
            low=number / bins,
            high=(number + 1) / bins,
            count=len(mine),
            mean_forecast=sum(row.probability for row in mine) / len(mine),
            observed=sum(row.outcome for row in mine) / len(mine),
        )
        for number, mine in sorted(members.items())
    )


def decompose(rows: Sequence[ScoredRow], bins: int = 10) -> Decomposition | None:
    """Brier as reliability - resolution + uncertainty, over bins; None without rows."""
    if not rows:
        return None
    base = sum(row.outcome for row in rows) / len(rows)
    table = calibration(rows, bins)
    shares = [one.count / len(rows) for one in table]
    gaps = [one.mean_forecast - one.observed for one in table]
    return Decomposition(
        reliability=sum(share * gap**2 for share, gap in zip(shares, gaps, strict=True)),
        resolution=sum(
            s * (one.observed - base) ** 2 for s, one in zip(shares, table, strict=True)
        ),
        uncertainty=base * (1.0 - base),
        calibration_error=sum(s * abs(gap) for s, gap in zip(shares, gaps, strict=True)),
    )


def mean_of_markets(values: Sequence[tuple[str, float]]) -> tuple[float, float | None]:
    """The mean of values by market, and its standard error with the values of a market as one;
    None for that below two markets. Raises InvalidValue without values.
    """
    if not values:
        raise InvalidValue("a mean of nothing")
    mean = sum(value for _, value in values) / len(values)
    totals: dict[str, float] = {}
    for market, value in values:
        totals[market] = totals.get(market, 0.0) + value - mean
    count = len(totals)
    if count < 2:
        return mean, None
    spread = sum(total * total for total in totals.values())
    return mean, sqrt(spread * count / (count - 1)) / len(values)


def compare_brier(rows: Iterable[ScoredRow]) -> Comparison | None:
    """Agent against market by Brier score, on the rows that have a market price."""
    return _compared(rows, brier)


def compare_log_loss(rows: Iterable[ScoredRow]) -> Comparison | None:
    """Agent against market by log loss, on the rows that have a market price."""
    return _compared(rows, log_loss)


def _compared(rows: Iterable[ScoredRow], score: _Score) -> Comparison | None:
    pairs = [
        (row.market_id, score(row.probability, row.outcome), score(row.market_price, row.outcome))
        for row in rows
        if row.market_price is not None
    ]
    if not pairs:
        return None
    agent = sum(mine for _, mine, _ in pairs) / len(pairs)
    market = sum(theirs for _, _, theirs in pairs) / len(pairs)
    apart = [(market_id, mine - theirs) for market_id, mine, theirs in pairs]
    difference, error = mean_of_markets(apart)
    return Comparison(
        rows=len(pairs),
        markets=len({market_id for market_id, _ in apart}),
        agent=agent,
        market=market,
        difference=difference,
        standard_error=error,
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _checked(probability: float, outcome: float) -> None:
    if not (isfinite(probability) and 0.0 <= probability <= 1.0):
        raise InvalidValue(f"probability outside 0 to 1: {probability!r}")
    if outcome not in (0.0, 1.0):
        raise InvalidValue(f"outcome is neither 0 nor 1: {outcome!r}")
