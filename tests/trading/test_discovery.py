"""Which markets are due: those that trade, and were not looked at a moment ago."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bayse_agent.trading.discovery import cooldown, discover
from bayse_agent.trading.scan import scan
from tests.builders import NOON, a_tracked_market
from tests.trading.stages import stage

LONG = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("minutes", "seconds"),
    [(5, 60), (6, 150), (15, 150), (16, 300), (60, 300), (61, 600), (10_000, 600)],
)
def test_cooldown_when_a_market_is_longer_then_it_is_left_alone_for_longer(
    minutes: int, seconds: int
) -> None:
    market = a_tracked_market(opens_at=NOON, closes_at=NOON + timedelta(minutes=minutes))
    assert cooldown(market, LONG) == timedelta(seconds=seconds)


def test_cooldown_when_the_length_is_unknown_then_the_longest() -> None:
    assert cooldown(a_tracked_market(closes_at=None), LONG) == LONG


async def test_discover_when_nothing_was_seen_then_every_open_market_is_due(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        due = await discover(s.agent, s.agent.clock.now())
        trading = {
            market.id
            for event in s.world.exchange.events()
            for market in event.markets
            if market.is_open
        }
        assert {market.market_id for market in due} == trading


async def test_discover_when_looked_at_a_minute_ago_then_only_the_short_windows_are_due(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await scan(s.agent)
        await s.wait(60)
        due = await discover(s.agent, s.agent.clock.now())
        assert due
        assert {market.length for market in due} == {timedelta(minutes=5)}


async def test_discover_when_a_window_has_ended_then_its_successor_is_found_without_a_listing(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await discover(s.agent, s.agent.clock.now())
        listed_at = await s.store.listed_at("events")
        await s.wait(300)
        due = await discover(s.agent, s.agent.clock.now())
        successors = [market for market in due if market.opens_at == s.agent.clock.now()]
        assert len({market.series for market in successors}) == len(successors) >= 4
        assert await s.store.listed_at("events") == listed_at
