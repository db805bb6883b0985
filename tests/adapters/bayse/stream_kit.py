"""A stream under test: quick options, messages to push, and ways to wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from bayse_agent.adapters.bayse.options import StreamOptions
from bayse_agent.adapters.bayse.stream import BayseStream, Socket
from bayse_agent.adapters.bayse.wire.stream import Change
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Currency
from tests.adapters.bayse.pushes import MS as PUSHED_MS
from tests.adapters.bayse.pushes import PUSHED
from tests.adapters.bayse.socket_server import SocketServer

QUICK = StreamOptions(
    open_timeout_s=10,
    close_timeout_s=0.2,
    receive_timeout_s=10,
    ping_every_s=60,
    backoff_first_s=0.002,
    backoff_max_s=0.005,
    messages_per_s=1000,
)
MS = PUSHED_MS
PRICES, BOOK, BOUGHT, FILLED, BITCOIN = PUSHED.values()


def make(server: SocketServer, socket: Socket = Socket.MARKETS, **changes: Any) -> BayseStream:
    settings = {"options": QUICK, "generator": Random(1), "currency": Currency.NGN} | changes
    clock = SystemClock()
    return BayseStream(server.url, socket, clock=clock, timer=clock, **settings)


@asynccontextmanager
async def running(stream: BayseStream) -> AsyncIterator[BayseStream]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(stream.run())
        yield stream
        task.cancel()


async def next_of(stream: BayseStream) -> Change:
    async with asyncio.timeout(20):
        return await anext(stream.changes())


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await SystemClock().sleep_s(0.002)


def markets(count: int) -> list[MarketId]:
    return [MarketId(f"m{number}") for number in range(count)]
