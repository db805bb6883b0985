"""What can be seen at the venue, told from the websocket as long as that is sure to be up to date.

A book comes from here only while it is young and the stream has been re-read since it was last
connected; in any doubt the venue is asked. Nothing stale is told, and nothing empty for a failure.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bayse_agent.adapters.bayse.doubt import Doubt
from bayse_agent.adapters.bayse.interest import Interest
from bayse_agent.adapters.bayse.passing import DEPTH, PassedOn
from bayse_agent.adapters.bayse.shelf import Shelf
from bayse_agent.adapters.bayse.stream import BayseStream
from bayse_agent.adapters.bayse.wire import stream as wire
from bayse_agent.adapters.bayse.wire.stream import Subscription
from bayse_agent.adapters.clock import Timer
from bayse_agent.domain.errors import VenueError
from bayse_agent.domain.market import (
    Engine,
    Event,
    EventId,
    MarketId,
    MarketStatus,
    OrderBook,
    OutcomeId,
)
from bayse_agent.domain.money import Currency
from bayse_agent.ports import Clock, MarketData

Listener = Callable[[MarketId], None]
OpenStream = Callable[[Callable[[], Awaitable[None]]], BayseStream]
"""Makes a stream of the markets' websocket that awaits the given after each connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheOptions:
    """Bounds in seconds, in markets and in events.

    A market is watched from the second time that it is asked for within `repeat_s`, until nobody
    asked for it in `forget_s`. What is asked for twice within `keen_s` is read again once it is
    older than `young_s`, looked at every `refresh_s`, so that whoever is in a hurry need not wait
    for a read; of those there are `keen_max` at most. What is pushed of them is held against a read
    every `check_s`, and `settle_s` after it; a market that two in a row contradict is not told from
    memory for `doubt_s`. No event is told from memory `last_s` before
    its close.
    """

    book_s: float = 2.0
    event_s: float = 2.0
    last_s: float = 10.0
    repeat_s: float = 30.0
    forget_s: float = 600.0
    keen_s: float = 5.0
    refresh_s: float = 0.5
    young_s: float = 0.75
    keen_max: int = 6
    check_s: float = 2.0
    settle_s: float = 0.4
    doubt_s: float = 60.0
    markets_max: int = 200
    remembered_max: int = 2000
    resync_markets_max: int = 50


class CachedMarketData(PassedOn):
    """The port `MarketData` on another one and on the markets' websocket. `run` keeps it going."""

    def __init__(
        self,
        data: MarketData,
        open_stream: OpenStream,
        *,
        clock: Clock,
        timer: Timer,
        currency: Currency,
        options: CacheOptions | None = None,
    ) -> None:
        super().__init__(data)
        self._options = options or CacheOptions()
        self._clock = clock
        self._timer = timer
        self._currency = currency
        self._stream = open_stream(self._resync)
        self._shelf = Shelf(oldest=timedelta(seconds=self._options.book_s))
        self._markets: Interest[MarketId] = Interest(most=self._options.remembered_max)
        self._looked_up: Interest[EventId] = Interest(most=self._options.remembered_max)
        self._events: dict[EventId, tuple[datetime, Event]] = {}
        self._market_of: dict[OutcomeId, MarketId] = {}
        self._lots: dict[Subscription, set[MarketId]] = {}
        self._listeners: list[Listener] = []
        self._resynced: int | None = None
        self._since: datetime | None = None
        self._dropped = 0
        self._doubt = Doubt(lasts=timedelta(seconds=self._options.doubt_s))
        self._checked_at = clock.now()

    def on_change(self, listener: Listener) -> None:
        """Have somebody told whenever a book of a watched market shows something new."""
        self._listeners.append(listener)

    @property
    def watched(self) -> frozenset[MarketId]:
        """The markets whose books are pushed to us."""
        return frozenset(self._shelf.outcomes)

    @property
    def is_trusted(self) -> bool:
        """Whether the stream is connected, has been re-read since, and lost nothing on the way."""
        state = self._stream.state
        if state.dropped != self._dropped:
            self._dropped = state.dropped
            self._shelf.empty()
        return state.is_connected and state.connections == self._resynced

    async def run(self) -> None:
        """Take books in, and keep those fresh that are wanted often, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._stream.run())
            tasks.create_task(self._collect())
            tasks.create_task(self._keep_fresh())

    # What is told from memory where it may be

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = DEPTH
    ) -> tuple[OrderBook, ...]:
        if currency is not self._currency or depth != DEPTH:
            return await super().books(outcome_ids, currency=currency, depth=depth)
        now, asked = self._clock.now(), list(dict.fromkeys(outcome_ids))
        told = self._shelf.all_fresh(asked, now) if self.is_trusted else None
        if told is not None and any(self._doubt.is_on(b.market_id, now) for b in told.values()):
            told = None
        if told is None:
            # All of them: what is young now may be old by the time that the others are read.
            told = await self._read_books(asked)
        self._note_asked(asked, now)
        return tuple(told[one] for one in asked if one in told)

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        if currency is not self._currency:
            return await super().event(event_id, currency=currency)
        now = self._clock.now()
        self._looked_up.ask(event_id, now)
        at, known = self._events.get(event_id, (now, None))
        is_young = timedelta(0) <= now - at <= timedelta(seconds=self._options.event_s)
        if known is not None and is_young and self._may_be_kept(known, now):
            return known
        return await self._read_event(event_id)

    async def _read_event(self, event_id: EventId) -> Event:
        # How old it is counts from before the question: nobody knows when it was answered.
        asked_at = self._clock.now()
        event = await super().event(event_id, currency=self._currency)
        if event_id not in self._looked_up or not self._may_be_kept(event, asked_at):
            self._events.pop(event_id, None)
        elif event_id not in self._events or self._events[event_id][0] <= asked_at:
            self._events[event_id] = (asked_at, event)
        return event

    def _may_be_kept(self, event: Event, now: datetime) -> bool:
        """Whether a moment changes nothing: it trades, its threshold is known, its end is far."""
        if event.engine is not Engine.CLOB or event.status is not MarketStatus.OPEN:
            return False
        if event.opens_at is not None and now < event.opens_at:
            return False
        last = timedelta(seconds=self._options.last_s)
        if event.closes_at is not None and event.closes_at - now <= last:
            return False
        is_window = event.symbol is not None or event.series is not None
        is_told = event.threshold is not None or all(
            market.threshold is not None for market in event.markets
        )
        return is_told or not is_window

    async def _read_books(self, outcome_ids: Sequence[OutcomeId]) -> dict[OutcomeId, OrderBook]:
        """Ask the venue, and keep what belongs to markets that were watched before the question."""
        watched, number = self.watched, self._resynced
        books = await super().books(outcome_ids, currency=self._currency)
        now = self._clock.now()
        if self.is_trusted and number == self._resynced:
            for book in books:
                if book.market_id in watched:
                    self._shelf.put(book, now)
        self._market_of |= {book.outcome_id: book.market_id for book in books}
        return {book.outcome_id: book for book in books}

    # What is watched

    def _note_asked(self, outcome_ids: Sequence[OutcomeId], now: datetime) -> None:
        """Watch markets that are asked for again, and forget those that are not."""
        known = [one for one in outcome_ids if one in self._market_of]
        for market_id in dict.fromkeys(self._market_of[one] for one in known):
            self._markets.ask(market_id, now)
        self._forget(now)
        repeat, most = timedelta(seconds=self._options.repeat_s), self._options.markets_max
        before = self.watched
        for one in known:
            market_id = self._market_of[one]
            is_room = market_id in self._shelf.outcomes or len(self.watched) < most
            if is_room and self._markets.is_repeated(market_id, now, repeat):
                self._shelf.watch(one, market_id)
        self._subscribe(self.watched - before)

    def _subscribe(self, market_ids: frozenset[MarketId]) -> None:
        ids = sorted(market_ids)
        lots = [ids[start : start + wire.LOT] for start in range(0, len(ids), wire.LOT)]
        for lot in lots:
            for subscription in wire.books(lot, self._currency):
                self._lots[subscription] = set(lot)
                self._stream.subscribe(subscription)

    def _forget(self, now: datetime) -> None:
        self._markets.forget(now, timedelta(seconds=self._options.forget_s))
        for market_id in [one for one in self.watched if one not in self._markets]:
            self._shelf.forget(market_id)
        self._market_of = {
            outcome: market
            for outcome, market in self._market_of.items()
            if market in self._markets
        }
        for subscription, lot in list(self._lots.items()):
            lot &= self.watched
            if not lot:
                del self._lots[subscription]
                self._stream.unsubscribe(subscription)
        self._looked_up.forget(now, timedelta(seconds=self._options.forget_s))
        for event_id in [one for one in self._events if one not in self._looked_up]:
            del self._events[event_id]

    # What comes in

    async def _collect(self) -> None:
        async for change in self._stream.changes():
            if isinstance(change, OrderBook):
                self._take(change)

    def _take(self, book: OrderBook) -> None:
        if self._since is None or book.received_at < self._since:
            # It was on its way since before the stream was last re-read.
            return
        if self._shelf.put(book, self._clock.now()):
            for listener in self._listeners:
                listener(book.market_id)

    async def _resync(self) -> None:
        """Read anew what is wanted now; whatever else was known from before counts no more."""
        number = self._stream.state.connections
        self._since = self._clock.now()
        self._shelf.empty()
        lately = timedelta(seconds=self._options.repeat_s)
        wanted = self._markets.repeated(self._since, lately)[: self._options.resync_markets_max]
        ids = [one for market_id in wanted for one in self._shelf.outcomes.get(market_id, ())]
        books = await super().books(ids, currency=self._currency) if ids else ()
        for book in books:
            self._shelf.put(book, self._clock.now())
        self._resynced = number

    async def _keep_fresh(self) -> None:
        """Read what somebody wants again and again before it is too old."""
        while True:
            await self._timer.sleep_s(self._options.refresh_s)
            await self._refresh(self._clock.now())

    async def _refresh(self, now: datetime) -> None:
        keen, old = (
            timedelta(seconds=self._options.keen_s),
            timedelta(seconds=self._options.young_s),
        )
        most = self._options.keen_max
        markets = self._markets.repeated(now, keen)[:most]
        ids = [
            one
            for market_id in markets
            for one in self._shelf.outcomes.get(market_id, ())
            if self._shelf.age(one, now) > old
        ]
        events = [
            one
            for one in self._looked_up.repeated(now, keen)[:most]
            if one in self._events and now - self._events[one][0] > old
        ]
        every = [one for market in markets for one in self._shelf.outcomes.get(market, ())]
        is_due = now - self._checked_at >= timedelta(seconds=self._options.check_s)
        async with asyncio.TaskGroup() as tasks:
            if every and is_due and self.is_trusted:
                self._checked_at = now
                tasks.create_task(_quietly(self._check(every)))
            if ids and self.is_trusted:
                tasks.create_task(_quietly(self._read_books(ids)))
            for event_id in events:
                tasks.create_task(_quietly(self._read_event(event_id)))

    async def _check(self, outcome_ids: Sequence[OutcomeId]) -> None:
        """Ask the venue what is pushed to us: times on a push prove nothing of what is in it."""
        before = {one: self._shelf.book(one) for one in outcome_ids}
        asked = await super().books(outcome_ids, currency=self._currency)
        # What the answer shows may be pushed to us a little later.
        await self._timer.sleep_s(self._options.settle_s)
        now = self._clock.now()
        for book in asked:
            pushed = (before.get(book.outcome_id), self._shelf.book(book.outcome_id))
            self._doubt.compare(book, pushed, now)


async def _quietly(read: Awaitable[object]) -> None:
    """Let a read fail: what it was for gets old, and whoever asks for it is told why."""
    with suppress(VenueError):
        await read
