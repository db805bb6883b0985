"""The process ends at any call of any port: nothing is sent twice, nothing is lost, all adds up."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from bayse_agent.domain.command import Command, CommandKind
from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Money
from bayse_agent.domain.signal import SignalStatus
from bayse_agent.trading.agent import Habits
from bayse_agent.trading.commands import take_commands
from bayse_agent.trading.delayed import place_due
from bayse_agent.trading.leaving import run_exits
from bayse_agent.trading.scan import scan
from bayse_agent.trading.snipe import snipe
from bayse_agent.trading.upkeep import keep_up
from bench.interposing import Moment
from tests.crash.scene import (
    BY_HAND,
    DELAYING,
    HABITS,
    NGN,
    SELLING,
    Crash,
    Death,
    Process,
    Scene,
    judged,
    new_scene,
    process,
)

AFTERWARDS_S = 240
"""Longer than an order of which nothing is heard may hide before it counts as lost."""
SAMPLED = 4
"""How many deaths of each deed `make test` looks at; `make torture` looks at every one."""

Step = Callable[[Process], Awaitable[object]]


@dataclass(frozen=True)
class Deed:
    """Something an agent does, what has been before, and how it goes about it before and in it.

    `sends`: orders go out in it for sure.
    """

    name: str
    act: Step
    before: Step
    habits: Habits = HABITS
    earlier: Habits = HABITS
    sends: bool = False


async def nothing(alive: Process) -> None:
    """The books are new."""


async def has_bought(alive: Process) -> None:
    await keep_up(alive.agent)
    await scan(alive.agent)
    assert (await alive.store.portfolio(NGN)).positions


async def has_held_to_the_end(alive: Process) -> None:
    await has_bought(alive)
    await alive.wait(3600)


async def heard_nothing(alive: Process) -> None:
    """The orders were taken, and nobody was told."""
    alive.scene.exchange.loses_answers = True
    await scan(alive.agent)
    alive.scene.exchange.loses_answers = False
    assert (await alive.store.portfolio(NGN)).live


async def was_not_heard(alive: Process) -> None:
    """The orders never came to the exchange."""
    alive.scene.exchange.loses_requests = True
    await scan(alive.agent)
    alive.scene.exchange.loses_requests = False
    assert (await alive.store.portfolio(NGN)).live
    await alive.wait(100)
    await keep_up(alive.agent)


async def _ask(alive: Process, kind: CommandKind, **arguments: str) -> None:
    at = alive.agent.clock.now()
    command = Command(id=f"a-{kind}", kind=kind, by="me", at=at, arguments=arguments)
    await alive.store.add_command(command)


async def was_asked_to_approve(alive: Process) -> None:
    await scan(alive.agent)
    signals = await alive.store.signals(SignalStatus.PENDING)
    await _ask(alive, CommandKind.APPROVE, signal=signals[0].id)


async def had_to_wait(alive: Process) -> None:
    """A bet waits for a no, and nobody says it."""
    await scan(alive.agent)
    signals = await alive.store.signals(SignalStatus.PENDING)
    assert any(signal.places_at is not None for signal in signals)
    await alive.wait(DELAYING.delay_s)


async def place_what_is_due(alive: Process) -> None:
    await place_due(alive.agent)


async def was_asked_to_close(alive: Process) -> None:
    await has_bought(alive)
    await _ask(alive, CommandKind.CLOSE_ALL, confirm="yes")


async def was_asked_to_trade(alive: Process) -> None:
    await scan(alive.agent)
    for market in await alive.store.tracked():
        if market.engine is Engine.AMM and market.series is None:
            event = await alive.scene.exchange.event(market.event_id, currency=NGN)
            found = event.market(market.market_id)
            assert found is not None
            where = {"event": event.id, "market": found.id, "outcome": found.outcome1.id}
            return await _ask(alive, CommandKind.TRADE, stake="300", **where)
    raise AssertionError("no market")


async def was_asked_to_transfer(alive: Process) -> None:
    await keep_up(alive.agent)
    await _ask(alive, CommandKind.TRANSFER, amount="0.01", reason="found on the street")
    alive.scene.world.exchange.deposit(alive.scene.account, Money.of("0.01", NGN))


async def take(alive: Process) -> None:
    await take_commands(alive.agent)


async def run(alive: Process) -> None:
    await alive.run(45)


DEEDS = (
    Deed("scan", lambda p: scan(p.agent), nothing, sends=True),
    Deed("snipe", lambda p: snipe(p.agent), lambda p: scan(p.agent), earlier=BY_HAND, sends=True),
    Deed("exits", lambda p: run_exits(p.agent), has_bought, habits=SELLING, sends=True),
    Deed("settlement", lambda p: keep_up(p.agent), has_held_to_the_end),
    Deed("recovery of what was taken", lambda p: keep_up(p.agent), heard_nothing),
    Deed("recovery of what was not", lambda p: keep_up(p.agent), was_not_heard),
    Deed("approve", take, was_asked_to_approve, habits=BY_HAND, earlier=BY_HAND, sends=True),
    Deed("delayed", place_what_is_due, had_to_wait, habits=DELAYING, earlier=DELAYING, sends=True),
    Deed("close all", take, was_asked_to_close, sends=True),
    Deed("trade", take, was_asked_to_trade, habits=BY_HAND, earlier=BY_HAND, sends=True),
    Deed("transfer", take, was_asked_to_transfer),
    Deed("start", run, has_bought),
)


LONGER = (*DEEDS, Deed("delayed run", run, had_to_wait, habits=DELAYING, earlier=DELAYING))
"""With those that only `make torture` has the time for."""


@dataclass(slots=True)
class Trial:
    """Deaths at the calls of one deed, each in a copy of the same scene."""

    deed: Deed
    scene: Scene

    @classmethod
    async def of(cls, deed: Deed, folder: Path) -> Trial:
        scene = new_scene(folder / "before")
        async with process(scene, deed.earlier) as alive:
            await deed.before(alive)
        return cls(deed, scene)

    async def calls(self, folder: Path) -> list[str]:
        """The calls of the deed when nothing comes between."""
        async with process(self.scene.copied(folder / "counted"), self.deed.habits) as alive:
            await self.deed.act(alive)
            return list(alive.calls.names)

    async def wrong(self, folder: Path, *deaths: Death) -> list[str]:
        """What is wrong after a process died of each, and the last one lived on."""
        scene = self.scene.copied(folder)
        for number, death in enumerate(deaths):
            await asyncio.create_task(self._die(scene, death, self.deed.act if not number else run))
        found = await asyncio.create_task(self._live_on(scene))
        shutil.rmtree(folder)
        return found

    async def _die(self, scene: Scene, death: Death, act: Step) -> None:
        try:
            async with process(scene, self.deed.habits, death) as alive:
                await act(alive)
        except BaseException as error:
            if not all(isinstance(one, Crash) for one in _leaves(error)):
                raise

    async def _live_on(self, scene: Scene) -> list[str]:
        async with process(scene, self.deed.habits) as alive:
            await alive.run(AFTERWARDS_S)
            return await judged(alive)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error


def places(calls: list[str], generator: Random, count: int) -> list[tuple[int, Moment]]:
    """Moments to die at: evenly over all of them, and wherever an order goes out."""
    every = [(number, moment) for number in range(1, len(calls) + 1) for moment in Moment]
    if count >= len(every):
        return every
    width = len(every) / count
    drawn = [every[int(width * (place + generator.random()))] for place in range(count)]
    sent = calls.index("venue.send") + 1 if "venue.send" in calls else 0
    return drawn + [(sent, moment) for moment in Moment if sent]


async def _all_wrong(deed: Deed, folder: Path, count: int) -> list[str]:
    trial = await Trial.of(deed, folder)
    calls = await trial.calls(folder)
    assert ("venue.send" in calls) or not deed.sends
    found: list[str] = []
    for number, moment in places(calls, Random(deed.name), count):
        wrong = await trial.wrong(folder / "trial", Death(number, moment))
        found += [f"{moment} call {number}, {calls[number - 1]}: {line}" for line in wrong]
    return found


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.name)
async def test_process_when_it_dies_at_some_calls_then_the_next_one_has_everything_right(
    deed: Deed, tmp_path: Path
) -> None:
    assert await _all_wrong(deed, tmp_path, SAMPLED) == []


@pytest.mark.torture
@pytest.mark.parametrize("deed", LONGER, ids=lambda deed: deed.name)
async def test_process_when_it_dies_at_any_call_then_the_next_one_has_everything_right(
    deed: Deed, tmp_path: Path
) -> None:
    assert await _all_wrong(deed, tmp_path, 1_000_000) == []


@pytest.mark.torture
@pytest.mark.parametrize("deed", LONGER, ids=lambda deed: deed.name)
async def test_process_when_it_dies_ten_times_on_end_then_the_next_one_has_everything_right(
    deed: Deed, tmp_path: Path
) -> None:
    trial = await Trial.of(deed, tmp_path)
    calls = await trial.calls(tmp_path)
    generator = Random(f"again, {deed.name}")
    for turn in range(40):
        first = Death(generator.randint(1, len(calls)), generator.choice(list(Moment)))
        again = [Death(generator.randint(1, 60), generator.choice(list(Moment))) for _ in range(9)]
        assert await trial.wrong(tmp_path / f"turn {turn}", first, *again) == []
