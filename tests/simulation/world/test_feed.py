"""The feed over a world: ticks and bars as a subscriber would have them by now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bayse_agent.domain.errors import FeedStale
from bayse_agent.domain.market import Symbol
from bayse_agent.simulation.clock import SimulatedClock
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.feed import WorldFeed
from bayse_agent.simulation.world import World
from tests.simulation.world.worlds import MINUTE_MS, TAPE_BEGIN_S, tape

BITCOIN = Symbol("BTCUSDT")
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def feed_of(world: World) -> tuple[WorldFeed, SimulatedClock]:
    clock = SimulatedClock(world.advance, from_ms(world.now_ms))
    return WorldFeed(world, clock), clock


async def test_underlying_when_the_world_begins_then_a_day_is_known() -> None:
    world = World(seed=7)
    feed, clock = feed_of(world)
    seen = await feed.underlying(BITCOIN)

    assert seen.last.at == clock.now()
    assert seen.last.price == world.prices.price(BITCOIN, world.now_ms)
    assert len(seen.recent) == 120
    assert seen.recent[-1] == seen.last
    assert len(seen.bars) == 1440
    assert seen.bars[-1].at == clock.now() - MINUTE
    assert all(after.at - before.at == MINUTE for before, after in pairwise(seen.bars))


async def test_underlying_when_asked_again_later_then_equals_a_fresh_feed() -> None:
    world = World(seed=7)
    feed, _ = feed_of(world)
    for step_ms in (0, 400, 700, 5_000, 61_000, 200_000, 3_600_000):
        world.advance(world.now_ms + step_ms)
        seen = await feed.underlying(BITCOIN)
        assert seen == await feed_of(world)[0].underlying(BITCOIN)
        assert all(after.at - before.at == SECOND for before, after in pairwise(seen.recent))


async def test_underlying_when_nothing_moved_then_is_not_built_anew() -> None:
    feed, _ = feed_of(World(seed=7))
    first = await feed.underlying(BITCOIN)

    assert (await feed.underlying(BITCOIN)).bars is first.bars


async def test_underlying_when_symbol_is_unknown_then_is_stale() -> None:
    feed, _ = feed_of(World(seed=7))

    with pytest.raises(FeedStale, match="DOGE"):
        await feed.underlying(Symbol("DOGE"))


async def test_underlying_when_the_tape_has_a_gap_then_the_last_tick_grows_old(
    tmp_path: Path,
) -> None:
    world = World(seed=7, tape=tape(tmp_path, skip=range(60, 90)))
    feed, _ = feed_of(world)
    world.advance((TAPE_BEGIN_S + 75 * 60) * 1000)
    seen = await feed.underlying(BITCOIN)

    assert seen.last.at == datetime.fromtimestamp(TAPE_BEGIN_S + 60 * 60 - 1, UTC)
    assert not seen.recent
    assert len(seen.bars) == 60

    world.advance((TAPE_BEGIN_S + 92 * 60) * 1000)
    later = await feed.underlying(BITCOIN)
    assert len(later.recent) == 120
    assert len(later.bars) == 62


async def test_stream_when_time_passes_then_names_each_symbol_once_a_second() -> None:
    world = World(seed=7)
    feed, clock = feed_of(world)
    symbols = [BITCOIN, Symbol("EURUSD")]
    named: list[tuple[Symbol, datetime]] = []
    async with clock.actor():
        async for symbol in feed.stream(symbols):
            named.append((symbol, clock.now()))
            if len(named) == 6:
                break

    start = from_ms(world.start_ms)
    assert named == [(symbol, start + n * SECOND) for n in range(3) for symbol in symbols]


async def test_stream_when_the_tape_has_a_gap_then_is_silent(tmp_path: Path) -> None:
    world = World(seed=7, tape=tape(tmp_path, skip=range(51, 60)))
    world.advance(world.start_ms + MINUTE_MS - 2_000)
    feed, clock = feed_of(world)
    named: list[datetime] = []
    async with clock.actor():
        async for _ in feed.stream([BITCOIN]):
            named.append(clock.now())
            if len(named) == 3:
                break

    gap_ends = datetime.fromtimestamp(TAPE_BEGIN_S + 60 * 60, UTC)
    assert named == [gap_ends - 9 * MINUTE - 2 * SECOND, gap_ends - 9 * MINUTE - SECOND, gap_ends]
