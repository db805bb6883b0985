"""The rates hold in every second, and cancels find room when orders do not."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.bayse.pacing import RateWindow
from tests.adapters.bayse.timers import HandTimer


async def test_take_when_the_second_is_full_then_waits_for_the_next() -> None:
    timer = HandTimer()
    window = RateWindow(per_s=3, timer=timer)

    for _ in range(4):
        await window.take()

    assert 1.0 <= timer.monotonic_s() < 1.01


async def test_take_when_a_reserve_is_kept_then_leaves_room_for_those_without() -> None:
    timer = HandTimer()
    window = RateWindow(per_s=5, timer=timer)
    for _ in range(2):
        await window.take(reserve=3)

    for _ in range(3):
        await window.take()

    assert timer.monotonic_s() == 0


async def test_take_when_orders_stand_in_line_then_a_cancel_overtakes_them() -> None:
    window = RateWindow(per_s=5, timer=(timer := HandTimer()))
    served: list[str] = []

    async def take(name: str, reserve: int) -> None:
        await window.take(reserve=reserve)
        served.append(name)

    async with timer.held(), asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(take(f"order {number}", 3))
        await timer.settle()
        group.create_task(take("cancel", 0))
        await timer.settle()
        timer.release()

    assert served == ["order 0", "order 1", "cancel", "order 2"]


async def test_take_when_several_orders_wait_then_serves_them_in_order() -> None:
    window = RateWindow(per_s=1, timer=HandTimer())
    served: list[int] = []

    async def take(number: int) -> None:
        await window.take()
        served.append(number)

    await asyncio.gather(*(take(number) for number in range(5)))

    assert served == [0, 1, 2, 3, 4]


async def test_take_when_more_is_wanted_than_the_window_holds_then_goes_alone() -> None:
    timer = HandTimer()
    window = RateWindow(per_s=5, timer=timer)
    await window.take()

    await window.take(12)

    assert timer.monotonic_s() >= 1.0


async def test_close_for_when_the_venue_asks_then_nothing_passes_for_that_long() -> None:
    timer = HandTimer()
    window = RateWindow(per_s=5, timer=timer)
    window.close_for(7.5)

    await window.take()

    assert timer.monotonic_s() >= 7.5


@given(
    per_s=st.integers(1, 30),
    pauses=st.lists(st.floats(0, 0.4, allow_nan=False), min_size=1, max_size=80),
)
async def test_take_when_called_at_any_times_then_no_second_holds_more_than_its_rate(
    per_s: int, pauses: list[float]
) -> None:
    timer = HandTimer()
    window = RateWindow(per_s=per_s, timer=timer)
    taken: list[float] = []

    for pause in pauses:
        await timer.sleep_s(pause)
        await window.take()
        taken.append(timer.monotonic_s())

    assert all(
        later - earlier >= 0.999999 for earlier, later in zip(taken, taken[per_s:], strict=False)
    )
