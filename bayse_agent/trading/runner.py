"""Runs the passes of one agent: one act at a time, thinking beside them, stops before anything.

There is one loop, and it alone sends orders. It takes commands between two acts, runs the passes
that are due in a fixed order, and acts on what the scan has thought of by then. Only thinking,
which sends nothing, runs beside it; so does a watch for stops, which makes the state stricter
whatever the loop is busy with. Whatever dies here halts trading and is named.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.errors import BayseAgentError, BrokenInvariant, LeaseHeld, VenueError
from bayse_agent.domain.journal import Look
from bayse_agent.domain.order import IntentSource
from bayse_agent.trading.acting import act_on, why_books_do_not_hold
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.commands import take_commands, take_stops
from bayse_agent.trading.delayed import Ripening
from bayse_agent.trading.halting import heed_kill_switch, stop, take_back
from bayse_agent.trading.leaving import run_exits
from bayse_agent.trading.research import Seen
from bayse_agent.trading.scan import PassReport, think
from bayse_agent.trading.snipe import snipe
from bayse_agent.trading.upkeep import keep_up

_REBIRTH, _LONGEST_REBIRTH = timedelta(seconds=5), timedelta(minutes=5)
_COMMANDS_PAUSE = timedelta(milliseconds=50)

Companion = Callable[[], Awaitable[None]]
Listener = Callable[[PassReport], Awaitable[None]]
"""Told of every pass, after it."""


@dataclass(slots=True)
class _Pass:
    """A pass with its place in the schedule."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[PassReport | None]]
    due: datetime
    begun: datetime | None

    def begin(self, now: datetime) -> None:
        """Set the next time; one that took longer than its interval leaves out what it missed."""
        self.begun = now
        while self.due <= now:
            self.due += self.every

    def hurry(self, now: datetime, gap: timedelta) -> bool:
        """Come as soon as `gap` after the last time; whether that is sooner than before."""
        before, soonest = self.due, now if self.begun is None else max(now, self.begun + gap)
        self.due = min(before, soonest)
        return self.due < before


@dataclass(slots=True)
class _Scan:
    """A scan under way. `sights` is None while it is being thought about."""

    at: datetime
    sights: list[Seen | Look] | None = None
    looks: list[Look] = field(default_factory=list)
    unwritten: list[Look] = field(default_factory=list)


class Runner:
    """Runs the passes of one agent. An act that has begun is finished before it stops."""

    def __init__(
        self,
        agent: Agent,
        listener: Listener,
        companions: Mapping[str, Companion] = MappingProxyType({}),
    ) -> None:
        """`companions` run as long as the agent does; one that ends halts trading."""
        self._agent = agent
        self._listener = listener
        self._companions = companions
        self._passes: list[_Pass] = []
        self._asked_at: datetime | None = None
        self._is_stopping = False
        self._is_woken = False
        self._is_roused = False
        self._resting: asyncio.Task[object] | None = None
        self._scan: _Scan | None = None
        self._ripening = Ripening(agent)
        self._was_pass = False
        self._taking = asyncio.Lock()
        self._log = structlog.get_logger("runner")

    def stop(self) -> None:
        """Begin nothing more; a rest between two passes ends now."""
        self._is_stopping = True
        self.wake()

    def hurry(self, name: str) -> None:
        """Run a pass as soon as may be: something that it waits for has moved."""
        gap = timedelta(seconds=self._agent.habits.snipe.min_gap_s)
        for one in self._passes:
            # Prices move many times a second: what is due by then anyway need not be woken for.
            if one.name == name and one.hurry(self._agent.clock.now(), gap):
                self._end_rest()

    def wake(self) -> None:
        """Look at once what is there to do: a price has moved, a command has come."""
        self._is_woken = True
        self._end_rest()

    def _end_rest(self) -> None:
        self._is_roused = True
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    async def run(self, until: datetime) -> None:
        """Run the passes as long as world time is before `until`.

        A venue that cannot be read costs one pass. Anything else that goes wrong in one halts
        trading; reading and settling go on. Raises LeaseHeld when another process took over.
        """
        try:
            await self._run(until)
        except BaseExceptionGroup as group:
            if len(group.exceptions) > 1:
                raise
            raise group.exceptions[0] from None

    async def _run(self, until: datetime) -> None:
        clock = self._agent.clock
        async with clock.actor(), asyncio.TaskGroup() as group:
            beside: list[asyncio.Task[None]] = [group.create_task(self._watch())]
            beside += [
                group.create_task(self._accompany(name, run))
                for name, run in self._companions.items()
            ]
            self._passes = self._plan(
                lambda scan: beside.append(group.create_task(self._think(scan)))
            )
            while clock.now() < until and not self._is_stopping:
                if self._should_ask():
                    await self._guarded("commands", self._take_commands)
                await self._guarded("signals", self._ripening.look_out)
                if self._ripening.begins():
                    beside.append(group.create_task(self._ripen()))
                if not await self._turn():
                    next_at = self._ripening.at or until
                    await self._rest(min(until, next_at, *(one.due for one in self._passes)))
                beside = [task for task in beside if not task.done()]
            for task in beside:
                task.cancel()
            await self._guarded("scan", self._end_scan)

    def _plan(self, begin: Callable[[_Scan], None]) -> list[_Pass]:
        """The passes, in the order in which they run when several are due."""
        schedule, now = self._agent.habits.schedule, self._agent.clock.now()

        async def begin_scan() -> PassReport | None:
            if self._scan is not None:
                return None
            if halt := await self._why_not_scan():
                return PassReport(name="scan", at=self._agent.clock.now(), halt=halt)
            self._scan = _Scan(at=self._agent.clock.now())
            begin(self._scan)
            return None

        plan: list[tuple[str, float | None, Callable[[], Awaitable[PassReport | None]]]] = [
            ("orders", schedule.orders_s, self._orders),
            ("exits", schedule.exits_s, lambda: run_exits(self._agent)),
            ("snipe", schedule.snipe_s, lambda: snipe(self._agent)),
            ("scan", schedule.scan_s, begin_scan),
        ]
        return [
            _Pass(name, timedelta(seconds=every), run, due=now, begun=None)
            for name, every, run in plan
            if every is not None
        ]

    def _should_ask(self) -> bool:
        """Whether it is time to look for commands: somebody says so, or time has passed."""
        is_hurried, self._is_roused = self._is_roused and not self._is_woken, False
        if is_hurried:
            # The pass first that a price is waiting for: no order goes out past a stop anyway,
            # and the next turn looks for commands.
            return False
        now = self._agent.clock.now()
        is_time = self._asked_at is None or now - self._asked_at >= _COMMANDS_PAUSE
        if not (is_time or self._is_woken):
            return False
        self._is_woken, self._asked_at = False, now
        return True

    async def _turn(self) -> bool:
        """Run the first pass that is due, or act on one thought; whether there was anything.

        Bets that were put off have a time: where passes are always due they take turns with them.
        """
        now = self._agent.clock.now()
        due = next((one for one in self._passes if one.due <= now), None)
        if self._ripening.is_ready and (due is None or self._was_pass):
            self._was_pass = False
            await self._guarded("signals", self._ripening.place_one)
            return True
        if due is not None:
            self._was_pass = True
            due.begin(now)
            await self._guarded(due.name, due.run)
            return True
        if self._scan is None or self._scan.sights is None:
            return False
        await self._guarded("scan", self._act)
        return True

    async def _orders(self) -> PassReport:
        found = await keep_up(self._agent)
        if (await self._agent.store.control()).state is TradingState.HALTED:
            # Whoever halted may have died before this, or the venue may not have answered.
            await take_back(self._agent, TradingState.HALTED)
        return PassReport(name="orders", at=found.at, ended=found.ended, halt=found.differences)

    async def _why_not_scan(self) -> tuple[str, ...]:
        control = await self._agent.store.control()
        if control.state is not TradingState.ARMED:
            return (f"{control.state}: {control.reason}",)
        why = await why_books_do_not_hold(self._agent)
        return (why,) if why else ()

    async def _think(self, scan: _Scan) -> None:
        """Think about every market that is due, beside the loop."""
        async with self._agent.clock.actor():

            async def thought() -> PassReport | None:
                scan.sights = list(await think(self._agent))
                return None

            await self._guarded("scan", thought)
            if scan.sights is None:
                self._scan = None
            self.wake()

    async def _ripen(self) -> None:
        """Think about the signals whose time has come, beside the loop."""
        async with self._agent.clock.actor():
            await self._guarded("signals", self._ripening.think)
            self.wake()

    async def _act(self) -> PassReport | None:
        """Act on the next thing that was seen; after the last one the scan is over."""
        scan = self._scan
        assert scan is not None
        if not scan.sights:
            return await self._end_scan()
        look, is_written = await act_on(self._agent, scan.sights.pop(0), IntentSource.SCAN)
        scan.looks.append(look)
        if not is_written:
            scan.unwritten.append(look)
        return None

    async def _end_scan(self) -> PassReport | None:
        """Write down how the looks ended that were got to."""
        scan, self._scan = self._scan, None
        if scan is None or scan.sights is None:
            return None
        await self._agent.store.add_looks(scan.unwritten)
        return PassReport(name="scan", at=scan.at, looks=tuple(scan.looks))

    async def _take_commands(self) -> None:
        async with self._taking:
            await heed_kill_switch(self._agent)
            await take_commands(self._agent)

    async def _watch(self) -> None:
        """Look for stops whatever the loop is busy with, and wake it for other commands."""
        every_s = self._agent.habits.schedule.watch_s
        clock = self._agent.clock

        async def look() -> None:
            if self._taking.locked():
                return
            async with self._taking:
                await heed_kill_switch(self._agent)
                await take_stops(self._agent)
            if await self._agent.store.pending_commands():
                self.wake()

        while every_s is not None:
            await clock.sleep_until(clock.now() + timedelta(seconds=every_s))
            await self._guarded("watch", look)

    async def _accompany(self, name: str, run: Companion) -> None:
        """Run a companion; whatever ends it halts trading. It is begun again, ever more seldom, so
        that it lives when a person resumes.
        """

        async def run_on() -> None:
            await run()
            raise BrokenInvariant("it ended by itself")

        clock, pause = self._agent.clock, _REBIRTH
        while True:
            await self._guarded(name, run_on)
            await clock.sleep_until(clock.now() + pause)
            pause = min(pause * 2, _LONGEST_REBIRTH)

    async def _guarded(self, name: str, run: Callable[[], Awaitable[PassReport | None]]) -> None:
        """Run something and tell of it; what goes wrong costs a pass, or halts trading."""
        at = self._agent.clock.now()
        try:
            report = await run()
        except LeaseHeld:
            raise
        except Exception as error:  # noqa: BLE001 (the one place that must outlive anything)
            detail = "; ".join(dict.fromkeys(_told(error)))
            report = PassReport(name=name, at=at, halt=(detail,))
            if not _is_venue_error(error):
                await self._halt(f"{name} died: {detail}")
                with _told_or_not():
                    self._log.error("pass_died", run=name, detail=detail, exc_info=error)
        if report is None:
            return
        with _told_or_not():
            for line in report.halt:
                self._log.warning("not_trading", run=report.name, at=at.isoformat(), detail=line)
        with _told_or_not():
            await self._listener(report)

    async def _halt(self, reason: str) -> None:
        try:
            await stop(self._agent, reason=reason, by="runner")
        except BayseAgentError as error:
            # Books that cannot be written let no intent through either.
            with _told_or_not():
                self._log.critical("halt_not_written", reason=reason, detail=str(error))

    async def _rest(self, moment: datetime) -> None:
        if self._is_roused:
            # While the loop was busy something came that it has not looked at.
            return
        self._resting = asyncio.current_task()
        try:
            await self._agent.clock.sleep_until(moment)
        except asyncio.CancelledError:
            if self._resting is not None:
                raise
            # It was `wake` that ended the rest, and nobody wants the run to end.
            task = asyncio.current_task()
            if task is None or task.uncancel() > 0:
                raise
        finally:
            self._resting = None


@contextmanager
def _told_or_not() -> Iterator[None]:
    """Nobody may listen any more, and no log be written: that is no reason to end the trader."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 (the same: it must outlive anything)
        with suppress(OSError, ValueError):
            structlog.get_logger("runner").error("not_told", detail=repr(error))


def _is_venue_error(error: BaseException) -> bool:
    """Whether nothing but failed reads is behind an error."""
    if isinstance(error, BaseExceptionGroup):
        return all(_is_venue_error(part) for part in error.exceptions)
    return isinstance(error, VenueError)


def _told(error: BaseException) -> list[str]:
    """What each error of a group says, groups inside it included."""
    if isinstance(error, BaseExceptionGroup):
        return [line for part in error.exceptions for line in _told(part)]
    text = str(error)
    return [text if isinstance(error, VenueError) else f"{type(error).__name__}: {text}"]
