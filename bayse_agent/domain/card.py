"""The score card of a forecaster: how good it was beside the market, how sure, and what is proven.

Every figure is on rows that have both a forecast and a market price, and the rows of one market
hang together: standard errors count markets and not looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bayse_agent.domain.experience import SettledForecast
from bayse_agent.domain.pooling import opinion_logit
from bayse_agent.domain.proof import Proof, Stage, prove, stage, steps
from bayse_agent.domain.ridge import Rows, Shrinkage, fit
from bayse_agent.domain.scoring import (
    CalibrationBin,
    Comparison,
    Decomposition,
    ScoredRow,
    calibration,
    compare_brier,
    compare_log_loss,
    decompose,
    mean_of_markets,
)

_LOOSE = Shrinkage(mean=(0.0, 1.0), sd=(10.0, 10.0), cell_sd=(1e-3, 1e-3))
_FEWEST_FOR_A_LINE = 10
_Key = Callable[[SettledForecast], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What siding with the forecasts at executable prices was said to bring, and what it brought.

    Both are means, in parts of a payout; `ratio` is realised over claimed, None without a claim.
    """

    rows: int
    claimed: float
    realised: float
    realised_error: float | None
    ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Closing-line value: how far the market's price went towards the forecasts afterwards."""

    rows: int
    mean: float
    error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Calibration as a line in log-odds: an honest forecaster has intercept 0 and slope 1."""

    intercept: float
    slope: float
    slope_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The scores of one forecaster on one kind of market (`group`; empty is on all)."""

    author: str
    group: str
    rows: int
    markets: int
    brier: Comparison | None
    log_loss: Comparison | None
    executable: Comparison | None
    bins: tuple[CalibrationBin, ...]
    parts: Decomposition | None
    line: Line | None
    edge: Edge | None
    drift: Drift | None
    proof: Proof
    stage: Stage


def cards(forecasts: Sequence[SettledForecast]) -> tuple[Card, ...]:
    """Cards by author, then by author and category, then by author and horizon."""
    groupings: tuple[_Key, ...] = (
        lambda one: "",
        lambda one: f"category {one.cell.category or 'none'}",
        lambda one: f"horizon {one.cell.horizon}",
    )
    found: list[Card] = []
    for grouping in groupings:
        groups: dict[tuple[str, str], list[SettledForecast]] = {}
        for one in forecasts:
            groups.setdefault((one.author, grouping(one)), []).append(one)
        found += [card(author, group, groups[author, group]) for author, group in sorted(groups)]
    return tuple(found)


def card(author: str, group: str, forecasts: Sequence[SettledForecast]) -> Card:
    """The card of some settled forecasts of one author."""
    priced = [one for one in forecasts if one.market_price is not None]
    rows = [_row(one, one.market_price) for one in priced]
    edge, proof = _edge(priced), prove(steps(priced))
    markets = len({one.market_id for one in priced})
    offered = [_row(one, price) for one in priced if (price := executable(one)) is not None]
    return Card(
        author=author,
        group=group,
        rows=len(rows),
        markets=markets,
        brier=compare_brier(rows),
        log_loss=compare_log_loss(rows),
        executable=compare_brier(offered),
        bins=calibration(rows),
        parts=decompose(rows),
        line=_line(priced),
        edge=edge,
        drift=_drift(priced),
        proof=proof,
        stage=stage(proof, markets=markets, ratio=None if edge is None else edge.ratio),
    )


def executable(forecast: SettledForecast) -> float | None:
    """The price that could be traded at which is nearest to a forecast: what outcome1 is offered
    at for one above it, what is bid for one below, the forecast itself between the two.

    None when no book was seen at that moment.
    """
    if forecast.bid is None or forecast.ask is None:
        return None
    return min(max(forecast.probability, forecast.bid), forecast.ask)


def _row(forecast: SettledForecast, price: float | None) -> ScoredRow:
    return ScoredRow(
        market_id=forecast.market_id,
        probability=forecast.probability,
        market_price=price,
        outcome=float(forecast.outcome),
    )


def _edge(forecasts: Iterable[SettledForecast]) -> Edge | None:
    """Siding with every forecast that is above what outcome1 costs or below what it brings."""
    claims: list[tuple[str, float, float]] = []
    for one in forecasts:
        price = executable(one)
        if price is None or one.probability == price:
            continue
        sign = 1.0 if one.probability > price else -1.0
        claims.append(
            (one.market_id, sign * (one.probability - price), sign * (one.outcome - price))
        )
    if not claims:
        return None
    claimed = sum(claim for _, claim, _ in claims) / len(claims)
    realised, error = mean_of_markets([(market, brought) for market, _, brought in claims])
    return Edge(
        rows=len(claims),
        claimed=claimed,
        realised=realised,
        realised_error=error,
        ratio=realised / claimed if claimed > 0 else None,
    )


def _drift(forecasts: Iterable[SettledForecast]) -> Drift | None:
    moves = [
        (
            one.market_id,
            (1.0 if one.probability > one.market_price else -1.0)
            * (one.later_price - one.market_price),
        )
        for one in forecasts
        if one.market_price is not None
        and one.later_price is not None
        and one.probability != one.market_price
    ]
    if not moves:
        return None
    mean, error = mean_of_markets(moves)
    return Drift(rows=len(moves), mean=mean, error=error)


def _line(forecasts: Sequence[SettledForecast]) -> Line | None:
    """The line through forecasts and outcomes, each market counting once."""
    if len(forecasts) < _FEWEST_FOR_A_LINE:
        return None
    looks: dict[str, int] = {}
    for one in forecasts:
        looks[one.market_id] = looks.get(one.market_id, 0) + 1
    said = np.array([opinion_logit(one.probability, 0.5) for one in forecasts])
    found = fit(
        Rows(
            features=np.column_stack([np.ones(len(said)), said]),
            offsets=np.zeros(len(said)),
            outcomes=np.array([float(one.outcome) for one in forecasts]),
            counts=np.array([1.0 / looks[one.market_id] for one in forecasts]),
            cells=np.zeros(len(said), dtype=np.int64),
        ),
        _LOOSE,
    ).of(0)
    return Line(
        intercept=float(found.mean[0]),
        slope=float(found.mean[1]),
        slope_error=float(found.errors[1]),
    )
