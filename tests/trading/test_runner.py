"""Passes on a schedule: a pass that fails costs a pass, a stop ends the rest at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.errors import VenueUnreachable
from bayse_agent.domain.market import SeriesSlug, SeriesWindow
from bayse_agent.simulation.clock import PacedClock
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.trading.agent import Schedule
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from tests.trading.stages import Unreachable, Venue, stage


class Reports:
    """Keeps what the passes told."""

    def __init__(self) -> None:
        self.all: list[PassReport] = []

    async def saw(self, report: PassReport) -> None:
        self.all.append(report)

    def of(self, name: str) -> list[PassReport]:
        return [report for report in self.all if report.name == name]


async def test_run_when_given_an_end_then_a_pass_a_minute_until_then(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        reports, start = Reports(), s.agent.clock.now()
        await Runner(s.agent, reports.saw).run(start + timedelta(minutes=3))
        times = [(report.at - start).total_seconds() for report in reports.of("scan")]
        assert times == [0, 60, 120]
        assert s.agent.clock.now() == start + timedelta(minutes=3)


async def test_run_when_events_cannot_be_read_then_every_look_says_so(tmp_path: Path) -> None:
    async with stage(tmp_path, Unreachable) as s:
        reports = Reports()
        await Runner(s.agent, reports.saw).run(s.agent.clock.now() + timedelta(minutes=1))
        assert {look.reason for look in reports.of("scan")[0].looks} == {"market_unreadable"}


async def test_run_when_the_wallet_cannot_be_read_then_it_does_not_trade_and_goes_on(
    tmp_path: Path,
) -> None:
    class NoWallet(Venue):
        async def wallets(self) -> tuple[()]:
            raise VenueUnreachable("connection refused")

    async with stage(tmp_path, NoWallet) as s:
        reports = Reports()
        await Runner(s.agent, reports.saw).run(s.agent.clock.now() + timedelta(minutes=2))
        assert [report.halt for report in reports.of("orders")] == [("connection refused",)] * 2
        assert [report.looks for report in reports.of("scan")] == [(), ()]
        assert s.venue.placed == []


async def test_stop_when_called_during_a_rest_then_the_run_ends_at_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        pause = SystemClock().sleep_s
        start = from_ms(s.world.now_ms)
        slow = PacedClock(s.world.advance, start, speed=0.001, pause=pause)
        reports = Reports()
        runner = Runner(replace(s.agent, clock=slow), reports.saw)

        async def stop_after_the_first() -> None:
            while not reports.of("scan"):
                await SystemClock().sleep_s(0.01)
            runner.stop()

        async with asyncio.TaskGroup() as group:
            group.create_task(runner.run(start + timedelta(hours=1)))
            group.create_task(stop_after_the_first())
        assert len(reports.of("scan")) == 1


class Windowless(Venue):
    """Cannot list the windows of any series."""

    async def series_windows(self, slug: SeriesSlug) -> tuple[SeriesWindow, ...]:
        raise VenueUnreachable("connection refused")


async def test_runner_when_it_is_woken_after_some_of_many_reads_failed_then_it_goes_on(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Windowless) as s:
        clock, reports = s.agent.clock, Reports()
        habits = replace(
            s.agent.habits,
            series=frozenset({SeriesSlug("first"), SeriesSlug("second")}),
            schedule=Schedule(snipe_s=10),
        )
        runner = Runner(replace(s.agent, habits=habits), reports.saw, {"waker": lambda: wake()})

        async def wake() -> None:
            while True:
                await clock.sleep_until(clock.now() + timedelta(seconds=7))
                runner.wake()

        until = clock.now() + timedelta(seconds=60)
        await runner.run(until)
        assert clock.now() >= until
        assert any(report.halt for report in reports.of("snipe"))
