"""What a listed signal says: all that belongs to it, read in a few queries for a page of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, bindparam, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.reading.decisions import markets_by_id
from bayse_agent.adapters.store.reading.views import MarketView
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import ZERO
from bayse_agent.domain.order import IntentStatus, intent_id

_intents, _fills = tables.intents, tables.fills


def _of(column: Column[Any], *read: Column[Any]) -> Select[Any]:
    """Rows by what is in a column, with no more of them than is wanted."""
    return select(column, *read).where(column.in_(bindparam("wanted", expanding=True)))


# Made once: making them anew for each page took as long as asking.
_FORECASTS = _of(
    tables.forecasts.c.id, tables.forecasts.c.probability, tables.forecasts.c.rationale
)
_LOOKS = _of(tables.looks.c.intent_id, tables.looks.c.inputs)
_STATES = _of(_intents.c.id, _intents.c.status, _intents.c.created_at)
_ORDERS = _of(tables.orders.c.intent_id, tables.orders.c.id)
_BOUGHT = _of(_fills.c.intent_id, _fills.c.shares, _fills.c.cash)
_SOURCES = _of(tables.evidence.c.forecast_id, tables.evidence.c.url).order_by(
    tables.evidence.c.forecast_id, tables.evidence.c.number
)
_ENDED = _of(
    tables.settlements.c.market_id,
    tables.settlements.c.outcome_id,
    tables.settlements.c.winner_id,
    tables.settlements.c.payout,
)
# By their intents, which are sorted by market.
_TRADED = select(
    _fills.c.market_id, _fills.c.outcome_id, _fills.c.side, _fills.c.shares, _fills.c.cash
).where(
    _fills.c.intent_id.in_(
        select(_intents.c.id).where(_intents.c.market_id.in_(bindparam("wanted", expanding=True)))
    )
)
_NEVER_BOUGHT: Mapping[str, str] = {
    IntentStatus.REFUSED.value: "REFUSED",
    IntentStatus.LOST.value: "FAILED",
    IntentStatus.CANCELLED.value: "CANCELLED",
    IntentStatus.EXPIRED.value: "EXPIRED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One signal with the names of the original. Money is in the currency of the market."""

    id: str
    event_id: str
    market_id: str
    market_name: str
    signal_type: str
    confidence: float | None
    estimated_probability: float | None
    market_price_at_signal: Decimal | None
    expected_value: Decimal | None
    reasoning: str
    sources: tuple[str, ...]
    suggested_stake: Decimal | None
    status: str
    resolution: str | None
    pnl: Decimal | None
    created_at: datetime
    approved_at: datetime | None
    agent_cycle_id: str | None
    executed_order_id: str | None
    executed_at: datetime | None
    places_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Results:
    """What pages of signals need besides: everything by id, read in a few queries."""

    signals: frozenset[str]
    markets: Mapping[str, MarketView]
    forecasts: Mapping[str, Row[Any]]
    sources: Mapping[str, tuple[str, ...]]
    looks: Mapping[str, Row[Any]]
    intents: Mapping[str, Row[Any]]
    orders: Mapping[str, str]
    bought: Mapping[str, tuple[Decimal, Decimal]]
    ended: Mapping[tuple[str, str], tuple[str | None, Decimal]]


def told(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Told, ...]:
    """What signals, and intents that were none, say, in their order."""
    signals = frozenset(row.id for row in rows if "made_at" in row._fields)
    names = {row.id: intent_id("signal", row.id) if row.id in signals else row.id for row in rows}
    results = _results(connection, rows, list(names.values()), signals)
    return tuple(_tell(row, names[row.id], results) for row in rows)


def _results(
    connection: Connection, rows: Sequence[Row[Any]], intents: list[str], signals: frozenset[str]
) -> _Results:
    forecast_ids = [row.forecast_id for row in rows if row.forecast_id is not None]
    market_ids = {row.market_id for row in rows}
    return _Results(
        signals=signals,
        markets=markets_by_id(connection, market_ids),
        forecasts={row.id: row for row in _rows(connection, _FORECASTS, forecast_ids)},
        sources=_sources(connection, forecast_ids),
        looks={row.intent_id: row for row in _rows(connection, _LOOKS, intents)},
        intents={row.id: row for row in _rows(connection, _STATES, intents)},
        orders={row.intent_id: row.id for row in _rows(connection, _ORDERS, intents)},
        bought=_bought(connection, intents),
        ended=_ended(connection, market_ids),
    )


def _rows(
    connection: Connection, statement: Select[Any], values: Iterable[str]
) -> Sequence[Row[Any]]:
    wanted = sorted(set(values))
    return connection.execute(statement, {"wanted": wanted}).all() if wanted else []


def _sources(connection: Connection, ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in _rows(connection, _SOURCES, ids):
        found.setdefault(row.forecast_id, []).append(row.url)
    return {name: tuple(dict.fromkeys(urls)) for name, urls in found.items()}


def _bought(
    connection: Connection, intents: Sequence[str]
) -> Mapping[str, tuple[Decimal, Decimal]]:
    """Shares and cash of each intent's fills."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for row in _rows(connection, _BOUGHT, intents):
        shares, cash = found.get(row.intent_id, (ZERO, ZERO))
        found[row.intent_id] = (shares + row.shares, cash + row.cash)
    return found


def _ended(
    connection: Connection, market_ids: Iterable[str]
) -> Mapping[tuple[str, str], tuple[str | None, Decimal]]:
    """The winner of each ended position, and what one bought share of it brought in the end."""
    rows = _rows(connection, _ENDED, market_ids)
    traded = _traded(connection, [row.market_id for row in rows])
    found: dict[tuple[str, str], tuple[str | None, Decimal]] = {}
    for row in rows:
        bought, sold = traded.get((row.market_id, row.outcome_id), (ZERO, ZERO))
        if bought:
            found[row.market_id, row.outcome_id] = (row.winner_id, (sold + row.payout) / bought)
    return found


def _traded(
    connection: Connection, market_ids: Sequence[str]
) -> Mapping[tuple[str, str], tuple[Decimal, Decimal]]:
    """The shares that were ever bought of each outcome, and the cash of those that were sold."""
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for row in _rows(connection, _TRADED, market_ids):
        key = (row.market_id, row.outcome_id)
        bought, sold = sums.get(key, (ZERO, ZERO))
        is_buy = row.side == Side.BUY.value
        sums[key] = (bought + row.shares, sold) if is_buy else (bought, sold + row.cash)
    return sums


def _tell(row: Row[Any], name: str, results: _Results) -> Told:
    market, forecast = results.markets.get(row.market_id), results.forecasts.get(row.forecast_id)
    intent, look = results.intents.get(name), results.looks.get(name)
    is_signal = row.id in results.signals
    inputs = json.loads(row.inputs) if is_signal else _inputs(look)
    resolution, profit = _end(row, name, results)
    rationale = "" if forecast is None else forecast.rationale
    return Told(
        id=row.id,
        event_id=row.event_id,
        market_id=row.market_id,
        market_name="" if market is None else market.title,
        signal_type=_type(row, market),
        confidence=_float(inputs.get("confidence")),
        estimated_probability=None if forecast is None else forecast.probability,
        market_price_at_signal=_number(inputs.get("market_price")),
        expected_value=_expected(inputs),
        reasoning=rationale or (row.note if is_signal else row.cause),
        sources=results.sources.get(row.forecast_id, ()),
        suggested_stake=row.amount if row.side == Side.BUY.value else None,
        status=_status(row, intent, resolution, name in results.bought),
        resolution=resolution,
        pnl=profit,
        created_at=row.made_at if is_signal else row.created_at,
        approved_at=row.decided_at if is_signal and intent is not None else None,
        agent_cycle_id=None,
        executed_order_id=results.orders.get(name),
        executed_at=None if intent is None else intent.created_at,
        places_at=row.places_at if is_signal else None,
    )


def _inputs(look: Row[Any] | None) -> Mapping[str, str]:
    found: Mapping[str, str] = {} if look is None else json.loads(look.inputs)
    return found


def _type(row: Row[Any], market: MarketView | None) -> str:
    if row.side == Side.SELL.value:
        return "SELL"
    is_first = market is None or row.outcome_id == market.outcome1_id
    return "BUY_YES" if is_first else "BUY_NO"


def _end(row: Row[Any], name: str, results: _Results) -> tuple[str | None, Decimal | None]:
    """WIN or LOSS of what was bought, and the profit, once its market has ended."""
    ended, bought = results.ended.get((row.market_id, row.outcome_id)), results.bought.get(name)
    if ended is None or bought is None or row.side == Side.SELL.value:
        return None, None
    winner, a_share = ended
    shares, cash = bought
    profit = (shares * a_share - cash).quantize(Decimal("0.01"))
    if winner is None:
        return "VOID", profit
    return ("WIN" if winner == row.outcome_id else "LOSS"), profit


def _status(row: Row[Any], intent: Row[Any] | None, resolution: str | None, is_bought: bool) -> str:
    if resolution in ("WIN", "LOSS"):
        return "WON" if resolution == "WIN" else "LOST"
    if intent is None:
        return str(row.status)
    return "EXECUTED" if is_bought else _NEVER_BOUGHT.get(intent.status, "EXECUTED")


def _expected(inputs: Mapping[str, str]) -> Decimal | None:
    """What the stake earns on average: stake x edge / what a share costs."""
    stake, edge, cost = (_number(inputs.get(n)) for n in ("stake", "edge", "effective_price"))
    if stake is None or edge is None or not cost:
        return None
    return (stake * edge / cost).quantize(Decimal("0.01"))


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _float(text: str | None) -> float | None:
    return None if text is None else float(text)
