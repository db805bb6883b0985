"""Looks at the real venue: reads what a paper account must see to be answered.

Every failed read raises a VenueError, as the port says; nothing is ever made up in its place.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from bayse_agent.domain.errors import VenueMalformed, VenueNotFound, VenueRejected
from bayse_agent.domain.market import (
    Engine,
    Event,
    EventId,
    MarketId,
    MarketStatus,
    OutcomeId,
    Quote,
    Side,
)
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import OrderType, PlaceOrder, TimeInForce
from bayse_agent.ports import MarketData
from bayse_agent.simulation.paper.listings import Listing
from bayse_agent.simulation.paper.seen import (
    Seen,
    SeenBook,
    SeenMarket,
    SeenTrade,
    seen_book,
    seen_market,
    seen_quote,
    seen_trade,
)

_MICRO_SHARE = Decimal("0.000001")
_RESTING = (TimeInForce.GTC, TimeInForce.GTD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyesight:
    """How far is looked: levels of a book, and trades back, so many a page. And how often, at most:
    where orders rest, where a held market has closed, and where shares are merely held.
    """

    depth: int = 20
    trades: int = 100
    trade_pages: int = 5
    resting_every_s: float = 5.0
    closed_every_s: float = 15.0
    held_every_s: float = 60.0


class Eyes:
    """Reads of the real venue, as values that can be written down."""

    def __init__(self, market_data: MarketData, eyesight: Eyesight) -> None:
        self._data = market_data
        self._eyesight = eyesight

    async def for_order(self, order: PlaceOrder, known: Listing | None) -> Seen:
        """What an order meets: a book, or a quote for just that order."""
        market = await self.market(order.event_id, order.market_id, order.currency)
        if order.outcome_id not in market.outcome_ids:
            raise VenueNotFound(f"no outcome {order.outcome_id!r} in market {market.market_id!r}")
        if market.engine is Engine.AMM:
            if order.engine is not Engine.AMM:
                return Seen(market=market)
            return Seen(market=market, quote=seen_quote(await self._quote(order), market))
        if market.fee_rate is None:
            raise VenueMalformed(f"the venue does not tell the fee of market {market.market_id!r}")
        trades = await self._trades(market, known) if _may_rest(order) else None
        books = await self._books(market, [order.outcome_id], order.currency)
        return Seen(market=market, books=books, trades=trades)

    async def around(
        self, listing: Listing, outcomes: Collection[int], currency: Currency, at_ms: int
    ) -> Seen:
        """A market, and where orders rest also the books of some outcomes and others' trades.

        A market that is over has no books, and may not tell its trades any more.
        """
        known = listing.seen
        now = await self.market(known.event_id, known.market_id, currency)
        if not outcomes:
            return Seen(market=now)
        is_over = now.status is not MarketStatus.OPEN or (
            now.closes_ms is not None and now.closes_ms <= at_ms
        )
        if is_over:
            return Seen(market=now, trades=await self._last_trades(now, listing))
        trades = await self._trades(now, listing)
        wanted = [now.outcome_ids[outcome] for outcome in outcomes]
        return Seen(market=now, books=await self._books(now, wanted, currency), trades=trades)

    async def market(
        self, event_id: EventId, market_id: MarketId, currency: Currency
    ) -> SeenMarket:
        found = market_in(await self._data.event(event_id, currency=currency), market_id)
        if found is None:
            raise VenueNotFound(f"no market {market_id!r} in event {event_id!r}")
        return found

    async def _books(
        self, market: SeenMarket, wanted: list[OutcomeId], currency: Currency
    ) -> tuple[SeenBook, ...]:
        """An outcome without a book has nothing on display."""
        depth = self._eyesight.depth
        books = await self._data.books(wanted, currency=currency, depth=depth)
        return tuple(
            seen_book(book, market.outcome_ids.index(book.outcome_id), depth) for book in books
        )

    async def _trades(self, market: SeenMarket, listing: Listing | None) -> tuple[SeenTrade, ...]:
        """The newest trades, back to those that were told of before."""
        since_ms = None if listing is None or listing.told is None else listing.told[0]
        found: list[SeenTrade] = []
        for number in range(1, self._eyesight.trade_pages + 1):
            page = await self._data.trades(
                market_id=market.market_id, page=number, size=self._eyesight.trades
            )
            found += [seen_trade(trade, market) for trade in page.items]
            if since_ms is None or number >= page.last or found[-1].at_ms < since_ms:
                break
        return tuple(found)

    async def _last_trades(
        self, market: SeenMarket, listing: Listing
    ) -> tuple[SeenTrade, ...] | None:
        try:
            return await self._trades(market, listing)
        except VenueRejected:
            return None

    async def _quote(self, order: PlaceOrder) -> Quote:
        quote = await self._data.quote(
            event_id=order.event_id,
            market_id=order.market_id,
            outcome_id=order.outcome_id,
            side=order.side,
            amount=order.amount,
            currency=order.currency,
        )
        if order.side is Side.SELL and abs(quote.shares - order.amount) > _MICRO_SHARE:
            raise VenueMalformed(
                f"asked to sell {order.amount} shares, the venue quoted {quote.shares}"
            )
        return quote


def market_in(event: Event, market_id: MarketId) -> SeenMarket | None:
    """A market of an event that was read, or None when it has none of that id."""
    market = event.market(market_id)
    return None if market is None else seen_market(event, market)


def _may_rest(order: PlaceOrder) -> bool:
    return order.type is OrderType.LIMIT and (order.time_in_force or _RESTING[0]) in _RESTING
