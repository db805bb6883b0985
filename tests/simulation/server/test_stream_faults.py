"""Streams that go wrong: faults on purpose, clients that are too slow, connections that end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from bayse_agent.simulation.server.connection import OUTBOX_LIMIT, Connection
from bayse_agent.simulation.server.serving import PING_EVERY_S
from tests.simulation.server.listener import Listener, Message, data_of, listening
from tests.simulation.server.stage import Stage, staged


async def follow_book(stage: Stage, listener: Listener) -> None:
    await listener.say(type="subscribe", channel="prices", eventId=stage.world.book.id)
    await listener.settle()


def move(stage: Stage, stamp: int) -> None:
    """Give the book another price, and tell it."""
    tick = 400 + stamp
    stage.world.quote(stage.market, bids=((tick, 10),), asks=((tick + 20, 10),), stamp=stamp)
    stage.desk.hub.flush()


def price_of(message: Message) -> float:
    [row] = data_of(message)["markets"]  # type: ignore[misc]
    price: float = row["prices"]["YES"]
    return price


async def test_frames_can_be_duplicated(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await follow_book(stage, listener)
        stage.faults({"route": "WS /ws/v1/markets", "kind": "duplicate_frame", "nth": 1})
        move(stage, 2)
        assert [price_of(message) for message in await listener.settle()] == [0.412, 0.412]
        assert stage.fired() == [1]


async def test_frames_can_be_reordered(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await follow_book(stage, listener)
        stage.faults({"route": "WS /ws/v1/markets", "kind": "reorder_frame", "nth": 1})
        for stamp in (2, 4, 6):
            move(stage, stamp)
        assert [price_of(message) for message in await listener.settle()] == [0.414, 0.412, 0.416]


async def test_frames_can_be_merged(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await follow_book(stage, listener)
        stage.faults({"route": "WS /ws/v1/markets", "kind": "merge_frame", "nth": 1})
        move(stage, 2)
        assert await listener.settle() == []
        move(stage, 4)
        listener.frames.clear()
        assert price_of(await listener.hear()) == 0.412
        assert price_of(await listener.hear()) == 0.414
        assert listener.frames == [2]


async def test_a_stream_can_fall_silent_and_stay_open(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await follow_book(stage, listener)
        stage.faults({"route": "WS /ws/v1/markets", "kind": "silent_stream", "nth": 2})
        for stamp in (2, 4, 6):
            move(stage, stamp)
        await listener.say(type="ping")
        assert price_of(await listener.hear()) == 0.412
        alive = await listener.socket.ping()
        await asyncio.wait_for(alive, 5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(listener.socket.recv(), 0.05)


async def test_a_stream_can_be_dropped(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await follow_book(stage, listener)
        stage.faults({"route": "WS /ws/v1/markets", "kind": "drop_stream", "nth": 1})
        move(stage, 2)
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(listener.socket.recv(), 5)
    async with listening(stage, "markets") as again:
        await follow_book(stage, again)


def test_a_client_that_is_too_slow_is_dropped() -> None:
    connection = Connection(number=1, route="WS /ws/v1/markets")
    for _ in range(OUTBOX_LIMIT):
        connection.tell("{}")
    assert not connection.dropped.is_set()
    connection.tell("{}")
    assert (connection.dropped.is_set(), connection.close_code) == (True, 1013)
    assert connection.outbox.qsize() == OUTBOX_LIMIT


async def closing_code(listener: Listener) -> int | None:
    """Read to the end, and say how it ended."""
    try:
        while True:
            await asyncio.wait_for(listener.socket.recv(), 5)
    except ConnectionClosed:
        return listener.socket.close_code


async def test_a_flood_closes_the_connection_and_leaves_the_others_open(stage: Stage) -> None:
    async with listening(stage, "realtime") as flooded, listening(stage, "realtime") as calm:
        await flooded.say(type="subscribe", channel="asset_prices", symbols=["BTCUSDT"])
        await flooded.settle()
        for _ in range(OUTBOX_LIMIT + 1):
            stage.desk.hub.push_assets()
        assert await closing_code(flooded) == 1013
        assert await calm.settle() == []


async def test_who_is_gone_is_forgotten(stage: Stage) -> None:
    async with listening(stage, "markets") as listener:
        await follow_book(stage, listener)
        assert len(stage.desk.hub.rooms) == 1
    for _ in range(100):
        await stage.client.get("/health")
        if not stage.desk.hub.rooms:
            break
    assert not stage.desk.hub.rooms


class PingedConnection(ClientConnection):
    """A client that notes the server's pings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pinged = asyncio.Event()

    def process_event(self, event: Any) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            self.pinged.set()
        super().process_event(event)


async def test_the_server_pings_by_itself() -> None:
    async with (
        staged(ping_every_s=0.02) as stage,
        connect(
            stage.ws("markets"), ping_interval=None, create_connection=PingedConnection
        ) as socket,
    ):
        assert isinstance(socket, PingedConnection)
        assert await asyncio.wait_for(socket.pinged.wait(), 5)


def test_the_server_pings_every_54_seconds_by_default() -> None:
    assert PING_EVERY_S == 54


async def test_an_unknown_socket_is_refused(stage: Stage) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(stage.ws("nothing"))
    assert refused.value.response.status_code == 403
