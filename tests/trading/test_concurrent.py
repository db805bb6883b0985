"""Many questions at once: bounded, and answered in their own order."""

from __future__ import annotations

import asyncio

import pytest

from bayse_agent.trading.concurrent import each


async def test_each_when_answers_come_in_another_order_then_the_order_of_the_questions() -> None:
    gates = [asyncio.Event() for _ in range(3)]
    gates[2].set()

    async def ask(number: int) -> int:
        await gates[number].wait()
        gates[number - 1].set()
        return number * 10

    assert await each([0, 1, 2], ask, at_once=3) == [0, 10, 20]


async def test_each_when_bounded_then_never_more_at_once() -> None:
    now, most = 0, 0

    async def ask(number: int) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1

    await each(list(range(20)), ask, at_once=4)
    assert most == 4


async def test_each_when_one_fails_then_the_error_is_told() -> None:
    async def ask(number: int) -> int:
        if number == 1:
            raise KeyError(number)
        return number

    with pytest.raises(ExceptionGroup) as caught:
        await each([0, 1, 2], ask, at_once=2)
    assert caught.group_contains(KeyError)


async def test_each_when_one_fails_then_the_asking_task_is_not_left_as_if_cancelled() -> None:
    async def ask(number: int) -> int:
        await asyncio.sleep(0)
        raise KeyError(number)

    task = asyncio.current_task()
    assert task is not None
    with pytest.raises(ExceptionGroup):
        await each([0, 1, 2], ask, at_once=2)
    assert task.cancelling() == 0
