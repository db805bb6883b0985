"""Reads from the tables how windows closed, and counts what their settlement proved."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from bayse_agent.adapters.store.proof_tables import closings
from bayse_agent.domain.market import MarketId, SeriesSlug, Symbol
from bayse_agent.domain.settling import (
    MOST_RECENT,
    Closing,
    Held,
    SettlementRecord,
    WindowClosing,
    WindowKind,
)

_c = closings.c


def load_closings(connection: Connection) -> dict[MarketId, WindowClosing]:
    """Windows that were not settled yet when the books were last written."""
    query = select(closings).where(_c.held.is_(None)).order_by(_c.closes_at, _c.market_id)
    return {
        MarketId(row.market_id): WindowClosing(
            market_id=MarketId(row.market_id),
            kind=_kind(row.series, row.symbol),
            closes_at=row.closes_at,
            closing=Closing(last_price=row.last_price, average=row.average),
            noted_at=row.noted_at,
        )
        for row in connection.execute(query)
    }


def load_records(connection: Connection) -> dict[WindowKind, SettlementRecord]:
    kinds = select(_c.series, _c.symbol).where(_c.held.is_not(None)).distinct()
    found = [_kind(row.series, row.symbol) for row in connection.execute(kinds)]
    return {kind: record(connection, kind) for kind in found}


def record(connection: Connection, kind: WindowKind) -> SettlementRecord:
    """The record of one kind, counted in the table."""
    is_its = (_c.series == (kind.series or ""), _c.symbol == (kind.symbol or ""))
    counts = select(_c.held, func.count().label("windows")).where(*is_its).group_by(_c.held)
    count = {row.held: row.windows for row in connection.execute(counts)}
    latest = (
        select(_c.held)
        .where(*is_its, _c.held.is_not(None), _c.held != Held.UNCLEAR.value)
        .order_by(_c.closes_at.desc(), _c.market_id.desc())
        .limit(MOST_RECENT)
    )
    recent = tuple(Held(word) for word in connection.execute(latest).scalars())
    return SettlementRecord(
        average=count.get(Held.AVERAGE.value, 0),
        last_price=count.get(Held.LAST_PRICE.value, 0),
        neither=count.get(Held.NEITHER.value, 0),
        unclear=count.get(Held.UNCLEAR.value, 0),
        recent=recent[::-1],
    )


def _kind(series: str, symbol: str) -> WindowKind:
    return WindowKind(SeriesSlug(series) if series else None, Symbol(symbol) if symbol else None)
