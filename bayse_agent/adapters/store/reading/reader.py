"""Runs the queries of pages and scripts, beside whoever writes and in nobody's way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Connection, Row, Select

from bayse_agent.adapters.store.database import Database

T = TypeVar("T")
Query = Callable[[Connection], T]


class Reader:
    """A connection of its own to the books."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, query: Query[T]) -> T:
        return await self._database.read(query)

    async def close(self) -> None:
        await self._database.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Which part of a list is wanted: `limit` rows numbered below `before`, the newest first."""

    limit: int = 50
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Generic[T]):
    """Rows of a list, newest first. `next`: ask before it for the ones that follow."""

    items: tuple[T, ...]
    next: int | None


def cut_of(
    connection: Connection,
    query: Select[Any],
    key: Column[int],
    cut: Cut,
    view: Callable[[Row[Any]], T],
) -> Slice[T]:
    """The part of a query's rows that is wanted, by a key that grows with time."""
    wanted = query.order_by(key.desc()).limit(cut.limit + 1)
    if cut.before is not None:
        wanted = wanted.where(key < cut.before)
    rows = connection.execute(wanted).all()
    shown = rows[: cut.limit]
    more = len(rows) > cut.limit
    return Slice(
        items=tuple(view(row) for row in shown),
        next=getattr(shown[-1], key.name) if more else None,
    )
