"""How often somebody may do something: so many times in a window, by the computer's clock."""

from __future__ import annotations

from collections import OrderedDict, deque

from bayse_agent.api.parts import Timer

_MOST_KEYS = 10_000


class Throttle:
    """Counts by key. Of more keys than it can hold it forgets the ones that were quiet longest."""

    def __init__(self, timer: Timer, *, times: int, within_s: float) -> None:
        self._timer = timer
        self._times = times
        self._within_s = within_s
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """How long until the next time is allowed; 0 for now."""
        now = self._timer.monotonic_s()
        seen = self._seen.get(key)
        if seen is None:
            return 0.0
        while seen and seen[0] <= now - self._within_s:
            seen.popleft()
        return 0.0 if len(seen) < self._times else seen[0] + self._within_s - now

    def count(self, key: str) -> None:
        seen = self._seen.setdefault(key, deque(maxlen=self._times))
        self._seen.move_to_end(key)
        seen.append(self._timer.monotonic_s())
        while len(self._seen) > _MOST_KEYS:
            self._seen.popitem(last=False)

    def forget(self, key: str) -> None:
        self._seen.pop(key, None)

    def take(self, key: str) -> float:
        """Count one more when it is allowed; else how long to wait."""
        wait_s = self.wait_s(key)
        if wait_s == 0.0:
            self.count(key)
        return wait_s
