"""Asks language models about events: blind to the market, and put together by arithmetic."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle
from statistics import pvariance
from typing import Any

from bayse_agent.domain.evidence import (
    Found,
    base_odds,
    contributions,
    trimmed_mean,
    verified,
    weigh,
)
from bayse_agent.domain.forecast import Context, Evidence, Forecast, NoForecast, forecast_id
from bayse_agent.domain.journal import TrackedMarket
from bayse_agent.domain.money import probability
from bayse_agent.domain.pooling import from_logit
from bayse_agent.domain.prompting import Brief, base_question, brief, reading_question
from bayse_agent.domain.question import A, Answer, BaseAnswer, NoAnswer, Silence
from bayse_agent.ports import LanguageModel

_SERIES = "a window of a price series: statistics price it"
_MOST_SNIPPETS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmSettings:
    """How models are asked.

    `samples` base answers are taken, in turn from each model. `own_errors` are the standard errors,
    in log-odds, that the best of answers still has when it rests on no publisher, on one, and on
    more: a model that read nothing knows no more than its base rate, and the market knows that too.
    `trusted` are the publishers whose word counts; what others say is kept. `secret` goes into
    the marks around quoted text: whoever knows it can fake them. The probability is kept within
    `least` and `1 - least`.
    """

    secret: str
    trusted: frozenset[str]
    samples: int = 3
    own_errors: tuple[float, ...] = (2.0, 1.2, 0.8)
    least: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """What the base answers come to: log-odds, their variance, and the prompts behind them."""

    odds: float
    variance: float
    count: int
    words: str
    prompts: tuple[str, ...]


class Llm:
    """Base rate first, then the case against, then the case for; each source by itself."""

    name = "llm"

    def __init__(self, models: Sequence[LanguageModel], settings: LlmSettings) -> None:
        """`models`: at least one; the first one reads the sources."""
        self._models = tuple(models)
        self._settings = settings

    def declines(self, market: TrackedMarket) -> str | None:
        return _SERIES if market.series is not None or market.symbol is not None else None

    def reads_news(self, market: TrackedMarket) -> bool:
        return self.declines(market) is None

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        told = brief(context)
        if not told.question and not told.rules:
            return NoForecast(author=self.name, reason="the venue says nothing that can be asked")
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(self._base(told))
            reading = group.create_task(self._read(told, context))
        base = asking.result()
        if isinstance(base, NoForecast):
            return base
        found, prompts = reading.result()
        evidence = weigh(found, self._settings.trusted)
        return self._told(context, base, evidence, (*base.prompts, *prompts))

    async def _base(self, told: Brief) -> _Base | NoForecast:
        secret, models = self._settings.secret, cycle(self._models)
        samples = range(self._settings.samples)
        answers = await _together(
            next(models).ask(base_question(told, secret=secret, sample=n)) for n in samples
        )
        given = [one for one in answers if isinstance(one, Answer)]
        told_odds = [(base_odds(one.value), one) for one in given]
        coherent = [(odds, one) for odds, one in told_odds if odds is not None]
        if not coherent:
            return self._silent(answers)
        odds = [value for value, _ in coherent]
        return _Base(
            odds=trimmed_mean(odds),
            variance=pvariance(odds) / len(odds),
            count=len(odds),
            words=coherent[0][1].value.base_rate,
            prompts=tuple(one.prompt_id for one in given),
        )

    def _silent(self, answers: Sequence[Answer[BaseAnswer] | NoAnswer]) -> NoForecast:
        silences = [one for one in answers if isinstance(one, NoAnswer)]
        if not silences:
            return NoForecast(author=self.name, reason="every answer contradicted itself")
        first = silences[0]
        return NoForecast(
            author=self.name,
            reason=f"no model answered: {first.why}, {first.detail}",
            is_for_money=all(one.why is Silence.BUDGET for one in silences),
        )

    async def _read(
        self, told: Brief, context: Context
    ) -> tuple[tuple[Found, ...], tuple[str, ...]]:
        """What the sources say, each read by itself. One that cannot be read is left out."""
        snippets = context.news.snippets[:_MOST_SNIPPETS]
        secret = self._settings.secret
        answers = await _together(
            self._models[0].ask(reading_question(told, snippet, secret=secret))
            for snippet in snippets
        )
        found: list[Found] = []
        prompts: list[str] = []
        for snippet, answer in zip(snippets, answers, strict=True):
            if isinstance(answer, Answer):
                found.extend(verified(snippet, answer.value.claims, context.now))
                prompts.append(answer.prompt_id)
        return tuple(found), tuple(prompts)

    def _told(
        self,
        context: Context,
        base: _Base,
        evidence: tuple[Evidence, ...],
        prompts: tuple[str, ...],
    ) -> Forecast:
        by_publisher = contributions(evidence)
        odds = base.odds + sum(by_publisher.values())
        chance = self._kept(odds)
        own = self._settings.own_errors
        told_by = sum(1 for added in by_publisher.values() if added)
        error = (base.variance + own[min(told_by, len(own) - 1)] ** 2) ** 0.5
        without = {
            domain: self._kept(odds - added) for domain, added in by_publisher.items() if added
        }
        return Forecast(
            id=forecast_id(self.name, context.market.id, context.now),
            market_id=context.market.id,
            author=self.name,
            probability=probability(chance),
            standard_error=chance * (1.0 - chance) * error,
            rationale=(
                f"{base.count} base answers come to {from_logit(base.odds):.3f}; "
                f"{len(evidence)} claims of {len(by_publisher)} publishers make it {chance:.3f}. "
                f"{base.words}"
            ),
            made_at=context.now,
            market_price=context.market_price,
            threshold=context.threshold,
            evidence=evidence,
            prompts=prompts,
            without=tuple(sorted(without.items())),
        )

    def _kept(self, odds: float) -> float:
        least = self._settings.least
        return min(max(from_logit(odds), least), 1.0 - least)


async def _together(
    asked: Iterable[Coroutine[Any, Any, Answer[A] | NoAnswer]],
) -> list[Answer[A] | NoAnswer]:
    """The answers in the order that they were asked for."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in asked]
    return [task.result() for task in tasks]
