"""Chunks of articles in the database: put in, found again by their numbers, and forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from bayse_agent.adapters.store.inserts import insert_new
from bayse_agent.adapters.store.library_tables import chunks, library_state
from bayse_agent.domain.news import Snippet

Values = Mapping[str, object]

REMEMBERED = "library"
_MOST_ASKED = 500
_ONLY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far the chunks have come: what was purged, and the last number."""

    purges: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What is in the library."""

    chunks: int
    articles: int
    scopes: int
    domains: int
    oldest: datetime | None
    newest: datetime | None


def known(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
    """The chunks among some that are there already."""
    found: set[str] = set()
    for first in range(0, len(ids), _MOST_ASKED):
        part = ids[first : first + _MOST_ASKED]
        found.update(connection.execute(select(chunks.c.id).where(chunks.c.id.in_(part))).scalars())
    return frozenset(found)


def put(connection: Connection, rows: Sequence[Values]) -> list[int | None]:
    """Put chunks in. Returns their numbers; None for those that others have put in just before."""
    statement = insert_new(connection, chunks).returning(chunks.c.number)
    return [connection.execute(statement, dict(row)).scalar() for row in rows]


def state(connection: Connection) -> State:
    last = connection.execute(select(func.max(chunks.c.number))).scalar()
    purges = connection.execute(select(library_state.c.purges)).scalar()
    return State(purges=purges or 0, last=last or 0)


def vectors(connection: Connection, *, after: int, embedder: str) -> list[Row[Any]]:
    """(number, scope, published_at, retrieved_at, expires_at, embedding) of later chunks."""
    return list(
        connection.execute(
            select(
                chunks.c.number,
                chunks.c.scope,
                chunks.c.published_at,
                chunks.c.retrieved_at,
                chunks.c.expires_at,
                chunks.c.embedding,
            )
            .where(chunks.c.number > after, chunks.c.embedder == embedder)
            .order_by(chunks.c.number)
        )
    )


def snippets(connection: Connection, numbers: Sequence[int]) -> dict[int, Snippet]:
    """Chunks by their numbers; those that are gone by now are left out."""
    found = connection.execute(select(chunks).where(chunks.c.number.in_(list(numbers))))
    return {
        row.number: Snippet(
            id=row.id,
            article_id=row.article_id,
            url=row.url,
            domain=row.domain,
            title=row.title,
            text=row.text,
            published_at=row.published_at,
            retrieved_at=row.retrieved_at,
            found_by=REMEMBERED,
        )
        for row in found
    }


def forget(
    connection: Connection,
    *,
    domain: str | None = None,
    before: datetime | None = None,
    expired: datetime | None = None,
) -> int:
    """Delete what meets every condition that is given; everything without one."""
    statement = delete(chunks)
    if domain is not None:
        below = chunks.c.domain.like(f"%.{escaped(domain)}", escape="\\")
        statement = statement.where((chunks.c.domain == domain) | below)
    if before is not None:
        statement = statement.where(chunks.c.retrieved_at < before)
    if expired is not None:
        statement = statement.where(chunks.c.expires_at <= expired)
    gone = connection.execute(statement).rowcount
    if gone:
        _count_purge(connection)
    return gone


def stats(connection: Connection) -> Stats:
    asked = select(
        func.count(),
        func.count(func.distinct(chunks.c.article_id)),
        func.count(func.distinct(chunks.c.scope)),
        func.count(func.distinct(chunks.c.domain)),
    ).select_from(chunks)
    count, articles, scopes, domains = connection.execute(asked).one()
    dates = [
        connection.execute(select(chunks.c.retrieved_at).order_by(order).limit(1)).scalar()
        for order in (chunks.c.retrieved_at, chunks.c.retrieved_at.desc())
    ]
    return Stats(
        chunks=count,
        articles=articles,
        scopes=scopes,
        domains=domains,
        oldest=dates[0],
        newest=dates[1],
    )


def _count_purge(connection: Connection) -> None:
    raised = update(library_state).values(purges=library_state.c.purges + 1)
    if connection.execute(raised).rowcount == 0:
        connection.execute(insert(library_state), {"id": _ONLY, "purges": 1})


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
