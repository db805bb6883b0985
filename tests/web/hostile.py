"""Books, a venue, a press and a webhook that all try to be more than text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle
from typing import Any

from bayse_agent.adapters.store.answers import SqlAnswers
from bayse_agent.adapters.store.database import connect
from bayse_agent.api.routes.webhook import signatures
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Evidence
from bayse_agent.domain.journal import TrackedMarket
from bayse_agent.domain.market import Event, EventId, OutcomeId, Page, SeriesSlug, Symbol
from bayse_agent.domain.news import Article, Topic
from bayse_agent.domain.order import Buy, IntentId
from bayse_agent.domain.signal import Signal, SignalStatus
from bayse_agent.ports import MarketData
from bayse_agent.ports.mind import KeptAnswer
from tests.api.stage import OURS, Stage
from tests.builders import (
    a_control,
    a_forecast,
    a_look,
    a_sealed_order,
    a_tracked_market,
    an_intent,
)
from tests.web.vectors import hostile_addresses, hostile_texts

WEBHOOK_KEY = b"a key that only the venue and we have"
MARKETS = 12


@dataclass
class Texts:
    """Hands the hostile texts out, one after another, and knows which were taken."""

    taken: list[str] = field(default_factory=list)
    _texts: Iterator[str] = field(default_factory=lambda: cycle(hostile_texts()))
    _addresses: Iterator[str] = field(default_factory=lambda: cycle(hostile_addresses()))

    def one(self) -> str:
        self.taken.append(next(self._texts))
        return self.taken[-1]

    def address(self) -> str:
        return next(self._addresses)


class HostileVenue:
    """A venue that lists what it has under hostile names; all else is as the real one."""

    def __init__(self, venue: MarketData, texts: Texts) -> None:
        self._venue = venue
        self._texts = texts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._venue, name)

    async def events(self, **asked: Any) -> Page[Event]:
        found = await self._venue.events(**asked)
        return replace(found, items=tuple(self._named(event) for event in found.items[:8]))

    async def event(self, event_id: EventId, **asked: Any) -> Event:
        return self._named(await self._venue.event(event_id, **asked))

    def _named(self, event: Event) -> Event:
        one = self._texts.one
        markets = tuple(
            replace(
                market,
                title=one(),
                rules=one(),
                outcome1=replace(market.outcome1, label=one()),
                outcome2=replace(market.outcome2, label=one()),
            )
            for market in event.markets
        )
        return replace(
            event, title=one(), description=one(), category=one(), slug=one(), markets=markets
        )


@dataclass(frozen=True)
class HostilePress:
    """A source whose every article is hostile in each of its fields."""

    texts: Texts
    name: str = "press"

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        one = self.texts.one
        return tuple(
            Article(
                id=f"article-{number}",
                url=self.texts.address(),
                domain=one(),
                title=one(),
                text=one(),
                published_at=topic.now,
                retrieved_at=topic.now,
                found_by=one(),
            )
            for number in range(limit)
        )


async def plant(stage: Stage, texts: Texts, url: str) -> None:
    """Write hostile texts wherever somebody else's words are kept, by the store's own writers."""
    at = stage.demo.clock.now()
    markets = [_market(number, texts, stage) for number in range(MARKETS)]
    store = stage.parts.store
    await store.track(markets, source="hostile", read_at=at)
    database = connect(url)
    answers = SqlAnswers(database)
    for number, market in enumerate(markets):
        prompt = f"prompt-{number}"
        forecast = replace(
            a_forecast(market_id=market.market_id, made_at=at),
            id=f"hostile-{number}",
            author=texts.one(),
            rationale=texts.one(),
            evidence=(_evidence(number, texts, stage),),
            prompts=(prompt,),
            without=((texts.one(), 0.5),),
        )
        answer = KeptAnswer(
            prompt_id=prompt,
            answer_id=prompt,
            model=texts.one(),
            prompt=texts.one(),
            answer=texts.one(),
            at=at,
        )
        await answers.keep(answer)
        look = a_look(Reason.NO_EDGE, market_id=market.market_id, at=at, forecast=forecast)
        await store.add_looks([replace(look, inputs={"detail": texts.one(), "why": texts.one()})])
        await _ask(stage, market, forecast.id, texts)
    await database.close()
    await _order(stage, markets[0], texts)
    await _govern(stage, texts)


def _market(number: int, texts: Texts, stage: Stage) -> TrackedMarket:
    now = stage.demo.clock.now()
    return replace(
        a_tracked_market(f"hostile-{number}", opens_at=now, closes_at=now + timedelta(hours=1)),
        event_id=EventId(f"hostile-event-{number}"),
        title=texts.one(),
        label1=texts.one(),
        label2=texts.one(),
        series=SeriesSlug(texts.one()),
        symbol=Symbol(texts.one()),
        category=texts.one(),
        outcome1_id=OutcomeId(f"hostile-{number}-up"),
        outcome2_id=OutcomeId(f"hostile-{number}-down"),
        seen_at=now,
    )


def _evidence(number: int, texts: Texts, stage: Stage) -> Evidence:
    return Evidence(
        snippet_id=f"snippet-{number}",
        url=texts.address(),
        domain=texts.one(),
        title=texts.one(),
        published_at=None,
        retrieved_at=stage.demo.clock.now(),
        found_by=texts.one(),
        claim=texts.one(),
        quote=texts.one(),
        stance=1,
        contribution=0.1,
    )


def _wish(market: TrackedMarket) -> Buy:
    wish = an_intent(market_id=market.market_id).wish
    assert isinstance(wish, Buy)
    return replace(wish, outcome_id=market.outcome1_id)


async def _ask(stage: Stage, market: TrackedMarket, forecast_id: str, texts: Texts) -> None:
    """A signal that waits, or one that somebody ended with hostile words."""
    at, store = stage.demo.clock.now(), stage.parts.store
    signal = Signal(
        id=f"signal-{market.market_id}",
        source=an_intent().source,
        event_id=market.event_id,
        engine=market.engine,
        wish=_wish(market),
        forecast_id=forecast_id,
        made_at=at,
        expires_at=at + timedelta(hours=1),
        inputs={texts.one(): texts.one()},
    )
    await store.add_signal(signal)
    if int(market.market_id.rpartition("-")[2]) % 2:
        await store.end_signal(
            signal.id, status=SignalStatus.REJECTED, by=texts.one(), note=texts.one(), at=at
        )


async def _order(stage: Stage, market: TrackedMarket, texts: Texts) -> None:
    intent = replace(
        an_intent(market_id=market.market_id),
        id=IntentId("hostile-intent"),
        event_id=market.event_id,
        forecast_id="hostile-0",
        wish=_wish(market),
        created_at=stage.demo.clock.now(),
        cause=texts.one(),
    )
    await stage.parts.store.add_intent(intent, sealed=a_sealed_order(), look=None)


async def _govern(stage: Stage, texts: Texts) -> None:
    """Halts and limits with hostile reasons, by hostile names."""
    at, store = stage.demo.clock.now(), stage.parts.store
    for state in (TradingState.HALTED, TradingState.REDUCING):
        epoch = (await store.control()).epoch + 1
        change = replace(a_control(state, epoch=epoch), reason=texts.one(), by=texts.one(), at=at)
        await store.set_control(change)
    await store.set_limits(await store.limits(), by=texts.one(), reason=texts.one(), at=at)


async def ring(stage: Stage, texts: Texts) -> None:
    """Webhooks, signed and not, and tries to log in, with hostile words in every field."""
    async with stage.client() as client:
        for number in range(10):
            names = ("orderId", "status", "resolution", "marketId")
            body = json.dumps({name: texts.one() for name in names}).encode()
            stamp = str(int(stage.parts.timer.now().timestamp()))
            name = f"<img src=x onerror=top.ran++>{number}"
            signature = signatures([WEBHOOK_KEY], name, stamp, body)[0]
            headers = {
                "webhook-id": name,
                "webhook-timestamp": stamp,
                "webhook-signature": signature if number % 2 else "v1,<script>top.ran++</script>",
            }
            answer = await client.post("/webhook/order", content=body, headers=headers)
            assert answer.status_code == (200 if number % 2 else 401)
        for _ in range(3):
            wanted = {"username": texts.one()[:64], "password": texts.one()}
            answer = await client.post("/auth/login", json=wanted, headers=OURS)
            assert answer.status_code == 401
