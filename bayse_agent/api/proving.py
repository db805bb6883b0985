"""Works out what is proven of every forecaster, beside the service, and keeps it for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bayse_agent.adapters.store.reading.proving import Grounds, grounds, settled_count
from bayse_agent.api.parts import ApiParts
from bayse_agent.domain.card import Card, card
from bayse_agent.domain.experience import Cell, SettledForecast
from bayse_agent.domain.learning import POOLED_ROWS, extended, learned, no_record
from bayse_agent.domain.pooling import PoolPrior
from bayse_agent.domain.proof import Proof, proof_of

MOST = 20_000
"""Forecasts that are gone through, the latest ones: as many as the guard that halts looks at."""
_FRESH_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What a pool gives a member on one kind of market, 0 to 1, and the error of that."""

    kind: Cell
    weight: float
    error: float
    is_proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """One forecaster: its score card, its weights where it is in a pool, and what would halt it.

    `guarded` is the proof since `counts_since`, by which trading is stopped.
    """

    card: Card
    guarded: Proof
    trades: bool
    since: datetime
    until: datetime
    weights: tuple[Weight, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is proven as of a moment, of `settled` forecasts in all."""

    at: datetime
    settled: int
    counts_since: datetime | None
    authors: tuple[Proven, ...]


class Provings:
    """Keeps what it has worked out for half a minute, and for longer while nothing was settled."""

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._turn = asyncio.Lock()
        self._made_s = 0.0
        self._kept: Standing | None = None

    async def standing(self) -> Standing:
        """What is proven now, give or take half a minute of the computer's time."""
        parts = self._parts
        async with self._turn:
            now_s = parts.timer.monotonic_s()
            if self._kept is not None and now_s - self._made_s < _FRESH_S:
                return self._kept
            settled = await parts.reader.ask(settled_count())
            if self._kept is None or self._kept.settled != settled:
                found = await parts.reader.ask(grounds(most=MOST))
                # Off the loop: there may be much of it.
                self._kept = await asyncio.to_thread(
                    standing_of, found, parts.clock.now(), settled=settled
                )
            self._made_s = now_s
            return self._kept


def standing_of(found: Grounds, at: datetime, *, settled: int) -> Standing:
    """What settled forecasts prove of each of their authors, by name."""
    by_author: dict[str, list[SettledForecast]] = {}
    for one in found.forecasts:
        by_author.setdefault(one.author, []).append(one)
    weights = _weights(found.forecasts)
    authors = tuple(
        _proven(author, mine, found, weights.get(author, ()))
        for author, mine in sorted(by_author.items())
    )
    return Standing(at=at, settled=settled, counts_since=found.counts_since, authors=authors)


def _proven(
    author: str, mine: Sequence[SettledForecast], found: Grounds, weights: tuple[Weight, ...]
) -> Proven:
    since = found.counts_since
    counted = [one for one in mine if since is None or one.settled_at >= since]
    return Proven(
        card=card(author, "", mine),
        guarded=proof_of(counted, author),
        trades=author == found.trading,
        since=mine[0].settled_at,
        until=mine[-1].settled_at,
        weights=weights,
    )


def _weights(forecasts: Sequence[SettledForecast]) -> Mapping[str, tuple[Weight, ...]]:
    """What a pool has learned of each that was ever a member of one, by kind of market.

    Whoever never spoke changes nothing of what is learned of the others.
    """
    authors = sorted({one.author for one in forecasts if one.look_id != one.forecast_id})
    if not authors:
        return {}
    record = extended(no_record(authors), forecasts, most=POOLED_ROWS)
    skill = learned(record, PoolPrior())
    kinds = sorted(skill.cells, key=lambda kind: (kind.category, kind.horizon))
    return {
        author: tuple(
            Weight(kind=kind, weight=weight, error=error, is_proven=skill.is_proven(author, kind))
            for kind in kinds
            for weight, error in [skill.weight(author, kind)]
        )
        for author in authors
    }
