"""Tells the listeners of each room what happened: trades, fills, books, prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.records import TradeRecord
from bayse_agent.simulation.server.amounts import shown_price
from bayse_agent.simulation.server.connection import Connection, Room, RoomKind
from bayse_agent.simulation.server.encoding import Json, write_json
from bayse_agent.simulation.server.render_event import CANONICAL
from bayse_agent.simulation.server.render_order import render_book, render_placed
from bayse_agent.simulation.server.render_push import render_fill, render_pool_order

if TYPE_CHECKING:
    from bayse_agent.simulation.server.desk import Desk

STREAM_DEPTH = 20


class Hub:
    """Rooms and who listens in them. Nothing is rendered for a room without listeners."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._listeners: dict[Room, dict[int, Connection]] = {}
        self._last: dict[tuple[Room, int], Json] = {}
        self._count = 0

    @property
    def rooms(self) -> tuple[Room, ...]:
        """The rooms that somebody listens in."""
        return tuple(self._listeners)

    def connect(self, route: str) -> Connection:
        """Begin a connection and greet it."""
        self._count += 1
        connection = Connection(number=self._count, route=route)
        self.tell(
            connection,
            {
                "type": "connected",
                "status": "connected",
                "clientId": connection.client_id,
                "message": "Successfully connected to WebSocket server",
            },
        )
        return connection

    def disconnect(self, connection: Connection) -> None:
        for room in list(connection.rooms.values()):
            self.leave(connection, room)

    def join(self, connection: Connection, room: Room) -> None:
        """Add a listener; it gets a snapshot where the room has one."""
        connection.rooms[room.name] = room
        self._listeners.setdefault(room, {})[connection.number] = connection
        for part, message in enumerate(self._snapshots(room)):
            self._last[room, part] = _without_time(message)
            self._push(connection, self._stamped(message))

    def leave(self, connection: Connection, room: Room) -> None:
        connection.rooms.pop(room.name, None)
        listeners = self._listeners.get(room, {})
        listeners.pop(connection.number, None)
        if not listeners:
            self._listeners.pop(room, None)
            for part in (0, 1):
                self._last.pop((room, part), None)

    def notice(self, what: TradeRecord | Order) -> None:
        """Something traded: called while it happens."""
        if not self._listeners:
            return
        if isinstance(what, TradeRecord):
            self._announce(what.taker, render_fill(what))
            maker = Room(RoomKind.USER_TRADES, what.maker.account.id)
            self._deliver(maker, render_fill(what))
        elif what.market.event.spec.engine is Engine.AMM:
            self._announce(what, render_pool_order(what))
        else:
            room = Room(RoomKind.ORDERS, what.account.id, what.market.id)
            self._deliver(room, {"type": "order_updated", "data": render_placed(what)})

    def _announce(self, order: Order, message: dict[str, Json]) -> None:
        event_id = order.market.event.id
        self._deliver(Room(RoomKind.ACTIVITY, event_id), message)
        self._deliver(Room(RoomKind.ACTIVITY, event_id, order.market.id), message)
        self._deliver(Room(RoomKind.USER_TRADES, order.account.id), message)

    def flush(self) -> None:
        """Push the books and prices that are not what was pushed last."""
        for room in list(self._listeners):
            for part, message in enumerate(self._snapshots(room)):
                seen = _without_time(message)
                if room.kind is not RoomKind.ASSET_PRICES and self._last.get((room, part)) != seen:
                    self._last[room, part] = seen
                    self._deliver(room, message)

    def push_assets(self) -> None:
        """Push the price of every asset that somebody listens to."""
        for room in list(self._listeners):
            if room.kind is RoomKind.ASSET_PRICES:
                for message in self._snapshots(room):
                    self._deliver(room, message)

    def _snapshots(self, room: Room) -> list[dict[str, Json]]:
        """The whole of what a room shows now; nothing for rooms that only tell what happens."""
        if room.kind is RoomKind.ORDERBOOK:
            return [self._book(room, outcome) for outcome in (0, 1)]
        if room.kind is RoomKind.PRICES:
            return [self._prices(room)]
        if room.kind is RoomKind.ASSET_PRICES:
            return self._asset(room)
        return []

    def _book(self, room: Room, outcome: int) -> dict[str, Json]:
        exchange = self._desk.exchange
        currency = Currency(room.detail or Currency.USD)
        market = exchange.market(room.subject)
        book = render_book(exchange, market, outcome, currency, STREAM_DEPTH)
        return {"type": "orderbook_update", "data": {"orderbook": book}}

    def _prices(self, room: Room) -> dict[str, Json]:
        exchange = self._desk.exchange
        markets: list[Json] = []
        for market in exchange.event(room.subject).markets:
            prices: dict[str, Json] = {
                name: shown_price(exchange.marginal(market, outcome, Currency.USD))
                for outcome, name in enumerate(CANONICAL)
            }
            markets.append({"id": market.id, "prices": prices})
        return {"type": "price_update", "data": {"id": room.subject, "markets": markets}}

    def _asset(self, room: Room) -> list[dict[str, Json]]:
        found = self._desk.world.asset_price(room.subject, self._desk.exchange.now_ms)
        if found is None:
            return []
        at_ms, price = found
        data: dict[str, Json] = {"symbol": room.subject, "price": price, "timestamp": at_ms}
        return [{"type": "asset_price", "data": data}]

    def tell(self, connection: Connection, message: dict[str, Json]) -> None:
        """Answer one connection; faults leave answers alone."""
        connection.tell(self._stamped(message))

    def _deliver(self, room: Room, message: dict[str, Json]) -> None:
        listeners = self._listeners.get(room)
        if listeners:
            text = self._stamped(message)
            for connection in list(listeners.values()):
                self._push(connection, text)

    def _push(self, connection: Connection, text: str) -> None:
        connection.push(text, self._desk.faults.strike(connection.route))

    def _stamped(self, message: dict[str, Json]) -> str:
        return write_json({**message, "timestamp": self._desk.exchange.now_ms}).decode("ascii")


def _without_time(message: Json) -> Json:
    """A message without its times, to see whether anything else is new."""
    if isinstance(message, dict):
        return {
            name: _without_time(value) for name, value in message.items() if name != "timestamp"
        }
    return message
