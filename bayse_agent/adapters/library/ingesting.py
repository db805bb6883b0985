"""A library that takes articles in while others go on: what is new is read directly meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from bayse_agent.domain.errors import StoreUnavailable
from bayse_agent.domain.news import Article, Snippet
from bayse_agent.ports import Library
from bayse_agent.ports.mind import DEFAULT_HALF_LIFE

_MOST_WAITING = 200


class Ingesting:
    """Another library, in front of which articles wait. An async context manager.

    A vector takes a good part of a second to compute, and nobody has to wait for it. Of more than
    so many that wait the oldest are let go: they are found again when they matter.
    """

    def __init__(self, library: Library, *, most_waiting: int = _MOST_WAITING) -> None:
        self._library = library
        self._waiting: asyncio.Queue[tuple[Article, str]] = asyncio.Queue(most_waiting)
        self._group = asyncio.TaskGroup()
        self._worker: asyncio.Task[None] | None = None
        self.lost = 0
        """Articles that were let go, or could not be taken in."""

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._worker = self._group.create_task(self._work())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._worker is not None:
            self._worker.cancel()
        await self._group.__aexit__(kind, error, trace)

    async def add(self, articles: Sequence[Article], *, scope: str) -> int:
        """Take articles in before long. How many are new is not known yet: the answer is 0."""
        for article in articles:
            if self._waiting.full():
                self._waiting.get_nowait()
                self._waiting.task_done()
                self.lost += 1
            self._waiting.put_nowait((article, scope))
        return 0

    async def find(
        self,
        text: str,
        *,
        scope: str,
        now: datetime,
        limit: int = 5,
        half_life: timedelta = DEFAULT_HALF_LIFE,
    ) -> tuple[Snippet, ...]:
        return await self._library.find(
            text, scope=scope, now=now, limit=limit, half_life=half_life
        )

    async def purge(self, *, domain: str | None = None, before: datetime | None = None) -> int:
        return await self._library.purge(domain=domain, before=before)

    async def reset(self) -> int:
        return await self._library.reset()

    async def settled(self) -> None:
        """Return once nothing waits any more."""
        await self._waiting.join()

    async def _work(self) -> None:
        while True:
            article, scope = await self._waiting.get()
            try:
                await self._library.add([article], scope=scope)
            except StoreUnavailable:
                # A memory may have gaps; whoever asks it is told when it does not work at all.
                self.lost += 1
            finally:
                self._waiting.task_done()
