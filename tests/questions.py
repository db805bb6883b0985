"""Builders of questions to language models, for tests, and a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from bayse_agent.domain.market import MarketId
from bayse_agent.domain.question import A, BaseAnswer, Purpose, Question
from bayse_agent.simulation.models.prompt import Prompt
from tests.builders import NOON


class HandClock:
    """A clock that is moved by hand, and by whoever sleeps."""

    def __init__(self, now: datetime = NOON) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    async def sleep_until(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment)

    @asynccontextmanager
    async def actor(self) -> AsyncIterator[None]:
        yield


def a_question(
    answer: type[A],
    material: str = "Market: It passes\nThe vote is at noon.",
    *,
    sample: int = 0,
    market_id: str = "m-1",
    most_answer_tokens: int = 1_000,
) -> Question[A]:
    return Question(
        purpose=Purpose.BASE if answer is BaseAnswer else Purpose.READING,
        market_id=MarketId(market_id),
        instructions="You are a careful forecaster.",
        material=material,
        answer=answer,
        sample=sample,
        most_answer_tokens=most_answer_tokens,
    )


def a_prompt(purpose: Purpose, material: str, *, sample: int = 0) -> Prompt:
    return Prompt(
        purpose=purpose, instructions="Answer.", material=material, about="m-1", sample=sample
    )
