"""Doubts about orders are resolved by reading, after a crash as well, and nothing is sent twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bayse_agent.domain.market import Engine, Page
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import IntentStatus, OrderId
from bayse_agent.domain.portfolio import Activity
from bayse_agent.trading.scan import scan
from bayse_agent.trading.verification import discrepancies
from tests.trading.stages import (
    BANKROLL,
    NGN,
    Believer,
    Crash,
    CrashingAfter,
    CrashingBefore,
    LosingReplies,
    LosingRequests,
    Stage,
    Venue,
    begin,
    open_books,
    stage,
)


async def _restart(s: Stage, folder: Path) -> None:
    """A new process: nothing is left but the books and the venue's account."""
    await s.store.close()
    s.store = await open_books(folder)
    await begin(s.store, s.agent.clock.now())
    s.venue = Venue(s.world, s.account)
    s.agent = replace(s.agent, store=s.store, venue=s.venue, market_data=s.venue)


async def test_scan_when_the_reply_was_lost_then_the_order_is_found_and_booked(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, LosingReplies) as s:
        await scan(s.agent)
        await s.wait(60)
        await scan(s.agent)
        portfolio = await s.store.portfolio(NGN)
        assert len(s.venue.placed) == 1
        assert await s.store.open_intents() == ()
        assert len(portfolio.positions) == 1
        assert (await s.store.funnel())["traded"] == 1
        assert await discrepancies(s.agent) == ()


async def test_scan_when_the_order_never_arrived_then_it_is_lost_after_the_grace(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, LosingRequests) as s:
        await scan(s.agent)
        statuses = []
        for _ in range(3):
            await s.wait(60)
            await scan(s.agent)
            (known,) = await s.store.open_intents()
            statuses.append(known.status)
        assert statuses == [IntentStatus.PENDING, IntentStatus.LOST, IntentStatus.LOST]
        assert (await s.store.portfolio(NGN)).free_cash == BANKROLL
        assert len(s.venue.placed) == 1


async def test_scan_when_an_order_was_lost_then_its_market_is_left_alone(tmp_path: Path) -> None:
    async with stage(tmp_path, LosingRequests) as s:
        for _ in range(12):
            await scan(s.agent)
            await s.wait(60)
        assert len(s.venue.placed) == 1
        assert (await s.store.funnel())["refused_market_held"] >= 1


async def test_scan_when_a_lost_order_turns_up_late_then_it_is_adopted(tmp_path: Path) -> None:
    async with stage(tmp_path, LosingRequests, Believer(Engine.AMM)) as s:
        await scan(s.agent)
        for _ in range(3):
            await s.wait(60)
            await scan(s.agent)
        assert isinstance(s.venue, LosingRequests)
        await s.venue.deliver()
        await scan(s.agent)
        assert len((await s.store.portfolio(NGN)).positions) == 1
        assert await s.store.open_intents() == ()
        assert await discrepancies(s.agent) == ()


async def test_restart_when_killed_before_sending_then_nothing_was_bought_and_nothing_is_resent(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, CrashingBefore) as s:
        with pytest.raises(Crash):
            await scan(s.agent)
        await _restart(s, tmp_path)
        assert (await s.store.portfolio(NGN)).reserved > Money.zero(NGN)
        for _ in range(3):
            await s.wait(60)
            await scan(s.agent)
        assert s.venue.placed == []
        assert (await s.store.portfolio(NGN)).free_cash == BANKROLL


async def test_restart_when_killed_after_sending_then_the_order_is_found_and_not_resent(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, CrashingAfter) as s:
        with pytest.raises(Crash):
            await scan(s.agent)
        await _restart(s, tmp_path)
        await scan(s.agent)
        assert s.venue.placed == []
        assert len((await s.store.portfolio(NGN)).positions) == 1
        assert await discrepancies(s.agent) == ()


class BehindTime(Venue):
    """Its clock is ten seconds behind ours, and the account buys elsewhere, too."""

    async def activities(
        self, *, kind: str | None = None, page: int = 1, size: int = 50
    ) -> Page[Activity]:
        found = await super().activities(kind=kind, page=page, size=size)
        lines = [replace(line, at=line.at - timedelta(seconds=10)) for line in found.items]
        others = [replace(line, order_id=OrderId("by-hand")) for line in lines]
        return replace(found, items=(*others, *lines))


async def test_scan_when_the_venues_clock_is_behind_then_the_fill_is_found(tmp_path: Path) -> None:
    async with stage(tmp_path, BehindTime, Believer(Engine.AMM)) as s:
        await scan(s.agent)
        assert len(s.venue.placed) == 1
        assert len((await s.store.portfolio(NGN)).positions) == 1


async def test_scan_when_the_wallet_has_money_of_unknown_origin_then_it_does_not_trade(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        s.world.exchange.deposit(s.account, Money.of(500, NGN))
        report = await scan(s.agent)
        assert report.halt == ("cash: the venue has 100500, the books 100000",)
        assert report.looks == ()
        assert s.venue.placed == []
