"""Books of a long life, for measuring: so many decisions to buy, each with what led to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice

from sqlalchemy import Connection, Table, insert

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.journal import Run

Row = Mapping[str, object]

_AT_ONCE = 20_000
_APART = timedelta(seconds=20)
_BETS_OF_A_MARKET = 5
_EVERY_NTH_WAITED = 10
"""One in so many waited for a person, and one in so many of those was approved."""


async def make_long_books(folder: str, signals: int) -> str:
    """New SQLite books with so many signals of the original's kind; returns their address.

    Nine in ten were placed by the agent itself, in a tenth of those with a fill; the rest waited
    for a person, who approved one in ten.
    """
    url = f"sqlite:///{folder}/long-{signals}.db"
    begun = datetime.now(UTC) - _APART * signals
    store = await open_store(url)
    await store.take_lease(holder="bench", at=begun)
    await store.begin_run(Run(id="long", mode="paper", started_at=begun, options={}))
    await store.close()
    database = connect(url)
    waited = signals // _EVERY_NTH_WAITED
    placed = range(signals - waited)
    markets = range(len(placed) // _BETS_OF_A_MARKET)
    await database.run(lambda c: _fill(c, tables.markets, (_market(n, begun) for n in markets)))
    for table, rows in (
        (tables.forecasts, (_forecast(n, begun) for n in placed)),
        (tables.intents, (_intent(n, begun) for n in placed)),
        (tables.looks, (_look(n, begun) for n in placed)),
        (tables.fills, (_fill_row(n, begun) for n in placed if n % 10 == 0)),
        (tables.settlements, (_settlement(n, begun) for n in markets[::2])),
        (tables.signals, (_signal(n, begun) for n in range(waited))),
    ):
        await database.run(lambda c, table=table, rows=rows: _fill(c, table, rows))
    await database.close()
    return url


def _fill(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    remaining: Iterator[Row] = iter(rows)
    while part := list(islice(remaining, _AT_ONCE)):
        connection.execute(insert(table), part)


def _market(number: int, begun: datetime) -> Row:
    return {
        "id": f"market-{number}",
        "event_id": f"event-{number}",
        "title": f"Will it be higher at the end of window {number}?",
        "engine": "CLOB",
        "outcome1_id": f"up-{number}",
        "outcome2_id": f"down-{number}",
        "label1": "Up",
        "label2": "Down",
        "series": "crypto-btc-15min",
        "symbol": "BTCUSDT",
        "opens_at": begun,
        "closes_at": begun + timedelta(minutes=15),
        "resolves_at": None,
        "seen_at": begun,
        "settled_at": None,
        "winner_id": None,
        "category": "CRYPTO",
    }


def _forecast(number: int, begun: datetime) -> Row:
    return {
        "id": f"forecast-{number}",
        "market_id": f"market-{number // _BETS_OF_A_MARKET}",
        "author": "pool",
        "probability": 0.61,
        "standard_error": 0.04,
        "market_price": Decimal("0.553"),
        "threshold": None,
        "rationale": "the price stands above its threshold, with little time left",
        "made_at": begun + _APART * number,
    }


def _intent(number: int, begun: datetime) -> Row:
    at = begun + _APART * number
    return {
        "id": f"intent-{number}",
        "number": number + 1,
        "forecast_id": f"forecast-{number}",
        **_wish(number),
        "status": "FILLED" if number % 10 == 0 else "CANCELLED",
        "created_at": at,
        "changed_at": at,
        "source": "scan",
        "cause": "bet",
        "route": "/v1/pm/orders",
        "key": None,
        "body": b"{}",
        "lease_token": 1,
        "control_epoch": 1,
        "limits_version": 1,
        "mode": "paper",
    }


def _wish(number: int) -> Row:
    return {
        "event_id": f"event-{number // _BETS_OF_A_MARKET}",
        "market_id": f"market-{number // _BETS_OF_A_MARKET}",
        "engine": "CLOB",
        "outcome_id": f"up-{number // _BETS_OF_A_MARKET}",
        "side": "BUY",
        "currency": "NGN",
        "amount": Decimal(1_000),
        "worst_price": Decimal("0.57"),
    }


def _look(number: int, begun: datetime) -> Row:
    inputs = {"market_price": "0.553", "stake": "1000", "edge": "0.04", "effective_price": "0.57"}
    return {
        "market_id": f"market-{number // _BETS_OF_A_MARKET}",
        "at": begun + _APART * number,
        "reason": "traded",
        "forecast_id": f"forecast-{number}",
        "inputs": json.dumps(inputs),
        "intent_id": f"intent-{number}",
        "mode": "paper",
    }


def _fill_row(number: int, begun: datetime) -> Row:
    return {
        "id": f"fill-{number}",
        "number": number + 1,
        "intent_id": f"intent-{number}",
        "order_id": f"order-{number}",
        "market_id": f"market-{number // _BETS_OF_A_MARKET}",
        "outcome_id": f"up-{number // _BETS_OF_A_MARKET}",
        "side": "BUY",
        "currency": "NGN",
        "shares": Decimal(17),
        "price": Decimal("0.57"),
        "cash": Decimal(969),
        "fee": Decimal(12),
        "at": begun + _APART * number,
        "mode": "paper",
    }


def _settlement(number: int, begun: datetime) -> Row:
    return {
        "market_id": f"market-{number}",
        "outcome_id": f"up-{number}",
        "currency": "NGN",
        "number": number + 1,
        "winner_id": f"up-{number}",
        "shares": Decimal(17),
        "payout": Decimal(1_700),
        "at": begun + _APART * number * _BETS_OF_A_MARKET,
        "mode": "paper",
    }


def _signal(number: int, begun: datetime) -> Row:
    at = begun + _APART * number * _EVERY_NTH_WAITED
    is_approved = number % _EVERY_NTH_WAITED == 0
    return {
        "number": number + 1,
        "id": f"signal-{number}",
        "source": "scan",
        **_wish(number),
        "forecast_id": None,
        "made_at": at,
        "expires_at": at + timedelta(minutes=10),
        "inputs": "{}",
        "status": "EXECUTED" if is_approved else "EXPIRED",
        "decided_by": "ada" if is_approved else None,
        "decided_at": at if is_approved else None,
        "note": "",
        "mode": "paper",
    }
