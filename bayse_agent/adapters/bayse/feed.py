"""Prices of underlying assets, from the venue's own websocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from bayse_agent.adapters.bayse.stream import BayseStream
from bayse_agent.adapters.bayse.ticks import AssetHistory
from bayse_agent.adapters.bayse.wire import stream as wire
from bayse_agent.domain.errors import FeedStale
from bayse_agent.domain.forecast import Underlying
from bayse_agent.domain.market import Symbol, Tick
from bayse_agent.ports import Clock


class StreamPriceFeed:
    """The port `PriceFeed` on the websocket for asset prices. `run` keeps it going.

    It holds what it has seen since it was started: up to 120 s of ticks and a day of bars.
    """

    def __init__(
        self,
        stream: BayseStream,
        *,
        clock: Clock,
        symbols: Sequence[Symbol] = (),
        symbols_max: int = 50,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._symbols_max = symbols_max
        self._asked: set[Symbol] = set()
        self._seen: dict[Symbol, AssetHistory] = {}
        self._listeners: set[_Listener] = set()
        self._watch(symbols)

    async def run(self) -> None:
        """Take prices in until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._stream.run())
            tasks.create_task(self._collect())

    async def underlying(self, symbol: Symbol) -> Underlying:
        """Raises FeedStale for an asset that was never shown; it is asked for from then on."""
        self._watch([symbol])
        history = self._seen.get(symbol)
        if history is None:
            raise FeedStale(f"no price of {symbol!r} has come in yet")
        return history.underlying(self._clock.now())

    async def stream(self, symbols: Sequence[Symbol]) -> AsyncIterator[Symbol]:
        self._watch(symbols)
        listener = _Listener(symbols)
        self._listeners.add(listener)
        try:
            while True:
                yield await listener.next()
        finally:
            self._listeners.discard(listener)

    def _watch(self, symbols: Sequence[Symbol]) -> None:
        for symbol in symbols:
            if symbol not in self._asked and len(self._asked) < self._symbols_max:
                self._asked.add(symbol)
                self._stream.subscribe(wire.assets(symbol))

    async def _collect(self) -> None:
        async for change in self._stream.changes():
            if isinstance(change, Tick) and change.symbol in self._asked:
                self._add(change)

    def _add(self, tick: Tick) -> None:
        history = self._seen.get(tick.symbol)
        if history is None:
            self._seen[tick.symbol] = AssetHistory(tick)
        elif not history.add(tick):
            return
        for listener in self._listeners:
            listener.tell(tick.symbol)


class _Listener:
    """Symbols that have moved since their listener looked last: of those it asked for, or all."""

    def __init__(self, symbols: Sequence[Symbol]) -> None:
        self._symbols = frozenset(symbols)
        self._moved: dict[Symbol, None] = {}
        self._news = asyncio.Event()

    def tell(self, symbol: Symbol) -> None:
        if not self._symbols or symbol in self._symbols:
            self._moved[symbol] = None
            self._news.set()

    async def next(self) -> Symbol:
        await self._news.wait()
        symbol = next(iter(self._moved))
        del self._moved[symbol]
        if not self._moved:
            self._news.clear()
        return symbol
