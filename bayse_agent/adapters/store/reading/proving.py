"""What proof of skill is made of: settled forecasts, who trades, and since when it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.experience import judged
from bayse_agent.adapters.store.reading.reader import Query
from bayse_agent.domain.experience import SettledForecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """`trading`: the author of the last forecast that a look ended with; None before any.

    `counts_since`: of the last change of the trading state that a person or guard made; what was
    settled before it halts nobody any more. None when there never was one.
    """

    forecasts: tuple[SettledForecast, ...]
    trading: str | None
    counts_since: datetime | None


def settled_count() -> Query[int]:
    """How many forecasts were settled so far: when it grows there is something new to prove."""
    query = select(func.count()).select_from(tables.scores)
    return lambda connection: connection.execute(query).scalar_one()


def grounds(*, most: int) -> Query[Grounds]:
    """Everything that proof rests on, of the latest `most` settled forecasts."""
    looks, forecasts, control = tables.looks, tables.forecasts, tables.control

    def read(connection: Connection) -> Grounds:
        author = (
            select(forecasts.c.author)
            .join(looks, looks.c.forecast_id == forecasts.c.id)
            .order_by(looks.c.id.desc())
            .limit(1)
        )
        since = select(control.c.epoch, control.c.at).order_by(control.c.epoch.desc()).limit(1)
        last = connection.execute(since).first()
        return Grounds(
            forecasts=judged(connection, most=most),
            trading=connection.execute(author).scalar(),
            counts_since=None if last is None or not last.epoch else last.at,
        )

    return read
