"""The network is gone for a while, whole or one way, and comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.order import IntentStatus, PlaceOrder, PlaceReply, Unresolved
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.trading.verification import discrepancies
from tests.trading.liar import Liar
from tests.trading.stages import LIMITS, NGN, Stage, stage
from tests.trading.test_scan import Enthusiast

MANY = replace(LIMITS, max_open_markets=20)


async def _run(s: Stage, minutes: float) -> list[PassReport]:
    reports: list[PassReport] = []

    async def listen(report: PassReport) -> None:
        reports.append(report)

    await Runner(s.agent, listen).run(s.agent.clock.now() + timedelta(minutes=minutes))
    return reports


@pytest.mark.parametrize("minutes", [1, 30])
async def test_run_when_the_venue_is_away_then_no_order_until_books_and_venue_are_equal_again(
    tmp_path: Path, minutes: int
) -> None:
    """B3, both ways, 1 and 30 min: 0 orders while away, each pass says so, it resumes by itself."""
    async with stage(tmp_path, Liar, Enthusiast(), limits=MANY) as s:
        assert isinstance(s.venue, Liar)
        await _run(s, 1)
        before = len(s.venue.placed)
        s.venue.is_silent = True
        reports = await _run(s, minutes)
        assert len(s.venue.placed) == before > 0
        told = [report for report in reports if report.name in ("orders", "scan") and report.halt]
        assert len(told) >= minutes
        s.venue.is_silent = False
        await _run(s, 3)
        assert (await s.store.control()).state is TradingState.ARMED
        assert await discrepancies(s.agent) == ()


class OneWay(Liar):
    """From the first order on, requests arrive and no reply comes back."""

    async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
        if not self.is_silent:
            await super().answer(order, key)
        self.is_silent = True
        return Unresolved(reason="no answer within 10 s")


async def test_run_when_replies_alone_are_lost_for_half_an_hour_then_one_order_and_it_is_found(
    tmp_path: Path,
) -> None:
    """B3, one way for 30 min: 1 order, its stake reserved all the while, 0 doubled after it."""
    async with stage(tmp_path, OneWay) as s:
        assert isinstance(s.venue, OneWay)
        await _run(s, 30)
        (known,) = await s.store.open_intents()
        assert known.status is IntentStatus.PENDING
        assert (await s.store.portfolio(NGN)).reserved == known.intent.reserved
        s.venue.is_silent = False
        s.agent = replace(s.agent, kill_switch=_Pulled())
        await _run(s, 2)
        assert len(s.account.orders) == 1
        assert await s.store.open_intents() == ()
        assert await discrepancies(s.agent) == ()


class _Pulled:
    """Nothing new is bought: what is there is only brought up to date."""

    def pulled(self) -> str | None:
        return "enough"
