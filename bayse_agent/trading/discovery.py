"""Which markets are worth a look now: listed, trading, and not looked at a moment ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from bayse_agent.domain.errors import VenueError, VenueRejected
from bayse_agent.domain.journal import TrackedMarket, tracked
from bayse_agent.domain.market import Event, EventId, MarketStatus, SeriesSlug
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.concurrent import each

_ALL_EVENTS = "events"
_WINDOWS = "windows"
_LIST_PASSES = 3
_WINDOWS_PAUSE = timedelta(seconds=20)
_COOLDOWNS = (
    (timedelta(minutes=5), timedelta(seconds=60)),
    (timedelta(minutes=15), timedelta(seconds=150)),
    (timedelta(hours=1), timedelta(minutes=5)),
)


def cooldown(market: TrackedMarket, long: timedelta) -> timedelta:
    """How long a market is left alone after a look: 60 s for one that trades for 5 minutes,
    150 s up to 15 minutes, 5 minutes up to an hour, `long` beyond.
    """
    if market.length is not None:
        for length, pause in _COOLDOWNS:
            if market.length <= length:
                return pause
    return long


async def discover(agent: Agent, now: datetime) -> tuple[TrackedMarket, ...]:
    """Markets that are due a look, first to close first. Raises VenueError."""
    await _list_events(agent, now)
    await follow_windows(agent, now)
    last_looks = await agent.store.last_looks()
    wanted, long = agent.habits.series, timedelta(seconds=agent.habits.long_cooldown_s)

    def is_due(market: TrackedMarket) -> bool:
        if market.series is not None and wanted and market.series not in wanted:
            return False
        last = last_looks.get(market.market_id)
        return market.is_trading(now) and (last is None or now - last >= cooldown(market, long))

    return tuple(market for market in await agent.store.tracked() if is_due(market))


async def _list_events(agent: Agent, now: datetime) -> None:
    """Read every open event, once in a while."""
    last = await agent.store.listed_at(_ALL_EVENTS)
    if last is not None and now - last < timedelta(seconds=agent.habits.relist_s):
        return
    found: dict[EventId, Event] = {}
    for _ in range(_LIST_PASSES):
        events, adds_up = await _one_pass(agent)
        found.update({event.id: event for event in events})
        if adds_up:
            break
    await _track(agent, list(found.values()), _ALL_EVENTS, now)


async def _one_pass(agent: Agent) -> tuple[list[Event], bool]:
    """Every page once, and whether they hold as many events as each of them says there are: one
    that goes away between two pages moves another out of sight.
    """
    events: list[Event] = []
    totals: set[int] = set()
    number, last_page = 1, 1
    while number <= last_page:
        page = await agent.market_data.events(
            currency=agent.habits.currency,
            status=MarketStatus.OPEN,
            page=number,
            size=agent.habits.page_size,
        )
        events.extend(page.items)
        totals.add(page.total)
        number, last_page = number + 1, page.last
    return events, totals == {len({event.id for event in events})}


async def follow_windows(agent: Agent, now: datetime) -> None:
    """Find the current window of every series of which none is known to be trading."""
    last = await agent.store.listed_at(_WINDOWS)
    if last is not None and now - last < _WINDOWS_PAUSE:
        return
    markets = await agent.store.tracked()
    covered = {market.series for market in markets if market.is_trading(now)}
    seen = {market.series for market in markets if market.series is not None}
    series = agent.habits.series or seen
    missing = sorted(series - covered)
    if not missing:
        return
    known = {market.event_id for market in markets}
    find = partial(_current_windows, agent, now)
    found = await each(missing, find, at_once=agent.habits.reads_at_once)
    ids = sorted({event_id for ids in found for event_id in ids} - known)
    read = partial(_event, agent)
    events = await each(ids, read, at_once=agent.habits.reads_at_once)
    await _track(agent, [event for event in events if event is not None], _WINDOWS, now)


async def _current_windows(agent: Agent, now: datetime, slug: SeriesSlug) -> list[EventId]:
    try:
        windows = await agent.market_data.series_windows(slug)
    except VenueRejected:
        # A series that is asked for need not exist.
        return []
    return [
        window.event_id
        for window in windows
        if window.opens_at is not None
        and window.closes_at is not None
        and window.opens_at <= now < window.closes_at
    ]


async def _event(agent: Agent, event_id: EventId) -> Event | None:
    try:
        return await agent.market_data.event(event_id, currency=agent.habits.currency)
    except VenueError:
        # It is still in the listing: the next pass asks again.
        return None


async def _track(agent: Agent, events: list[Event], source: str, now: datetime) -> None:
    currency = agent.habits.currency
    markets = [
        tracked(event, market, now)
        for event in events
        if not event.currencies or currency in event.currencies
        for market in event.markets
    ]
    await agent.store.track(markets, source=source, read_at=now)
