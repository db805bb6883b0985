"""Books from the websocket against books by request, on the served exchange."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

import pytest

from bayse_agent.adapters.bayse.cached import CachedMarketData, CacheOptions
from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.options import ClientOptions
from bayse_agent.adapters.bayse.passing import DEPTH, PassedOn
from bayse_agent.adapters.bayse.stream import BayseStream, Socket
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.errors import VenueError
from bayse_agent.domain.market import Event, EventId, MarketId, OrderBook, OutcomeId
from bayse_agent.domain.money import Currency
from tests.adapters.bayse.stream_kit import QUICK, until
from tests.simulation.server.stage import Stage

NGN = Currency.NGN
HURRIED = ClientOptions(backoff_first_s=0.001, backoff_max_s=0.002, reads_per_s=1000)
PATIENT = CacheOptions(refresh_s=3600)
"""Nothing is read again by itself."""


class Counted(PassedOn):
    """Market data that counts what is asked of it."""

    books_read = 0
    events_read = 0

    async def books(
        self, outcome_ids: object, *, currency: Currency, depth: int = DEPTH
    ) -> tuple[OrderBook, ...]:
        self.books_read += 1
        return await self._data.books(outcome_ids, currency=currency, depth=depth)  # type: ignore[arg-type]

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        self.events_read += 1
        return await self._data.event(event_id, currency=currency)


@dataclass(kw_only=True)
class Kit:
    """A cache on the stage, what it asks of the venue, and what it told its listener."""

    stage: Stage
    cache: CachedMarketData
    asked: Counted
    stream: BayseStream
    moved: list[MarketId] = field(default_factory=list)

    @property
    def ids(self) -> list[OutcomeId]:
        return [OutcomeId(one) for one in self.stage.market.outcome_ids]

    async def books(self) -> tuple[OrderBook, ...]:
        return await self.cache.books(self.ids, currency=NGN)

    async def event(self) -> Event:
        return await self.cache.event(EventId(self.stage.world.book.id), currency=NGN)

    async def warm(self) -> None:
        """Ask until the market is watched and its books are pushed."""
        await until(lambda: self.cache.is_trusted)
        pushes = len(self.moved)
        for _ in range(2):
            await self.books()
        await until(lambda: len(self.moved) >= pushes + 2)

    async def is_from_memory(self) -> bool:
        before = self.asked.books_read
        await self.books()
        return self.asked.books_read == before


@asynccontextmanager
async def kit_on(stage: Stage, options: CacheOptions = PATIENT) -> AsyncIterator[Kit]:
    timer = SystemClock()
    streams: list[BayseStream] = []

    def opened(resync: Callable[[], Awaitable[None]]) -> BayseStream:
        streams.append(
            BayseStream(
                stage.url.replace("http", "ws"),
                Socket.MARKETS,
                clock=stage.wall,
                timer=timer,
                generator=Random(1),
                currency=NGN,
                options=QUICK,
                resync=resync,
            )
        )
        return streams[0]

    stage.desk.exchange.set_threshold(stage.world.book, Decimal(96_000))
    async with BayseClient(stage.url, timer=timer, options=HURRIED) as client:
        asked = Counted(BayseVenue(client, clock=stage.wall))
        cache = CachedMarketData(
            asked, opened, clock=stage.wall, timer=timer, currency=NGN, options=options
        )
        kit = Kit(stage=stage, cache=cache, asked=asked, stream=streams[0])
        cache.on_change(kit.moved.append)
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(cache.run())
            yield kit
            task.cancel()


def content(books: tuple[OrderBook, ...]) -> list[object]:
    return [(one.market_id, one.outcome_id, one.bids, one.asks, one.last_price) for one in books]


async def test_books_when_watched_then_come_from_the_stream_and_equal_those_by_request(
    stage: Stage,
) -> None:
    async with kit_on(stage) as kit:
        await kit.warm()
        caller = stage.caller()
        for price in (0.41, 0.46, 0.6):
            pushes = len(kit.moved)
            await caller.place(stage.market, price=price)
            await until(lambda seen=pushes: len(kit.moved) >= seen + 2)  # type: ignore[misc]
            read = kit.asked.books_read
            told = await kit.books()
            assert kit.asked.books_read == read
            by_request = await kit.asked.books(kit.ids, currency=NGN)
            assert content(told) == content(by_request)


async def test_books_when_asked_for_once_then_nothing_is_watched(stage: Stage) -> None:
    async with kit_on(stage) as kit:
        await until(lambda: kit.cache.is_trusted)
        await kit.books()
        assert kit.cache.watched == frozenset()
        await kit.books()
        assert kit.cache.watched == {stage.market.id}


async def test_books_when_they_are_too_old_then_are_read(stage: Stage) -> None:
    async with kit_on(stage) as kit:
        await kit.warm()
        assert await kit.is_from_memory()
        stage.wall.advance(2.5)
        assert not await kit.is_from_memory()


async def test_books_when_the_source_is_old_though_they_just_came_then_are_read(
    stage: Stage,
) -> None:
    async with kit_on(stage) as kit:
        await kit.warm()
        stage.wall.advance(5)
        pushes = len(kit.moved)
        stage.world.quote(stage.market, bids=((440, 10),), asks=((560, 10),), stamp=2)
        stage.desk.hub.flush()
        await until(lambda: len(kit.moved) >= pushes + 2)
        old = stage.wall.now() - (await kit.asked.books(kit.ids, currency=NGN))[0].source_at
        assert old.total_seconds() > PATIENT.book_s
        assert not await kit.is_from_memory()


async def test_books_when_reconnected_then_are_not_trusted_before_they_are_read_anew(
    stage: Stage,
) -> None:
    async with kit_on(stage) as kit:
        await kit.warm()
        stage.faults(
            {"route": "WS /ws/v1/markets", "kind": "drop_stream", "nth": 1},
            {"route": "GET /v1/pm/books", "kind": "refuse_before", "p": 1, "status": 503},
        )
        stage.world.quote(stage.market, bids=((440, 10),), asks=((560, 10),), stamp=2)
        stage.desk.hub.flush()
        await until(lambda: kit.stream.state.connections >= 3)
        assert not kit.cache.is_trusted
        with pytest.raises(VenueError):
            await kit.books()
        stage.faults()
        await until(lambda: kit.cache.is_trusted)
        assert await kit.is_from_memory()
        assert (await kit.books())[0].best_bid == Decimal("0.44")


async def test_books_when_the_venue_fails_then_nothing_old_and_nothing_empty_is_told(
    stage: Stage,
) -> None:
    async with kit_on(stage) as kit:
        await kit.warm()
        stage.wall.advance(2.5)
        other = CachedMarketData(
            PassedOn(_Failing()),  # type: ignore[arg-type]
            lambda _: kit.stream,
            clock=stage.wall,
            timer=SystemClock(),
            currency=NGN,
        )
        with pytest.raises(VenueError, match="down"):
            await other.books(kit.ids, currency=NGN)


async def test_books_when_an_outcome_is_unknown_then_the_venue_is_asked_and_leaves_it_out(
    stage: Stage,
) -> None:
    async with kit_on(stage) as kit:
        await kit.warm()
        read = kit.asked.books_read
        found = await kit.cache.books([*kit.ids, OutcomeId("nobody")], currency=NGN)
        assert kit.asked.books_read == read + 1
        assert [one.outcome_id for one in found] == kit.ids


async def test_books_when_of_another_currency_or_depth_then_the_venue_is_asked(
    stage: Stage,
) -> None:
    async with kit_on(stage) as kit:
        await kit.warm()
        read = kit.asked.books_read
        await kit.cache.books(kit.ids, currency=Currency.USD)
        await kit.cache.books(kit.ids, currency=NGN, depth=5)
        assert kit.asked.books_read == read + 2


async def test_event_when_it_trades_then_is_remembered_for_a_moment(stage: Stage) -> None:
    async with kit_on(stage) as kit:
        first, second = await kit.event(), await kit.event()
        assert (first == second, kit.asked.events_read) == (True, 1)
        stage.wall.advance(2.5)
        await kit.event()
        assert kit.asked.events_read == 2


async def test_event_when_about_to_close_then_is_read_each_time(stage: Stage) -> None:
    async with kit_on(stage, replace(PATIENT, last_s=15 * 60)) as kit:
        await kit.event()
        await kit.event()
        assert kit.asked.events_read == 2


async def test_event_when_its_threshold_is_not_known_yet_then_is_read_each_time(
    stage: Stage,
) -> None:
    async with kit_on(stage) as kit:
        coming = EventId(stage.world.coming.id)
        for _ in range(2):
            await kit.cache.event(coming, currency=NGN)
        assert kit.asked.events_read == 2


async def test_markets_when_nobody_asks_for_them_any_more_then_are_forgotten(stage: Stage) -> None:
    async with kit_on(stage) as kit:
        await kit.warm()
        stage.wall.advance(601)
        group = [OutcomeId(one) for one in stage.world.group.markets[0].outcome_ids]
        await kit.cache.books(group, currency=NGN)
        assert kit.cache.watched == frozenset()


async def test_markets_when_there_are_many_then_no_more_are_watched_than_allowed(
    stage: Stage,
) -> None:
    async with kit_on(stage, replace(PATIENT, markets_max=2)) as kit:
        ids = [OutcomeId(one) for m in stage.world.group.markets for one in m.outcome_ids]
        for _ in range(3):
            await kit.cache.books(ids, currency=NGN)
        assert len(kit.cache.watched) == 2


async def test_what_is_wanted_often_is_read_again_before_it_is_old(stage: Stage) -> None:
    options = CacheOptions(refresh_s=0.002, young_s=0.5)
    async with kit_on(stage, options) as kit:
        await kit.warm()
        await kit.event()
        await kit.event()
        stage.wall.advance(1)
        books, events = kit.asked.books_read, kit.asked.events_read
        await until(lambda: kit.asked.books_read > books and kit.asked.events_read > events)


class _Failing:
    """Market data that cannot be reached."""

    async def books(self, *_: object, **__: object) -> tuple[OrderBook, ...]:
        raise VenueError("it is down")


class Stuck(Counted):
    """The venue's own answers have gone on, and what it pushes has not."""

    is_ahead = False

    async def books(
        self, outcome_ids: object, *, currency: Currency, depth: int = DEPTH
    ) -> tuple[OrderBook, ...]:
        found = await super().books(outcome_ids, currency=currency, depth=depth)
        if not self.is_ahead:
            return found
        return tuple(replace(book, bids=()) for book in found)


async def test_books_when_pushes_are_old_with_new_times_then_read_within_5_seconds(
    stage: Stage,
) -> None:
    """C2: every push says that it is of now; the venue, asked, shows another book."""
    options = CacheOptions(refresh_s=0.01, settle_s=0.02, keen_s=60, book_s=60, young_s=60)
    async with kit_on(stage, options) as kit:
        await kit.warm()
        assert await kit.is_from_memory()
        stuck = Stuck(kit.asked._data)
        stuck.is_ahead = True
        kit.cache._data = stuck
        passed_s = 0.0
        while (await kit.books())[0].bids != ():
            passed_s += 0.25
            assert passed_s <= 5
            stage.wall.advance(0.25)
            await asyncio.sleep(0.1)
