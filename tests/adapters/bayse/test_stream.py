"""The websocket: what it asks for, what it makes of what comes, and how it survives."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from bayse_agent.adapters.bayse.stream import BayseStream, Socket
from bayse_agent.adapters.bayse.wire import stream as wire
from bayse_agent.adapters.bayse.wire.stream import OrderHint, OrderSeen, PriceUpdate
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.errors import ConfigurationError, VenueUnreachable
from bayse_agent.domain.market import EventId, OrderBook, Side, Tick
from bayse_agent.domain.money import Currency
from tests.adapters.bayse import samples
from tests.adapters.bayse.socket_server import SocketServer
from tests.adapters.bayse.stream_kit import (
    BITCOIN,
    BOOK,
    BOUGHT,
    FILLED,
    MS,
    PRICES,
    QUICK,
    make,
    next_of,
    running,
    until,
)


async def test_changes_when_a_frame_holds_several_objects_then_reads_each(
    sockets: SocketServer,
) -> None:
    async with running(stream := make(sockets)):
        await until(lambda: stream.state.is_connected)
        await sockets.says(PRICES, BOOK, BOUGHT, FILLED, BITCOIN)
        found = [await next_of(stream) for _ in range(5)]

    update, book, seen, hint, tick = found
    assert isinstance(update, PriceUpdate)
    assert (update.price1, update.price2) == (Decimal("0.65"), Decimal("0.35"))
    assert update.source_at == datetime(2026, 2, 17, 12, tzinfo=UTC)
    assert update.received_at > update.source_at
    assert isinstance(book, OrderBook)
    assert (book.currency, book.best_bid) == (Currency.NGN, Decimal("0.54"))
    assert isinstance(seen, OrderSeen)
    assert (seen.side, seen.is_outcome1, seen.shares) == (Side.BUY, False, Decimal("1.5"))
    assert isinstance(hint, OrderHint)
    assert (hint.order_id, hint.market_id) == (samples.ORDER, samples.MARKET)
    assert isinstance(tick, Tick)
    assert (tick.symbol, tick.price) == ("BTCUSDT", Decimal("96250.5"))
    assert tick.at == datetime(2026, 2, 17, 11, 59, 59, 800_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "bad",
    [
        "half a li",
        "[]",
        '{"type":5}',
        '{"type":"price_update"}',
        '{"type":"asset_price","data":{"symbol":"X","price":0,"timestamp":1771329600000}}',
        '{"type":"asset_price","data":{"symbol":"X","price":NaN,"timestamp":1771329600000}}',
        '{"type":"asset_price","data":{"symbol":"X","price":1,"timestamp":1771329600}}',
        '{"type":"asset_price","data":{"symbol":"X","price":1,"timestamp":4900000000000}}',
        "\x00",
    ],
)
async def test_changes_when_a_line_cannot_be_read_then_the_next_one_still_is(
    sockets: SocketServer, bad: str
) -> None:
    async with running(stream := make(sockets)):
        await until(lambda: stream.state.is_connected)
        await sockets.says(bad, PRICES)
        found = await next_of(stream)

    assert isinstance(found, PriceUpdate)
    assert sum(stream.drift.report().left_out.values()) == 1


async def test_changes_when_a_type_is_unknown_then_counts_it(sockets: SocketServer) -> None:
    async with running(stream := make(sockets)):
        await until(lambda: stream.state.is_connected)
        await sockets.says({"type": "confetti"}, {"type": "subscribed", "data": {}}, PRICES)
        await next_of(stream)

    assert stream.drift.report().unknown_words == {"message.type: confetti": 1}


async def test_changes_when_the_venue_complains_then_tells_so_without_keys(
    sockets: SocketServer,
) -> None:
    complaint = {"type": "error", "data": {"message": "no pk_live_1234"}, "timestamp": MS}
    async with running(stream := make(sockets)):
        await until(lambda: stream.state.is_connected)
        await sockets.says(complaint)
        await next_of(stream)

        assert stream.state.complaint == "no pk_***"


async def test_changes_when_nobody_takes_them_then_drops_the_oldest(sockets: SocketServer) -> None:
    options = dataclasses.replace(QUICK, queue_max=2)
    async with running(stream := make(sockets, options=options)):
        await until(lambda: stream.state.is_connected)
        await sockets.says(PRICES, BOOK, FILLED)
        await until(lambda: stream.state.dropped == 1)

        assert isinstance(await next_of(stream), OrderBook)


async def test_run_when_the_venue_hangs_up_then_comes_back_and_asks_again(
    sockets: SocketServer,
) -> None:
    stream = make(sockets)
    stream.subscribe(*wire.listed_prices([EventId("E")]))

    async with running(stream):
        first = await sockets.hears(1)
        await sockets.hangs_up()
        second = await sockets.hears(1, connection=1)
        await sockets.says(PRICES, connection=1)
        await next_of(stream)

    assert first == second
    assert stream.state.connections == 2


async def test_run_when_it_connects_then_reads_again_once_all_is_subscribed(
    sockets: SocketServer,
) -> None:
    heard_at_resync: list[int] = []

    async def resync() -> None:
        await sockets.hears(2, connection=len(heard_at_resync))
        heard_at_resync.append(len(sockets.heard[-1]))

    stream = make(sockets, resync=resync)
    stream.subscribe(*wire.listed_prices([EventId("E"), EventId("F")]))

    async with running(stream):
        await until(lambda: len(heard_at_resync) == 1)
        await sockets.hangs_up()
        await until(lambda: len(heard_at_resync) == 2)

    assert heard_at_resync == [2, 2]


async def test_run_when_reading_again_fails_then_gives_the_connection_up(
    sockets: SocketServer,
) -> None:
    tries: list[int] = []

    async def resync() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise VenueUnreachable("not now")

    async with running(stream := make(sockets, resync=resync)):
        await until(lambda: len(tries) == 2)

        assert stream.state.connections == 2
        assert stream.state.complaint == "VenueUnreachable: not now"


async def test_run_when_nothing_comes_for_too_long_then_connects_anew(
    sockets: SocketServer,
) -> None:
    sockets.greets = False
    options = dataclasses.replace(QUICK, receive_timeout_s=0.02)

    async with running(stream := make(sockets, options=options)):
        await until(lambda: stream.state.connections >= 2)

        assert stream.state.changed_at is None


async def test_run_when_only_pongs_come_then_stays_but_shows_that_nothing_changed(
    sockets: SocketServer,
) -> None:
    options = dataclasses.replace(QUICK, receive_timeout_s=0.5, ping_every_s=0.01)

    async with running(stream := make(sockets, options=options)):
        await sockets.hears(5)

        assert stream.state.connections == 1
        assert stream.state.received_at is not None
        assert stream.state.changed_at is None


async def test_run_when_a_frame_is_too_long_then_connects_anew(sockets: SocketServer) -> None:
    options = dataclasses.replace(QUICK, frame_max_bytes=1000)

    async with running(stream := make(sockets, options=options)):
        await until(lambda: stream.state.is_connected)
        await sockets.says("x" * 5000)
        await until(lambda: stream.state.connections == 2)


async def test_run_when_nobody_listens_then_tries_again_ever_more_slowly() -> None:
    pauses: list[float] = []

    class Recorder(SystemClock):
        async def sleep_s(self, seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 8:
                await asyncio.Event().wait()
            await super().sleep_s(0)

    stream = BayseStream(
        "ws://127.0.0.1:1",
        Socket.MARKETS,
        clock=SystemClock(),
        timer=Recorder(),
        generator=Random(7),
        currency=Currency.NGN,
    )
    async with running(stream):
        await until(lambda: len(pauses) == 8)

    assert all(1 <= pause <= 37.5 for pause in pauses)
    assert pauses[4] >= 16
    assert 30 <= pauses[-1] <= 37.5


async def test_run_when_there_is_a_bug_then_does_not_hide_it(sockets: SocketServer) -> None:
    async def resync() -> None:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as caught:
        await make(sockets, resync=resync).run()
    assert caught.group_contains(ZeroDivisionError)


def test_stream_when_the_address_is_not_one_of_sockets_then_refuses() -> None:
    clock = SystemClock()

    with pytest.raises(ConfigurationError):
        BayseStream(
            "https://socket.bayse.markets",
            Socket.USER,
            clock=clock,
            timer=clock,
            generator=Random(1),
            currency=Currency.NGN,
        )
