"""Looks whether a language model, a search service and whoever is to be told can be reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.llm.opening import open_language_model
from bayse_agent.adapters.llm.options import ModelOptions, Provider, endpoints_of
from bayse_agent.adapters.news.building import finder, search_service
from bayse_agent.adapters.news.settings import Provider as Searcher
from bayse_agent.adapters.news.settings import SearchSettings
from bayse_agent.domain.errors import BayseAgentError
from bayse_agent.domain.market import EventId, MarketId
from bayse_agent.domain.news import Topic
from bayse_agent.domain.question import Answer, BaseAnswer, Purpose, Question
from bayse_agent.ports.mind import KeptAnswer, SpendingCaps, Spent
from bayse_agent.settings import Settings
from bayse_agent.wiring.checkup.finding import Finding, failed, not_checked, ok
from bayse_agent.wiring.service import notifier_of

_CAP = Decimal("0.05")
_ANSWER_TOKENS = 700
_QUESTION = Question(
    purpose=Purpose.BASE,
    market_id=MarketId("doctor"),
    instructions="You are a careful forecaster. Answer each part in a few words.",
    material="Question: Will a fair coin that is thrown once show heads?",
    answer=BaseAnswer,
    most_answer_tokens=_ANSWER_TOKENS,
)


async def model(settings: Settings) -> Finding:
    """Put one short question to the first model. It costs well below a cent, and at most the cap
    above; it is not in the books.
    """
    name, endpoints = "language model", endpoints_of(settings.models)
    if not endpoints:
        return not_checked(name, "AI_PROVIDER is not set: events are left alone")
    first = endpoints[0]
    if first.provider is Provider.MOCK:
        return not_checked(name, "a script stands in for it")
    options = ModelOptions(
        endpoints=(first,),
        caps=SpendingCaps(daily=_CAP, monthly=_CAP),
        timeout_s=settings.ai_timeout_s,
        question_timeout_s=settings.ai_timeout_s,
        attempts_max=1,
        proxy_url=settings.ai_proxy,
    )
    purse = _OneCall()
    async with open_language_model(
        options, spending=purse, archive=_Nothing(), clock=SystemClock()
    ) as asked:
        made = await asked.ask(_QUESTION)
    if isinstance(made, Answer):
        return ok(name, f"{first.name} answers ({made.cost:.5f} USD, not in the books)")
    return failed(
        name,
        f"{first.name}: {made.why}: {made.detail}",
        "look at its key, model and address (docs/models.md); without it events are left alone",
    )


async def search(settings: SearchSettings) -> Finding:
    """Put one question to the search service; it costs what one search costs."""
    name = "search"
    if settings.provider is Searcher.NONE:
        return not_checked(name, "no key of a search service is set: feeds are read alone")
    service, clock = search_service(settings), SystemClock()
    try:
        asked = finder(replace(settings, most_results=1), service, clock)
        found = await asked.find(_topic(clock.now()), limit=1)
    except BayseAgentError as error:
        return failed(
            name,
            f"{settings.provider}: {error}",
            "look at its key and quota (docs/news.md); without it feeds are read alone",
        )
    finally:
        await service.close()
    return ok(name, f"{settings.provider} answers, with {len(found)} articles")


def notified(settings: Settings) -> Finding:
    """Whether the addresses can be used; whether anything arrives, `notify-test` tells."""
    name = "notifications"
    try:
        notifier = notifier_of(settings)
    except BayseAgentError as error:
        return failed(name, str(error), "docs/configuration.md, NOTIFY_URLS")
    if notifier is None:
        return not_checked(name, "NOTIFY_URLS is not set: nobody is told of a halt")
    return ok(name, "the addresses can be used; bayse-agent notify-test sends to them")


def left_out(why: str) -> list[Finding]:
    """What needs a network, not looked at."""
    return [not_checked(name, why) for name in ("language model", "search")]


def _topic(now: datetime) -> Topic:
    return Topic(
        market_id=MarketId("doctor"),
        event_id=EventId("doctor"),
        event_title="Naira exchange rate",
        market_title="Naira exchange rate",
        category="finance",
        rules="",
        closes_at=None,
        now=now,
    )


@dataclass
class _OneCall:
    """A purse that is good for what the caps allow, and forgets."""

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
        return model if most <= caps.daily else None

    async def settle(
        self, reservation: str, *, cost: Decimal, tokens_in: int, tokens_out: int, at: datetime
    ) -> None:
        return None

    async def spent(self, at: datetime) -> Spent:
        return Spent(day=Decimal(0), month=Decimal(0))


class _Nothing:
    """An archive in which nothing is: it is asked afresh."""

    async def kept(self, prompt_id: str) -> KeptAnswer | None:
        return None

    async def keep(self, answer: KeptAnswer) -> None:
        return None
