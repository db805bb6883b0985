"""The vectors of all chunks in memory, compared one by one: exact, and fast enough by far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bayse_agent.adapters.library.embedding import Vectors
from bayse_agent.domain.choosing import LEAST_WORTH

_FIRST_ROOM = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A chunk that may be found. `score`: nearness in meaning, times what age has left of it."""

    number: int
    score: float


class Shelf:
    """Vectors with what decides whether they may be found. It grows, and is emptied as a whole."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self.clear()

    def clear(self) -> None:
        self._count = 0
        self._vectors: Vectors = np.zeros((_FIRST_ROOM, self._dimensions), np.float32)
        self._numbers: NDArray[np.int64] = np.zeros(_FIRST_ROOM, np.int64)
        self._scopes: NDArray[np.int64] = np.zeros(_FIRST_ROOM, np.int64)
        # Published, retrieved, expires, in seconds; what was never published counts as retrieved.
        self._times: NDArray[np.float64] = np.zeros((_FIRST_ROOM, 3), np.float64)
        self._names: dict[str, int] = {"": 0}

    def add(self, rows: Sequence[Any]) -> None:
        """Add (number, scope, published_at, retrieved_at, expires_at, embedding)."""
        while self._count + len(rows) > len(self._numbers):
            self._grow()
        if not rows:
            return
        numbers, scopes, published, retrieved, expires, embeddings = zip(*rows, strict=True)
        here = slice(self._count, self._count + len(rows))
        packed = np.frombuffer(b"".join(embeddings), np.float16)
        self._vectors[here] = packed.reshape(len(rows), self._dimensions)
        self._numbers[here] = numbers
        self._scopes[here] = [self._names.setdefault(one, len(self._names)) for one in scopes]
        told = [one or other for one, other in zip(published, retrieved, strict=True)]
        for column, moments in enumerate((told, retrieved, expires)):
            self._times[here, column] = [moment.timestamp() for moment in moments]
        self._count += len(rows)

    def nearest(
        self, wanted: Vectors, *, scope: str, now: datetime, half_life: timedelta, most: int
    ) -> list[Candidate]:
        """The best chunks of a scope and of none, best first, by nearness and by age."""
        count = self._count
        at = now.timestamp()
        published, retrieved, expires = self._times[:count].T
        scopes = self._scopes[:count]
        may = (scopes == 0) | (scopes == self._names.get(scope, -1))
        may &= (published <= at) & (retrieved <= at) & (expires > at)
        places = np.flatnonzero(may)
        # Picking rows out copies them: where most may be found all are compared in place.
        is_most = 2 * len(places) > count
        near = (
            (self._vectors[:count] @ wanted)[places] if is_most else self._vectors[places] @ wanted
        )
        ages = (at - published[places]) / half_life.total_seconds()
        scores = near * (LEAST_WORTH + (1 - LEAST_WORTH) * np.exp2(-np.minimum(ages, 1e3)))
        if len(scores) > most:
            best = np.argpartition(-scores, most)[:most]
            places, scores = places[best], scores[best]
        numbers = self._numbers[places]
        order = np.lexsort((numbers, -scores))
        return [Candidate(number=int(numbers[one]), score=float(scores[one])) for one in order]

    def _grow(self) -> None:
        self._vectors, self._times = _twice(self._vectors), _twice(self._times)
        self._numbers, self._scopes = _twice(self._numbers), _twice(self._scopes)


def _twice(old: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate((old, np.zeros_like(old)))
