"""What can be seen in paper mode: the real venue, and the account's own fills."""

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


class PaperMarketData:
    """`ports.MarketData`: reads go through to the venue, and what they tell is noticed.

    Only trades of an order of the account's are answered from the account.
    """

    def __init__(self, market_data: MarketData) -> None:
        self._data = market_data

    def _noticed(self, event: Event) -> None:
        """Take note of an event that somebody read."""

    def _own_trades(self, order_id: OrderId, page: int, size: int) -> Page[Trade] | None:
        """The fills of an order of the account's; None when it is none of those."""

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
        found = await self._data.events(
            currency=currency,
            page=page,
            size=size,
            status=status,
            category=category,
            keyword=keyword,
            series=series,
        )
        for event in found.items:
            self._noticed(event)
        return found

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        event = await self._data.event(event_id, currency=currency)
        self._noticed(event)
        return event

    async def event_by_slug(self, slug: str, *, currency: Currency) -> Event:
        event = await self._data.event_by_slug(slug, currency=currency)
        self._noticed(event)
        return event

    async def series(self, *, page: int = 1, size: int = 50) -> Page[Series]:
        return await self._data.series(page=page, size=size)

    async def series_windows(self, slug: SeriesSlug) -> tuple[SeriesWindow, ...]:
        return await self._data.series_windows(slug)

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = 20
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
        own = None if order_id is None else self._own_trades(order_id, page, size)
        if own is not None:
            return own
        return await self._data.trades(
            market_id=market_id, outcome_id=outcome_id, order_id=order_id, page=page, size=size
        )
