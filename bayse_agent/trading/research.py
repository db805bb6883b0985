"""Gathers what is known of the markets that are due, as of now, and asks for a forecast of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.errors import FeedStale, VenueError, VenueNotFound, VenueRejected
from bayse_agent.domain.forecast import Context, Forecast, NoForecast, Underlying
from bayse_agent.domain.journal import Look, TrackedMarket
from bayse_agent.domain.market import (
    Engine,
    Event,
    EventId,
    Market,
    MarketId,
    MarketStatus,
    OrderBook,
    OutcomeId,
    Quote,
    Side,
    Symbol,
)
from bayse_agent.domain.news import kept_of
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.concurrent import each
from bayse_agent.trading.informing import LeftAlone, inform

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A market that could be looked at, and what a forecaster makes of it."""

    context: Context
    forecast: Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A market that is due, as the venue lists it now."""

    event: Event
    market: Market


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unreadable:
    """A read that failed, and why. `kept`: what the look keeps of its news all the same."""

    reason: Reason
    detail: str
    kept: Mapping[str, str] = field(default_factory=dict)


_Books = Mapping[OutcomeId, OrderBook | _Unreadable]
_Underlyings = Mapping[Symbol, Underlying | _Unreadable]


async def research(agent: Agent, due: Sequence[TrackedMarket]) -> list[Seen | Look]:
    """Look at every market that is due, in that order: seen with a forecast, or why not."""
    declined = _declined(agent, due)
    events = await _events(agent, [one for one in due if one.market_id not in declined])
    listed = [
        declined.get(market.market_id) or _listed(market, events[market.event_id]) for market in due
    ]
    trading = [one for one in listed if isinstance(one, _Listed)]
    books = await _books(agent, trading)
    underlyings = await _underlyings(agent, trading)
    at_once = agent.habits.thoughts_at_once

    async def see(market: TrackedMarket, one: _Listed | _Unreadable) -> Seen | Look:
        found: Seen | _Unreadable
        if isinstance(one, _Unreadable):
            found = one
        else:
            found = await _see(agent, market, one, books, underlyings)
        if isinstance(found, Seen):
            return found
        return Look(
            market_id=market.market_id,
            at=agent.clock.now(),
            reason=found.reason,
            inputs={**found.kept, "detail": found.detail},
        )

    pairs = list(zip(due, listed, strict=True))
    return await each(pairs, lambda pair: see(*pair), at_once=at_once)


async def context_of(agent: Agent, event_id: EventId, market_id: MarketId) -> Context:
    """Everything that can be read of one market now, whatever a forecaster thinks of it.

    An underlying that is stale is left out. Raises VenueError.
    """
    event = await agent.market_data.event(event_id, currency=agent.habits.currency)
    market = event.market(market_id)
    if market is None:
        raise VenueNotFound(f"event {event_id!r} has no market {market_id!r}")
    books: tuple[OrderBook, ...] = ()
    if event.engine is Engine.CLOB:
        ids = (market.outcome1.id, market.outcome2.id)
        books = await agent.market_data.books(ids, currency=agent.habits.currency)
    by_outcome = {book.outcome_id: book for book in books}
    found = None if event.symbol is None else await _underlying(agent, event.symbol)
    return Context(
        event=event,
        market=market,
        book1=by_outcome.get(market.outcome1.id),
        book2=by_outcome.get(market.outcome2.id),
        quotes=(),
        underlying=_readable(found),
        now=agent.clock.now(),
    )


def _declined(agent: Agent, due: Sequence[TrackedMarket]) -> Mapping[MarketId, _Unreadable]:
    """Markets that the forecaster has nothing to say of: reading them would be for nothing."""
    return {
        market.market_id: _Unreadable(reason=Reason.NO_FORECAST, detail=why)
        for market in due
        if (why := agent.forecaster.declines(market)) is not None
    }


async def _events(
    agent: Agent, due: Sequence[TrackedMarket]
) -> Mapping[EventId, Event | _Unreadable]:
    ids = list(dict.fromkeys(market.event_id for market in due))
    read = partial(_event, agent)
    return dict(zip(ids, await each(ids, read, at_once=agent.habits.reads_at_once), strict=True))


async def _event(agent: Agent, event_id: EventId) -> Event | _Unreadable:
    try:
        return await agent.market_data.event(event_id, currency=agent.habits.currency)
    except VenueError as error:
        return _Unreadable(reason=Reason.MARKET_UNREADABLE, detail=str(error))


def _listed(tracked: TrackedMarket, event: Event | _Unreadable) -> _Listed | _Unreadable:
    if isinstance(event, _Unreadable):
        return event
    market = event.market(tracked.market_id)
    if market is None:
        detail = "the event lists it no more"
        return _Unreadable(reason=Reason.MARKET_UNREADABLE, detail=detail)
    if event.status is not MarketStatus.OPEN or market.status is not MarketStatus.OPEN:
        return _Unreadable(reason=Reason.CLOSED, detail=f"{event.status}, {market.status}")
    return _Listed(event=event, market=market)


async def _books(agent: Agent, listed: Sequence[_Listed]) -> _Books:
    """The books of every outcome in as few reads as may be."""
    ids = [
        outcome.id
        for one in listed
        if one.event.engine is Engine.CLOB
        for outcome in (one.market.outcome1, one.market.outcome2)
    ]
    many = agent.habits.books_a_read
    chunks = [ids[start : start + many] for start in range(0, len(ids), many)]
    read = partial(_chunk_of_books, agent)
    answers = await each(chunks, read, at_once=agent.habits.reads_at_once)
    return {key: book for answer in answers for key, book in answer.items()}


async def _chunk_of_books(agent: Agent, ids: Sequence[OutcomeId]) -> _Books:
    try:
        books = await agent.market_data.books(ids, currency=agent.habits.currency)
    except VenueError as error:
        failed = _Unreadable(reason=Reason.MARKET_UNREADABLE, detail=str(error))
        return {outcome_id: failed for outcome_id in ids}
    return {book.outcome_id: book for book in books}


async def _underlyings(agent: Agent, listed: Sequence[_Listed]) -> _Underlyings:
    symbols = sorted({one.event.symbol for one in listed if one.event.symbol is not None})
    read = partial(_underlying, agent)
    answers = await each(symbols, read, at_once=agent.habits.reads_at_once)
    return dict(zip(symbols, answers, strict=True))


async def _underlying(agent: Agent, symbol: Symbol) -> Underlying | _Unreadable:
    try:
        return await agent.feed.underlying(symbol)
    except FeedStale as error:
        return _Unreadable(reason=Reason.STALE_DATA, detail=str(error))


async def _see(
    agent: Agent,
    tracked: TrackedMarket,
    one: _Listed,
    books: _Books,
    underlyings: _Underlyings,
) -> Seen | _Unreadable:
    """One market's context and forecast."""
    context = _context(agent, one, books, underlyings)
    if isinstance(context, _Unreadable):
        return context
    seen = await (_thought if agent.forecaster.reads_news(tracked) else _forecast)(agent, context)
    if isinstance(seen, _Unreadable) or one.event.engine is not Engine.AMM:
        return seen
    try:
        # Asked for last: they age fastest, and a market without a forecast needs none.
        quotes = await _quotes(agent, one, seen.forecast)
    except VenueError as error:
        return _Unreadable(reason=Reason.MARKET_UNREADABLE, detail=str(error))
    priced = replace(seen.context, quotes=quotes, now=agent.clock.now())
    return Seen(context=priced, forecast=seen.forecast)


async def _forecast(agent: Agent, context: Context) -> Seen | _Unreadable:
    forecast = await agent.forecaster.forecast(context)
    if isinstance(forecast, NoForecast):
        reason = Reason.BUDGET if forecast.is_for_money else Reason.NO_FORECAST
        return _Unreadable(reason=reason, detail=forecast.reason)
    return Seen(context=context, forecast=forecast)


async def _thought(agent: Agent, context: Context) -> Seen | _Unreadable:
    """A forecast that rests on news. The market moves on while it is made, so it is read again.

    When its price has moved too, the forecast is put together anew with it: what the models
    answered is kept, so that costs nothing.
    """
    informed = await inform(agent, context)
    if isinstance(informed, LeftAlone):
        return _Unreadable(reason=informed.reason, detail=informed.detail, kept=informed.kept)
    seen = await _forecast(agent, informed)
    if isinstance(seen, _Unreadable):
        return replace(seen, kept=kept_of(informed.news))
    took_s = (agent.clock.now() - context.now).total_seconds()
    if took_s <= agent.habits.reread_s:
        return seen
    try:
        fresh = await context_of(agent, context.event.id, context.market.id)
    except VenueError as error:
        return _Unreadable(reason=Reason.MARKET_UNREADABLE, detail=str(error))
    fresh = replace(fresh, news=informed.news)
    if fresh.market_price != informed.market_price:
        return await _forecast(agent, fresh)
    return Seen(context=fresh, forecast=seen.forecast)


def _context(
    agent: Agent, one: _Listed, books: _Books, underlyings: _Underlyings
) -> Context | _Unreadable:
    event, market = one.event, one.market
    underlying = None if event.symbol is None else underlyings[event.symbol]
    book1, book2 = books.get(market.outcome1.id), books.get(market.outcome2.id)
    for part in (underlying, book1, book2):
        if isinstance(part, _Unreadable):
            return part
    return Context(
        event=event,
        market=market,
        book1=_readable(book1),
        book2=_readable(book2),
        quotes=(),
        underlying=_readable(underlying),
        now=agent.clock.now(),
    )


def _readable(part: T | _Unreadable | None) -> T | None:
    return None if isinstance(part, _Unreadable) else part


async def _quotes(agent: Agent, one: _Listed, forecast: Forecast) -> tuple[Quote, ...]:
    """What buying either outcome would cost at the least; at rising amounts where that is cheap.

    An outcome that costs more than its chance is worth no second question.
    """
    market, chance = one.market, float(forecast.probability)
    return (
        *await _ladder(agent, one, market.outcome1.id, chance),
        *await _ladder(agent, one, market.outcome2.id, 1.0 - chance),
    )


async def _ladder(
    agent: Agent, one: _Listed, outcome_id: OutcomeId, chance: float
) -> tuple[Quote, ...]:
    """Quotes of one outcome, smallest first. What the venue refuses to quote is left out."""
    least = one.market.minimum_order
    usual = agent.habits.quote_amounts
    amounts = usual if least is None else (least.amount, *(a for a in usual if a > least.amount))
    quotes: list[Quote] = []
    for amount in amounts:
        try:
            quote = await agent.market_data.quote(
                event_id=one.event.id,
                market_id=one.market.id,
                outcome_id=outcome_id,
                side=Side.BUY,
                amount=amount,
                currency=agent.habits.currency,
            )
        except VenueRejected:
            break
        quotes.append(quote)
        if quote.average_price >= chance:
            break
    return tuple(quotes)
