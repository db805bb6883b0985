"""The clock, the venue and the prices of underlying assets, and the switch that stops it all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bayse_agent.domain.forecast import Underlying
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
    Symbol,
    Ticker,
)
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import (
    Accepted,
    Amend,
    CompleteSet,
    Declined,
    OrderId,
    PlaceOrder,
    PlaceReply,
    SealedOrder,
    Trade,
    Unresolved,
    VenueOrder,
)
from bayse_agent.domain.portfolio import Activity, Holding, ProfitAndLoss, Wallet


class Clock(Protocol):
    """World time: it drives everything that trades."""

    def now(self) -> datetime:
        """The current world time, aware UTC."""

    async def sleep_until(self, moment: datetime) -> None:
        """Return once world time has reached `moment`; at once when it already has."""

    def actor(self) -> AbstractAsyncContextManager[None]:
        """Hold while a task acts in the world.

        Simulated time moves only while every actor sleeps; the system's clock pays no heed.
        """


class MarketData(Protocol):
    """What can be seen at the venue."""

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
    ) -> Page[Event]: ...

    async def event(self, event_id: EventId, *, currency: Currency) -> Event: ...

    async def event_by_slug(self, slug: str, *, currency: Currency) -> Event: ...

    async def series(self, *, page: int = 1, size: int = 50) -> Page[Series]: ...

    async def series_windows(self, slug: SeriesSlug) -> tuple[SeriesWindow, ...]: ...

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = 20
    ) -> tuple[OrderBook, ...]:
        """One book for each outcome that has one; outcomes of AMM markets are left out."""

    async def quote(
        self,
        *,
        event_id: EventId,
        market_id: MarketId,
        outcome_id: OutcomeId,
        side: Side,
        amount: Decimal,
        currency: Currency,
    ) -> Quote: ...

    async def ticker(self, market_id: MarketId, outcome_id: OutcomeId) -> Ticker: ...

    async def price_history(
        self, event_id: EventId, *, period: str = "24H", market_ids: Sequence[MarketId] = ()
    ) -> dict[MarketId, tuple[PricePoint, ...]]:
        """Prices of outcome1, oldest first. `period` is 12H, 24H, 1W, 1M or 1Y."""

    async def trades(
        self,
        *,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        order_id: OrderId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Trade]: ...


class Venue(Protocol):
    """What can be done at the venue, and the account that it is done with."""

    def seal(self, order: PlaceOrder, *, key: str) -> SealedOrder:
        """Write an order down as it will be sent. Raises InvalidValue for one that cannot be."""

    async def send(self, sealed: SealedOrder) -> PlaceReply:
        """Send a sealed order once. On a book, the same key and order are taken only once.

        Never raises for what happens on the way: what cannot be concluded is `Unresolved`.
        """

    async def cancel(self, order_id: OrderId) -> VenueOrder | Declined | Unresolved:
        """Cancel a resting order; answers with the order as read afterwards."""

    async def amend(self, change: Amend, *, key: str) -> Accepted | Declined | Unresolved: ...

    async def mint(
        self, market_id: MarketId, amount: Money
    ) -> CompleteSet | Declined | Unresolved: ...

    async def burn(
        self, market_id: MarketId, amount: Money
    ) -> CompleteSet | Declined | Unresolved: ...

    async def order(self, order_id: OrderId) -> VenueOrder:
        """Raises VenueNotFound when there is none of ours with that id."""

    async def orders(
        self,
        *,
        currency: Currency,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[VenueOrder]: ...

    async def holdings(self) -> tuple[Holding, ...]:
        """Every row of the portfolio, all pages read."""

    async def wallets(self) -> tuple[Wallet, ...]: ...

    async def activities(
        self, *, kind: str | None = None, page: int = 1, size: int = 50
    ) -> Page[Activity]:
        """`kind` is buys, sells, limits or payout; None leaves fills of resting orders out."""

    async def profit_and_loss(self, *, currency: Currency) -> ProfitAndLoss: ...


class PriceFeed(Protocol):
    """Prices of underlying assets."""

    async def underlying(self, symbol: Symbol) -> Underlying:
        """The asset as of now: up to a day of closed one-minute bars and 120 s of ticks.

        Raises FeedStale when the feed has never shown the symbol.
        """

    def stream(self, symbols: Sequence[Symbol]) -> AsyncIterator[Symbol]:
        """Name a symbol each time that it has a new price; with none asked for, every one that is
        watched.
        """


class KillSwitch(Protocol):
    """A way to stop trading that works without the books and without the agent's leave."""

    def pulled(self) -> str | None:
        """Why trading must stop at once, or None. Cheap: it is asked before every order."""
