"""Measures the trader as it is wired for live: from price to order, and from halt to quiet."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

from bayse_agent.adapters.bayse.options import ClientOptions
from bayse_agent.adapters.store.store import read_store
from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.journal import IntentChange, TrackedMarket
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, Price, Shares
from bayse_agent.domain.order import (
    Buy,
    Intent,
    IntentId,
    IntentSource,
    IntentStatus,
    OrderId,
    OrderType,
    VenueOrder,
    VenueOrderStatus,
    intent_id,
)
from bayse_agent.settings import Settings
from bayse_agent.trading.agent import Schedule
from bayse_agent.trading.execution import order_for
from bayse_agent.trading.halting import stop
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.wiring.trader import Parts, Trader, open_trader

Figures = dict[str, object]

NGN = Currency.NGN
HERE = Path(__file__).resolve().parent
FOREVER = datetime(9000, 1, 1, tzinfo=UTC)
SEEN_S = 10.0
GAP_S = 0.2
SERIES = "crypto-btc-15min"
MANY = 1_000_000
QUIET_S = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A trader at work on the stub venue."""

    trader: Trader
    address: str
    database: str

    async def ask(self, path: str) -> dict[str, Any]:
        return await asyncio.to_thread(_asked, f"{self.address}/bench/{path}")


def tick(ticks: int, runs: int) -> Figures:
    """Milliseconds from the moment a price leaves the venue to the first byte of the order."""
    told = [asyncio.run(_tick_run(ticks)) for _ in range(runs)]
    cuts = [_cuts(latencies) for latencies, _ in told]
    return {
        "tick_to_wire_ms": {
            **{name: round(median(cut[name] for cut in cuts), 2) for name in cuts[0]},
            "n": sum(len(latencies) for latencies, _ in told),
        },
        "ticks_without_an_order": sum(missed for _, missed in told),
        "p99_ms_of_each_run": [round(cut["p99"], 2) for cut in cuts],
        "runs": runs,
    }


def kill(trials: int, resting: int) -> Figures:
    """From a halt to the last order of a busy trader, and to the last cancel."""
    found = asyncio.run(_kill_run(trials))
    return {**found, "cancel": asyncio.run(_cancel_run(resting))}


def _cuts(latencies: list[float]) -> dict[str, float]:
    cuts = quantiles(latencies, n=100, method="inclusive")
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98]}


async def _tick_run(ticks: int) -> tuple[list[float], int]:
    async with working() as bench:
        await bench.ask(f"measure?count=20&gap_s={GAP_S}")
        await _over(bench)
        await bench.ask(f"measure?count={ticks}&gap_s={GAP_S}")
        told = await _over(bench)
    return told["latencies_ms"], told["missed"]


async def _over(bench: Bench) -> dict[str, Any]:
    while True:
        told = await bench.ask("told")
        if told["is_over"]:
            return told
        await asyncio.sleep(0.2)


async def _kill_run(trials: int) -> Figures:
    """Halts at random moments: half of them by the loop's own process, half as a command that
    another one writes down.
    """
    chance, after_ms, during = Random(11), [], 0
    async with working() as bench:
        other = await read_store(bench.database)
        await bench.ask("busy?gap_s=0.01")
        for number in range(trials):
            before = (await bench.ask("told"))["orders"]
            await asyncio.sleep(0.3 + chance.random() / 2)
            if number % 2:
                await stop(bench.trader.agent, reason="bench", by="bench")
            else:
                await other.add_command(_command(CommandKind.HALT, number))
            committed = time.monotonic_ns()
            await asyncio.sleep(QUIET_S)
            told = await bench.ask("told")
            during += told["orders"] - before
            after_ms.append(max(0.0, (told["last_order_ns"] - committed) / 1e6))
            await _arm(bench.trader)
        await other.close()
    return {
        "halt_to_last_order_ms": {
            "max": round(max(after_ms), 2),
            "median": round(median(after_ms), 2),
            "bound": 100,
        },
        "trials": trials,
        "orders_sent_meanwhile": during,
    }


async def _cancel_run(count: int) -> Figures:
    rate = ClientOptions().writes_per_s
    async with working() as bench:
        await _rest_orders(bench.trader, count)
        other = await read_store(bench.database)
        begun, command = time.monotonic_ns(), _command(CommandKind.HALT, 0)
        await other.add_command(command)
        while True:
            answer = await other.command(command.id)
            if answer is not None and answer.status is not CommandStatus.PENDING:
                break
            await asyncio.sleep(0.02)
        answered = time.monotonic_ns()
        await other.close()
        told = await bench.ask("told")
    seconds, bound = (told["cancels_ns"][-1] - begun) / 1e9, 1.2 * count / rate
    return {
        "orders": count,
        "cancelled": len(told["cancels_ns"]),
        "answer": dict(answer.result or {}),
        "seconds": round(seconds, 2),
        "answered_after_s": round((answered - begun) / 1e9, 2),
        "writes_per_s": rate,
        "bound_s": round(bound, 2),
        "ratio": round(seconds / (count / rate), 2),
    }


# -- a trader at work ----------------------------------------------------------------------------


@asynccontextmanager
async def working() -> AsyncIterator[Bench]:
    """The trader as `bayse-agent run --live` has it, but for limits that would end a benchmark."""
    venue = subprocess.Popen(  # noqa: ASYNC220 (nothing runs yet that it could hold up)
        [sys.executable, str(HERE / "stub_venue.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert venue.stdout is not None
    assert venue.stdin is not None
    http, sockets = json.loads(venue.stdout.readline())
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings = _settings(Path(folder), http, sockets)
            # Ticks alone set the sniper going, so that each order belongs to one.
            schedule = Schedule(scan_s=3600, snipe_s=3600, exits_s=15, orders_s=20, watch_s=0.25)
            async with open_trader(settings, Parts(schedule=schedule)) as trader:
                await _prepare(trader)
                address = f"http://127.0.0.1:{http}"
                database = settings.database_url.get_secret_value()
                bench = Bench(trader=trader, address=address, database=database)
                async with _running(trader):
                    await asyncio.sleep(3)
                    yield bench
    finally:
        venue.stdin.close()
        venue.wait(10)


def _settings(folder: Path, http: int, sockets: int) -> Settings:
    os.environ |= {
        "AGENT_MODE": "live",
        "AGENT_AUTO_TRADE": "true",
        "AGENT_CAPITAL_BY_PROOF": "false",
        "AGENT_DATA_DIR": str(folder),
        "SNIPE_SERIES_SLUGS": SERIES,
        "SNIPE_OBSERVE_SECONDS": "300",
        "BAYSE_PUBLIC_KEY": "pk_live_bench",
        "BAYSE_PRIVATE_KEY": "sk_live_bench",
        "BAYSE_API_BASE_URL": f"http://127.0.0.1:{http}",
        "BAYSE_WS_BASE_URL": f"ws://127.0.0.1:{sockets}",
    }
    return Settings.read(None)


async def _prepare(trader: Trader) -> None:
    limits = replace(
        await trader.store.limits(),
        max_entries_per_market=MANY,
        trades_per_hour=MANY,
        trades_per_day=MANY,
        max_orders_per_minute=MANY,
        max_open_markets=MANY,
        max_daily_stake_part=Decimal(1),
        max_exposure=Decimal(1),
        reserve=Decimal(0),
        repeat_window_s=1.0,
    )
    await trader.store.set_limits(
        limits, by="bench", reason="no limit but speed", at=trader.agent.clock.now()
    )
    await _arm(trader)


async def _arm(trader: Trader) -> None:
    """Let it trade, whatever stopped it: a halt that is still being carried out comes first."""
    while True:
        if not await trader.store.pending_commands():
            break
        await asyncio.sleep(0.02)
    before = await trader.store.control()
    if before.state is not TradingState.ARMED:
        change = Control(
            epoch=before.epoch + 1,
            state=TradingState.ARMED,
            reason="go on",
            by="bench",
            at=trader.agent.clock.now(),
        )
        await trader.store.set_control(change)


@asynccontextmanager
async def _running(trader: Trader) -> AsyncIterator[None]:
    async def listen(report: PassReport) -> None:
        if os.environ.get("BENCH_TELLS"):
            print(report.name, report.halt, [(x.reason, x.inputs) for x in report.looks][:1])

    async def hurry() -> None:
        trader.market_data.on_change(lambda _: runner.hurry("snipe"))
        async for _ in trader.agent.feed.stream(()):
            runner.hurry("snipe")

    runner = Runner(trader.agent, listen, {**trader.companions, "ticks": hurry})
    task = asyncio.create_task(runner.run(FOREVER))
    try:
        yield
    finally:
        runner.stop()
        await task


async def _rest_orders(trader: Trader, count: int) -> None:
    """Intents whose orders rest at the venue, each in a market of its own."""
    store, now = trader.store, trader.agent.clock.now()
    await stop(trader.agent, reason="no bets meanwhile", by="bench", state=TradingState.REDUCING)
    [known] = [one for one in await store.tracked() if one.series is not None]
    markets = [_resting_market(known, number) for number in range(count)]
    await store.track(markets, source="bench", read_at=now)
    await _arm(trader)
    for number, market in enumerate(markets):
        intent = _resting_intent(market, number, now)
        sealed = trader.agent.venue.seal(order_for(intent), key=intent.id)
        await store.add_intent(intent, sealed=sealed, look=None)
        await store.change_intent(
            IntentChange(
                intent_id=intent.id,
                status=IntentStatus.OPEN,
                proof="rests",
                at=now,
                order=_resting_order(intent, number),
            )
        )


def _resting_market(known: TrackedMarket, number: int) -> TrackedMarket:
    return replace(known, market_id=MarketId(f"market-{number}"), series=None, symbol=None)


def _resting_intent(market: TrackedMarket, number: int, now: datetime) -> Intent:
    wish = Buy(
        market_id=market.market_id,
        outcome_id=OutcomeId(f"outcome-{number}"),
        stake=Money.of(1000, NGN),
        worst_price=Price(Decimal("0.4")),
    )
    return Intent(
        id=IntentId(intent_id("bench", str(number))),
        event_id=EventId(market.event_id),
        market_id=market.market_id,
        engine=Engine.CLOB,
        wish=wish,
        forecast_id=None,
        created_at=now,
        source=IntentSource.HAND,
    )


def _resting_order(intent: Intent, number: int) -> VenueOrder:
    return VenueOrder(
        id=OrderId(f"00000000-0000-4000-9000-{number:012d}"),
        market_id=intent.market_id,
        outcome_id=intent.wish.outcome_id,
        side=Side.BUY,
        type=OrderType.LIMIT,
        status=VenueOrderStatus.OPEN,
        amount=Decimal(1000),
        price=Price(Decimal("0.4")),
        size=Shares(Decimal(25)),
        filled=Shares(Decimal(0)),
        remaining=Shares(Decimal(25)),
        average_price=None,
        fee=None,
        currency=NGN,
        self_trade=None,
        created_at=intent.created_at,
        updated_at=None,
    )


def _command(kind: CommandKind, number: int) -> Command:
    return Command(
        id=f"bench-{number}",
        kind=kind,
        arguments={"reason": "bench"},
        by="bench",
        at=datetime.now(UTC),
    )


def _asked(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(address, timeout=SEEN_S) as reply:
        found: dict[str, Any] = json.load(reply)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("tick", "kill"))
    parser.add_argument("--count", type=int, default=100, help="ticks of each run, or halts")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--resting", type=int, default=60, help="orders to cancel")
    options = parser.parse_args()
    is_tick = options.what == "tick"
    found = tick(options.count, options.runs) if is_tick else kill(options.count, options.resting)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
