"""What the venue's websockets push, read; and the messages that ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bayse_agent.adapters.bayse.wire import prices
from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.reader import Reader
from bayse_agent.adapters.bayse.wire.writing import Field
from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import EventId, MarketId, OrderBook, Side, Symbol, Tick
from bayse_agent.domain.money import ZERO, Currency, Price, Shares
from bayse_agent.domain.order import OrderId

LOT = 10
"""Ids in one message, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceUpdate:
    """The listed prices of one market. None is no price."""

    event_id: EventId
    market_id: MarketId
    price1: Price | None
    price2: Price | None
    source_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSeen:
    """Somebody's order, as the venue makes it known. `is_outcome1`: it is for outcome1."""

    event_id: EventId
    market_id: MarketId
    side: Side
    is_outcome1: bool
    amount: Decimal
    shares: Shares
    price: Price | None
    currency: Currency
    source_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHint:
    """Something was filled of one of our orders. What, only a read tells: this is a doorbell."""

    order_id: OrderId
    market_id: MarketId
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamError:
    """The venue complains of one of our messages."""

    message: str


Change = PriceUpdate | OrderSeen | OrderHint | OrderBook | Tick | StreamError


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """How a message came in: when, and for which currency its books were asked for."""

    received_at: datetime
    currency: Currency
    source_ahead_max: timedelta


@dataclass(frozen=True, slots=True)
class Subscription:
    """A message that asks for pushes, and the room that ends them where its name is known."""

    fields: tuple[tuple[str, Field], ...]
    room: str | None = None

    def message(self) -> dict[str, Field]:
        return {"type": "subscribe", **dict(self.fields)}


def listed_prices(event_ids: Sequence[EventId]) -> list[Subscription]:
    """Prices of all markets of events."""
    return [_subscription(channel="prices", eventId=event_id) for event_id in event_ids]


def books(market_ids: Sequence[MarketId], currency: Currency) -> list[Subscription]:
    """Books of both outcomes of markets, in lots."""
    return [
        _subscription(channel="orderbook", marketIds=lot, currency=currency.value)
        for lot in _lots(market_ids)
    ]


def orders_of_anyone(event_id: EventId) -> Subscription:
    room = f"activity:{event_id}"
    return Subscription((("channel", "activity"), ("eventId", event_id)), room)


def orders_of_user(user_id: str) -> Subscription:
    return _subscription(channel="user_trades", userId=user_id)


def own_orders(market_ids: Sequence[MarketId]) -> list[Subscription]:
    """Fills of our own orders, in lots of markets."""
    return [_subscription(channel="orders", marketIds=lot) for lot in _lots(market_ids)]


def assets(symbol: Symbol) -> Subscription:
    """Prices of one underlying asset."""
    return Subscription(
        (("channel", "asset_prices"), ("symbols", (symbol,))), f"asset_prices:{symbol}"
    )


def _subscription(**fields: Field) -> Subscription:
    return Subscription(tuple(fields.items()))


def _lots(ids: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(ids[start : start + LOT]) for start in range(0, len(ids), LOT)]


_ACKNOWLEDGEMENTS = frozenset({"connected", "subscribed", "unsubscribed", "pong"})


def changes(value: object, reception: Reception, drift: Drift) -> list[Change]:
    """What one message tells; nothing for acknowledgements and for types that we do not know.

    Unknown types are counted. Raises VenueMalformed for a known type that cannot be read.
    """
    message = Reader(value, "message", drift)
    kind = message.text("type")
    read = _TYPES.get(kind)
    if read is not None:
        found = read(message, reception)
        message.done("timestamp room channel")
        return found
    if kind not in _ACKNOWLEDGEMENTS:
        drift.unknown_word("message", "type", kind)
    return []


def _price_update(message: Reader, reception: Reception) -> list[Change]:
    event = message.within("data", "price_update")
    found: list[Change] = []
    for row in event.rows("markets", "price_update.market"):
        told = row.within("prices", "price_update.prices")
        update = PriceUpdate(
            event_id=EventId(event.id("id")),
            market_id=MarketId(row.id("id")),
            price1=told.optional_price("YES"),
            price2=told.optional_price("NO"),
            source_at=_source_time(message, reception),
            received_at=reception.received_at,
        )
        told.done()
        row.done()
        found.append(update)
    event.done()
    return found


def _book_update(message: Reader, reception: Reception) -> list[Change]:
    data = message.within("data", "orderbook_update")
    row = data.within("orderbook", "book")
    found = prices.book(row, reception.currency, reception.received_at)
    data.done()
    _refuse_future(found.source_at, reception)
    return [found]


def _order_seen(message: Reader, reception: Reception) -> list[Change]:
    data = message.within("data", "activity")
    order = data.within("order", "activity.order")
    word = order.text("outcome").strip().upper()
    if word not in ("YES", "NO"):
        raise VenueMalformed("activity.order.outcome is neither YES nor NO")
    found = OrderSeen(
        event_id=EventId(data.within("event", "activity.event").id("id")),
        market_id=MarketId(data.within("market", "activity.market").id("id")),
        side=order.choice("type", Side),
        is_outcome1=word == "YES",
        amount=order.number("amount"),
        shares=order.shares("quantity"),
        price=order.optional_price("price"),
        currency=order.currency("currency"),
        source_at=_source_time(message, reception),
        received_at=reception.received_at,
    )
    order.done("id status outcomeLabel engine orderType createdAt updatedAt side")
    data.done("user")
    return [found]


def _order_hint(message: Reader, reception: Reception) -> list[Change]:
    data = message.within("data", "order_updated")
    found = OrderHint(
        order_id=OrderId(data.id("id")),
        market_id=MarketId(data.id("marketId")),
        received_at=reception.received_at,
    )
    return [found]


def _asset_price(message: Reader, reception: Reception) -> list[Change]:
    data = message.within("data", "asset_price")
    found = Tick(
        symbol=Symbol(data.id("symbol")),
        price=data.number("price"),
        at=data.moment("timestamp"),
        received_at=reception.received_at,
    )
    data.done()
    if found.price <= ZERO:
        raise VenueMalformed("asset_price.price is not above 0")
    _refuse_future(found.at, reception)
    return [found]


def _complaint(message: Reader, reception: Reception) -> list[Change]:
    data = message.within("data", "error")
    return [StreamError(message=data.text_or_empty("message"))]


def _source_time(message: Reader, reception: Reception) -> datetime:
    found = message.moment("timestamp")
    _refuse_future(found, reception)
    return found


def _refuse_future(source_at: datetime, reception: Reception) -> None:
    if source_at - reception.received_at > reception.source_ahead_max:
        raise VenueMalformed("a time in the future")


_TYPES: dict[str, Callable[[Reader, Reception], list[Change]]] = {
    "price_update": _price_update,
    "orderbook_update": _book_update,
    "buy_order": _order_seen,
    "sell_order": _order_seen,
    "order_updated": _order_hint,
    "asset_price": _asset_price,
    "error": _complaint,
}
