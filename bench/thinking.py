"""Measures a pass that thinks: 60 markets, a model that takes 1.0 s, a venue that takes 50 ms.

    python bench/thinking.py --json [--concurrency 1,4,8,16] [--markets 60]

For each number of markets that are thought about at once, with search and library on and off: the
seconds of the pass, those of the bound (markets / concurrency, rounded up, times the model's
second), their ratio, and the longest time for which the event loop did nothing else. A market puts
three base questions and one for each source, all at once. Search answers in 50 ms; the library
embeds what it found, in a thread, with the real model.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from math import ceil
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.library.embedding import MiniLM
from bayse_agent.adapters.library.ingesting import Ingesting
from bayse_agent.adapters.library.library import open_library
from bayse_agent.domain.journal import tracked
from bayse_agent.domain.market import Event, EventId, OrderBook, OutcomeId
from bayse_agent.domain.money import ZERO, Currency, Money
from bayse_agent.domain.news import Article, Topic
from bayse_agent.domain.triage import TriageRule
from bayse_agent.forecasters.llm import Llm, LlmSettings
from bayse_agent.forecasters.pool import Pool
from bayse_agent.ports import Library
from bayse_agent.simulation.models.minds import Sensible
from bayse_agent.simulation.models.scripted import ScriptedModel
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.research import Seen, research
from bayse_agent.wiring.demo import open_demo
from bayse_agent.wiring.options import DemoOptions
from bench.injected import HONEST, NoPast, book_of, event_of

MODEL_S = 1.0
VENUE_S = 0.05
SEARCH_S = 0.05
_TICK_S = 0.005
_WORDS = 500


class _SlowVenue:
    """Markets that take their time to be read."""

    def __init__(self, events: Sequence[Event], clock: SystemClock) -> None:
        self._events = {event.id: event for event in events}
        self._clock = clock

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        await self._clock.sleep_s(VENUE_S)
        return self._events[event_id]

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = 20
    ) -> tuple[OrderBook, ...]:
        await self._clock.sleep_s(VENUE_S)
        now = self._clock.now()
        markets = [event.markets[0] for event in self._events.values()]
        return tuple(
            book_of(market, outcome_id, Decimal("0.4"), currency, now)
            for market in markets
            for outcome_id in (market.outcome1.id, market.outcome2.id)
            if outcome_id in outcome_ids
        )


class _SlowSearch:
    """A service that finds an article of each honest publisher."""

    name = "search"

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        await self._clock.sleep_s(SEARCH_S)
        now = self._clock.now()
        return tuple(
            Article(
                id=f"{domain}-{topic.market_id}",
                url=f"https://{domain}/{topic.market_id}",
                domain=domain,
                title=f"{topic.event_title} {number}",
                text=_text(topic, number),
                published_at=now - timedelta(hours=1),
                retrieved_at=now,
                found_by=self.name,
            )
            for number, domain in enumerate(HONEST)
        )


def _text(topic: Topic, number: int) -> str:
    filler = " ".join(f"word{(number * 7919 + n * 31) % 997}" for n in range(_WORDS))
    return f"{topic.event_title} People put its chance at about 70%. {filler}"


async def _stalls(clock: SystemClock, found: list[float]) -> None:
    """Note how much later than asked one wakes: the loop was busy for so long."""
    while True:
        begun_s = time.perf_counter()
        await clock.sleep_s(_TICK_S)
        found.append(time.perf_counter() - begun_s - _TICK_S)


@asynccontextmanager
async def _thinker(library_on: bool, folder: Path) -> AsyncIterator[tuple[Agent, SystemClock]]:
    options = DemoOptions(
        seed=7,
        duration=timedelta(hours=1),
        efficiency=0.6,
        forecaster="market_price",
        currency=Currency.NGN,
        bankroll=Money.of(1_000_000, Currency.NGN),
        data=folder,
    )
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        demo = await stack.enter_async_context(open_demo(options))
        library: Library | None = None
        if library_on:
            made = await open_library(f"sqlite:///{folder / 'books.db'}", embedder=MiniLM())
            stack.push_async_callback(made.close)
            library = await stack.enter_async_context(Ingesting(made))
        llm = Llm(
            [ScriptedModel(Sensible(), clock=clock, delay_s=MODEL_S)],
            LlmSettings(secret="a secret", trusted=frozenset(HONEST)),
        )
        yield (
            replace(
                demo.agent,
                clock=clock,
                forecaster=Pool([llm], NoPast()),
                sources=(_SlowSearch(clock),) if library_on else (),
                library=library,
                habits=replace(
                    demo.agent.habits,
                    reads_at_once=8,
                    triage=TriageRule(cost_usd=ZERO, reach=9.0, even_within=Decimal(0)),
                ),
            ),
            clock,
        )


async def one_pass(markets: int, at_once: int, *, library_on: bool) -> dict[str, object]:
    """One pass over new markets."""
    with tempfile.TemporaryDirectory(prefix="bayse-agent-") as folder:
        async with _thinker(library_on, Path(folder)) as (agent, clock):
            now = clock.now()
            events = [
                event_of(f"Will team {n} win the cup?", f"thinking-{n}", now)
                for n in range(markets)
            ]
            agent = replace(
                agent,
                market_data=_SlowVenue(events, clock),
                habits=replace(agent.habits, thoughts_at_once=at_once),
            )
            due = [tracked(event, event.markets[0], now) for event in events]
            if agent.library is not None:
                # The model is loaded once, at the first text: that is a start, and not a pass.
                await agent.library.find("warm", scope="", now=now)
            late: list[float] = []
            watch = asyncio.create_task(_stalls(clock, late))
            begun_s = time.perf_counter()
            found = await research(agent, due)
            took_s = time.perf_counter() - begun_s
            watch.cancel()
    seen = sum(isinstance(one, Seen) for one in found)
    bound_s = ceil(markets / at_once) * MODEL_S
    return {
        "concurrency": at_once,
        "search_and_library": library_on,
        "seen": seen,
        "seconds": round(took_s, 3),
        "bound_s": bound_s,
        "ratio": round(took_s / bound_s, 3),
        "worst_stall_ms": round(1000 * max(late, default=0.0), 1),
    }


async def measure(markets: int, numbers: Sequence[int]) -> list[dict[str, object]]:
    rows = []
    for library_on in (False, True):
        for at_once in numbers:
            rows.append(await one_pass(markets, at_once, library_on=library_on))
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--markets", type=int, default=60)
    parser.add_argument("--concurrency", default="1,4,8,16")
    parser.add_argument("--json", action="store_true", help="as it is in any case")
    options = parser.parse_args(arguments)
    numbers = [int(number) for number in options.concurrency.split(",")]
    rows = asyncio.run(measure(options.markets, numbers))
    print(json.dumps({"model_s": MODEL_S, "venue_s": VENUE_S, "passes": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
