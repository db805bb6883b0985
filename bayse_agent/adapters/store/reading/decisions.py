"""Looks at markets: the list, the funnel, and the markets themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.reading.counting import last_before
from bayse_agent.adapters.store.reading.reader import Cut, Query, Slice, cut_of
from bayse_agent.adapters.store.reading.views import DecisionView, MarketView, ReasonCount

_looks, _markets, _forecasts = tables.looks, tables.markets, tables.forecasts
_OUT_OF_ORDER = timedelta(hours=1)
"""Looks are written down in the order of their markets: one may be older than the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which looks: None is any."""

    reason: str | None = None
    market_id: str | None = None
    series: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def decisions(wanted: Wanted, cut: Cut) -> Query[Slice[DecisionView]]:
    """Looks, newest first."""

    def read(connection: Connection) -> Slice[DecisionView]:
        return cut_of(connection, _filtered(_query(), wanted), _looks.c.id, cut, _view)

    return read


def decision(number: int) -> Query[DecisionView | None]:
    def read(connection: Connection) -> DecisionView | None:
        row = connection.execute(_query().where(_looks.c.id == number)).first()
        return None if row is None else _view(row)

    return read


def decision_of(*, intent_id: str | None = None, forecast_id: str | None = None) -> Query[int]:
    """The number of the look that an intent or a forecast came from; 0 when there is none."""

    def read(connection: Connection) -> int:
        query = select(func.max(_looks.c.id))
        if intent_id is not None:
            query = query.where(_looks.c.intent_id == intent_id)
        if forecast_id is not None:
            query = query.where(_looks.c.forecast_id == forecast_id)
        return connection.execute(query).scalar_one() or 0

    return read


def funnel(since: datetime | None) -> Query[tuple[ReasonCount, ...]]:
    """Looks by reason, the most frequent first. The parts sum to 1."""

    def read(connection: Connection) -> tuple[ReasonCount, ...]:
        query = select(_looks.c.reason, func.count().label("looks")).group_by(_looks.c.reason)
        if since is not None:
            above = last_before(connection, _looks.c.id, _looks.c.at, since - _OUT_OF_ORDER)
            query = query.where(_looks.c.id > above, _looks.c.at >= since)
        rows = sorted(connection.execute(query).all(), key=lambda row: (-row.looks, row.reason))
        total = sum(row.looks for row in rows)
        return tuple(
            ReasonCount(reason=row.reason, looks=row.looks, part=row.looks / total) for row in rows
        )

    return read


def markets_by_id(connection: Connection, market_ids: Iterable[str]) -> Mapping[str, MarketView]:
    """Markets that were ever followed, by id."""
    wanted = sorted(set(market_ids))
    if not wanted:
        return {}
    rows = connection.execute(select(_markets).where(_markets.c.id.in_(wanted)))
    return {row.id: market_view(row) for row in rows}


def market(market_id: str) -> Query[MarketView | None]:
    return lambda connection: markets_by_id(connection, [market_id]).get(market_id)


def open_markets() -> Query[tuple[MarketView, ...]]:
    """Markets that are followed and have not ended, by their closing."""

    def read(connection: Connection) -> tuple[MarketView, ...]:
        query = (
            select(_markets)
            .where(_markets.c.settled_at.is_(None))
            .order_by(_markets.c.closes_at, _markets.c.id)
        )
        return tuple(market_view(row) for row in connection.execute(query))

    return read


def market_view(row: Row[Any]) -> MarketView:
    names = MarketView.__dataclass_fields__
    return MarketView(**{name: getattr(row, name) for name in names})


def _query() -> Select[Any]:
    return (
        select(
            _looks,
            _markets.c.title,
            _markets.c.event_id,
            _markets.c.series,
            _forecasts.c.probability,
            _forecasts.c.market_price,
            _forecasts.c.author,
        )
        .join(_markets, _markets.c.id == _looks.c.market_id)
        .outerjoin(_forecasts, _forecasts.c.id == _looks.c.forecast_id)
    )


def _filtered(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.reason is not None:
        query = query.where(_looks.c.reason == wanted.reason)
    if wanted.market_id is not None:
        query = query.where(_looks.c.market_id == wanted.market_id)
    if wanted.series is not None:
        query = query.where(_markets.c.series == wanted.series)
    if wanted.since is not None:
        query = query.where(_looks.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_looks.c.at < wanted.until)
    return query


def _view(row: Row[Any]) -> DecisionView:
    return DecisionView(
        id=row.id,
        at=row.at,
        market_id=row.market_id,
        market=row.title,
        event_id=row.event_id,
        series=row.series,
        reason=row.reason,
        probability=row.probability,
        market_price=row.market_price,
        author=row.author,
        inputs=json.loads(row.inputs),
        forecast_id=row.forecast_id,
        intent_id=row.intent_id,
        mode=row.mode,
    )
