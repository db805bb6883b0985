"""A model in front of a fake provider, with a purse and an archive in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from pydantic import SecretStr

from bayse_agent.adapters.llm.fallback import FallbackModel
from bayse_agent.adapters.llm.opening import open_language_model
from bayse_agent.adapters.llm.options import Endpoint, ModelOptions, OutputStyle, Provider
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.question import Purpose
from bayse_agent.ports.mind import KeptAnswer, LanguageModel, SpendingCaps, Spent
from tests.questions import HandClock

KEY = "gsk_canary0123456789abcdef"
MODELS = {
    Provider.GROQ: "openai/gpt-oss-120b",
    Provider.OPENAI: "gpt-6-luna",
    Provider.COMPATIBLE: "qwen3",
    Provider.ANTHROPIC: "claude-haiku-4-5",
    Provider.GEMINI: "gemini-3.5-flash-lite",
}
PROVIDERS = tuple(MODELS)


@dataclass
class Purse:
    """Spending in memory: each call with what was put aside, and what it cost in the end."""

    room: Decimal = Decimal(100)
    reserved: list[Decimal] = field(default_factory=list)
    costs: dict[str, Decimal] = field(default_factory=dict)

    async def reserve(
        self,
        most: Decimal,
        *,
        caps: SpendingCaps,
        model: str,
        purpose: Purpose,
        market_id: MarketId,
        at: datetime,
    ) -> str | None:
        if sum(self.reserved) + most > self.room:
            return None
        self.reserved.append(most)
        return str(len(self.reserved) - 1)

    async def settle(
        self, reservation: str, *, cost: Decimal, tokens_in: int, tokens_out: int, at: datetime
    ) -> None:
        assert reservation not in self.costs
        self.costs[reservation] = cost

    async def spent(self, at: datetime) -> Spent:
        total = sum(
            (self.costs.get(str(n), most) for n, most in enumerate(self.reserved)), Decimal(0)
        )
        return Spent(day=total, month=total)


@dataclass
class Archive:
    """Answers in memory."""

    answers: dict[str, KeptAnswer] = field(default_factory=dict)

    async def kept(self, prompt_id: str) -> KeptAnswer | None:
        return self.answers.get(prompt_id)

    async def keep(self, answer: KeptAnswer) -> None:
        self.answers.setdefault(answer.prompt_id, answer)


def an_endpoint(
    provider: Provider, url: str, *, output: OutputStyle = OutputStyle.TOOL
) -> Endpoint:
    base_url = f"{url}/v1" if provider in _CHAT else url
    return Endpoint(
        provider=provider,
        model=MODELS[provider],
        key=SecretStr(KEY),
        base_url=base_url,
        output=output,
    )


_CHAT = (Provider.GROQ, Provider.OPENAI, Provider.COMPATIBLE)


@asynccontextmanager
async def a_model(
    *endpoints: Endpoint,
    purse: Purse | None = None,
    archive: Archive | None = None,
    mock: LanguageModel | None = None,
    timeout_s: float = 10.0,
    question_timeout_s: float = 30.0,
    concurrency: int = 4,
) -> AsyncIterator[FallbackModel]:
    options = ModelOptions(
        endpoints=endpoints,
        timeout_s=timeout_s,
        question_timeout_s=question_timeout_s,
        concurrency=concurrency,
        backoff_first_s=0.001,
        backoff_max_s=0.002,
        retry_after_max_s=0.01,
        body_max_bytes=200_000,
    )
    model = open_language_model(
        options,
        spending=purse or Purse(),
        archive=archive or Archive(),
        clock=HandClock(),
        mock=mock,
    )
    async with model:
        yield model
