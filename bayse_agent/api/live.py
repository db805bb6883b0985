"""The live stream: the audit journal, told to whoever listens, in order and from where he left off.

Everything that matters is in the journal, numbered. One task reads on in it; each listener has a
queue of its own with an end, and one who does not read is dropped without anybody waiting for him.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field

import structlog

from bayse_agent.adapters.store.reading.desk import audit_after, audit_head
from bayse_agent.api.changes import Change, changes_of
from bayse_agent.api.parts import ApiParts

LONGEST_QUEUE = 512
_AT_ONCE = 500
_LOOK_EVERY_S = 0.1
"""A fill should be on a screen within a third of a second, with the reading that it leads to."""
_TROUBLE_PAUSE_S = 2.0


@dataclass(eq=False)
class Listener:
    """Somebody at the other end. `queue` has messages as they are sent; `is_dropped`: he did not
    read fast enough.
    """

    queue: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(maxsize=LONGEST_QUEUE))
    is_dropped: bool = False


class Live:
    """Tells every listener what is new."""

    def __init__(self, parts: ApiParts) -> None:
        self._parts = parts
        self._listeners: set[Listener] = set()
        self._seated: set[Listener] = set()
        self._number: int | None = None
        self._news = asyncio.Event()
        self._log = structlog.get_logger("live")

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def seat(self, listener: Listener, *, most: int) -> bool:
        """Whether there is room for one more, who has it then until he leaves.

        He counts from here on: to begin to listen takes its time, and many may come at once.
        """
        if len(self._seated) >= most:
            return False
        self._seated.add(listener)
        return True

    def wake(self) -> None:
        """Something was written just now."""
        self._news.set()

    async def run(self) -> None:
        """Read on for as long as the service runs."""
        timer = self._parts.timer
        while True:
            # Before it is read: what is written meanwhile is another reason to look.
            self._news.clear()
            try:
                is_more = await self._read_on()
            except Exception as error:  # noqa: BLE001 (one bad row must not end the stream)
                self._log.error("stream_stumbled", after=self._number, exc_info=error)
                # Listeners are shown out: whoever comes back is told where the stream begins.
                self._number = None
                for listener in list(self._listeners):
                    self._drop(listener)
                await timer.sleep_s(_TROUBLE_PAUSE_S)
                continue
            if not is_more:
                await _first(self._news.wait(), timer.sleep_s(_LOOK_EVERY_S))

    async def _read_on(self) -> bool:
        """Tell what came since the last time; whether there was anything."""
        if self._number is None:
            self._number = await self._parts.reader.ask(audit_head())
        if not self._listeners:
            # Whoever comes next begins where the journal is then.
            self._number = await self._parts.reader.ask(audit_head())
            return False
        rows = await self._parts.reader.ask(audit_after(self._number, limit=_AT_ONCE))
        for change in await self._parts.reader.ask(changes_of(rows)):
            self._tell(change)
        if rows:
            self._number = rows[-1].number
        return bool(rows)

    def _tell(self, change: Change) -> None:
        text = change.as_json()
        for listener in list(self._listeners):
            try:
                listener.queue.put_nowait(text)
            except asyncio.QueueFull:
                self._drop(listener)

    def _drop(self, listener: Listener) -> None:
        listener.is_dropped = True
        self._listeners.discard(listener)

    async def join(self, listener: Listener) -> int:
        """Begin to listen; returns the number up to which everything was told before."""
        number = await self._parts.reader.ask(audit_head())
        if not self._listeners:
            self._number = number
        self._listeners.add(listener)
        return number if self._number is None else self._number

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        self._seated.discard(listener)

    async def missed(self, since: int, until: int) -> AsyncIterator[Change]:
        """What was told after one number and up to another."""
        while since < until:
            rows = await self._parts.reader.ask(audit_after(since, limit=_AT_ONCE))
            wanted = tuple(row for row in rows if row.number <= until)
            for change in await self._parts.reader.ask(changes_of(wanted)):
                yield change
            if len(wanted) < len(rows) or not rows:
                return
            since = rows[-1].number


async def _first(*waits: Awaitable[object]) -> None:
    """Return when one of several waits is over; the others are given up."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
