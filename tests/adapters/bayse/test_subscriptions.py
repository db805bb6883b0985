"""What a stream asks the venue for."""

from __future__ import annotations

import dataclasses

from pydantic import SecretStr

from bayse_agent.adapters.bayse.stream import Socket
from bayse_agent.adapters.bayse.wire import stream as wire
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.market import EventId, Symbol
from bayse_agent.domain.money import Currency
from tests.adapters.bayse.socket_server import SocketServer
from tests.adapters.bayse.stream_kit import (
    QUICK,
    make,
    markets,
    running,
    until,
)


async def test_subscribe_when_there_are_many_markets_then_asks_in_lots_of_ten(
    sockets: SocketServer,
) -> None:
    stream = make(sockets)
    stream.subscribe(*wire.books(markets(25), Currency.NGN))

    async with running(stream):
        heard = await sockets.hears(3)

    assert [len(message["marketIds"]) for message in heard] == [10, 10, 5]
    assert heard[0] == {
        "type": "subscribe",
        "channel": "orderbook",
        "marketIds": [f"m{number}" for number in range(10)],
        "currency": "NGN",
    }
    assert sockets.paths == ["/ws/v1/markets"]


async def test_subscribe_when_of_each_channel_then_asks_as_documented(
    sockets: SocketServer,
) -> None:
    stream = make(sockets)
    event = EventId("E")
    stream.subscribe(*wire.listed_prices([event]), wire.orders_of_anyone(event))
    stream.subscribe(wire.orders_of_user("U"), wire.assets(Symbol("BTCUSDT")))

    async with running(stream):
        heard = await sockets.hears(4)

    assert heard == [
        {"type": "subscribe", "channel": "prices", "eventId": "E"},
        {"type": "subscribe", "channel": "activity", "eventId": "E"},
        {"type": "subscribe", "channel": "user_trades", "userId": "U"},
        {"type": "subscribe", "channel": "asset_prices", "symbols": ["BTCUSDT"]},
    ]


async def test_subscribe_when_connected_already_then_asks_at_once(sockets: SocketServer) -> None:
    stream = make(sockets)

    async with running(stream):
        await until(lambda: stream.state.is_connected)
        stream.subscribe(*wire.listed_prices([EventId("E")]))
        stream.subscribe(*wire.listed_prices([EventId("E")]))
        stream.subscribe(*wire.listed_prices([EventId("F")]))
        heard = await sockets.hears(2)

    assert [message["eventId"] for message in heard] == ["E", "F"]


async def test_unsubscribe_when_the_room_is_known_then_leaves_it(sockets: SocketServer) -> None:
    stream = make(sockets, Socket.REALTIME)
    stream.subscribe(wire.assets(Symbol("BTCUSDT")))

    async with running(stream):
        await sockets.hears(1)
        stream.unsubscribe(wire.assets(Symbol("BTCUSDT")))
        heard = await sockets.hears(2)

    assert heard[1] == {"type": "unsubscribe", "room": "asset_prices:BTCUSDT"}


async def test_user_stream_when_it_speaks_then_every_message_carries_the_key(
    sockets: SocketServer,
) -> None:
    options = dataclasses.replace(QUICK, ping_every_s=0.01)
    stream = make(sockets, Socket.USER, public_key=SecretStr("pk_live_1"), options=options)
    stream.subscribe(*wire.own_orders(markets(1)))

    async with running(stream):
        heard = await sockets.hears(3)

    assert sockets.paths == ["/ws/v1/user"]
    assert [message["type"] for message in heard[:2]] == ["subscribe", "ping"]
    assert all(message["auth"] == {"apiKey": "pk_live_1"} for message in heard)


async def test_stream_when_idle_then_pings(sockets: SocketServer) -> None:
    options = dataclasses.replace(QUICK, ping_every_s=0.005)

    async with running(make(sockets, options=options)):
        heard = await sockets.hears(3)

    assert heard == [{"type": "ping"}] * len(heard)


async def test_subscribe_when_there_is_much_to_ask_then_keeps_to_the_rate(
    sockets: SocketServer,
) -> None:
    options = dataclasses.replace(QUICK, messages_per_s=3)
    stream = make(sockets, options=options)
    stream.subscribe(*wire.listed_prices([EventId(str(number)) for number in range(4)]))
    clock = SystemClock()
    began_s = clock.monotonic_s()

    async with running(stream):
        await sockets.hears(4)

    assert clock.monotonic_s() - began_s >= 1
