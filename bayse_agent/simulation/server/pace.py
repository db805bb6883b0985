"""World time against the wall clock: start + elapsed x speed + what was skipped."""

from __future__ import annotations

from decimal import Decimal

LONGEST_STEP_MS = 60_000
"""The world moves in steps of at most a minute, so that nobody waits long for an answer."""


class Pace:
    """Where world time should be. A wall clock that jumps back never takes the world back."""

    def __init__(self, *, start_ms: int, speed: Decimal, wall_s: float) -> None:
        self._start_ms = start_ms
        self._wall_s = wall_s
        self._skipped_ms = 0
        self.speed = speed

    def target_ms(self, wall_s: float) -> int:
        elapsed_ms = max(0, round((wall_s - self._wall_s) * 1000))
        return self._start_ms + int(elapsed_ms * self.speed) + self._skipped_ms

    def next_ms(self, wall_s: float, now_ms: int) -> tuple[int, bool]:
        """The next moment to move to, and whether that is where world time should be."""
        target = self.target_ms(wall_s)
        limit = now_ms + LONGEST_STEP_MS
        return min(target, limit), target <= limit

    def skip(self, milliseconds: int) -> None:
        self._skipped_ms += milliseconds
