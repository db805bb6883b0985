"""The three websockets: what clients may say on them, and what they are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from enum import StrEnum

from starlette.websockets import WebSocket, WebSocketDisconnect

from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange.refusal import Refusal
from bayse_agent.simulation.server.accounts import User
from bayse_agent.simulation.server.connection import (
    ROOM_LIMIT,
    Connection,
    Room,
    RoomKind,
)
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.encoding import Json, read_json
from bayse_agent.simulation.server.fields import Fields, as_object
from bayse_agent.simulation.server.problem import Problem, bad_request

MARKETS, USER, REALTIME = "WS /ws/v1/markets", "WS /ws/v1/user", "WS /ws/v1/realtime"
IDS_LIMIT = 10
CLOSE_TIMEOUT_S = 1.0
SYMBOLS = frozenset({"BTCUSDT", "ETHUSDT", "SOLUSDT", "XAUUSD", "EURUSD", "GBPUSD", "USDNGN"})
"""What the venue offers; BNB, the yen and silver are not among them."""

_AUTH_REQUIRED = (
    'auth required: include {"auth":{"accessToken":"..."}} or {"auth":{"apiKey":"..."}} '
    "in every message"
)


class MessageType(StrEnum):
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    PING = "ping"


class Streams:
    """Serves connections; what happens in the world comes from the hub."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._channels: Mapping[str, Mapping[str, Callable[[Fields], list[Room]]]] = {
            MARKETS: {
                RoomKind.ACTIVITY: self._activity,
                RoomKind.PRICES: self._prices,
                RoomKind.ORDERBOOK: self._orderbook,
                RoomKind.USER_TRADES: self._user_trades,
            },
            USER: {RoomKind.ORDERS: self._orders},
            REALTIME: {RoomKind.ASSET_PRICES: self._assets},
        }

    async def serve(self, route: str, websocket: WebSocket) -> None:
        """One connection from beginning to end."""
        await websocket.accept()
        hub = self._desk.hub
        connection = hub.connect(route)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = {
                    group.create_task(self._receive(connection, websocket)),
                    group.create_task(_send(connection, websocket)),
                    group.create_task(connection.dropped.wait()),
                }
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    task.cancel()
        finally:
            hub.disconnect(connection)
        if connection.dropped.is_set():
            await _close(websocket, connection.close_code)

    async def _receive(self, connection: Connection, websocket: WebSocket) -> None:
        while True:
            try:
                text = await websocket.receive_text()
            except WebSocketDisconnect:
                return
            except KeyError:  # a binary frame carries no text
                text = ""
            self._hear(connection, text)

    def _hear(self, connection: Connection, text: str) -> None:
        """Answer one message. Whatever is wrong with it, the socket stays open."""
        try:
            if not connection.may_speak(self._desk.wall.now().timestamp()):
                raise Problem(429, "rate_limit", "rate limit exceeded: 10 messages per second")
            self._answer(connection, _parsed(text))
        except (Problem, Refusal) as error:
            message: Json = {"message": error.message}
            self._desk.hub.tell(connection, {"type": "error", "data": message})

    def _answer(self, connection: Connection, fields: Fields) -> None:
        kind = fields.text("type") if fields.has("type") else ""
        if kind not in set(MessageType):
            raise bad_request(f"unknown message type: {kind[:50]}")
        if connection.route == USER:
            self._user(fields)
        if kind == MessageType.PING:
            self._desk.hub.tell(connection, {"type": "pong"})
        elif kind == MessageType.SUBSCRIBE:
            self._subscribe(connection, fields)
        else:
            self._unsubscribe(connection, fields)

    def _subscribe(self, connection: Connection, fields: Fields) -> None:
        channel = fields.text("channel")
        rooms_of = self._channels[connection.route].get(channel)
        if rooms_of is None:
            raise bad_request(f"channel {channel[:50]} is not available on this endpoint")
        rooms = rooms_of(fields)
        if len(connection.rooms) + len(rooms) > ROOM_LIMIT:
            raise bad_request(f"at most {ROOM_LIMIT} rooms per connection")
        hub = self._desk.hub
        for room in rooms:
            hub.tell(connection, {"type": "subscribed", "data": {"room": room.name}})
            hub.join(connection, room)

    def _unsubscribe(self, connection: Connection, fields: Fields) -> None:
        if not fields.has("room"):
            raise bad_request("Room name is required")
        name = fields.text("room")
        room = connection.rooms.get(name)
        if room is None:
            raise bad_request(f"not subscribed to {name[:100]}")
        self._desk.hub.leave(connection, room)
        self._desk.hub.tell(connection, {"type": "unsubscribed", "data": {"room": name}})

    def _user(self, fields: Fields) -> User:
        """Who speaks on the user socket. Raises Problem 401; a token wins over a key."""
        try:
            auth = fields.nested("auth")
        except Problem as error:
            raise Problem(401, "unauthorized", _AUTH_REQUIRED) from error
        accounts = self._desk.accounts
        token = auth.optional_text("accessToken")
        if token is not None:
            return accounts.session(token, auth.optional_text("deviceId")).user
        return accounts.by_public_key(auth.optional_text("apiKey")).user

    def _activity(self, fields: Fields) -> list[Room]:
        event = self._desk.exchange.event(fields.text("eventId"))
        market_id = fields.optional_text("marketId")
        if market_id is not None and all(market.id != market_id for market in event.markets):
            raise bad_request("marketId does not belong to this event")
        return [Room(RoomKind.ACTIVITY, event.id, market_id)]

    def _prices(self, fields: Fields) -> list[Room]:
        event = self._desk.exchange.event(fields.text("eventId"))
        return [Room(RoomKind.PRICES, event.id)]

    def _orderbook(self, fields: Fields) -> list[Room]:
        currency = fields.choice("currency", Currency) if fields.has("currency") else Currency.USD
        return [
            Room(RoomKind.ORDERBOOK, market_id, currency) for market_id in self._market_ids(fields)
        ]

    def _user_trades(self, fields: Fields) -> list[Room]:
        account = self._desk.exchange.account(fields.text("userId"))
        return [Room(RoomKind.USER_TRADES, account.id)]

    def _orders(self, fields: Fields) -> list[Room]:
        user = self._user(fields)
        return [Room(RoomKind.ORDERS, user.id, name) for name in self._market_ids(fields)]

    def _market_ids(self, fields: Fields) -> list[str]:
        """The ids of known markets. Raises for an unknown one, and above ten."""
        if fields.has("marketIds"):
            named = fields.items("marketIds", limit=IDS_LIMIT)
        else:
            named = [fields.text("marketId")]
        return [self._desk.exchange.market(str(name)).id for name in named]

    def _assets(self, fields: Fields) -> list[Room]:
        if not fields.has("symbols"):
            raise bad_request("Symbols required to subscribe to asset prices")
        symbols = [str(symbol) for symbol in fields.items("symbols", limit=IDS_LIMIT)]
        if unknown := [symbol for symbol in symbols if symbol not in SYMBOLS]:
            raise bad_request(f"unknown symbol: {unknown[0][:50]}")
        return [Room(RoomKind.ASSET_PRICES, symbol) for symbol in symbols]


def _parsed(text: str) -> Fields:
    try:
        return as_object(read_json(text.encode("utf-8", "replace")))
    except Problem as error:
        raise bad_request("invalid JSON message") from error


async def _send(connection: Connection, websocket: WebSocket) -> None:
    while True:
        frame = await connection.next_frame()
        try:
            await websocket.send_text(frame)
        except WebSocketDisconnect:
            return


async def _close(websocket: WebSocket, code: int) -> None:
    """Say goodbye, unless the client does not even read that."""
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await websocket.close(code)
    except (TimeoutError, WebSocketDisconnect, RuntimeError):
        return
