"""Measures a start with long books: from exec to armed, with many open positions and old orders.

`bench/recovery.py --positions 500 --orders 10000 --runs 9` prints JSON. The venue is the stub of
`bench/latency.py`, in a process of its own; each start is a process of its own as well. Armed is
the moment at which this process has found books and venue equal and may trade.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles

from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.journal import (
    Deposit,
    IntentChange,
    Look,
    MarketResult,
    Run,
    TrackedMarket,
)
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, Price, Shares
from bayse_agent.domain.order import (
    Buy,
    Fill,
    FillId,
    Intent,
    IntentId,
    IntentSource,
    IntentStatus,
    OrderId,
    OrderType,
    SealedOrder,
    VenueOrder,
    VenueOrderStatus,
)
from bayse_agent.domain.portfolio import Settlement

NGN = Currency.NGN
HERE = Path(__file__).resolve().parent
STAKE = Money.of(550, NGN)
SHARES = Shares(Decimal("10"))
DEPOSIT = Money.of(100_000_000, NGN)
SPAN = timedelta(minutes=2)


async def make_books(folder: Path, positions: int, orders: int) -> Money:
    """Books with so many settled orders and open positions; returns the cash that is left."""
    store = await open_store(f"sqlite:///{folder}/bayse-agent.db")
    now = datetime.now(UTC)
    begun = now - SPAN * (positions + orders + 1)
    await store.take_lease(holder="bench", at=begun)
    await store.begin_run(Run(id="live-1", mode="live", started_at=begun, options={}))
    await store.set_control(
        Control(epoch=1, state=TradingState.ARMED, reason="bench", by="bench", at=begun)
    )
    await store.add_deposit(Deposit(id="opening", amount=DEPOSIT, at=begun))
    markets = [_market(n, begun, now, is_open=n >= orders) for n in range(orders + positions)]
    await store.track(markets, source="events", read_at=begun)
    for number, market in enumerate(markets):
        await _bought(store, market, number, begun + SPAN * number)
        if number < orders:
            await _settled(store, market, begun + SPAN * number + timedelta(minutes=1))
    cash = (await store.portfolio(NGN)).cash
    await store.close()
    return cash


def _market(number: int, begun: datetime, now: datetime, *, is_open: bool) -> TrackedMarket:
    at = begun + SPAN * number
    return TrackedMarket(
        market_id=MarketId(_id(1, number)),
        event_id=EventId(_id(2, number)),
        title=f"Market {number}",
        engine=Engine.CLOB,
        outcome1_id=OutcomeId(_id(3, number)),
        outcome2_id=OutcomeId(_id(4, number)),
        label1="Yes",
        label2="No",
        series=None,
        symbol=None,
        opens_at=at,
        closes_at=now + timedelta(days=30) if is_open else at + timedelta(minutes=1),
        resolves_at=None,
        seen_at=at,
        category="POLITICS",
    )


def _id(kind: int, number: int) -> str:
    return f"{kind:08d}-0000-4000-8000-{number:012d}"


async def _bought(store: SqlStore, market: TrackedMarket, number: int, at: datetime) -> None:
    wish = Buy(
        market_id=market.market_id,
        outcome_id=market.outcome1_id,
        stake=STAKE,
        worst_price=Price(Decimal("0.55")),
    )
    intent = Intent(
        id=IntentId(_id(5, number)),
        event_id=market.event_id,
        market_id=market.market_id,
        engine=Engine.CLOB,
        wish=wish,
        forecast_id=None,
        created_at=at,
        source=IntentSource.SCAN,
    )
    sealed = SealedOrder(route="/v1/pm/orders/batch", key=intent.id, body=b"{}" * 100)
    look = Look(market_id=market.market_id, at=at, reason=Reason.UNRESOLVED)
    await store.add_intent(intent, sealed=sealed, look=look)
    order = _order(intent, number)
    fill = Fill(
        id=FillId(_id(7, number)),
        intent_id=intent.id,
        order_id=order.id,
        market_id=market.market_id,
        outcome_id=market.outcome1_id,
        side=Side.BUY,
        shares=SHARES,
        price=Price(Decimal("0.55")),
        cash=STAKE,
        fee=Money.of(5, NGN),
        at=at,
    )
    await store.change_intent(
        IntentChange(
            intent_id=intent.id,
            status=IntentStatus.FILLED,
            proof="filled",
            at=at,
            order=order,
            fills=(fill,),
            reason=Reason.TRADED,
        )
    )


def _order(intent: Intent, number: int) -> VenueOrder:
    return VenueOrder(
        id=OrderId(_id(6, number)),
        market_id=intent.market_id,
        outcome_id=intent.wish.outcome_id,
        side=Side.BUY,
        type=OrderType.LIMIT,
        status=VenueOrderStatus.FILLED,
        amount=STAKE.amount,
        price=Price(Decimal("0.55")),
        size=SHARES,
        filled=SHARES,
        remaining=Shares(Decimal(0)),
        average_price=Price(Decimal("0.55")),
        fee=None,
        currency=NGN,
        self_trade=None,
        created_at=intent.created_at,
        updated_at=None,
    )


async def _settled(store: SqlStore, market: TrackedMarket, at: datetime) -> None:
    # A little more than half win, so that nothing is lost by it in the long run.
    winner = (market.outcome1_id, market.outcome2_id)[int(market.market_id[-1]) % 2]
    is_won = winner == market.outcome1_id
    paid = Settlement(
        market_id=market.market_id,
        outcome_id=market.outcome1_id,
        winner=winner,
        shares=SHARES,
        payout=Money(SHARES * NGN.payout if is_won else Decimal(0), NGN),
        at=at,
    )
    await store.end_markets(
        [MarketResult(market_id=market.market_id, winner=winner, at=at, settlements=(paid,))]
    )


def portfolio(positions: int, orders: int) -> list[dict[str, object]]:
    """The account's rows as the venue tells them."""
    return [
        {
            "marketId": _id(1, number),
            "outcomeId": _id(3, number),
            "currency": "NGN",
            "balance": float(SHARES),
            "availableBalance": float(SHARES),
            "averagePrice": 0.55,
            "cost": float(STAKE.amount),
            "currentValue": float(STAKE.amount),
            "market": {"id": _id(1, number), "event": {"id": _id(2, number)}},
        }
        for number in range(orders, orders + positions)
    ]


async def _start(folder: str) -> None:
    """One start, in a process of its own: says a line when it is armed."""
    from bayse_agent.settings import Settings
    from bayse_agent.trading.acting import why_books_do_not_hold
    from bayse_agent.wiring.trader import open_trader

    os.environ["AGENT_DATA_DIR"] = folder
    async with open_trader(Settings.read(None)) as trader:
        why = await why_books_do_not_hold(trader.agent)
        control = await trader.store.control()
        books = await trader.store.portfolio(NGN)
        print(json.dumps([control.state.value, why, len(books.positions)]), flush=True)


def starts(folder: Path, account: Path, runs: int) -> list[float]:
    venue = subprocess.Popen(
        [sys.executable, str(HERE / "stub_venue.py"), str(account)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert venue.stdin is not None
    assert venue.stdout is not None
    http, sockets = json.loads(venue.stdout.readline())
    names = {
        "AGENT_MODE": "live",
        "DATABASE_URL": f"sqlite:///{folder}/bayse-agent.db",
        "BAYSE_PUBLIC_KEY": "pk_live_bench",
        "BAYSE_PRIVATE_KEY": "sk_live_bench",
        "BAYSE_API_BASE_URL": f"http://127.0.0.1:{http}",
        "BAYSE_WS_BASE_URL": f"ws://127.0.0.1:{sockets}",
    }
    try:
        return [_one(folder, names) for _ in range(runs)]
    finally:
        venue.stdin.close()
        venue.wait(10)


def _one(folder: Path, names: dict[str, str]) -> float:
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, __file__, "--start", str(folder)],
        env={**os.environ, **names},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    took = time.monotonic() - begun
    state, why, _ = json.loads(line)
    process.communicate()
    if (state, why) != ("ARMED", ""):
        raise SystemExit(f"not armed: {line}")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--positions", type=int, default=500)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--start", default="", help=argparse.SUPPRESS)
    parser.add_argument("--books", default="", help="keep the books here, and use them again")
    options = parser.parse_args()
    if options.start:
        asyncio.run(_start(options.start))
        return
    with tempfile.TemporaryDirectory(prefix="bayse-agent-") as passing:
        folder = Path(options.books or passing)
        account = folder / "account.json"
        if not account.exists():
            folder.mkdir(exist_ok=True)
            cash = asyncio.run(make_books(folder, options.positions, options.orders))
            rows = portfolio(options.positions, options.orders)
            account.write_text(json.dumps({"cash": float(cash.amount), "rows": rows}))
        took = starts(folder, account, options.runs)
    cuts = quantiles([*took, max(took)], n=20, method="inclusive")
    figures = {
        "exec_to_armed_s": {
            "p50": round(median(took), 2),
            "p95": round(cuts[18], 2),
            "max": round(max(took), 2),
        },
        "positions": options.positions,
        "orders": options.orders,
        "runs": options.runs,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
