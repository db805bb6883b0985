"""Simulated time: it jumps while everyone sleeps, and never while someone acts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.ports import Clock
from bayse_agent.simulation.clock import PacedClock, SimulatedClock
from bayse_agent.simulation.exchange.units import to_ms

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
Make = Callable[[Callable[[int], None]], SimulatedClock]


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def simulated(advance: Callable[[int], None]) -> SimulatedClock:
    return SimulatedClock(advance, START)


def paced(advance: Callable[[int], None]) -> SimulatedClock:
    async def pause(seconds: float) -> None:
        await loop_turns(2)

    return PacedClock(advance, START, speed=60, pause=pause)


def ignore(ms: int) -> None:
    """A world without anything in it."""


async def loop_turns(count: int) -> None:
    """Let the event loop go round, as real I/O would."""
    for _ in range(count):
        turn = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(turn.set_result, None)
        await turn


async def test_clock_when_made_then_shows_its_start() -> None:
    clock: Clock = simulated(ignore)

    assert clock.now() == START


async def test_sleep_when_the_moment_has_passed_then_returns_at_once() -> None:
    clock = simulated(ignore)
    async with clock.actor():
        await clock.sleep_until(START)
        await clock.sleep_until(after(-5))

    assert clock.now() == START


async def test_sleep_when_alone_then_time_jumps_and_the_world_moves_once() -> None:
    moves: list[int] = []
    clock = simulated(moves.append)
    async with clock.actor():
        await clock.sleep_until(after(90))

    assert clock.now() == after(90)
    assert moves == [to_ms(after(90))]


async def test_sleep_when_between_milliseconds_then_never_wakes_early() -> None:
    clock = simulated(ignore)
    moment = START + timedelta(microseconds=1500)
    await clock.sleep_until(moment)

    assert clock.now() >= moment


@pytest.mark.parametrize("make", [simulated, paced])
async def test_actors_when_several_then_wake_in_the_order_of_time(make: Make) -> None:
    clock = make(ignore)
    log: list[tuple[str, datetime]] = []

    async def act(name: str, every_s: int) -> None:
        async with clock.actor():
            for turn in range(1, 7):
                await clock.sleep_until(after(turn * every_s))
                await loop_turns(3)
                log.append((name, clock.now()))

    async with asyncio.TaskGroup() as group:
        for name, every_s in (("slow", 30), ("fast", 10), ("other", 15)):
            group.create_task(act(name, every_s))

    assert [moment for _, moment in log] == sorted(moment for _, moment in log)
    assert [name for name, moment in log if moment == after(30)] == ["slow", "fast", "other"]
    assert len(log) == 18


@pytest.mark.parametrize("make", [simulated, paced])
async def test_time_when_an_actor_waits_for_a_reply_then_stands_still(make: Make) -> None:
    clock = make(ignore)
    seen: list[datetime] = []

    async def asks() -> None:
        async with clock.actor():
            for _ in range(5):
                await loop_turns(20)
                seen.append(clock.now())

    async def sleeps() -> None:
        async with clock.actor():
            await clock.sleep_until(after(1))

    async with asyncio.TaskGroup() as group:
        group.create_task(sleeps())
        group.create_task(asks())

    assert seen == [START] * 5
    assert clock.now() == after(1)


async def test_sleepers_when_due_together_then_act_one_after_the_other() -> None:
    """The second is not woken before the first sleeps again, whatever it awaits."""
    clock = simulated(ignore)
    log: list[str] = []

    async def act(name: str) -> None:
        async with clock.actor():
            await clock.sleep_until(after(1))
            log.append(f"{name} wakes")
            await loop_turns(10)
            log.append(f"{name} is done")

    async with asyncio.TaskGroup() as group:
        for name in ("a", "b", "c"):
            group.create_task(act(name))

    assert log == [f"{name} {word}" for name in "abc" for word in ("wakes", "is done")]


async def test_actor_when_nested_then_holds_time_until_the_outermost_ends() -> None:
    clock = simulated(ignore)

    async def sleeps() -> None:
        await clock.sleep_until(after(1))

    async with asyncio.TaskGroup() as group:
        group.create_task(sleeps())
        async with clock.actor():
            async with clock.actor():
                await loop_turns(3)
            await loop_turns(3)
            held = clock.now()

    assert held == START
    assert clock.now() == after(1)


async def test_sleeper_when_not_an_actor_then_is_woken_but_holds_nothing() -> None:
    clock = simulated(ignore)
    woken: list[datetime] = []

    async def onlooker() -> None:
        await clock.sleep_until(after(1))
        woken.append(clock.now())
        await loop_turns(50)

    async def acts() -> None:
        async with clock.actor():
            await clock.sleep_until(after(2))

    async with asyncio.TaskGroup() as group:
        group.create_task(onlooker())
        group.create_task(acts())

    assert woken == [after(1)]
    assert clock.now() == after(2)


@pytest.mark.parametrize("make", [simulated, paced])
async def test_sleeper_when_cancelled_then_the_others_go_on(make: Make) -> None:
    clock = make(ignore)

    async def sleeps(seconds: float) -> None:
        async with clock.actor():
            await clock.sleep_until(after(seconds))

    async with asyncio.TaskGroup() as group:
        doomed = group.create_task(sleeps(10))
        group.create_task(sleeps(20))
        await loop_turns(1)
        doomed.cancel()

    assert clock.now() == after(20)


async def test_actor_when_it_ends_by_an_error_then_time_moves_on() -> None:
    clock = simulated(ignore)

    async def fails() -> None:
        async with clock.actor():
            await loop_turns(2)
            raise ValueError("as meant")

    async def sleeps() -> None:
        async with clock.actor():
            await clock.sleep_until(after(5))

    failed, _ = await asyncio.gather(fails(), sleeps(), return_exceptions=True)

    assert isinstance(failed, ValueError)
    assert clock.now() == after(5)


async def test_paced_clock_when_sleeping_then_pauses_for_the_time_at_its_speed() -> None:
    pauses: list[float] = []
    moves: list[int] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    clock = PacedClock(moves.append, START, speed=60, pause=pause)
    await clock.sleep_until(after(90))

    assert sum(pauses) == pytest.approx(1.5)
    assert len(pauses) == len(moves) == 6
    assert moves[-1] == to_ms(after(90))


async def test_paced_clock_when_someone_acts_during_a_pause_then_waits_for_them() -> None:
    clock: PacedClock
    held: list[datetime] = []
    visitors: list[asyncio.Task[None]] = []

    async def visits() -> None:
        async with clock.actor():
            await loop_turns(10)
            held.append(clock.now())

    async def pause(seconds: float) -> None:
        if not visitors:
            visitors.append(asyncio.get_running_loop().create_task(visits()))
        await loop_turns(3)

    clock = PacedClock(ignore, START, speed=1, pause=pause)
    async with clock.actor():
        await clock.sleep_until(after(1))
    await asyncio.gather(*visitors)

    assert held == [START]
    assert clock.now() == after(1)


@pytest.mark.parametrize("speed", [0.0, -1.0])
async def test_paced_clock_when_speed_is_not_above_zero_then_is_refused(speed: float) -> None:
    async def pause(seconds: float) -> None:
        """Never called."""

    with pytest.raises(ConfigurationError):
        PacedClock(ignore, START, speed=speed, pause=pause)


naps = st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=4)


async def diary(make: Make, plans: list[list[int]], delays: int) -> list[tuple[int, datetime]]:
    """Who acted when, with I/O of some length between the naps."""
    clock = make(ignore)
    log: list[tuple[int, datetime]] = []

    async def act(number: int, plan: list[int]) -> None:
        async with clock.actor():
            await clock.sleep_until(after(1))
            for nap in plan:
                await loop_turns((number * 7 + nap) % (delays + 1))
                log.append((number, clock.now()))
                await clock.sleep_until(clock.now() + timedelta(seconds=nap))

    async with asyncio.TaskGroup() as group:
        for number, plan in enumerate(plans):
            group.create_task(act(number, plan))
    return log


@given(plans=naps, delays=st.integers(0, 9))
def test_order_of_acts_when_io_or_pace_differ_then_stays(
    plans: list[list[int]], delays: int
) -> None:
    quick = asyncio.run(diary(simulated, plans, 0))

    assert quick == asyncio.run(diary(simulated, plans, delays))
    assert quick == asyncio.run(diary(paced, plans, delays))
