"""The venue's markets, passed on with the venue's names."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from bayse_agent.adapters.store.reading.decisions import market as market_query
from bayse_agent.api.house import InHouse
from bayse_agent.api.shapes.venue import (
    BookOut,
    EventOut,
    EventPage,
    PointOut,
    SeriesPage,
    TickerOut,
    TradePage,
    book_out,
    event_out,
    pagination,
    point_out,
    series_out,
    ticker_out,
    trade_out,
)
from bayse_agent.api.trouble import ANYWHERE, Unfit, problems
from bayse_agent.domain.errors import VenueRejected
from bayse_agent.domain.market import EventId, MarketId, MarketStatus, OutcomeId

router = APIRouter(prefix="/markets", tags=["markets"])
_ANSWERS = {**ANYWHERE, **problems(502)}
_MOST_BOOKS = 50
Id = Annotated[str, Query(min_length=1, max_length=128)]
Number = Annotated[int, Query(ge=1, le=10_000)]
Size = Annotated[int, Query(ge=1, le=100)]
_PERIODS = ("12H", "24H", "1W", "1M", "1Y")


@router.get("", response_model=EventPage, responses=_ANSWERS)
async def events(
    house: InHouse,
    category: Annotated[str | None, Query(max_length=64)] = None,
    status: Annotated[str | None, Query(max_length=32)] = None,
    keyword: Annotated[str | None, Query(max_length=200)] = None,
    page: Number = 1,
    size: Size = 20,
) -> EventPage:
    """Events of every category unless one is named."""
    parts = house.parts
    found = await parts.market_data.events(
        currency=parts.currency,
        page=page,
        size=size,
        status=_status(status),
        category=category,
        keyword=keyword,
    )
    return EventPage(
        events=[event_out(event) for event in found.items], pagination=pagination(found, size)
    )


@router.get("/trending", response_model=EventPage, responses=_ANSWERS)
async def trending(house: InHouse, page: Number = 1, size: Size = 20) -> EventPage:
    """Open events in the venue's own order."""
    parts = house.parts
    found = await parts.market_data.events(
        currency=parts.currency, page=page, size=size, status=MarketStatus.OPEN
    )
    return EventPage(
        events=[event_out(event) for event in found.items], pagination=pagination(found, size)
    )


@router.get("/series", response_model=SeriesPage, responses=_ANSWERS)
async def series(house: InHouse, page: Number = 1, size: Size = 50) -> SeriesPage:
    found = await house.parts.market_data.series(page=page, size=size)
    return SeriesPage(
        series=[series_out(one) for one in found.items], pagination=pagination(found, size)
    )


@router.get("/orderbook", response_model=list[BookOut], responses=_ANSWERS)
async def order_books(
    house: InHouse,
    outcome_ids: Annotated[
        list[Id], Query(alias="outcomeId[]", min_length=1, max_length=_MOST_BOOKS)
    ],
    depth: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[BookOut]:
    """The books of outcomes; outcomes of formula markets are left out."""
    parts = house.parts
    wanted = [OutcomeId(one) for one in outcome_ids]
    found = await parts.market_data.books(wanted, currency=parts.currency, depth=depth)
    return [book_out(book) for book in found]


@router.get("/slug/{slug}", response_model=EventOut, responses=_ANSWERS)
async def event_by_slug(house: InHouse, slug: str) -> EventOut:
    parts = house.parts
    return event_out(await parts.market_data.event_by_slug(slug, currency=parts.currency))


@router.get(
    "/{event_id}/price-history", response_model=dict[str, list[PointOut]], responses=_ANSWERS
)
async def price_history(
    house: InHouse,
    event_id: str,
    period: Annotated[str, Query(alias="timePeriod", max_length=8)] = "24H",
    outcome: Annotated[str, Query(max_length=8)] = "YES",
    market_ids: Annotated[list[Id] | None, Query(alias="marketId[]", max_length=50)] = None,
) -> dict[str, list[PointOut]]:
    """Prices by market, oldest first; those of outcome2 are 1 less them."""
    if period not in _PERIODS:
        raise Unfit(422, "not_valid", f"timePeriod must be one of {', '.join(_PERIODS)}")
    found = await house.parts.market_data.price_history(
        EventId(event_id), period=period, market_ids=[MarketId(one) for one in market_ids or []]
    )
    told: dict[str, list[PointOut]] = {
        name: [point_out(point) for point in points] for name, points in found.items()
    }
    if outcome.upper() == "NO":
        for points in told.values():
            for point in points:
                point.p = None if point.p is None else round(1 - point.p, 6)
    return told


@router.get("/{market_id}/ticker", response_model=TickerOut, responses=_ANSWERS)
async def ticker(
    house: InHouse,
    market_id: str,
    outcome: Annotated[str | None, Query(max_length=64)] = None,
    outcome_id: Annotated[str | None, Query(alias="outcomeId", max_length=128)] = None,
) -> TickerOut:
    """A day's summary of one outcome's book; nothing for a market without a book."""
    wanted = outcome_id or await _outcome_of(house, market_id, outcome)
    try:
        return ticker_out(
            await house.parts.market_data.ticker(MarketId(market_id), OutcomeId(wanted))
        )
    except VenueRejected as error:
        if error.status == 400:
            return TickerOut()
        raise


@router.get("/{market_id}/trades", response_model=TradePage, responses=_ANSWERS)
async def trades(
    house: InHouse,
    market_id: str,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    page: Number = 1,
) -> TradePage:
    """The latest matches in a market."""
    found = await house.parts.market_data.trades(
        market_id=MarketId(market_id), page=page, size=limit
    )
    return TradePage(
        data=[trade_out(trade) for trade in found.items], pagination=pagination(found, limit)
    )


@router.get("/{event_id}", response_model=EventOut, responses=_ANSWERS)
async def event(house: InHouse, event_id: str) -> EventOut:
    parts = house.parts
    found = await parts.market_data.event(EventId(event_id), currency=parts.currency)
    return event_out(found)


def _status(text: str | None) -> MarketStatus | None:
    if text is None:
        return None
    try:
        return MarketStatus(text.lower())
    except ValueError:
        names = ", ".join(status.value for status in MarketStatus)
        raise Unfit(422, "not_valid", f"status must be one of {names}") from None


async def _outcome_of(house: InHouse, market_id: str, outcome: str | None) -> str:
    """The outcome that YES, NO or a label names in a market that is followed."""
    market = await house.parts.reader.ask(market_query(market_id))
    if market is None:
        raise Unfit(404, "not_found", "name the outcome by outcomeId: the market is not followed")
    is_second = outcome is not None and outcome.upper() in ("NO", market.label2.upper())
    return market.outcome2_id if is_second else market.outcome1_id
