"""What is drawn over the course of a market: our fills, our forecasts, and the prices we saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.reading.decisions import markets_by_id
from bayse_agent.adapters.store.reading.reader import Query
from bayse_agent.adapters.store.reading.views import MarketView
from bayse_agent.domain.money import ONE

T = TypeVar("T")
_fills, _intents = tables.fills, tables.intents
_forecasts, _touches = tables.forecasts, tables.touches
_MOST_READ = 5000
_MOST_FILLS = 500
_READ = (
    *("id", "author", "probability", "standard_error", "market_price", "threshold"),
    *("made_at", "pool_id"),
)
"""What is read of a forecast: its words are long, and not drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillPoint:
    """One of our fills. `price` is its own outcome's, `price1` the same told of outcome1."""

    at: datetime
    intent_id: str
    source: str
    side: str
    outcome_id: str
    outcome: str
    price: Decimal
    price1: Decimal
    shares: Decimal
    cash: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPoint:
    """A forecast of outcome1. `is_part`: it went into a pool, and decided nothing by itself."""

    at: datetime
    forecast_id: str
    author: str
    probability: float
    standard_error: float
    market_price: Decimal | None
    is_part: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePoint:
    """The best prices of outcome1's book as we saw them; None for a side that was empty."""

    at: datetime
    bid: Decimal | None
    ask: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A market with what is drawn over it, each list oldest first.

    `threshold`: what the underlying must reach for outcome1, as the forecasts knew it.
    `fills_left_out`: older ones than those that are told.
    """

    market: MarketView
    threshold: Decimal | None
    fills: tuple[FillPoint, ...]
    fills_left_out: int
    forecasts: tuple[ForecastPoint, ...]
    prices: tuple[PricePoint, ...]


def chart(market_id: str, *, points: int) -> Query[Chart | None]:
    """What is drawn over a market that was ever followed, in at most so many points a line."""

    def read(connection: Connection) -> Chart | None:
        market = markets_by_id(connection, [market_id]).get(market_id)
        if market is None:
            return None
        fills = _filled(connection, market_id)
        forecasts = _forecast(connection, market_id)
        known = (row.threshold for row in forecasts if row.threshold is not None)
        return Chart(
            market=market,
            threshold=next(known, None),
            fills=tuple(_fill(row, market) for row in reversed(fills[:_MOST_FILLS])),
            fills_left_out=len(fills[_MOST_FILLS:]),
            forecasts=_by_author(forecasts, points),
            prices=thinned(_seen(connection, market.outcome1_id), points),
        )

    return read


def thinned(rows: Sequence[T], most: int) -> tuple[T, ...]:
    """At most so many (two or more) of a row of things, evenly spread, with its first and last."""
    count = len(rows)
    if count <= most:
        return tuple(rows)
    return tuple(rows[step * (count - 1) // (most - 1)] for step in range(most))


def _filled(connection: Connection, market_id: str) -> Sequence[Row[Any]]:
    """The fills of a market, newest first: found by its orders, of which there is an index."""
    query = (
        select(_fills, _intents.c.source)
        .join(_intents, _intents.c.id == _fills.c.intent_id)
        .where(_intents.c.market_id == market_id)
        .order_by(_fills.c.number.desc())
        .limit(_MOST_READ)
    )
    return connection.execute(query).all()


def _forecast(connection: Connection, market_id: str) -> Sequence[Row[Any]]:
    """The latest forecasts of a market, newest first."""
    query: Select[Any] = (
        select(*(_forecasts.c[name] for name in _READ))
        .where(_forecasts.c.market_id == market_id)
        .order_by(_forecasts.c.made_at.desc(), _forecasts.c.id)
        .limit(_MOST_READ)
    )
    return connection.execute(query).all()


def _by_author(rows: Sequence[Row[Any]], points: int) -> tuple[ForecastPoint, ...]:
    """Each author's own line thinned, and all of them in the order of time."""
    lines: dict[tuple[str, bool], list[ForecastPoint]] = {}
    for row in reversed(rows):
        one = ForecastPoint(
            at=row.made_at,
            forecast_id=row.id,
            author=row.author,
            probability=row.probability,
            standard_error=row.standard_error,
            market_price=row.market_price,
            is_part=row.pool_id is not None,
        )
        lines.setdefault((one.author, one.is_part), []).append(one)
    found = [one for line in lines.values() for one in thinned(line, points)]
    return tuple(sorted(found, key=lambda one: (one.at, one.author, one.forecast_id)))


def _seen(connection: Connection, outcome_id: str) -> tuple[PricePoint, ...]:
    query = (
        select(_touches.c.at, _touches.c.bid, _touches.c.ask)
        .where(_touches.c.outcome_id == outcome_id)
        .order_by(_touches.c.number.desc())
        .limit(_MOST_READ)
    )
    rows = connection.execute(query).all()
    return tuple(PricePoint(at=row.at, bid=row.bid, ask=row.ask) for row in reversed(rows))


def _fill(row: Row[Any], market: MarketView) -> FillPoint:
    is_first = row.outcome_id == market.outcome1_id
    return FillPoint(
        at=row.at,
        intent_id=row.intent_id,
        source=row.source,
        side=row.side,
        outcome_id=row.outcome_id,
        outcome=market.label(row.outcome_id),
        price=row.price,
        price1=row.price if is_first else ONE - row.price,
        shares=row.shares,
        cash=row.cash,
        fee=row.fee,
    )
