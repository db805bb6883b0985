"""Signals as the original system listed them: every decision to buy, and what became of it.

There are two kinds: those that wait, or waited, for a person, and those that the agent placed by
itself. A signal that was approved is listed once, as the signal that it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.access_tables import clearings
from bayse_agent.adapters.store.reading.approvals import Approvals
from bayse_agent.adapters.store.reading.counting import Counts, Places, rows_in
from bayse_agent.adapters.store.reading.reader import Query
from bayse_agent.adapters.store.reading.told import Told, told
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import ZERO
from bayse_agent.domain.order import IntentSource, intent_id

_signals, _intents, _fills = tables.signals, tables.intents, tables.fills
_NUMBER, _PLACE = _signals.c.number, _intents.c.number
_BY_ITSELF = (IntentSource.SCAN.value, IntentSource.SNIPE.value)
_INTENT = tuple(
    _intents.c[name]
    for name in (
        *("id", "number", "event_id", "market_id", "outcome_id", "forecast_id"),
        *("side", "amount", "cause", "created_at"),
    )
)
_OWN = select(*_INTENT).where(_intents.c.source.in_(_BY_ITSELF), _intents.c.side == Side.BUY.value)
"""The buys that the agent placed; some of them were signals first."""


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
    approvals: Approvals = field(default_factory=lambda: Approvals(_OWN))


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
        return Found(items=told(connection, shown), total=total)

    return read


def one(signal_id: str) -> Query[Told | None]:
    """A signal by the id that it is listed under."""

    def read(connection: Connection) -> Told | None:
        row = connection.execute(select(_signals).where(_signals.c.id == signal_id)).first()
        if row is None:
            row = connection.execute(_OWN.where(_intents.c.id == signal_id)).first()
        return None if row is None else told(connection, [row])[0]

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


def _placed(wanted: Filter) -> Select[Any]:
    if wanted.event_id is None:
        return _OWN
    # By their markets, which they are sorted by, for there may be a million of them.
    of_event = select(tables.markets.c.id).where(tables.markets.c.event_id == wanted.event_id)
    return _OWN.where(_intents.c.market_id.in_(of_event))


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
    found = told(connection, connection.execute(query).all())
    return tuple(one for one in found if one.executed_order_id is not None)


def was_signal(connection: Connection, name: str, market_id: str) -> bool:
    """Whether an intent is what a signal became that a person approved."""
    query = select(_signals.c.id).where(_signals.c.market_id == market_id)
    return any(intent_id("signal", one) == name for one in connection.execute(query).scalars())
