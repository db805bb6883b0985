"""Passes on a schedule of world time, until a moment or until somebody says stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bayse_agent.domain.errors import VenueError
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.scan import PassReport, scan

Listener = Callable[[PassReport], Awaitable[None]]
"""Told of every pass, after it."""


class Runner:
    """Runs the passes of one agent. A pass that has begun is finished before it stops."""

    def __init__(self, agent: Agent, listener: Listener) -> None:
        self._agent = agent
        self._listener = listener
        self._is_stopping = False
        self._resting: asyncio.Task[object] | None = None
        self._log = structlog.get_logger("runner")

    def stop(self) -> None:
        """Run no further pass; a rest between two passes ends now."""
        self._is_stopping = True
        if self._resting is not None:
            self._resting.cancel()

    async def run(self, until: datetime) -> None:
        """Run a pass, rest, and so on, as long as world time is before `until`.

        A venue that cannot be read costs one pass. A broken invariant ends the run.
        """
        clock = self._agent.clock
        interval = timedelta(seconds=self._agent.habits.pass_interval_s)
        async with clock.actor():
            following = clock.now()
            while clock.now() < until and not self._is_stopping:
                await self._pass()
                # A pass that took longer than the interval leaves out those it has missed.
                while following <= clock.now():
                    following += interval
                await self._rest(min(following, until))

    async def _pass(self) -> None:
        at = self._agent.clock.now()
        try:
            report = await scan(self._agent)
        except* VenueError as errors:
            detail = "; ".join(_told(errors))
            self._log.warning("pass_failed", at=at.isoformat(), detail=detail)
            report = PassReport(at=at, halt=(detail,))
        for line in report.halt:
            self._log.warning("not_trading", at=at.isoformat(), detail=line)
        await self._listener(report)

    async def _rest(self, moment: datetime) -> None:
        self._resting = asyncio.current_task()
        try:
            await self._agent.clock.sleep_until(moment)
        except asyncio.CancelledError:
            if not self._is_stopping or self._resting is None:
                raise
            self._resting.uncancel()
        finally:
            self._resting = None


def _told(errors: BaseExceptionGroup[VenueError]) -> list[str]:
    """What each error of a group says, groups inside it included."""
    told: list[str] = []
    for error in errors.exceptions:
        told += _told(error) if isinstance(error, BaseExceptionGroup) else [str(error)]
    return told
