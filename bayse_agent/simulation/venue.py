"""The local exchange as a venue, in process: the ports answered without a wire in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from bayse_agent.domain.errors import VenueNotFound, VenueRejected
from bayse_agent.domain.market import (
    Engine,
    Event,
    EventId,
    Level,
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
from bayse_agent.domain.money import Currency, Money, price
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
from bayse_agent.simulation.exchange import ids, views
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.house import Rung
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.records import TradeRecord
from bayse_agent.simulation.exchange.refusal import Refusal, item_code, route_code
from bayse_agent.simulation.exchange.sets import SetOperation
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.selection import (
    HISTORY_PERIODS,
    Wanted,
    page_of,
    select,
    series_windows,
)
from bayse_agent.simulation.series import SeriesSpec
from bayse_agent.simulation.world import World
from bayse_agent.simulation.writes import seal_order, unseal_order

T = TypeVar("T")
U = TypeVar("U")


@contextmanager
def _reading() -> Iterator[None]:
    """Turn the exchange's no into the error that a client would raise."""
    try:
        yield
    except Refusal as refusal:
        error = VenueNotFound if refusal.status == 404 else VenueRejected
        raise error(refusal.message, status=refusal.status, code=refusal.code) from refusal


def _declined(refusal: Refusal) -> Declined:
    """A no to a whole request."""
    code = route_code(refusal.code)
    return Declined(status=refusal.status, code=code, message=refusal.message)


def _declined_item(refusal: Refusal) -> Declined:
    """A no to an item of a batch, which is how book orders go: the batch itself is answered 200."""
    return Declined(status=200, code=item_code(refusal.code), message=refusal.message)


def _paged(items: Sequence[T], page: int, size: int, view: Callable[[T], U]) -> Page[U]:
    shown, last = page_of(items, page, size)
    return Page(items=tuple(view(item) for item in shown), number=page, last=last, total=len(items))


class LocalMarketData:
    """`ports.MarketData` over a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _exchange(self) -> Exchange:
        return self._world.exchange

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
        wanted = Wanted(
            status=status, category=category, keyword=keyword, series=series, currency=currency
        )
        events = select(self._exchange, wanted)
        return _paged(
            events, page, size, lambda event: views.event(self._exchange, event, currency)
        )

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        with _reading():
            return views.event(self._exchange, self._exchange.event(event_id), currency)

    async def event_by_slug(self, slug: str, *, currency: Currency) -> Event:
        with _reading():
            return views.event(self._exchange, self._exchange.event_by_slug(slug), currency)

    async def series(self, *, page: int = 1, size: int = 50) -> Page[Series]:
        numbered = list(enumerate(self._world.series(), start=1))
        return _paged(numbered, page, size, _series)

    async def series_windows(self, slug: SeriesSlug) -> tuple[SeriesWindow, ...]:
        return tuple(
            SeriesWindow(
                event_id=EventId(event.id),
                title=event.spec.title,
                opens_at=from_ms(event.spec.opens_ms),
                closes_at=from_ms(event.spec.closes_ms),
                resolves_at=from_ms(event.spec.resolves_ms),
            )
            for event in series_windows(self._exchange, slug)
        )

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = 20
    ) -> tuple[OrderBook, ...]:
        found: list[OrderBook] = []
        for outcome_id in outcome_ids:
            book = self._book(outcome_id, currency, depth)
            if book is not None:
                found.append(book)
        return tuple(found)

    def _book(self, outcome_id: OutcomeId, currency: Currency, depth: int) -> OrderBook | None:
        try:
            market, outcome = self._exchange.market_of(outcome_id)
        except Refusal:
            return None
        if market.event.spec.engine is not Engine.CLOB:
            return None
        bids, asks = self._exchange.levels(market, outcome, currency, depth)
        last = self._exchange.last_tick(market, outcome, currency)
        now = from_ms(self._exchange.now_ms)
        return OrderBook(
            market_id=MarketId(market.id),
            outcome_id=outcome_id,
            currency=currency,
            bids=_levels(bids),
            asks=_levels(asks),
            last_price=None if last is None else views.in_price(last),
            source_at=now,
            received_at=now,
        )

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
        with _reading():
            market, outcome = self._exchange.market_of(outcome_id)
            result = self._exchange.quote(market, outcome, side, amount, currency)
        return views.quote(result, self._exchange.now_ms)

    async def ticker(self, market_id: MarketId, outcome_id: OutcomeId) -> Ticker:
        with _reading():
            market, outcome = self._exchange.market_of(outcome_id)
        if market.event.spec.engine is Engine.AMM:
            raise VenueRejected("ticker is not available for AMM markets", status=400)
        currency = market.event.spec.currencies[0]
        bids, asks = self._exchange.levels(market, outcome, currency, 1)
        last = self._exchange.last_tick(market, outcome, currency)
        return Ticker(
            market_id=market_id,
            last_price=None if last is None else views.in_price(last),
            best_bid=views.in_price(bids[0][0]) if bids else None,
            best_ask=views.in_price(asks[0][0]) if asks else None,
            volume_24h=views.in_cash(market.volume_nanos.get(currency, 0)),
            at=from_ms(self._exchange.now_ms),
        )

    async def price_history(
        self, event_id: EventId, *, period: str = "24H", market_ids: Sequence[MarketId] = ()
    ) -> dict[MarketId, tuple[PricePoint, ...]]:
        if period not in HISTORY_PERIODS:
            raise VenueRejected(f"unknown period {period!r}", status=400)
        with _reading():
            event = self._exchange.event(event_id)
        wanted = [m for m in event.markets if not market_ids or m.id in market_ids]
        return {MarketId(market.id): self._history(market, period) for market in wanted}

    def _history(self, market: MarketState, period: str) -> tuple[PricePoint, ...]:
        length_ms, step_ms = HISTORY_PERIODS[period]
        since_ms = self._exchange.now_ms - length_ms
        points = self._world.price_history(market, 0, Currency.USD, since_ms, step_ms)
        return tuple(
            PricePoint(at=from_ms(ms), price=None if at is None else price(at)) for ms, at in points
        )

    async def trades(
        self,
        *,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        order_id: OrderId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Trade]:
        with _reading():
            found = self._trades(market_id, outcome_id, order_id)
        return _paged(found, page, size, views.trade)

    def _trades(
        self, market_id: MarketId | None, outcome_id: OutcomeId | None, order_id: OrderId | None
    ) -> list[TradeRecord]:
        if order_id is not None:
            return self._exchange.trades_of_order(order_id)
        if outcome_id is not None:
            market, outcome = self._exchange.market_of(outcome_id)
            return [
                trade
                for trade in reversed(market.trades)
                if outcome in (trade.taker.outcome, trade.maker.outcome)
            ]
        if market_id is not None:
            return self._exchange.market(market_id).trades[::-1]
        return self._exchange.all_trades()


class LocalVenue(LocalMarketData):
    """`ports.Venue` (and `MarketData`) for one account of a world.

    Book orders are kept by their key, as the venue keeps a batch's: the same key and order give
    the first answer again; the same key with another order is a doubt, and nothing is done.
    """

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world)
        self._account = account
        self._answers: dict[str, tuple[object, Accepted]] = {}

    def seal(self, order: PlaceOrder, *, key: str) -> SealedOrder:
        return seal_order(order, key)

    async def send(self, sealed: SealedOrder) -> PlaceReply:
        order, key = unseal_order(sealed)
        return await self.place(order, key=key)

    async def place(self, order: PlaceOrder, *, key: str) -> PlaceReply:
        """Ask for an order, unsealed."""
        if order.engine is Engine.AMM:
            return self._send(order)
        return self._once(key, order, lambda: self._send(order))

    def _once(
        self, key: str, what: object, act: Callable[[], Accepted | Declined]
    ) -> Accepted | Declined | Unresolved:
        if key in self._answers:
            before, answer = self._answers[key]
            if before != what:
                return Unresolved(reason="the key was used before, with another order")
            return Accepted(order=answer.order, is_replay=True)
        reply = act()
        if isinstance(reply, Accepted):
            self._answers[key] = (what, reply)
        return reply

    def _send(self, order: PlaceOrder) -> Accepted | Declined:
        try:
            return Accepted(order=views.placed(self._exchange.place(self._account, order)))
        except Refusal as refusal:
            is_item = order.engine is Engine.CLOB
            return _declined_item(refusal) if is_item else _declined(refusal)

    async def cancel(self, order_id: OrderId) -> VenueOrder | Declined | Unresolved:
        try:
            return views.order(self._exchange.cancel(self._account, order_id))
        except Refusal as refusal:
            return _declined(refusal)

    async def amend(self, change: Amend, *, key: str) -> Accepted | Declined | Unresolved:
        return self._once(key, change, lambda: self._amend(change))

    def _amend(self, change: Amend) -> Accepted | Declined:
        answer = self._exchange.amend(self._account, [change])[0]
        if isinstance(answer, Refusal):
            return _declined_item(answer)
        # Amending answers like placing does, and nobody has named a currency here.
        return Accepted(order=replace(views.placed(answer), currency=None))

    async def mint(self, market_id: MarketId, amount: Money) -> CompleteSet | Declined | Unresolved:
        return self._set(self._exchange.mint, market_id, amount)

    async def burn(self, market_id: MarketId, amount: Money) -> CompleteSet | Declined | Unresolved:
        return self._set(self._exchange.burn, market_id, amount)

    def _set(
        self,
        act: Callable[[Account, MarketState, Money], SetOperation],
        market_id: MarketId,
        amount: Money,
    ) -> CompleteSet | Declined:
        try:
            done = act(self._account, self._exchange.market(market_id), amount)
        except Refusal as refusal:
            return _declined(refusal)
        return CompleteSet(
            operation_id=done.id,
            market_id=market_id,
            pairs=views.in_shares(done.micro),
            cash=Money(views.in_cash(done.nanos), amount.currency),
        )

    async def order(self, order_id: OrderId) -> VenueOrder:
        with _reading():
            return views.order(self._exchange.order(self._account, order_id))

    async def orders(
        self,
        *,
        currency: Currency,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[VenueOrder]:
        def fits(order: Order) -> bool:
            return (
                order.currency is currency
                and market_id in (None, order.market.id)
                and outcome_id in (None, order.outcome_id)
            )

        mine = [order for order in reversed(self._account.orders.values()) if fits(order)]
        return _paged(mine, page, size, views.order)

    async def holdings(self) -> tuple[Holding, ...]:
        return views.holdings(self._exchange, self._account)

    async def wallets(self) -> tuple[Wallet, ...]:
        return views.wallets(self._account)

    async def activities(
        self, *, kind: str | None = None, page: int = 1, size: int = 50
    ) -> Page[Activity]:
        if kind is not None and kind not in views.GROUPS:
            raise VenueRejected(f"unknown type {kind!r}", status=422)
        return _paged(views.activities(self._account, kind), page, size, views.activity)

    async def profit_and_loss(self, *, currency: Currency) -> ProfitAndLoss:
        return views.profit_and_loss(self._account.results, currency)


def _levels(rungs: Sequence[Rung]) -> tuple[Level, ...]:
    return tuple(
        Level(price=views.in_price(tick), shares=views.in_shares(micro)) for tick, micro in rungs
    )


def _series(numbered: tuple[int, SeriesSpec]) -> Series:
    number, spec = numbered
    return Series(
        id=ids.make(ids.Kind.SERIES, number),
        slug=SeriesSlug(spec.slug),
        name=spec.name,
        category=spec.category,
        interval=spec.interval,
        symbol=Symbol(spec.symbol),
    )
