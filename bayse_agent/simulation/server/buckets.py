"""Rate limits by the wall clock: 30 reads and 20 writes a second for each key, one login."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil

READS_PER_S = 30
WRITES_PER_S = 20
LOGIN_EVERY_S = 120
KEY_CHANGES = 2
KEY_CHANGES_EVERY_S = 1800


class Traffic(StrEnum):
    READ = "read"
    WRITE = "write"


_CAPACITY = {Traffic.READ: READS_PER_S, Traffic.WRITE: WRITES_PER_S}


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


@dataclass(slots=True)
class Buckets:
    """Token buckets that refill evenly. `take` is all or nothing."""

    _buckets: dict[tuple[str, Traffic], _Bucket] = field(default_factory=dict)

    def take(self, key: str, traffic: Traffic, count: int, now_s: float) -> int | None:
        """Take tokens; None when they were there, else the whole seconds to wait.

        A count above the capacity asks for the full capacity: 100 cancels are allowed in one
        batch, which no bucket of 20 could ever hold.
        """
        capacity = _CAPACITY[traffic]
        wanted = min(count, capacity)
        bucket = self._buckets.setdefault((key, traffic), _Bucket(capacity, now_s))
        passed = max(0.0, now_s - bucket.at_s)
        bucket.tokens = min(float(capacity), bucket.tokens + passed * capacity)
        bucket.at_s = now_s
        if bucket.tokens + 1e-9 < wanted:
            return max(1, ceil((wanted - bucket.tokens) / capacity))
        bucket.tokens -= wanted
        return None


@dataclass(slots=True)
class Throttle:
    """At most `limit` in any `window_s`, for each name. Bounded by dropping what is over."""

    limit: int
    window_s: int
    _taken: dict[str, list[float]] = field(default_factory=dict)

    def take(self, name: str, now_s: float) -> int | None:
        """None when it is allowed, else the whole seconds to wait."""
        for known in [n for n, times in self._taken.items() if self._is_over(times, now_s)]:
            del self._taken[known]
        times = [at for at in self._taken.get(name, []) if now_s - at < self.window_s]
        if len(times) >= self.limit:
            return max(1, ceil(times[0] + self.window_s - now_s))
        self._taken[name] = [*times, now_s]
        return None

    def _is_over(self, times: list[float], now_s: float) -> bool:
        return now_s - times[-1] >= self.window_s
