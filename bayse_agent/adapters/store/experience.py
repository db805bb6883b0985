"""What the agent lived through, read from the books on a connection of its own.

Whoever learns reads much at once: that must not stand in the way of an order, which the thread of
the store is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, select

from bayse_agent.adapters.store import prices, tables
from bayse_agent.adapters.store.database import Database, connect
from bayse_agent.adapters.store.rows import AnyRow
from bayse_agent.domain.experience import SettledForecast, SettledMarket
from bayse_agent.domain.market import MarketId

_READ = (
    "id",
    "market_id",
    "author",
    "probability",
    "standard_error",
    "market_price",
    "made_at",
    "pool_id",
    "is_pooled",
)
"""What is read of a forecast: its words are long, and teach nothing."""
_AT_ONCE = 500


def open_experience(url: str) -> SqlExperience:
    """The experience in the books at an address. Nothing is read yet."""
    return SqlExperience(connect(url))


class SqlExperience:
    """Answers `ports.Experience` from the books. It only reads, and needs no lease."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def close(self) -> None:
        await self._database.close()

    async def settled_forecasts(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledForecast, ...]:
        def work(connection: Connection) -> tuple[SettledForecast, ...]:
            return tuple(_forecast(row) for row in _settled(connection, since, most))

        return await self._database.read(work)

    async def settled_markets(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledMarket, ...]:
        def work(connection: Connection) -> tuple[SettledMarket, ...]:
            rows = connection.execute(_markets(since, most)).all()
            return tuple(_market(row) for row in reversed(rows))

        return await self._database.read(work)

    async def judged_forecasts(self, *, most: int) -> tuple[SettledForecast, ...]:
        """Like `settled_forecasts`, with what could be traded at then, and what the market thought
        later: for scores, which are read seldom.
        """

        return await self._database.read(lambda connection: judged(connection, most=most))


def judged(connection: Connection, *, most: int) -> tuple[SettledForecast, ...]:
    """What `judged_forecasts` answers, on a connection that is there."""
    rows = _settled(connection, None, most)
    found = tuple(_forecast(row) for row in rows)
    closings = {row.market_id: row.closes_at for row in rows}
    places = {row.market_id: row.outcome1_id for row in rows}
    return prices.judged(found, closings, prices.read(connection, places))


def _settled(connection: Connection, since: datetime | None, most: int) -> list[AnyRow]:
    """Settled forecasts, oldest first. The markets are found first, the latest of them, and then
    theirs a few markets at a time: so nothing is read of what nobody asks for.
    """
    found: list[AnyRow] = []
    ids = [row.id for row in connection.execute(_markets(since, most))]
    for begin in range(0, len(ids), _AT_ONCE):
        found += connection.execute(_forecasts(ids[begin : begin + _AT_ONCE])).all()
        if len(found) >= most:
            break
    found.sort(key=lambda row: (row.settled_at, row.made_at, row.id))
    return found[-most:]


def _forecasts(market_ids: Sequence[str]) -> Select[AnyRow]:
    forecasts, markets, scores = tables.forecasts, tables.markets, tables.scores
    return (
        select(
            *(forecasts.c[name] for name in _READ),
            markets.c.category,
            markets.c.closes_at,
            markets.c.settled_at,
            markets.c.outcome1_id,
            scores.c.outcome,
        )
        .join(scores, scores.c.forecast_id == forecasts.c.id)
        .join(markets, markets.c.id == forecasts.c.market_id)
        .where(forecasts.c.market_id.in_(market_ids))
    )


def _markets(since: datetime | None, most: int) -> Select[AnyRow]:
    markets = tables.markets
    query = (
        select(markets)
        .where(markets.c.settled_at.is_not(None), markets.c.winner_id.is_not(None))
        .order_by(markets.c.settled_at.desc(), markets.c.id.desc())
        .limit(most)
    )
    return query if since is None else query.where(markets.c.settled_at >= since)


def _forecast(row: AnyRow) -> SettledForecast:
    left = None if row.closes_at is None else (row.closes_at - row.made_at).total_seconds()
    return SettledForecast(
        forecast_id=row.id,
        look_id=row.pool_id or row.id,
        market_id=MarketId(row.market_id),
        author=row.author,
        category=row.category,
        time_left_s=left,
        made_at=row.made_at,
        settled_at=row.settled_at,
        probability=row.probability,
        standard_error=row.standard_error,
        market_price=None if row.market_price is None else float(row.market_price),
        outcome=row.outcome,
        is_pooled=row.is_pooled,
    )


def _market(row: AnyRow) -> SettledMarket:
    return SettledMarket(
        market_id=MarketId(row.id),
        title=row.title,
        label1=row.label1,
        series=row.series,
        category=row.category,
        settled_at=row.settled_at,
        outcome=int(row.winner_id == row.outcome1_id),
    )
