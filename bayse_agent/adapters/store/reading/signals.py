"""Signals as the original system listed them: every decision to buy, and what became of it.

There are two kinds: those that wait, or waited, for a person, and those that the agent placed by
itself. A signal that was approved is listed once, as the signal that it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.access_tables import clearings
from bayse_agent.adapters.store.reading.approvals import Approvals
from bayse_agent.adapters.store.reading.counting import Counts, Places, rows_in
from bayse_agent.adapters.store.reading.decisions import markets_by_id
from bayse_agent.adapters.store.reading.reader import Query
from bayse_agent.adapters.store.reading.views import MarketView
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import ZERO
from bayse_agent.domain.order import IntentSource, IntentStatus, intent_id

_signals, _intents, _fills = tables.signals, tables.intents, tables.fills
_NUMBER, _PLACE = _signals.c.number, _intents.c.number
_INTENT = tuple(column for column in _intents.c if column.name not in ("body", "route", "key"))
_BY_ITSELF = (IntentSource.SCAN.value, IntentSource.SNIPE.value)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which signals. `since` None is all there ever were."""

    since: datetime | None = None
    event_id: str | None = None


_EVERYTHING = Filter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    items: tuple[Told, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of the lists from before, so that a page reads no more than is new."""

    counts: Counts = field(default_factory=Counts)
    places: Places = field(default_factory=Places)
    approvals: Approvals = field(default_factory=lambda: Approvals(_own()))


def listed(wanted: Filter, *, page: int, size: int, remembered: Remembered) -> Query[Found]:
    """A page of signals, newest first, and how many there are."""

    def read(connection: Connection) -> Found:
        above = _above(connection, wanted.since, remembered.places)
        remembered.approvals.read_on(connection)
        most = page * size
        waiting = connection.execute(_newest(_waiting(wanted), _NUMBER, above.signals, most)).all()
        rows = [(row.made_at, row) for row in waiting]
        oldest = waiting[-1].made_at if len(waiting) == most else None
        own = _own_newest(connection, _placed(wanted), above.intents, most, oldest, remembered)
        rows += [(row.created_at, row) for row in own]
        rows.sort(key=lambda pair: pair[0], reverse=True)
        shown = [row for _, row in rows[most - size : most]]
        total = _total(connection, wanted, above, remembered)
        return Found(items=_told(connection, shown), total=total)

    return read


def one(signal_id: str) -> Query[Told | None]:
    """A signal by the id that it is listed under."""

    def read(connection: Connection) -> Told | None:
        row = connection.execute(select(_signals).where(_signals.c.id == signal_id)).first()
        if row is None:
            row = connection.execute(_own().where(_intents.c.id == signal_id)).first()
        return None if row is None else _told(connection, [row])[0]

    return read


def cleared_by_now(remembered: Remembered) -> Query[int]:
    """How many signals a clearing would take off the list."""

    def read(connection: Connection) -> int:
        remembered.approvals.read_on(connection)
        return _total(connection, _EVERYTHING, _cleared(connection), remembered)

    return read


def _total(connection: Connection, wanted: Filter, above: _Above, remembered: Remembered) -> int:
    """How many signals are listed. What was a signal first is not counted as an intent as well."""
    if wanted.event_id is not None:
        own = connection.execute(_placed(wanted).where(above.intents < _PLACE))
        placed = sum(row.id not in remembered.approvals for row in own)
        return rows_in(connection, _waiting(wanted).where(above.signals < _NUMBER)) + placed
    # Only the one list that is asked for all the time is worth remembering.
    kept = remembered.counts if wanted == _EVERYTHING else Counts()
    total = kept.counted(connection, "signals", _waiting(wanted), _NUMBER, above=above.signals)
    total += kept.counted(connection, "intents", _placed(wanted), _PLACE, above=above.intents)
    return total - remembered.approvals.above(above.intents)


def _own() -> Select[Any]:
    """The buys that the agent placed; some of them were signals first."""
    return select(*_INTENT).where(
        _intents.c.source.in_(_BY_ITSELF), _intents.c.side == Side.BUY.value
    )


def _placed(wanted: Filter) -> Select[Any]:
    if wanted.event_id is None:
        return _own()
    # By their markets, which they are sorted by, for there may be a million of them.
    of_event = select(tables.markets.c.id).where(tables.markets.c.event_id == wanted.event_id)
    return _own().where(_intents.c.market_id.in_(of_event))


def _waiting(wanted: Filter) -> Select[Any]:
    query = select(_signals)
    return query if wanted.event_id is None else query.where(_signals.c.event_id == wanted.event_id)


def _own_newest(
    connection: Connection,
    query: Select[Any],
    above: int,
    most: int,
    oldest: datetime | None,
    remembered: Remembered,
) -> list[Row[Any]]:
    """The newest intents that were no signals: so many, or all that are not too old to be shown."""
    found: list[Row[Any]] = []
    below: int | None = None
    while len(found) < most:
        part = query if below is None else query.where(below > _PLACE)
        rows = connection.execute(_newest(part, _PLACE, above, most)).all()
        found += [row for row in rows if row.id not in remembered.approvals]
        if len(rows) < most or (oldest is not None and rows[-1].created_at < oldest):
            break
        below = rows[-1].number
    return found[:most]


def _newest(query: Select[Any], key: Column[int], above: int, most: int) -> Select[Any]:
    return query.where(key > above).order_by(key.desc()).limit(most)


def _cleared(connection: Connection) -> _Above:
    query = select(clearings).order_by(clearings.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return _Above(0, 0)
    return _Above(row.signals_to, row.intents_to)


def _above(connection: Connection, since: datetime | None, places: Places) -> _Above:
    """The numbers that a list begins above: what was cleared, and what is too old."""
    cleared = _cleared(connection)
    if since is None:
        return cleared
    made, created = _signals.c.made_at, _intents.c.created_at
    return _Above(
        max(cleared.signals, places.last_before(connection, "signals", _NUMBER, made, since)),
        max(cleared.intents, places.last_before(connection, "intents", _PLACE, created, since)),
    )


@dataclass(frozen=True, slots=True)
class _Above:
    """Where the two lists begin."""

    signals: int
    intents: int


@dataclass(frozen=True, slots=True)
class _Results:
    """What pages of signals need besides: everything by id, read in a few queries."""

    markets: Mapping[str, MarketView]
    forecasts: Mapping[str, Row[Any]]
    sources: Mapping[str, tuple[str, ...]]
    looks: Mapping[str, Row[Any]]
    intents: Mapping[str, Row[Any]]
    orders: Mapping[str, str]
    bought: Mapping[str, tuple[Decimal, Decimal]]
    ended: Mapping[tuple[str, str], tuple[str | None, Decimal]]


def _told(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Told, ...]:
    names = {row.id: _intent_name(row) for row in rows}
    results = _results(connection, rows, list(names.values()))
    return tuple(_tell(row, names[row.id], results) for row in rows)


def _intent_name(row: Row[Any]) -> str:
    return intent_id("signal", row.id) if _is_signal(row) else str(row.id)


def _is_signal(row: Row[Any]) -> bool:
    return hasattr(row, "made_at")


def _results(connection: Connection, rows: Sequence[Row[Any]], intents: list[str]) -> _Results:
    forecast_ids = [row.forecast_id for row in rows if row.forecast_id is not None]
    market_ids = {row.market_id for row in rows}
    return _Results(
        markets=markets_by_id(connection, market_ids),
        forecasts=_by(connection, tables.forecasts, "id", forecast_ids),
        sources=_sources(connection, forecast_ids),
        looks=_by(connection, tables.looks, "intent_id", intents),
        intents=_by(connection, _intents, "id", intents),
        orders={
            name: row.id
            for name, row in _by(connection, tables.orders, "intent_id", intents).items()
        },
        bought=_bought(connection, intents),
        ended=_ended(connection, market_ids),
    )


def _by(
    connection: Connection, table: Any, column: str, values: Iterable[str]
) -> Mapping[str, Row[Any]]:
    wanted = sorted(set(values))
    if not wanted:
        return {}
    rows = connection.execute(select(table).where(table.c[column].in_(wanted)))
    return {getattr(row, column): row for row in rows}


def _sources(connection: Connection, ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    evidence = tables.evidence.c
    if not ids:
        return {}
    query = select(evidence.forecast_id, evidence.url).where(evidence.forecast_id.in_(ids))
    found: dict[str, list[str]] = {}
    for row in connection.execute(query.order_by(evidence.forecast_id, evidence.number)):
        found.setdefault(row.forecast_id, []).append(row.url)
    return {name: tuple(dict.fromkeys(urls)) for name, urls in found.items()}


def _bought(
    connection: Connection, intents: Sequence[str]
) -> Mapping[str, tuple[Decimal, Decimal]]:
    """Shares and cash of each intent's fills."""
    query = select(_fills.c.intent_id, _fills.c.shares, _fills.c.cash)
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for row in connection.execute(query.where(_fills.c.intent_id.in_(intents))):
        shares, cash = found.get(row.intent_id, (ZERO, ZERO))
        found[row.intent_id] = (shares + row.shares, cash + row.cash)
    return found


def _ended(
    connection: Connection, market_ids: Iterable[str]
) -> Mapping[tuple[str, str], tuple[str | None, Decimal]]:
    """The winner of each ended position, and what one bought share of it brought in the end."""
    table = tables.settlements
    query = select(table.c.market_id, table.c.outcome_id, table.c.winner_id, table.c.payout)
    rows = connection.execute(query.where(table.c.market_id.in_(sorted(market_ids)))).all()
    traded = _traded(connection, sorted({row.market_id for row in rows}))
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
    if not market_ids:
        return {}
    fills = _fills.c
    query = select(fills.market_id, fills.outcome_id, fills.side, fills.shares, fills.cash)
    # By their intents, which are sorted by market.
    of_markets = select(_intents.c.id).where(_intents.c.market_id.in_(market_ids))
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for row in connection.execute(query.where(fills.intent_id.in_(of_markets))):
        key = (row.market_id, row.outcome_id)
        bought, sold = sums.get(key, (ZERO, ZERO))
        is_buy = row.side == Side.BUY.value
        sums[key] = (bought + row.shares, sold) if is_buy else (bought, sold + row.cash)
    return sums


def _tell(row: Row[Any], name: str, results: _Results) -> Told:
    market, forecast = results.markets.get(row.market_id), results.forecasts.get(row.forecast_id)
    intent, look = results.intents.get(name), results.looks.get(name)
    inputs = json.loads(row.inputs) if _is_signal(row) else _inputs(look)
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
        reasoning=rationale or (row.note if _is_signal(row) else row.cause),
        sources=results.sources.get(row.forecast_id, ()),
        suggested_stake=row.amount if row.side == Side.BUY.value else None,
        status=_status(row, intent, resolution, name in results.bought),
        resolution=resolution,
        pnl=profit,
        created_at=row.made_at if _is_signal(row) else row.created_at,
        approved_at=row.decided_at if _is_signal(row) and intent is not None else None,
        agent_cycle_id=None,
        executed_order_id=results.orders.get(name),
        executed_at=None if intent is None else intent.created_at,
        places_at=row.places_at if _is_signal(row) else None,
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


def cost_of(connection: Connection, market_id: str, outcome_id: str) -> tuple[Decimal, Decimal]:
    """What was paid for all that was ever bought of an outcome, and how many shares that were."""
    query = select(_fills.c.cash, _fills.c.shares).where(
        _fills.c.market_id == market_id,
        _fills.c.outcome_id == outcome_id,
        _fills.c.side == Side.BUY.value,
    )
    rows = connection.execute(query).all()
    return sum((row.cash for row in rows), ZERO), sum((row.shares for row in rows), ZERO)


def of_outcome(connection: Connection, market_id: str, outcome_id: str) -> tuple[Told, ...]:
    """The buys of an outcome that were placed at the venue, with what became of them."""
    query = (
        select(_intents)
        .where(_intents.c.market_id == market_id, _intents.c.outcome_id == outcome_id)
        .where(_intents.c.side == Side.BUY.value)
        .order_by(_intents.c.number)
    )
    found = _told(connection, connection.execute(query).all())
    return tuple(one for one in found if one.executed_order_id is not None)


def was_signal(connection: Connection, name: str, market_id: str) -> bool:
    """Whether an intent is what a signal became that a person approved."""
    query = select(_signals.c.id).where(_signals.c.market_id == market_id)
    return any(intent_id("signal", one) == name for one in connection.execute(query).scalars())
