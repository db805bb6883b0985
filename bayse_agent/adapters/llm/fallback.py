"""Several language models as one: falls back in order, a bounded number of questions at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from hashlib import sha256
from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

from bayse_agent.adapters.llm.options import ModelOptions
from bayse_agent.domain.question import A, Answer, NoAnswer, Question, Silence
from bayse_agent.ports.mind import LanguageModel

_FALLS_BACK = (Silence.UNREACHABLE, Silence.TIMEOUT, Silence.BUDGET)


class FallbackModel:
    """Several models as one: the next is asked when one cannot be reached or paid.

    An answer that was refused, or in the wrong form, is final. The same question is put by one at
    a time, so that the second finds the first one's answer. Use it as an async context manager.
    """

    def __init__(
        self, models: Sequence[LanguageModel], options: ModelOptions, stack: AsyncExitStack
    ) -> None:
        self.name = models[0].name
        self._models = tuple(models)
        self._options = options
        self._stack = stack
        self._places = asyncio.Semaphore(options.concurrency)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def ask(self, question: Question[A]) -> Answer[A] | NoAnswer:
        turn = self._turns.setdefault(_content_of(question), asyncio.Lock())
        async with turn, self._places:
            try:
                async with asyncio.timeout(self._options.question_timeout_s):
                    return await self._in_order(question)
            except TimeoutError:
                limit_s = self._options.question_timeout_s
                return NoAnswer(why=Silence.TIMEOUT, detail=f"nobody answered in {limit_s:g} s")

    async def _in_order(self, question: Question[A]) -> Answer[A] | NoAnswer:
        failed: list[NoAnswer] = []
        for model in self._models:
            made = await model.ask(question)
            if isinstance(made, Answer) or made.why not in _FALLS_BACK:
                return made
            failed.append(made)
        return NoAnswer(why=failed[-1].why, detail="; ".join(each.detail for each in failed))


def _content_of(question: Question[A]) -> str:
    parts = (
        question.answer.__name__,
        question.instructions,
        question.material,
        str(question.sample),
        str(question.most_answer_tokens),
    )
    return sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()
