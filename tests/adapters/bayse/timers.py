"""A timer that tests turn by hand: sleeping moves it at once, unless it is held."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

START = datetime(2026, 2, 17, 12, 0, tzinfo=UTC)


class HandTimer:
    """Time for adapters under test. It starts at START, and costs nothing to wait for."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._open = asyncio.Event()
        self._open.set()
        self.slept_s: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self._now_s)

    def monotonic_s(self) -> float:
        return self._now_s

    async def sleep_s(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        target_s = self._now_s + max(0.0, seconds)
        await self._open.wait()
        await asyncio.sleep(0)
        self._now_s = max(self._now_s, target_s)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Sleepers stay asleep until `release`."""
        self._open.clear()
        yield

    def release(self) -> None:
        self._open.set()

    async def settle(self) -> None:
        """Let every task run as far as it can."""
        for _ in range(20):
            await asyncio.sleep(0)
