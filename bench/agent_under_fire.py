"""The agent as it runs live, against a local exchange: a program to be killed.

    python bench/agent_under_fire.py '{"data": "/tmp/x", "address": "http://127.0.0.1:9100", ...}'

It bets often, on every market that is fit for it, so that there is something to lose at any moment.
It prints `armed SECONDS` once it has found books and venue equal and may trade: how long that took
by its own count. `kill` names a moment at which it ends itself, such as `after venue.send 2`: the
second such call. Nothing of this is in the agent: it is done at its ports.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import structlog

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.command import Command, CommandKind
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.forecast import Context, Forecast, NoForecast, forecast_id
from bayse_agent.domain.journal import TrackedMarket
from bayse_agent.domain.money import probability
from bayse_agent.domain.sniping import SnipeRule
from bayse_agent.settings import Settings
from bayse_agent.trading.agent import Agent, Schedule
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.wiring.trader import Parts, Trader, open_trader
from bench.interposing import Calls, Moment, interposed

_LONGEST = timedelta(hours=1)
_FOREVER = datetime(9000, 1, 1, tzinfo=UTC)
_SERIES = (
    "crypto-btc-5min,crypto-eth-5min,crypto-btc-15min,crypto-eth-15min,crypto-sol-15min,"
    "crypto-btc-1h,crypto-eth-1h,fx-usdngn-1h"
)
"""Books and formulas. Few enough that the reads a second that the venue allows go to orders."""
_FEW = "crypto-btc-5min,crypto-eth-5min"
"""Bets that are put off are thought of twice, which wants twice the reads."""
_LIMITS = {
    "max_open_markets": "40",
    "max_entries_per_market": "1000",
    "trades_per_hour": "100000",
    "trades_per_day": "100000",
    "max_orders_per_minute": "100000",
    "max_daily_stake_part": "1",
    "max_daily_loss_part": "1",
    "max_drawdown_part": "1",
    "max_losing_streak": "100000",
    "max_exposure": "0.7",
    "max_series_part": "0.5",
    "max_cluster_part": "0.5",
    "max_data_age_s": "300",
    "max_quote_age_s": "300",
    "max_exit_age_s": "300",
    "max_books_age_s": "600",
    "max_spread": "0.3",
}
"""Wide: time is quick here, and what is looked for is not the limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the program is told. World time is `world_ms` at `wall_ms`, and `speed` times as quick.

    `kill` is a moment, a call and a number; `after_s` is how much later it ends then. `approval` is
    whose word a bet needs: off or delay.
    """

    data: str
    address: str
    public: str
    secret: str
    world_ms: int
    wall_ms: int
    speed: float
    seed: int
    kill: str = ""
    after_s: float = 0.0
    approval: str = "off"


class WorldClock:
    """World time as the exchange keeps it: a straight line over the computer's."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._timer = SystemClock()

    def now(self) -> datetime:
        told = self._orders
        passed_ms = time.time() * 1000 - told.wall_ms
        world_s = (told.world_ms + passed_ms * told.speed) / 1000
        return datetime.fromtimestamp(world_s, UTC)

    async def sleep_until(self, moment: datetime) -> None:
        while (left_s := (moment - self.now()).total_seconds()) > 0:
            await self._timer.sleep_s(left_s / self._orders.speed)

    @asynccontextmanager
    async def actor(self) -> AsyncIterator[None]:
        yield


class Zealot:
    """Believes in the first outcome of every market that is fit to be bet on."""

    name = "zealot"

    def declines(self, market: TrackedMarket) -> str | None:
        if market.length is None or market.length > _LONGEST:
            return "it lasts too long"
        return None

    def reads_news(self, market: TrackedMarket) -> bool:
        return False

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        price, left_s = context.market_price, context.time_left_s
        if price is None or left_s is None or not 40 <= left_s <= 7200:
            return NoForecast(author=self.name, reason="its end is too near or too far")
        if not Decimal("0.1") <= price <= Decimal("0.8"):
            return NoForecast(author=self.name, reason="it is as good as decided")
        return Forecast(
            id=forecast_id(self.name, context.market.id, context.now),
            market_id=context.market.id,
            author=self.name,
            probability=probability(min(0.97, float(price) + 0.3)),
            standard_error=0.01,
            rationale="",
            made_at=context.now,
            market_price=price,
        )


class Ending:
    """Ends the process, as a power switch would, at one moment of one call."""

    def __init__(self, orders: Orders) -> None:
        self._place, _, number = orders.kill.rpartition(" ")
        self._number = int(number or 0)
        self._after_s = orders.after_s
        self._counts: Counter[str] = Counter()

    def __call__(self, name: str, number: int, moment: Moment) -> None:
        place = f"{moment} {name}"
        self._counts[place] += 1
        if place == self._place and self._counts[place] == self._number:
            if self._after_s:
                asyncio.get_running_loop().call_later(self._after_s, _end)
            else:
                _end()


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def habitual(agent: Agent, speed: float) -> Agent:
    """The agent with the patience of quick time, and with reasons to sell as often as it buys."""
    habits = replace(
        agent.habits,
        approval_ttl_s=2 * speed,
        delay_s=0.5 * speed,
        fresh_books_s=2 * speed,
        difference_s=1800.0,
        long_cooldown_s=60.0,
        relist_s=300.0,
        exits=ExitRule(
            stop_loss=Decimal("0.02"), max_discount=Decimal("0.9"), max_data_age_s=300.0
        ),
        snipe=SnipeRule(observe_seconds=3500, proofs_needed=0, max_data_age_s=300.0),
        sniped=frozenset(),
    )
    return replace(agent, habits=habits)


async def ask(trader: Trader, kind: CommandKind, name: str, **arguments: str) -> None:
    """Ask for something as a person does: by a row in the books."""
    at = trader.agent.clock.now()
    command = Command(id=name, kind=kind, by="bench", at=at, arguments=arguments)
    await trader.store.add_command(command)


async def prepare(trader: Trader, run: int) -> None:
    """Set the limits once; let it trade again when something has stopped it, as a person would."""
    if await trader.store.limits_version() == 1:
        await ask(trader, CommandKind.SET_LIMITS, "limits", reason="a bench", **_LIMITS)
    control = await trader.store.control()
    if control.state is not TradingState.ARMED and control.epoch:
        print(f"stopped {control.state}: {control.reason}", flush=True)
        await ask(trader, CommandKind.RESUME, f"resume-{run}", reason="looked at")


class Teller:
    """Says once that books and venue are equal and that it may trade."""

    def __init__(self, trader: Trader, begun_s: float) -> None:
        self._trader = trader
        self._begun_s = begun_s
        self._is_told = False

    async def __call__(self, report: PassReport) -> None:
        if report.halt:
            print(f"not trading: {report.name}: {'; '.join(report.halt)}", flush=True)
        if self._is_told or report.name != "orders" or report.halt:
            return
        if (await self._trader.store.control()).state is TradingState.ARMED:
            self._is_told = True
            print(f"armed {time.monotonic() - self._begun_s:.3f}", flush=True)


async def live(orders: Orders) -> int:
    """Run until killed, or until asked to end; the exit code is 1 when a check before failed."""
    begun_s = time.monotonic()
    schedule = Schedule(scan_s=30, snipe_s=15, exits_s=30, orders_s=30, watch_s=15)
    parts = Parts(forecaster=Zealot, schedule=schedule, clock=lambda: WorldClock(orders))
    async with open_trader(_settings(orders), parts) as trader:
        if failed := [check for check in trader.checks if not check.is_passed]:
            print(f"not starting: {failed[0].name}: {failed[0].detail}", flush=True)
            return 1
        history = await trader.store.history()
        await prepare(trader, 0 if history is None else history.runs)
        agent = interposed(habitual(trader.agent, orders.speed), Calls(Ending(orders)))
        runner = Runner(agent, Teller(trader, begun_s), trader.companions)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, runner.stop)
        await runner.run(_FOREVER)
    return 0


def _settings(orders: Orders) -> Settings:
    folder = Path(orders.data)
    told = {
        "AGENT_MODE": "live",
        "AGENT_DATA_DIR": orders.data,
        "BAYSE_PUBLIC_KEY": orders.public,
        "BAYSE_PRIVATE_KEY": orders.secret,
        "BAYSE_API_BASE_URL": orders.address,
        "BAYSE_WS_BASE_URL": orders.address.replace("http", "ws", 1),
        "AGENT_APPROVAL": orders.approval,
        "AGENT_MAX_POSITION_SIZE": "1000",
        "AGENT_SERIES_SLUGS": _SERIES if orders.approval == "off" else _FEW,
    }
    os.environ.update(told)
    return Settings.read(folder / ".env" if (folder / ".env").exists() else None)


def main() -> int:
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    told: dict[str, Any] = json.loads(sys.argv[1])
    return asyncio.run(live(Orders(**told)))


if __name__ == "__main__":
    sys.exit(main())
