"""Bayse as the agent sees it: everything that can be seen and done there, in domain values."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import quote as quoted

from bayse_agent.adapters.bayse import placing
from bayse_agent.adapters.bayse.client import Access, BayseClient
from bayse_agent.adapters.bayse.paging import every_page
from bayse_agent.adapters.bayse.replies import Answer
from bayse_agent.adapters.bayse.wire import account, listing, orders, prices, writing
from bayse_agent.adapters.bayse.wire.reader import Reader
from bayse_agent.domain.errors import (
    InvalidValue,
    VenueError,
    VenueMalformed,
    VenueNotFound,
    VenueRejected,
)
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
from bayse_agent.ports import Clock

_EVENTS = "/v1/pm/events"
_ORDERS = "/v1/pm/orders"
_CANCELS_PER_REQUEST = 15


class BayseVenue:
    """The ports `MarketData` and `Venue` on a client. `clock` tells when data was received.

    `gate` is asked again before an order leaves that had to wait for the pace.
    """

    def __init__(
        self, client: BayseClient, *, clock: Clock, gate: placing.OrderGate | None = None
    ) -> None:
        self._client = client
        self._gate = gate
        self._clock = clock

    # What can be seen

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
        parameters = _given(
            currency=currency.value,
            page=page,
            size=size,
            status=None if status is None else status.value,
            category=category,
            keyword=keyword,
            seriesSlug=series,
        )
        answer = await self._client.read(_EVENTS, parameters)
        return listing.events(answer, currency, self._client.drift)

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        return await self._event(f"{_EVENTS}/{_part(event_id)}", currency)

    async def event_by_slug(self, slug: str, *, currency: Currency) -> Event:
        return await self._event(f"{_EVENTS}/slug/{_part(slug)}", currency)

    async def _event(self, path: str, currency: Currency) -> Event:
        answer = await self._client.read(path, _given(currency=currency.value))
        return listing.event(Reader(answer, "event", self._client.drift), currency)

    async def series(self, *, page: int = 1, size: int = 50) -> Page[Series]:
        answer = await self._client.read(f"{_EVENTS}/series", _given(page=page, size=size))
        return listing.series_page(answer, self._client.drift)

    async def series_windows(self, slug: SeriesSlug) -> tuple[SeriesWindow, ...]:
        answer = await self._client.read(f"{_EVENTS}/series/{_part(slug)}/lean-events")
        return listing.windows(answer, self._client.drift)

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = 20
    ) -> tuple[OrderBook, ...]:
        found: list[OrderBook] = []
        wanted = list(dict.fromkeys(outcome_ids))
        lot_size = self._client.options.books_per_request_max
        for start in range(0, len(wanted), lot_size):
            lot = wanted[start : start + lot_size]
            ids = [("outcomeId[]", outcome_id) for outcome_id in lot]
            others = _given(depth=depth, currency=currency.value)
            answer = await self._client.read("/v1/pm/books", [*ids, *others])
            now = self._clock.now()
            found += prices.books(answer, lot, currency, now, self._client.drift)
        return tuple(found)

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
        path = f"{_EVENTS}/{_part(event_id)}/markets/{_part(market_id)}/quote"
        answer = await self._client.ask(path, writing.quote(side, outcome_id, amount, currency))
        return prices.quote(
            Reader(answer, "quote", self._client.drift),
            market_id=market_id,
            outcome_id=outcome_id,
            side=side,
            asked=amount,
            currency=currency,
            received_at=self._clock.now(),
        )

    async def ticker(self, market_id: MarketId, outcome_id: OutcomeId) -> Ticker:
        path = f"/v1/pm/markets/{_part(market_id)}/ticker"
        answer = await self._client.read(path, _given(outcomeId=outcome_id))
        return prices.ticker(Reader(answer, "ticker", self._client.drift), market_id)

    async def price_history(
        self, event_id: EventId, *, period: str = "24H", market_ids: Sequence[MarketId] = ()
    ) -> dict[MarketId, tuple[PricePoint, ...]]:
        ids = [("marketId[]", market_id) for market_id in market_ids]
        path = f"{_EVENTS}/{_part(event_id)}/price-history"
        answer = await self._client.read(path, [*_given(timePeriod=period, outcome="YES"), *ids])
        return prices.history(answer, self._client.drift)

    async def trades(
        self,
        *,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        order_id: OrderId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Trade]:
        parameters = _given(
            marketId=market_id, outcomeId=outcome_id, orderId=order_id, page=page, size=size
        )
        answer = await self._client.read("/v1/pm/trades", parameters)
        return prices.trades(answer, self._client.drift)

    # What can be done

    def seal(self, order: PlaceOrder, *, key: str) -> SealedOrder:
        """The exact request for an order, to be stored before it is sent.

        Raises InvalidValue for an order that the venue cannot take.
        """
        return placing.seal(order, key=key, unit=self._client.options.sell_unit)

    async def send(self, sealed: SealedOrder) -> PlaceReply:
        """Send what `seal` made, byte by byte. Never raises for what happens on the way."""
        return await placing.send(self._client, sealed, self._gate)

    async def place(self, order: PlaceOrder, *, key: str) -> PlaceReply:
        """Seal and send in one go, for those who keep no books."""
        try:
            sealed = self.seal(order, key=key)
        except InvalidValue as error:
            return Declined(status=placing.NOT_SENT, code="invalid_order", message=str(error))
        return await self.send(sealed)

    async def cancel(self, order_id: OrderId) -> VenueOrder | Declined | Unresolved:
        """Cancel, then read: what the order is afterwards decides, not what the cancel said."""
        said: Declined | Unresolved | None = None
        try:
            await self._client.remove(f"{_ORDERS}/{_part(order_id)}")
        except VenueRejected as error:
            said = Declined(status=error.status or 0, code=error.code or "", message=str(error))
        except VenueError as error:
            said = Unresolved(reason=str(error))
        try:
            found = await self.order(order_id)
        except VenueNotFound as error:
            if isinstance(said, Declined):
                return said
            return Unresolved(reason=f"cancelled or not, it cannot be found: {error}")
        except VenueError as error:
            return Unresolved(reason=f"the order could not be read after its cancel: {error}")
        return found if said is None or found.status.is_final else said

    async def cancel_many(self, order_ids: Sequence[OrderId]) -> None:
        """Ask for many cancels at the price of a few requests. Read the orders afterwards.

        Raises VenueError as soon as a request fails; it is safe to call again.
        """
        wanted = list(dict.fromkeys(order_ids))
        for start in range(0, len(wanted), _CANCELS_PER_REQUEST):
            lot = wanted[start : start + _CANCELS_PER_REQUEST]
            await self._client.remove_many(placing.BATCH, writing.cancel(lot), len(lot))

    async def amend(self, change: Amend, *, key: str) -> Accepted | Declined | Unresolved:
        try:
            return await placing.send_amend(self._client, change, key=key)
        except InvalidValue as error:
            return Declined(status=placing.NOT_SENT, code="invalid_order", message=str(error))

    async def mint(self, market_id: MarketId, amount: Money) -> CompleteSet | Declined | Unresolved:
        reply = await self._complete_set(market_id, amount, "mint")
        if not isinstance(reply, Answer):
            return reply
        try:
            return account.minted(reply.json(), market_id, amount.currency, self._client.drift)
        except VenueMalformed as error:
            return Unresolved(reason=str(error))

    async def burn(self, market_id: MarketId, amount: Money) -> CompleteSet | Declined | Unresolved:
        reply = await self._complete_set(market_id, amount, "burn")
        if not isinstance(reply, Answer):
            return reply
        try:
            return account.burned(reply.json(), market_id, amount.currency, self._client.drift)
        except VenueMalformed as error:
            return Unresolved(reason=str(error))

    async def _complete_set(
        self, market_id: MarketId, amount: Money, verb: str
    ) -> Answer | Declined | Unresolved:
        try:
            body = writing.complete_set(amount)
        except InvalidValue as error:
            return Declined(status=placing.NOT_SENT, code="invalid_amount", message=str(error))
        path = f"/v1/pm/markets/{_part(market_id)}/{verb}"
        return await placing.send_once(self._client, path, body)

    # The account

    async def order(self, order_id: OrderId) -> VenueOrder:
        answer = await self._client.read(f"{_ORDERS}/{_part(order_id)}", access=Access.READ)
        found = orders.read(Reader(answer, "order", self._client.drift))
        if found.id != order_id:
            raise VenueMalformed("the venue told of another order than was asked for")
        return found

    async def orders(
        self,
        *,
        currency: Currency,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[VenueOrder]:
        parameters = _given(
            currency=currency.value, marketId=market_id, outcomeId=outcome_id, page=page, size=size
        )
        answer = await self._client.read(_ORDERS, parameters, access=Access.READ)
        return orders.page(answer, currency, self._client.drift)

    async def holdings(self) -> tuple[Holding, ...]:
        return await every_page(
            self._holdings,
            identity=lambda row: (row.market_id, row.outcome_id, row.currency),
            pages_max=self._client.options.pages_max,
        )

    async def _holdings(self, page: int) -> Page[Holding]:
        parameters = _given(page=page, size=50)
        answer = await self._client.read("/v1/pm/portfolio", parameters, access=Access.READ)
        return account.portfolio(answer, self._client.drift)

    async def wallets(self) -> tuple[Wallet, ...]:
        answer = await self._client.read("/v1/wallet/assets", access=Access.READ)
        return account.wallets(answer, self._client.drift)

    async def activities(
        self, *, kind: str | None = None, page: int = 1, size: int = 50
    ) -> Page[Activity]:
        parameters = _given(type=kind, page=page, size=size)
        answer = await self._client.read("/v1/pm/activities", parameters, access=Access.READ)
        return account.activities(answer, self._client.drift)

    async def profit_and_loss(self, *, currency: Currency) -> ProfitAndLoss:
        parameters = _given(currency=currency.value)
        answer = await self._client.read("/v1/pm/pnl", parameters, access=Access.READ)
        return account.profit_and_loss(answer, currency, self._client.drift)


def _given(**parameters: str | int | None) -> list[tuple[str, str]]:
    """Query parameters without those that are None."""
    return [(name, str(value)) for name, value in parameters.items() if value is not None]


def _part(text: str) -> str:
    """A text as one part of a path, whatever it holds."""
    return quoted(text, safe="")
