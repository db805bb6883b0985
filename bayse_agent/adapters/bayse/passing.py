"""Market data that comes from somebody else: what a cache leaves alone goes straight through."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bayse_agent.domain.market import (
    Event,
    EventId,
    MarketId,
    MarketStatus,
    OrderBook,
    OutcomeId,
    Page,
    PricePoint,
    Quote,
    Series,
    SeriesSlug,
    SeriesWindow,
    Side,
    Ticker,
)
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import OrderId, Trade
from bayse_agent.ports import MarketData

DEPTH = 20
"""Levels of a book that are asked for when nobody says how many."""


class PassedOn:
    """The port `MarketData` on another one. Nothing is changed, kept or left out."""

    def __init__(self, data: MarketData) -> None:
        self._data = data

    async def events(
        self,
        *,
        currency: Currency,
        page: int = 1,
        size: int = 20,
        status: MarketStatus | None = None,
        category: str | None = None,
        keyword: str | None = None,
        series: SeriesSlug | None = None,
    ) -> Page[Event]:
        return await self._data.events(
            currency=currency,
            page=page,
            size=size,
            status=status,
            category=category,
            keyword=keyword,
            series=series,
        )

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        return await self._data.event(event_id, currency=currency)

    async def event_by_slug(self, slug: str, *, currency: Currency) -> Event:
        return await self._data.event_by_slug(slug, currency=currency)

    async def series(self, *, page: int = 1, size: int = 50) -> Page[Series]:
        return await self._data.series(page=page, size=size)

    async def series_windows(self, slug: SeriesSlug) -> tuple[SeriesWindow, ...]:
        return await self._data.series_windows(slug)

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = DEPTH
    ) -> tuple[OrderBook, ...]:
        return await self._data.books(outcome_ids, currency=currency, depth=depth)

    async def quote(
        self,
        *,
        event_id: EventId,
        market_id: MarketId,
        outcome_id: OutcomeId,
        side: Side,
        amount: Decimal,
        currency: Currency,
    ) -> Quote:
        return await self._data.quote(
            event_id=event_id,
            market_id=market_id,
            outcome_id=outcome_id,
            side=side,
            amount=amount,
            currency=currency,
        )

    async def ticker(self, market_id: MarketId, outcome_id: OutcomeId) -> Ticker:
        return await self._data.ticker(market_id, outcome_id)

    async def price_history(
        self, event_id: EventId, *, period: str = "24H", market_ids: Sequence[MarketId] = ()
    ) -> dict[MarketId, tuple[PricePoint, ...]]:
        return await self._data.price_history(event_id, period=period, market_ids=market_ids)

    async def trades(
        self,
        *,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        order_id: OrderId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Trade]:
        return await self._data.trades(
            market_id=market_id, outcome_id=outcome_id, order_id=order_id, page=page, size=size
        )
