"""The world's prices as a `PriceFeed`: what a subscriber would have seen by now."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from bayse_agent.domain.errors import FeedStale
from bayse_agent.domain.forecast import Underlying
from bayse_agent.domain.market import Bar, Symbol, Tick
from bayse_agent.ports import Clock
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.world import World

RECENT_S = 120
DAY_MIN = 1440


@dataclass(slots=True, eq=False)
class _Seen:
    """What was shown of one symbol: kept up to date, never built anew."""

    ticks: deque[Tick] = field(default_factory=deque)
    until_s: int = 0
    bars: deque[Bar] = field(default_factory=deque)
    until_minute: int = 0
    day: tuple[Bar, ...] = ()


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
        self._take_ticks(symbol, seen)
        self._take_bars(symbol, seen)
        return Underlying(
            last=seen.ticks[-1] if seen.ticks else last, recent=tuple(seen.ticks), bars=seen.day
        )

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
        at = from_ms(found[0])
        return Tick(symbol=symbol, price=found[1], at=at, received_at=at)

    def _take_ticks(self, symbol: Symbol, seen: _Seen) -> None:
        now_s = self._world.now_ms // 1000
        first = now_s - RECENT_S + 1
        for second, price in self._world.prices.ticks(symbol, max(first, seen.until_s + 1), now_s):
            at = from_ms(second * 1000)
            seen.ticks.append(Tick(symbol=symbol, price=price, at=at, received_at=at))
        seen.until_s = now_s
        oldest = from_ms(first * 1000)
        while seen.ticks and seen.ticks[0].at < oldest:
            seen.ticks.popleft()

    def _take_bars(self, symbol: Symbol, seen: _Seen) -> None:
        end = self._world.now_ms // 60_000
        if seen.until_minute == end:
            return
        count = min(end - seen.until_minute, DAY_MIN)
        seen.bars.extend(self._world.prices.bars(symbol, self._world.now_ms, count))
        seen.until_minute = end
        oldest = from_ms((end - DAY_MIN) * 60_000)
        while seen.bars and seen.bars[0].at < oldest:
            seen.bars.popleft()
        seen.day = tuple(seen.bars)
