"""The world's prices as a `PriceFeed`: what a subscriber would have seen by now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import overload

from bayse_agent.domain.errors import FeedStale
from bayse_agent.domain.forecast import Underlying
from bayse_agent.domain.market import Bar, Symbol, Tick
from bayse_agent.ports import Clock
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.prices import Prices
from bayse_agent.simulation.world import World

RECENT_S = 120
DAY_MIN = 1440


@dataclass(slots=True, eq=False)
class _Seen:
    """A day of bars that were shown of one symbol: kept up to date, never built anew."""

    until_minute: int = 0
    day: tuple[Bar, ...] = ()


class _Recent(Sequence[Tick]):
    """The ticks of some seconds that are over, made when somebody asks: most readers never do."""

    def __init__(self, prices: Prices, symbol: Symbol, first_s: int, last_s: int) -> None:
        self._prices = prices
        self._symbol = symbol
        self._first_s, self._last_s = first_s, last_s

    @cached_property
    def _ticks(self) -> tuple[Tick, ...]:
        shown = self._prices.ticks(self._symbol, self._first_s, self._last_s)
        return tuple(_tick(self._symbol, second, price) for second, price in shown)

    def __len__(self) -> int:
        return len(self._ticks)

    @overload
    def __getitem__(self, index: int) -> Tick: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Tick]: ...

    def __getitem__(self, index: int | slice) -> Tick | Sequence[Tick]:
        return self._ticks[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._ticks == tuple(other)

    def __hash__(self) -> int:
        return hash(self._ticks)


class WorldFeed:
    """`ports.PriceFeed` over a world. A gap of the tape is silence: the last tick grows old."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock
        self._seen: dict[str, _Seen] = {}

    async def underlying(self, symbol: Symbol) -> Underlying:
        """The asset as of now. Raises FeedStale for a symbol that was never shown."""
        last = self._last(symbol)
        seen = self._seen.setdefault(symbol, _Seen())
        self._take_bars(symbol, seen)
        now_s = self._world.now_ms // 1000
        recent = _Recent(self._world.prices, symbol, now_s - RECENT_S + 1, now_s)
        return Underlying(last=last, recent=recent, bars=seen.day)

    async def stream(self, symbols: Sequence[Symbol]) -> AsyncIterator[Symbol]:
        """Name a symbol each time that it has a new price, once a second at most."""
        shown: dict[Symbol, Tick] = {}
        while True:
            for symbol in symbols:
                tick = self._last(symbol)
                if shown.get(symbol) != tick:
                    shown[symbol] = tick
                    yield symbol
            await self._clock.sleep_until(from_ms((self._world.now_ms // 1000 + 1) * 1000))

    def _last(self, symbol: Symbol) -> Tick:
        found = self._world.asset_price(symbol, self._world.now_ms)
        if found is None:
            raise FeedStale(f"the feed has never shown {symbol!r}")
        return _tick(symbol, found[0] // 1000, found[1])

    def _take_bars(self, symbol: Symbol, seen: _Seen) -> None:
        end = self._world.now_ms // 60_000
        if seen.until_minute == end:
            return
        count = min(end - seen.until_minute, DAY_MIN)
        oldest = from_ms((end - DAY_MIN) * 60_000)
        old = 0
        while old < len(seen.day) and seen.day[old].at < oldest:
            old += 1
        seen.day = seen.day[old:] + self._world.prices.bars(symbol, self._world.now_ms, count)
        seen.until_minute = end


def _tick(symbol: Symbol, second: int, price: Decimal) -> Tick:
    at = from_ms(second * 1000)
    return Tick(symbol=symbol, price=price, at=at, received_at=at)
