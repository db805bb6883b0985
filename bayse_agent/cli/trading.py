"""Runs the trader until it is told to stop, and prints what it does as it does it."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bayse_agent.cli.garbage import collecting_seldom
from bayse_agent.cli.logs import log_to_stderr
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.settings import Mode, Settings
from bayse_agent.settings.logs import LogFormat, LogLevel
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.wiring.trader import Parts, Trader, open_trader

_BANNERS = {
    Mode.PAPER: "PAPER: real markets, pretended money",
    Mode.LIVE: "LIVE: real markets, REAL MONEY",
}
_FOREVER = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraderOptions:
    """What a user may say about a run. `length` is of time, None is without end."""

    is_live: bool
    env_file: Path | None
    length: timedelta | None


def trade(options: TraderOptions, parts: Parts | None = None) -> int:
    """Run and tell; returns the exit code. Raises ConfigurationError for what cannot be done."""
    settings = Settings.read(options.env_file)
    check_keys(settings, is_live=options.is_live)
    log_to_stderr(settings, form=LogFormat.TEXT, least=LogLevel.INFO)
    return asyncio.run(_trade(settings, options, parts))


def check_keys(settings: Settings, *, is_live: bool) -> None:
    """Live needs two keys: one in the settings, one on the command line."""
    if settings.mode is Mode.LIVE and not is_live:
        raise ConfigurationError("AGENT_MODE is live: say --live as well to trade real money")
    if is_live and settings.mode is not Mode.LIVE:
        raise ConfigurationError(f"--live was said, but AGENT_MODE is {settings.mode}")


async def _trade(settings: Settings, options: TraderOptions, parts: Parts | None) -> int:
    async with open_trader(settings, parts) as trader:
        failed = await greet(trader)
        if failed:
            return 1
        companions = {**trader.companions, "ticks": lambda: snipe_at_once(trader, runner)}
        runner: Runner = Runner(trader.agent, Teller(trader.mode), companions)
        _heed_signals(trader, runner)
        now = trader.agent.clock.now()
        with collecting_seldom():
            await runner.run(_FOREVER if options.length is None else now + options.length)
    _say("stopped")
    return 0


async def snipe_at_once(trader: Trader, runner: Runner) -> None:
    """What closes soon is looked at whenever a price moves, or a book."""
    trader.market_data.on_change(lambda _: runner.hurry("snipe"))
    async for _ in trader.agent.feed.stream(()):
        runner.hurry("snipe")


async def greet(trader: Trader) -> bool:
    """Say what this is and what was checked; whether a check failed."""
    _say(_BANNERS[trader.mode])
    failed = [check for check in trader.checks if not check.is_passed]
    for check in trader.checks:
        _say(f"{'ok ' if check.is_passed else 'NOT'} {check.name}: {check.detail}")
    for missing in trader.told:
        _say(missing)
    control = await trader.store.control()
    _say(f"{control.state}: {control.reason}")
    if failed:
        _say("not starting: every check must pass before real money is traded")
        return True
    if control.state is not TradingState.ARMED:
        _say("bayse-agent resume --reason ... lets it trade again")
    return False


def _heed_signals(trader: Trader, runner: Runner) -> None:
    """SIGINT and SIGTERM end the run in peace, SIGUSR1 pulls the kill switch."""
    loop = asyncio.get_running_loop()

    def kill() -> None:
        trader.kill_switch.pull("signal SIGUSR1")
        runner.wake()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, runner.stop)
    with suppress(AttributeError):
        loop.add_signal_handler(signal.SIGUSR1, kill)


class Teller:
    """A line for whatever is worth one."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode

    async def __call__(self, report: PassReport) -> None:
        for look in report.looks:
            if look.reason in (Reason.TRADED, Reason.AWAITING_APPROVAL, Reason.UNRESOLVED):
                _say(f"[{self._mode}] {report.name}: {look.reason} {look.market_id}")
        for line in report.told:
            _say(f"[{self._mode}] {report.name}: {line}")
        for result in report.ended:
            _say(f"[{self._mode}] ended: {result.market_id}, won by {result.winner}")
        for line in report.halt:
            _say(f"[{self._mode}] {report.name}: not trading: {line}")


def _say(text: str) -> None:
    print(text, flush=True)
