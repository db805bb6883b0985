"""Many reads at once, under a bound, with the results in the order of the questions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


async def each(
    questions: Sequence[Q], ask: Callable[[Q], Awaitable[A]], *, at_once: int
) -> list[A]:
    """Ask every question, `at_once` of them at a time. The first error cancels the rest."""
    if len(questions) <= 1 or at_once <= 1:
        return [await ask(question) for question in questions]
    # In a task of its own: before Python 3.13 a group whose part failed leaves the task that waits
    # for it marked as cancelled, and whoever asks may be one that rests and is woken later.
    return await asyncio.create_task(_answers(questions, ask, at_once))


async def _answers(
    questions: Sequence[Q], ask: Callable[[Q], Awaitable[A]], at_once: int
) -> list[A]:
    waiting = list(reversed(list(enumerate(questions))))
    answers: dict[int, A] = {}

    async def work() -> None:
        while waiting:
            place, question = waiting.pop()
            answers[place] = await ask(question)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, len(questions))):
            group.create_task(work())
    return [answers[place] for place in range(len(questions))]
