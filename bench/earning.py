"""How long it takes to tell what was earned, over books of so many fills.

    python bench/earning.py --fills 100000

Prints as JSON: `first_s`, the adding up of all books when a service starts; then the median of what
each question takes once that is done, with new fills before each round. Times by the wall, and of
the processor, which others at work on the computer do not lengthen.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Table, insert

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.database import Database, connect
from bayse_agent.adapters.store.reading.charting import chart
from bayse_agent.adapters.store.reading.earnings import Earnings
from bayse_agent.adapters.store.reading.opening import open_reader
from bayse_agent.adapters.store.reading.profit_views import ProfitCause
from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.journal import Run
from bayse_agent.domain.money import Currency

Row = Mapping[str, object]
_APART = timedelta(seconds=30)
_AT_ONCE = 20_000
_TOUCHES = 10
_ROUNDS = 20
_ZONE = "Africa/Lagos"
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def _at(fill: int) -> datetime:
    return _BEGUN + _APART * fill


def _market(number: int) -> Row:
    return {
        "id": f"market-{number}",
        "event_id": f"event-{number}",
        "title": f"Window {number}",
        "engine": "CLOB",
        "outcome1_id": f"up-{number}",
        "outcome2_id": f"down-{number}",
        "label1": "Up",
        "label2": "Down",
        "series": "crypto-btc-15min",
        "symbol": "BTCUSDT",
        "opens_at": _at(2 * number),
        "closes_at": _at(2 * number) + timedelta(minutes=15),
        "seen_at": _at(2 * number),
        "settled_at": _at(2 * number) + timedelta(minutes=16),
        "winner_id": f"up-{number}",
        "category": "CRYPTO" if number % 3 else "SPORTS",
    }


def _forecast(fill: int) -> Row:
    return {
        "id": f"forecast-{fill}",
        "market_id": f"market-{fill // 2}",
        "author": "pool" if fill % 5 else "threshold",
        "probability": 0.6,
        "standard_error": 0.02,
        "market_price": Decimal("0.5"),
        "rationale": "",
        "made_at": _at(fill),
    }


def _intent(fill: int) -> Row:
    return {
        "id": f"intent-{fill}",
        "number": fill + 1,
        "forecast_id": f"forecast-{fill}",
        "event_id": f"event-{fill // 2}",
        "market_id": f"market-{fill // 2}",
        "engine": "CLOB",
        "outcome_id": f"up-{fill // 2}",
        "side": "BUY",
        "currency": "NGN",
        "amount": Decimal(550),
        "worst_price": Decimal("0.55"),
        "status": "FILLED",
        "created_at": _at(fill),
        "changed_at": _at(fill),
        "source": "scan" if fill % 7 else "snipe",
        "cause": "",
        "route": "",
        "body": b"",
        "lease_token": 1,
        "control_epoch": 1,
        "limits_version": 1,
        "mode": "paper",
    }


def _fill(fill: int) -> Row:
    return {
        "id": f"fill-{fill}",
        "number": fill + 1,
        "intent_id": f"intent-{fill}",
        "order_id": f"order-{fill}",
        "market_id": f"market-{fill // 2}",
        "outcome_id": f"up-{fill // 2}",
        "side": "BUY",
        "currency": "NGN",
        "shares": Decimal("9.8"),
        "price": Decimal("0.5") + Decimal(fill % 40) / 100,
        "cash": Decimal(550),
        "fee": Decimal(11),
        "at": _at(fill),
        "mode": "paper",
    }


def _settlement(number: int) -> Row:
    return {
        "market_id": f"market-{number}",
        "outcome_id": f"up-{number}",
        "currency": "NGN",
        "number": number + 1,
        "winner_id": f"up-{number}",
        "shares": Decimal("19.6"),
        "payout": Decimal(1960) if number % 2 else Decimal(0),
        "at": _at(2 * number + 1),
        "mode": "paper",
    }


def _postings(fills: int, first: int = 0) -> Iterator[Row]:
    """The ledger: two buys and the end of each market."""
    for fill in range(first, fills):
        number = fill // 2
        entry, at = fill + number + 1, _at(fill)
        bought = ((_CASH, -550), (_POSITIONS, 550), ("fees", 11), ("realised", -11))
        yield from _entry(entry, "buy", f"fill-{fill}", number, bought, at)
        if fill % 2:
            paid = 1960 if number % 2 else 0
            ended = ((_CASH, paid), (_POSITIONS, -1100), ("realised", 1100 - paid))
            subject = f"market-{number}:up-{number}:NGN"
            yield from _entry(entry + 1, "settlement", subject, number, ended, at)


_CASH, _POSITIONS = "cash", "positions"


def _entry(
    entry: int,
    cause: str,
    subject: str,
    number: int,
    lines: tuple[tuple[str, int], ...],
    at: datetime,
) -> Iterator[Row]:
    for line, (account, amount) in enumerate(lines):
        is_held = account == _POSITIONS
        yield {
            "entry": entry,
            "line": line,
            "cause": cause,
            "subject": subject,
            "account": account,
            "market_id": f"market-{number}" if is_held else None,
            "outcome_id": f"up-{number}" if is_held else None,
            "currency": "NGN",
            "amount": Decimal(amount),
            "at": at,
        }


def _touch(number: int) -> Row:
    market = number // _TOUCHES
    return {
        "market_id": f"market-{market}",
        "outcome_id": f"up-{market}",
        "currency": "NGN",
        "at": _at(2 * market) + timedelta(minutes=number % _TOUCHES),
        "source_at": _at(2 * market),
        "bid": Decimal("0.59"),
        "ask": Decimal("0.61"),
    }


def _valuation(number: int) -> Row:
    value = Decimal(100_000 + number % 997)
    return {
        "currency": "NGN",
        "at": _at(number),
        "value": value,
        "cash": value,
        "wallet": value,
        "deposits": Decimal(100_000),
        "mode": "paper",
    }


def _write(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    remaining = iter(rows)
    while part := list(islice(remaining, _AT_ONCE)):
        connection.execute(insert(table), part)


async def _add(database: Database, table: Table, rows: Iterable[Row]) -> None:
    await database.run_schema(lambda connection: _write(connection, table, rows))


async def _make(url: str, fills: int) -> None:
    store = await open_store(url)
    await store.take_lease(holder="bench", at=_BEGUN)
    await store.begin_run(Run(id="bench", mode="paper", started_at=_BEGUN, options={}))
    await store.close()
    database, markets = connect(url), range(fills // 2)
    more = range(fills + 2 * _ROUNDS)
    await _add(database, tables.markets, map(_market, range(len(more) // 2)))
    await _add(database, tables.forecasts, map(_forecast, more))
    await _add(database, tables.intents, map(_intent, more))
    await _add(database, tables.fills, map(_fill, more))
    await _add(database, tables.settlements, map(_settlement, range(len(more) // 2)))
    await _add(database, tables.postings, _postings(fills))
    await _add(database, tables.touches, map(_touch, range(_TOUCHES * len(markets))))
    await _add(database, tables.equity, map(_valuation, range(fills)))
    await database.close()


async def _measure(fills: int) -> Mapping[str, float]:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/books.db"
        await _make(url, fills)
        reader, database = await open_reader(url), connect(url)
        earnings, now = Earnings(Currency.NGN), _at(fills)
        began, used = time.perf_counter(), time.process_time()
        while await earnings.go_on(reader):
            pass
        told = {
            "fills": float(fills),
            "first_s": time.perf_counter() - began,
            "first_cpu_s": time.process_time() - used,
        }
        asked: Mapping[str, Callable[[], Awaitable[object]]] = {
            "profit_ms": lambda: earnings.periods(reader, now, _ZONE),
            **{
                f"by_{cause}_ms": lambda cause=cause: earnings.by(reader, cause)  # type: ignore[misc]
                for cause in ProfitCause
            },
            "chart_ms": lambda: reader.ask(chart("market-77", points=300)),
        }
        times: dict[str, list[float]] = defaultdict(list)
        for turn in range(_ROUNDS):
            first = fills + 2 * turn
            await _add(database, tables.postings, _postings(first + 2, first))
            for name, ask in asked.items():
                began, used = time.perf_counter(), time.process_time()
                await ask()
                times[name].append(1000 * (time.perf_counter() - began))
                times[f"{name}_of_cpu"].append(1000 * (time.process_time() - used))
        await reader.close()
        await database.close()
        return told | {name: median(several) for name, several in times.items()}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fills", type=int, default=100_000)
    found = asyncio.run(_measure(parser.parse_args(arguments).fills))
    print(json.dumps({name: round(value, 2) for name, value in found.items()}, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
