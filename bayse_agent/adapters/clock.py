"""The system's clock: the only file that asks the computer for the time, or makes it wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Protocol

_LONGEST_NAP_S = 60.0


class Timer(Protocol):
    """What guards the outside runs on: signatures, throttles, back-offs and timeouts."""

    def now(self) -> datetime:
        """The computer's time, aware UTC. It may be wrong, and may jump."""

    def monotonic_s(self) -> float:
        """Seconds that only ever go forward, from an unnamed start."""

    async def sleep_s(self, seconds: float) -> None:
        """Return after that many seconds; at once when there are none."""


class SystemClock:
    """The computer's time: the `Clock` of the real world, and the `Timer` of adapters."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return time.monotonic()

    async def sleep_s(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    async def sleep_until(self, moment: datetime) -> None:
        """Sleep in short naps, so that a computer that was suspended or set right wakes in time."""
        while (left := (moment - self.now()).total_seconds()) > 0:
            await self.sleep_s(min(left, _LONGEST_NAP_S))

    @asynccontextmanager
    async def actor(self) -> AsyncIterator[None]:
        """Real time does not wait for anybody."""
        yield
