"""Draws the prices of underlying assets, one a second, from a seed.

The law of a log price: a lasting part with stochastic volatility (two log-normal mean-reverting
factors, a slow and a fast one, times a time-of-day pattern), shared shocks within a family of
symbols, rare jumps, and a passing part (bid-ask bounce) that dies within minutes.
The numbers, and where they come from, are in `laws.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from hashlib import blake2b
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.simulation.laws import (
    BOUNCE_DECAY,
    BOUNCE_SHARE,
    CROSS_PLACES,
    CROSSES,
    FAST_HALF_LIFE_MIN,
    LAWS,
    SLOW_HALF_LIFE_H,
    Floats,
    Law,
    busy_hour,
    busyness,
)
from bayse_agent.simulation.prices import Outlook, Path

CHUNK_S = 3600
KEPT_CHUNKS = 28
HISTORY_S = 26 * 3600
"""What can be asked for at the start of the world: a day of bars and a little more."""

_MINUTES = CHUNK_S // 60
_SHORT_S = 1800


def generated_paths(seed: int, start_s: int) -> dict[str, Path]:
    """A path for every symbol of the venue's series, with a day of history before `start_s`."""
    begins = (start_s - HISTORY_S) // CHUNK_S * CHUNK_S
    shared = SharedShocks(seed)
    drawn = {
        symbol: DrawnPath(symbol=symbol, law=law, seed=seed, begins_s=begins, shared=shared)
        for symbol, law in LAWS.items()
    }
    crossed = {
        symbol: CrossPath(first=drawn[first], second=drawn[second])
        for symbol, (first, second) in CROSSES.items()
    }
    return {**drawn, **crossed}


def generator(seed: int, *names: object) -> np.random.Generator:
    """Randomness of its own for each name, the same on every machine."""
    text = "|".join(str(name) for name in names).encode()
    digest = blake2b(text, key=str(seed).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


class SharedShocks:
    """The shocks that all symbols of a family feel, one a second."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._kept: dict[tuple[str, int], Floats] = {}

    def of(self, family: str, chunk: int) -> Floats:
        found = self._kept.get((family, chunk))
        if found is None:
            found = generator(self._seed, "shared", family, chunk).standard_normal(CHUNK_S)
            self._kept[family, chunk] = found
            while len(self._kept) > 2 * KEPT_CHUNKS:
                del self._kept[next(iter(self._kept))]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """An hour of a path: quanta and log price a second; state of the volatility a minute."""

    levels: NDArray[np.int64]
    logs: Floats
    bounces: Floats
    sigma: Floats
    fast: Floats
    slow: float
    lasting: float
    bars: list[tuple[int, int, int, int]] = field(default_factory=list)

    def bar(self, minute: int) -> tuple[int, int, int, int]:
        """Open, high, low, close of a minute of this hour; the hour is summed up once."""
        if not self.bars:
            grid = self.levels.reshape(_MINUTES, 60)
            columns = (grid[:, 0], grid.max(axis=1), grid.min(axis=1), grid[:, -1])
            rows = np.stack(columns, axis=1).tolist()
            self.bars.extend((row[0], row[1], row[2], row[3]) for row in rows)
        return self.bars[minute]


class _ChunkedPath(ABC):
    """Reads seconds and minutes out of hourly chunks."""

    def __init__(self, places: int, begins_s: int) -> None:
        self.places = places
        self.begins_s = begins_s

    @property
    def ends_s(self) -> int | None:
        return None

    @abstractmethod
    def chunk(self, index: int) -> Chunk:
        """The hour of that number since 1970."""

    @abstractmethod
    def outlook(self, second: int, horizon_s: float) -> Outlook:
        """What can be said at a second about the price `horizon_s` later."""

    def level(self, second: int) -> int | None:
        if second < self.begins_s:
            return None
        return self.chunk(second // CHUNK_S).levels.item(second % CHUNK_S)

    def last_second(self, second: int) -> int | None:
        return second if second >= self.begins_s else None

    def levels(self, first: int, last: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        second = max(first, self.begins_s)
        while second <= last:
            index, offset = divmod(second, CHUNK_S)
            end = min(CHUNK_S, offset + last - second + 1)
            part = self.chunk(index).levels[offset:end].tolist()
            found.extend(enumerate(part, second))
            second += end - offset
        return found

    def minute(self, minute: int) -> tuple[int, int, int, int] | None:
        if minute * 60 < self.begins_s:
            return None
        return self.chunk(minute // _MINUTES).bar(minute % _MINUTES)


class DrawnPath(_ChunkedPath):
    """A path drawn from its law, an hour at a time and always in the order of time."""

    def __init__(
        self, *, symbol: str, law: Law, seed: int, begins_s: int, shared: SharedShocks
    ) -> None:
        super().__init__(law.places, begins_s)
        self.law = law
        self._symbol = symbol
        self._seed = seed
        self._shared = shared
        self._chunks: dict[int, Chunk] = {}
        self._next = begins_s // CHUNK_S
        self._bounce = _Reversion(exp(-BOUNCE_DECAY), CHUNK_S)
        self._fast = _Reversion(0.5 ** (1 / FAST_HALF_LIFE_MIN), _MINUTES)

    def chunk(self, index: int) -> Chunk:
        while self._next <= index:
            self._chunks[self._next] = self._draw(self._next)
            self._chunks.pop(self._next - KEPT_CHUNKS, None)
            self._next += 1
        try:
            return self._chunks[index]
        except KeyError:
            raise BrokenInvariant(f"the prices of {self._symbol} that long ago are gone") from None

    def outlook(self, second: int, horizon_s: float) -> Outlook:
        chunk = self.chunk(second // CHUNK_S)
        offset = second % CHUNK_S
        sigma = chunk.sigma.item(offset // 60)
        return Outlook(
            level=chunk.levels.item(offset),
            variance=self.variance(second, horizon_s),
            jump_rate=self.law.jumps_a_day / 86_400,
            jump_sd=self.law.jump_sd,
            bounce=chunk.bounces.item(offset),
            bounce_sd=sigma * sqrt(60 * BOUNCE_SHARE),
            bounce_decay=BOUNCE_DECAY,
        )

    def variance(self, second: int, horizon_s: float) -> float:
        """The expected variance of the lasting part over a horizon.

        Simpson's rule over its hours; half an hour or less is as its middle.
        """
        chunk = self.chunk(second // CHUNK_S)
        fast = chunk.fast.item(second % CHUNK_S // 60)
        if horizon_s <= _SHORT_S:
            return horizon_s * self._ahead(chunk.slow, fast, second, horizon_s / 2)
        steps = 2 * (1 + int(horizon_s // 7200))
        width = horizon_s / steps
        total = 0.0
        for step in range(steps + 1):
            weight = 1 if step in (0, steps) else 4 if step % 2 else 2
            total += weight * self._ahead(chunk.slow, fast, second, step * width)
        return total * width / 3

    def _ahead(self, slow: float, fast: float, second: int, after_s: float) -> float:
        """The expected variance of one second, `after_s` seconds from now."""
        law = self.law
        slow_left = 0.5 ** (after_s / 3600 / SLOW_HALF_LIFE_H)
        fast_left = 0.5 ** (after_s / 60 / FAST_HALF_LIFE_MIN)
        log_mean = 2 * (slow * slow_left + fast * fast_left)
        log_mean -= 2 * ((law.slow_sd * slow_left) ** 2 + (law.fast_sd * fast_left) ** 2)
        return (law.base * busyness(law, second + after_s)) ** 2 * exp(log_mean)

    def _draw(self, index: int) -> Chunk:
        law = self.law
        random = generator(self._seed, "path", self._symbol, index)
        before = self._chunks.get(index - 1)
        slow, fast = self._volatility_state(random, before)
        calm = law.slow_sd**2 + law.fast_sd**2
        sigma: Floats = law.base * busy_hour(law, index) * np.exp(slow + fast - calm)
        each: Floats = np.repeat(sigma, 60)
        own = random.standard_normal(CHUNK_S)
        moves = each * (
            law.loading * self._shared.of(law.family, index) + sqrt(1 - law.loading**2) * own
        )
        self._add_jumps(random, moves)
        lasting = (log(law.first_price) if before is None else before.lasting) + np.cumsum(moves)
        last_bounce = 0.0 if before is None else before.bounces.item(-1)
        shocks = each * sqrt(60 * BOUNCE_SHARE) * random.standard_normal(CHUNK_S)
        bounces = self._bounce.run(last_bounce, shocks)
        logs = lasting + bounces
        levels = np.maximum(np.rint(np.exp(logs) * 10**law.places).astype(np.int64), 1)
        return Chunk(levels, logs, bounces, sigma, fast, slow, lasting.item(-1))

    def _volatility_state(
        self, random: np.random.Generator, before: Chunk | None
    ) -> tuple[float, Floats]:
        """The slow factor of this hour and the fast one of each of its minutes."""
        law = self.law
        keeps = 0.5 ** (1 / SLOW_HALF_LIFE_H)
        draws = random.standard_normal(_MINUTES + 1)
        if before is None:
            slow, last = law.slow_sd * draws.item(0), law.fast_sd * random.standard_normal()
        else:
            slow = keeps * before.slow + law.slow_sd * sqrt(1 - keeps**2) * draws.item(0)
            last = before.fast.item(-1)
        return slow, self._fast.run(last, law.fast_sd * draws[1:])

    def _add_jumps(self, random: np.random.Generator, moves: Floats) -> None:
        for _ in range(int(random.poisson(self.law.jumps_a_day * CHUNK_S / 86_400))):
            at = int(random.integers(CHUNK_S))
            moves[at] += self.law.jump_sd * random.standard_normal()


class CrossPath(_ChunkedPath):
    """The product of two paths: a pound in yen is a pound in dollars times a dollar in yen."""

    def __init__(self, *, first: DrawnPath, second: DrawnPath) -> None:
        super().__init__(CROSS_PLACES, first.begins_s)
        self._first = first
        self._second = second
        self._chunks: dict[int, Chunk] = {}

    def chunk(self, index: int) -> Chunk:
        found = self._chunks.get(index)
        if found is None:
            found = self._multiply(self._first.chunk(index), self._second.chunk(index))
            self._chunks[index] = found
            self._chunks.pop(index - KEPT_CHUNKS, None)
        return found

    def _multiply(self, one: Chunk, other: Chunk) -> Chunk:
        logs = one.logs + other.logs
        return Chunk(
            levels=np.rint(np.exp(logs) * 10**CROSS_PLACES).astype(np.int64),
            logs=logs,
            bounces=one.bounces + other.bounces,
            sigma=np.sqrt(one.sigma**2 + other.sigma**2),
            fast=one.fast,
            slow=one.slow,
            lasting=one.lasting + other.lasting,
        )

    def outlook(self, second: int, horizon_s: float) -> Outlook:
        one = self._first.outlook(second, horizon_s)
        other = self._second.outlook(second, horizon_s)
        shared = self._first.law.loading * self._second.law.loading
        together = 2 * shared * sqrt(one.variance * other.variance)
        rate = one.jump_rate + other.jump_rate
        return Outlook(
            level=self.chunk(second // CHUNK_S).levels.item(second % CHUNK_S),
            variance=one.variance + other.variance + together,
            jump_rate=rate,
            jump_sd=sqrt(
                (one.jump_rate * one.jump_sd**2 + other.jump_rate * other.jump_sd**2) / rate
            ),
            bounce=one.bounce + other.bounce,
            bounce_sd=sqrt(one.bounce_sd**2 + other.bounce_sd**2),
            bounce_decay=BOUNCE_DECAY,
        )


class _Reversion:
    """y[i] = keeps * y[i-1] + sqrt(1 - keeps^2) * shock[i], without a loop.

    Dividing by the powers of `keeps` turns it into a running sum; an hour of the fastest
    process spans 2^60, well within a double.
    """

    def __init__(self, keeps: float, count: int) -> None:
        self._powers: Floats = np.float64(keeps) ** np.arange(1.0, count + 1)
        self._scale: Floats = sqrt(1 - keeps**2) / self._powers

    def run(self, before: float, shocks: Floats) -> Floats:
        result: Floats = np.cumsum(shocks * self._scale)
        result += before
        result *= self._powers
        return result
