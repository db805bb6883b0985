"""Learns what a pool's members are worth from forecasts that were settled.

The looks at one market share one outcome: together they count as one. So in part do markets
of one category that end in the same hour: prices move together, and so do questions of one event.

A record keeps the numbers of the last so many looks, ready for fitting, so that what is new is
added without reading anything anew; how long a fit takes is bounded by the record's length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b

import numpy as np

from bayse_agent.domain.experience import Cell, SettledForecast
from bayse_agent.domain.news import Horizon
from bayse_agent.domain.pooling import (
    PoolPrior,
    Skill,
    no_skill_known,
    opinion_logit,
    price_logit,
)
from bayse_agent.domain.ridge import Codes, Fit, Floats, Rows, fit

MOST_ROWS = 20_000
POOLED_ROWS = 10_000
"""The latest looks that a pool at work learns from: they bound what learning costs."""
HOUR_CORRELATION = 0.3
"""How far outcomes of a category hang together that end in one hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The last settled looks, oldest first, a row each. Made by `no_record` and `extended`.

    `said`, `errors`: rows x members, the log-odds of a forecast and its own error, not a number
    where a member was silent. `prices` are log-odds; `markets`, `hours`, `kinds` codes of what a
    row is of.
    """

    authors: tuple[str, ...]
    prices: Floats
    said: Floats
    errors: Floats
    outcomes: Floats
    markets: Codes
    hours: Codes
    kinds: Codes
    cells: Mapping[Cell, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.outcomes)


def no_record(authors: Sequence[str]) -> Record:
    """The record of members that nothing is known of."""
    empty: Floats = np.empty(0)
    codes: Codes = np.empty(0, dtype=np.int64)
    table: Floats = np.empty((0, len(authors)))
    return Record(
        authors=tuple(authors),
        prices=empty,
        said=table,
        errors=table,
        outcomes=empty,
        markets=codes,
        hours=codes,
        kinds=codes,
    )


def extended(
    record: Record, settled: Iterable[SettledForecast], *, most: int = MOST_ROWS
) -> Record:
    """The record with newly settled forecasts at its end, in the order that they come.

    Left out: pools, whoever is no member, and looks at a market without a price.
    """
    looks: dict[str, list[SettledForecast]] = {}
    for one in settled:
        if not one.is_pooled and one.author in record.authors and one.market_price is not None:
            looks.setdefault(one.look_id, []).append(one)
    if not looks:
        return record
    cells = dict(record.cells)
    fresh = [several[0] for several in looks.values()]
    for one in fresh:
        cells.setdefault(one.cell, len(cells))
    said, errors = _tables(record.authors, list(looks.values()))
    prices = [price_logit(one.market_price or 0.0) for one in fresh]
    return Record(
        authors=record.authors,
        prices=np.concatenate([record.prices, prices])[-most:],
        said=np.concatenate([record.said, said])[-most:],
        errors=np.concatenate([record.errors, errors])[-most:],
        outcomes=np.concatenate([record.outcomes, [float(one.outcome) for one in fresh]])[-most:],
        markets=np.concatenate([record.markets, [_code(one.market_id) for one in fresh]])[-most:],
        hours=np.concatenate([record.hours, [_code(_hour(one)) for one in fresh]])[-most:],
        kinds=np.concatenate([record.kinds, [cells[one.cell] for one in fresh]])[-most:],
        cells=cells,
    )


def learned(record: Record, prior: PoolPrior) -> Skill:
    """Calibration of each member first, then the weights of what is calibrated, all together."""
    if not record.rows:
        return no_skill_known(record.authors, prior)
    calibrations = {
        author: _calibration(record, place, prior) for place, author in enumerate(record.authors)
    }
    return Skill(
        authors=record.authors,
        prior=prior,
        calibrations=calibrations,
        weights=_weights(record, calibrations, prior),
        cells=record.cells,
        markets=len(np.unique(record.markets)),
    )


def _calibration(record: Record, place: int, prior: PoolPrior) -> Fit:
    spoke = ~np.isnan(record.said[:, place])
    said = record.said[spoke, place]
    return fit(
        Rows(
            features=np.column_stack([np.ones(len(said)), said]),
            offsets=np.zeros(len(said)),
            outcomes=record.outcomes[spoke],
            counts=_shares(record.markets[spoke], record.hours[spoke]),
            cells=record.kinds[spoke],
        ),
        prior.calibration,
    )


def _weights(record: Record, calibrations: Mapping[str, Fit], prior: PoolPrior) -> Fit:
    features = np.column_stack(
        [
            _differences(record, place, calibrations[author], prior)
            for place, author in enumerate(record.authors)
        ]
    )
    heard = ~np.isnan(record.said).all(axis=1)
    return fit(
        Rows(
            features=features[heard],
            offsets=record.prices[heard],
            outcomes=record.outcomes[heard],
            counts=_shares(record.markets[heard], record.hours[heard]),
            cells=record.kinds[heard],
        ),
        prior.weights({name: float(one.unseen.mean[1]) for name, one in calibrations.items()}),
    )


def _differences(record: Record, place: int, calibration: Fit, prior: PoolPrior) -> Floats:
    """How far a member was from the market, as the pool would count it; 0 where it was silent."""
    kinds = range(len(record.cells))
    table = np.array([calibration.of(kind).mean for kind in kinds])
    intercepts, slopes = table[record.kinds, 0], table[record.kinds, 1]
    resolves = np.array([prior.resolve(slope) for slope in table[:, 1]])[record.kinds]
    author = record.authors[place]
    usual = prior.usual_errors.get(author, prior.usual_error)
    market = prior.mispricing_sd**2
    error = np.maximum(usual, np.nan_to_num(record.errors[:, place]))
    sureness = (market + usual**2) / (market + np.square(error))
    said = record.said[:, place]
    calibrated = intercepts + np.maximum(slopes, 0.0) * said
    # As in the pool: between the market and what was said.
    near = np.clip(calibrated, np.minimum(record.prices, said), np.maximum(record.prices, said))
    apart: Floats = sureness * resolves * (near - record.prices)
    return np.where(np.isnan(apart), 0.0, apart)


def _shares(markets: Codes, hours: Codes) -> Floats:
    """How much each row counts: all rows of one market as one, and n markets of one hour as
    n / (1 + 0.3 (n - 1)), so that ten of them count as 2.7 (Kish's design effect).
    """
    _, first, index, counts = np.unique(
        markets, return_index=True, return_inverse=True, return_counts=True
    )
    _, place, together = np.unique(hours[first], return_inverse=True, return_counts=True)
    discount = 1.0 / (1.0 + HOUR_CORRELATION * (together[place] - 1.0))
    return np.asarray(discount[index] / counts[index], dtype=np.float64)


def _hour(one: SettledForecast) -> str:
    """What a market hangs together with: its category's others that end in that hour, be it that
    prices move together or that they are questions of one event.
    """
    kind = one.cell
    is_near = kind.horizon is Horizon.SHORT and one.time_left_s is not None
    ends = one.made_at + timedelta(seconds=one.time_left_s or 0.0) if is_near else one.settled_at
    return f"{kind.category}\x1f{ends:%Y%m%d%H}"


def _tables(
    authors: tuple[str, ...], looks: Sequence[Sequence[SettledForecast]]
) -> tuple[Floats, Floats]:
    said = np.full((len(looks), len(authors)), np.nan)
    errors = np.full((len(looks), len(authors)), np.nan)
    for row, several in enumerate(looks):
        for one in several:
            place = authors.index(one.author)
            said[row, place] = opinion_logit(one.probability, one.market_price or 0.0)
            errors[row, place] = one.standard_error
    return said, errors


def _code(text: str) -> int:
    """A number for an id, the same in every run."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
