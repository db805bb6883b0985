"""Clocks of the pretend world, in which sleeping jumps.

Time moves only while every actor sleeps, and then to the earliest waking. One sleeper is woken at
a time, in an order that does not depend on the machine, so a run's outcome never does either. An
actor is awake until it calls `sleep_until`, whatever else it awaits: replies over a network take
no world time. An actor must therefore not wait for another one that sleeps.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.simulation.exchange.units import from_ms, to_ms

SLICE_WALL_S = 0.25
"""A paced clock moves in steps of so much wall time, so that onlookers see the world go on."""

_Task = asyncio.Task[object]
_NO_ACTOR = 1 << 62


@dataclass(slots=True, order=True)
class _Sleeper:
    """One who sleeps: woken by time, then by who became an actor first, then by who slept first."""

    due_ms: int
    actor: int
    number: int
    turn: asyncio.Event = field(compare=False)


class SimulatedClock:
    """`ports.Clock` over a world: `advance` moves the world to a millisecond."""

    def __init__(self, advance: Callable[[int], None], start: datetime) -> None:
        self._advance = advance
        self._now_ms = to_ms(start)
        self._actors: dict[_Task, int] = {}
        self._awake: set[_Task] = set()
        self._sleepers: list[_Sleeper] = []
        self._turn: _Sleeper | None = None
        self._count = 0

    def now(self) -> datetime:
        """The current world time, aware UTC."""
        return from_ms(self._now_ms)

    @asynccontextmanager
    async def actor(self) -> AsyncIterator[None]:
        """Hold time while the current task acts; nested uses count once."""
        task = _current_task()
        if task in self._actors:
            yield
            return
        self._actors[task] = self._next_number()
        self._awake.add(task)
        try:
            yield
        finally:
            del self._actors[task]
            self._awake.discard(task)
            self._pass_turn()

    async def sleep_until(self, moment: datetime) -> None:
        """Return once world time has reached `moment`; at once when it already has."""
        due_ms = _not_before(moment)
        if due_ms <= self._now_ms:
            return
        task = _current_task()
        sleeper = _Sleeper(
            due_ms, self._actors.get(task, _NO_ACTOR), self._next_number(), asyncio.Event()
        )
        with self._asleep(task, sleeper):
            while True:
                self._pass_turn()
                await sleeper.turn.wait()
                if await self._reach(sleeper):
                    return
                sleeper.turn.clear()
                self._turn = None

    @contextmanager
    def _asleep(self, task: _Task, sleeper: _Sleeper) -> Iterator[None]:
        """The sleeper is in the queue, and its actor does not hold time."""
        heappush(self._sleepers, sleeper)
        self._awake.discard(task)
        try:
            yield
        finally:
            self._leave(sleeper)
            if task in self._actors:
                self._awake.add(task)
            else:
                # Nobody answers for it: it gets one turn of the loop before time moves on.
                asyncio.get_running_loop().call_soon(self._pass_turn)

    def _leave(self, sleeper: _Sleeper) -> None:
        if self._sleepers[0] is sleeper:
            heappop(self._sleepers)
        else:
            self._sleepers.remove(sleeper)
            heapify(self._sleepers)
        if self._turn is sleeper:
            self._turn = None

    def _pass_turn(self) -> None:
        """When everyone sleeps, it is the earliest sleeper's turn to move time and wake.

        Through the event loop, so that tasks with real I/O get their chance in between.
        """
        if self._turn is None and not self._awake and self._sleepers:
            self._turn = self._sleepers[0]
            asyncio.get_running_loop().call_soon(self._turn.turn.set)

    def _may_move(self, sleeper: _Sleeper) -> bool:
        return not self._awake and self._sleepers[0] is sleeper

    async def _reach(self, sleeper: _Sleeper) -> bool:
        """Move time to a sleeper's waking; False when somebody else came first."""
        if not self._may_move(sleeper):
            return False
        self._move_to(sleeper.due_ms)
        return True

    def _move_to(self, ms: int) -> None:
        if ms > self._now_ms:
            self._advance(ms)
            self._now_ms = ms

    def _next_number(self) -> int:
        self._count += 1
        return self._count


class PacedClock(SimulatedClock):
    """A simulated clock that takes its time: `speed` world seconds to a second of `pause`.

    The pauses change nothing but how long a run takes.
    """

    def __init__(
        self,
        advance: Callable[[int], None],
        start: datetime,
        *,
        speed: float,
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        if speed <= 0:
            raise ConfigurationError(f"speed must be above 0, not {speed!r}")
        super().__init__(advance, start)
        self._speed = speed
        self._pause = pause

    async def _reach(self, sleeper: _Sleeper) -> bool:
        longest_ms = max(1, int(SLICE_WALL_S * self._speed * 1000))
        while self._may_move(sleeper):
            step_ms = min(sleeper.due_ms - self._now_ms, longest_ms)
            if step_ms <= 0:
                return True
            await self._pause(step_ms / 1000 / self._speed)
            if self._may_move(sleeper):
                self._move_to(self._now_ms + step_ms)
        return False


def _current_task() -> _Task:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a simulated clock needs a running task")
    return task


def _not_before(moment: datetime) -> int:
    """The first whole millisecond that is not before a moment."""
    ms = to_ms(moment)
    return ms if from_ms(ms) >= moment else ms + 1
