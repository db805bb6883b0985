"""The price feed on a real websocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from random import Random

import pytest

from bayse_agent.adapters.bayse.feed import StreamPriceFeed
from bayse_agent.adapters.bayse.stream import BayseStream, Socket
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.errors import FeedStale
from bayse_agent.domain.forecast import Underlying
from bayse_agent.domain.market import Symbol
from bayse_agent.domain.money import Currency
from tests.adapters.bayse.socket_server import SocketServer
from tests.adapters.bayse.stream_kit import MS, QUICK

BTC, ETH = Symbol("BTCUSDT"), Symbol("ETHUSDT")


def told(symbol: Symbol, price: float, at_ms: int = MS) -> dict[str, object]:
    data = {"symbol": symbol, "price": price, "timestamp": at_ms}
    return {"type": "asset_price", "data": data, "timestamp": at_ms}


@asynccontextmanager
async def feed_on(sockets: SocketServer, *symbols: Symbol) -> AsyncIterator[StreamPriceFeed]:
    clock = SystemClock()
    stream = BayseStream(
        sockets.url,
        Socket.REALTIME,
        clock=clock,
        timer=clock,
        generator=Random(1),
        currency=Currency.NGN,
        options=QUICK,
    )
    feed = StreamPriceFeed(stream, clock=clock, symbols=symbols, symbols_max=2)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(feed.run())
        yield feed
        task.cancel()


async def shown(feed: StreamPriceFeed, symbol: Symbol, price: str) -> Underlying:
    """The asset once it shows that price."""
    async with asyncio.timeout(20):
        while True:
            try:
                found = await feed.underlying(symbol)
            except FeedStale:
                found = None
            if found is not None and found.last.price == Decimal(price):
                return found
            await SystemClock().sleep_s(0.002)


async def test_underlying_when_prices_came_then_shows_the_last_and_the_bars(
    sockets: SocketServer,
) -> None:
    async with feed_on(sockets, BTC) as feed:
        await sockets.hears(1)
        await sockets.says(told(BTC, 1.5), told(BTC, 2.5, MS + 1000), told(BTC, 3.5, MS + 60_000))
        found = await shown(feed, BTC, "3.5")

    assert [tick.price for tick in found.recent] == [Decimal("1.5"), Decimal("2.5"), Decimal("3.5")]
    assert [bar.close for bar in found.bars] == [Decimal("2.5"), Decimal("3.5")]
    assert sockets.paths == ["/ws/v1/realtime"]


async def test_underlying_when_never_seen_then_is_stale_and_asked_for(
    sockets: SocketServer,
) -> None:
    async with feed_on(sockets) as feed:
        with pytest.raises(FeedStale, match="BTCUSDT"):
            await feed.underlying(BTC)
        heard = await sockets.hears(1)
        await sockets.says(told(BTC, 7.5))
        await shown(feed, BTC, "7.5")

    assert heard[0]["symbols"] == ["BTCUSDT"]


async def test_underlying_when_another_asset_is_told_then_stays_stale(
    sockets: SocketServer,
) -> None:
    async with feed_on(sockets, BTC) as feed:
        await sockets.hears(1)
        await sockets.says(told(ETH, 1.5), told(BTC, 2.5))
        await shown(feed, BTC, "2.5")

        with pytest.raises(FeedStale):
            await feed.underlying(ETH)


async def test_stream_when_prices_come_then_names_each_symbol_that_moved(
    sockets: SocketServer,
) -> None:
    async with feed_on(sockets, BTC, ETH) as feed:
        await sockets.hears(2)
        names = feed.stream([BTC])
        first = asyncio.ensure_future(anext(names))
        await asyncio.sleep(0)
        await sockets.says(told(ETH, 1.5), told(BTC, 2.5))
        async with asyncio.timeout(20):
            assert await first == BTC
        await names.aclose()


async def test_stream_when_its_listener_is_slow_then_names_a_symbol_once(
    sockets: SocketServer,
) -> None:
    async with feed_on(sockets, BTC, ETH) as feed:
        await sockets.hears(2)
        names = feed.stream([BTC, ETH])
        first = asyncio.ensure_future(anext(names))
        await sockets.says(told(ETH, 1))
        async with asyncio.timeout(20):
            assert await first == ETH
        await sockets.says(*(told(BTC, 1 + step, MS + step) for step in range(50)))
        await sockets.says(told(ETH, 9, MS + 1))
        await shown(feed, ETH, "9")
        async with asyncio.timeout(20):
            assert [await anext(names), await anext(names)] == [BTC, ETH]
        await names.aclose()


async def test_stream_when_prices_do_not_move_in_time_then_names_nothing(
    sockets: SocketServer,
) -> None:
    async with feed_on(sockets, BTC, ETH) as feed:
        await sockets.hears(2)
        names = feed.stream([BTC, ETH])
        first = asyncio.ensure_future(anext(names))
        await asyncio.sleep(0)
        await sockets.says(told(BTC, 1), told(BTC, 2), told(BTC, 3, MS - 5), told(ETH, 4))
        await shown(feed, ETH, "4")
        async with asyncio.timeout(20):
            assert [await first, await anext(names)] == [BTC, ETH]
        await names.aclose()
