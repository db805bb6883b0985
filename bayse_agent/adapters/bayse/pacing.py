"""Keeps requests below the venue's rates, and some of the writes free for cancels."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from bayse_agent.adapters.clock import Timer

_WINDOW_S = 1.0


class RateWindow:
    """At most so many in any one second, wherever it begins.

    A bucket of tokens would let twice its rate through in its first second. Whoever takes with a
    reserve leaves that much room; takers of the same reserve are served in the order they came,
    and those of a smaller one do not stand in line behind those of a larger.
    """

    def __init__(self, *, per_s: int, timer: Timer) -> None:
        self._per_s = per_s
        self._timer = timer
        self._taken_at_s: deque[float] = deque()
        self._closed_until_s = timer.monotonic_s()
        self._lines: dict[int, asyncio.Lock] = {}

    async def take(self, count: int = 1, *, reserve: int = 0) -> None:
        """Wait until there is room for `count` beyond the reserve, and take it.

        What is more than the window holds goes once the window is empty.
        """
        room = self._per_s - reserve
        needed = min(count, room)
        async with self._lines.setdefault(reserve, asyncio.Lock()):
            while (wait_s := self._wait_s(needed, room)) > 0:
                await self._timer.sleep_s(wait_s)
            self._taken_at_s.extend([self._timer.monotonic_s()] * count)

    def close_for(self, seconds: float) -> None:
        """The venue wants fewer requests: let none through for a while."""
        self._closed_until_s = max(self._closed_until_s, self._timer.monotonic_s() + seconds)

    def _wait_s(self, needed: int, room: int) -> float:
        now_s = self._timer.monotonic_s()
        if self._closed_until_s > now_s:
            return self._closed_until_s - now_s
        while self._taken_at_s and now_s - self._taken_at_s[0] >= _WINDOW_S:
            self._taken_at_s.popleft()
        over = len(self._taken_at_s) + needed - room
        if over <= 0:
            return 0.0
        # A hair more than the exact wait, which rounding could cut short for ever.
        return self._taken_at_s[over - 1] + _WINDOW_S - now_s + 1e-6


@dataclass(frozen=True, slots=True)
class Lane:
    """A way through a window: how much a request takes, and how much it must leave."""

    window: RateWindow
    count: int = 1
    reserve: int = 0

    async def take(self) -> None:
        await self.window.take(self.count, reserve=self.reserve)


@dataclass(frozen=True, slots=True)
class Pace:
    """The two windows of an account, and the lanes through them."""

    reads: RateWindow
    writes: RateWindow
    kept_for_cancels: int

    @property
    def reading(self) -> Lane:
        return Lane(self.reads)

    @property
    def ordering(self) -> Lane:
        return Lane(self.writes, reserve=self.kept_for_cancels)

    def cancelling(self, count: int = 1) -> Lane:
        return Lane(self.writes, count)
