"""What people and guards decided: signals, commands, the trading state, limits, the journals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, Table, func, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.access_tables import access_log
from bayse_agent.adapters.store.checking import check
from bayse_agent.adapters.store.reading.decisions import markets_by_id
from bayse_agent.adapters.store.reading.reader import Cut, Query, Slice, cut_of
from bayse_agent.adapters.store.reading.views import (
    AccessView,
    Ages,
    AuditView,
    CommandView,
    ControlView,
    LimitsView,
    RunView,
    SignalView,
)
from bayse_agent.adapters.store.verification import Verdict, verify

_signals, _audit = tables.signals, tables.audit


def signals(cut: Cut, *, status: str | None = None) -> Query[Slice[SignalView]]:
    """Signals, newest first."""

    def read(connection: Connection) -> Slice[SignalView]:
        query = select(_signals)
        if status is not None:
            query = query.where(_signals.c.status == status)
        found = cut_of(connection, query, _signals.c.number, cut, lambda row: row)
        names = markets_by_id(connection, [row.market_id for row in found.items])
        shown = tuple(signal_view(row, names.get(row.market_id)) for row in found.items)
        return Slice(items=shown, next=found.next)

    return read


def signal(signal_id: str) -> Query[SignalView | None]:
    def read(connection: Connection) -> SignalView | None:
        row = connection.execute(select(_signals).where(_signals.c.id == signal_id)).first()
        if row is None:
            return None
        names = markets_by_id(connection, [row.market_id])
        return signal_view(row, names.get(row.market_id))

    return read


def signal_view(row: Row[Any], market: Any) -> SignalView:
    return SignalView(
        number=row.number,
        id=row.id,
        source=row.source,
        event_id=row.event_id,
        market_id=row.market_id,
        market="" if market is None else market.title,
        outcome_id=row.outcome_id,
        outcome="" if market is None else market.label(row.outcome_id),
        side=row.side,
        currency=row.currency,
        amount=row.amount,
        worst_price=row.worst_price,
        forecast_id=row.forecast_id,
        made_at=row.made_at,
        expires_at=row.expires_at,
        places_at=row.places_at,
        inputs=json.loads(row.inputs),
        status=row.status,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
        mode=row.mode,
    )


def commands(cut: Cut, *, status: str | None = None) -> Query[Slice[CommandView]]:
    """Commands, newest first."""
    table = tables.commands

    def read(connection: Connection) -> Slice[CommandView]:
        query = select(table)
        if status is not None:
            query = query.where(table.c.status == status)
        return cut_of(connection, query, table.c.number, cut, _command)

    return read


def command(command_id: str) -> Query[CommandView | None]:
    table = tables.commands

    def read(connection: Connection) -> CommandView | None:
        row = connection.execute(select(table).where(table.c.id == command_id)).first()
        return None if row is None else _command(row)

    return read


def controls(cut: Cut) -> Query[Slice[ControlView]]:
    """Changes of the trading state, newest first."""
    table = tables.control
    return lambda connection: cut_of(
        connection, select(table), table.c.epoch, cut, lambda row: ControlView(**row._mapping)
    )


def limits(cut: Cut) -> Query[Slice[LimitsView]]:
    """Versions of the limits, newest first, each with what it changed."""
    table = tables.limits

    def read(connection: Connection) -> Slice[LimitsView]:
        found = cut_of(connection, select(table), table.c.version, cut, lambda row: row)
        return Slice(items=tuple(_limits(connection, row) for row in found.items), next=found.next)

    def _limits(connection: Connection, row: Row[Any]) -> LimitsView:
        values: Mapping[str, str] = json.loads(row.body)
        query = select(table.c.body).where(table.c.version == row.version - 1)
        before: Mapping[str, str] = json.loads(connection.execute(query).scalar() or "{}")
        changed = {
            name: f"{before[name]} -> {value}"
            for name, value in values.items()
            if name in before and before[name] != value
        }
        return LimitsView(
            version=row.version,
            values=values,
            changed=changed,
            made_by=row.made_by,
            reason=row.reason,
            at=row.at,
        )

    return read


def audit(cut: Cut, *, kind: str | None = None) -> Query[Slice[AuditView]]:
    """Rows of the audit journal, newest first."""

    def read(connection: Connection) -> Slice[AuditView]:
        query = select(_audit)
        if kind is not None:
            query = query.where(_audit.c.kind == kind)
        return cut_of(connection, query, _audit.c.number, cut, _audit_view)

    return read


def audit_after(number: int, *, limit: int) -> Query[tuple[AuditView, ...]]:
    """Rows of the journal that follow one, oldest first."""
    query = select(_audit).where(_audit.c.number > number).order_by(_audit.c.number).limit(limit)
    return lambda connection: tuple(_audit_view(row) for row in connection.execute(query))


def audit_head() -> Query[int]:
    """The number of the last row of the journal; 0 when there is none."""
    query = select(func.max(_audit.c.number))
    return lambda connection: connection.execute(query).scalar_one() or 0


def access(cut: Cut) -> Query[Slice[AccessView]]:
    """What happened at the door, newest first."""
    return lambda connection: cut_of(
        connection,
        select(access_log),
        access_log.c.number,
        cut,
        lambda row: AccessView(**row._mapping),
    )


def last_run() -> Query[RunView | None]:
    table = tables.runs

    def read(connection: Connection) -> RunView | None:
        row = connection.execute(select(table).order_by(table.c.started_at.desc())).first()
        if row is None:
            return None
        return RunView(
            id=row.id,
            mode=row.mode,
            started_at=row.started_at,
            options=json.loads(row.options),
        )

    return read


def ages() -> Query[Ages]:
    """When each kind of thing was last written down."""

    def read(connection: Connection) -> Ages:
        def last(table: Table, moment: str, key: str) -> Any:
            query = select(table.c[moment]).order_by(table.c[key].desc()).limit(1)
            return connection.execute(query).scalar()

        return Ages(
            listing=connection.execute(select(func.max(tables.listings.c.read_at))).scalar(),
            look=last(tables.looks, "at", "id"),
            forecast=last_forecast(connection),
            book=last(tables.touches, "at", "number"),
            equity=last(tables.equity, "at", "number"),
            order=last(tables.intents, "changed_at", "number"),
            run=last(tables.runs, "started_at", "started_at"),
        )

    return read


def last_forecast(connection: Connection) -> Any:
    """When the last look was taken that had a forecast: forecasts themselves have no order."""
    looks = tables.looks
    query = (
        select(looks.c.at)
        .where(looks.c.forecast_id.is_not(None))
        .order_by(looks.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def _command(row: Row[Any]) -> CommandView:
    return CommandView(
        number=row.number,
        id=row.id,
        kind=row.kind,
        made_by=row.made_by,
        at=row.at,
        arguments=json.loads(row.arguments),
        status=row.status,
        result=json.loads(row.result),
        finished_at=row.finished_at,
    )


def _audit_view(row: Row[Any]) -> AuditView:
    return AuditView(
        number=row.number,
        at=row.at,
        mode=row.mode,
        kind=row.kind,
        subject=row.subject,
        body=row.body,
        hash=row.hash,
    )


def verified() -> Query[Verdict]:
    """The audit journal held against itself and the books."""
    return lambda connection: verify(connection, None)


def checked() -> Query[tuple[str, ...]]:
    """What does not fit together in the books, in words."""
    return lambda connection: check(connection, None)


def waiting() -> Query[int]:
    """How many signals wait for a person."""
    query = select(func.count()).select_from(_signals).where(_signals.c.status == "PENDING")
    return lambda connection: connection.execute(query).scalar_one()
