"""A5: a bug in any task that runs is named and halts trading; none dies in silence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Bet, Pass
from bayse_agent.domain.forecast import Context, Forecast, NoForecast
from bayse_agent.domain.portfolio import Wallet
from bayse_agent.domain.sizing import Purse
from bayse_agent.domain.sniping import SnipeRule
from bayse_agent.ports import Forecaster, KillSwitch, Strategy
from bayse_agent.trading.agent import Schedule
from bayse_agent.trading.discovery import discover
from bayse_agent.trading.leaving import run_exits
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport, scan
from tests.trading.stages import Believer, Stage, Venue, stage
from tests.trading.test_scan import Hasty

NEVER_S = 1e6


class Broken(Exception):
    """Nobody thought of this one."""


async def _deaf(report: PassReport) -> None:
    return None


class BrokenWallet(Venue):
    async def wallets(self) -> tuple[Wallet, ...]:
        raise Broken


class BrokenForecaster(Believer):
    """Breaks once."""

    is_broken = False

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        if self.is_broken:
            return NoForecast(author=self.name, reason="broken before")
        self.is_broken = True
        raise Broken


class BrokenStrategy:
    name = "broken"

    def decide(self, context: Context, forecast: Forecast, purse: Purse) -> Bet | Pass:
        raise Broken


class BrokenSwitch:
    """Breaks once, for whoever looks at it first from a task of that name."""

    def __init__(self, task: str) -> None:
        self._task = task
        self._is_broken = False

    def pulled(self) -> str | None:
        task = asyncio.current_task()
        if not self._is_broken and task is not None and self._task in repr(task.get_coro()):
            self._is_broken = True
            raise Broken
        return None


async def _dies(s: Stage, schedule: Schedule, minutes: float = 3) -> str:
    """Run until a while after; why trading is halted."""
    s.agent = replace(s.agent, habits=replace(s.agent.habits, schedule=schedule))
    await Runner(s.agent, _deaf).run(s.agent.clock.now() + timedelta(minutes=minutes))
    control = await s.store.control()
    assert control.state is TradingState.HALTED
    assert control.by == "runner"
    return control.reason


def _with(
    s: Stage,
    *,
    forecaster: Forecaster | None = None,
    strategy: Strategy | None = None,
    switch: KillSwitch | None = None,
) -> None:
    s.agent = replace(
        s.agent,
        forecaster=forecaster or s.agent.forecaster,
        strategy=strategy or s.agent.strategy,
        kill_switch=switch or s.agent.kill_switch,
    )


async def test_run_when_the_orders_pass_has_a_bug_then_it_is_named(tmp_path: Path) -> None:
    async with stage(tmp_path, BrokenWallet) as s:
        assert (await _dies(s, Schedule(scan_s=NEVER_S))).startswith("orders died: Broken")


async def test_run_when_thinking_has_a_bug_then_it_is_named(tmp_path: Path) -> None:
    async with stage(tmp_path, Venue, BrokenForecaster()) as s:
        assert (await _dies(s, Schedule())).startswith("scan died: Broken")


async def test_run_when_deciding_has_a_bug_then_it_is_named(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        _with(s, strategy=BrokenStrategy())
        assert (await _dies(s, Schedule())).startswith("scan died: Broken")


async def test_run_when_the_sniper_has_a_bug_then_it_is_named(tmp_path: Path) -> None:
    async with stage(tmp_path, Venue, Hasty()) as s:
        await discover(s.agent, s.agent.clock.now())
        rule = SnipeRule(observe_seconds=3000, proofs_needed=0)
        s.agent = replace(s.agent, habits=replace(s.agent.habits, snipe=rule))
        _with(s, forecaster=BrokenForecaster())
        reason = await _dies(s, Schedule(scan_s=NEVER_S, snipe_s=5, exits_s=NEVER_S))
        assert reason.startswith("snipe died: Broken")


@pytest.mark.parametrize(
    ("switch", "named"), [(BrokenSwitch("test_run"), "commands"), (BrokenSwitch("_watch"), "watch")]
)
async def test_run_when_looking_for_stops_has_a_bug_then_it_is_named(
    tmp_path: Path, switch: KillSwitch, named: str
) -> None:
    async with stage(tmp_path) as s:
        _with(s, switch=switch)
        schedule = Schedule(scan_s=NEVER_S, orders_s=2, exits_s=NEVER_S, watch_s=1.0)
        assert (await _dies(s, schedule, minutes=1)).startswith(f"{named} died: Broken")


async def test_run_exits_when_there_is_a_bug_then_it_is_not_hidden(tmp_path: Path) -> None:
    """The exits pass reads the books of what is held: what breaks there comes out."""

    class BrokenBooks(Venue):
        is_broken = False

        async def books(self, outcome_ids, *, currency, depth=20):  # type: ignore[no-untyped-def]
            if self.is_broken:
                raise Broken
            return await super().books(outcome_ids, currency=currency, depth=depth)

    async with stage(tmp_path, BrokenBooks) as s:
        await scan(s.agent)
        assert isinstance(s.venue, BrokenBooks)
        s.venue.is_broken = True
        with pytest.raises((Broken, ExceptionGroup)):
            await run_exits(s.agent)
        reason = await _dies(s, Schedule(scan_s=NEVER_S, orders_s=NEVER_S, exits_s=15))
        assert reason.startswith(("exits died: Broken", "scan died: Broken"))
