"""The vectors of chunks on a PostgreSQL that knows vectors (pgvector), beside the chunks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import DBAPIError

from bayse_agent.adapters.store.columns import Moment

_NEAREST = text(
    "SELECT c.number, 1 - (v.embedding <=> CAST(:wanted AS vector)) AS nearness, "
    "coalesce(c.published_at, c.retrieved_at) AS at "
    "FROM chunk_vectors v JOIN chunks c ON c.number = v.number "
    "WHERE c.scope IN (:scope, '') AND c.embedder = :embedder AND c.retrieved_at <= :now "
    "AND (c.published_at IS NULL OR c.published_at <= :now) AND c.expires_at > :now "
    "ORDER BY v.embedding <=> CAST(:wanted AS vector), c.number LIMIT :most"
).bindparams(bindparam("now", type_=Moment))


def prepare(connection: Connection, dimensions: int) -> bool:
    """Make a place for vectors, filled from the chunks. False where the extension is missing."""
    if connection.dialect.name != "postgresql":
        return False
    try:
        # In a transaction of its own within this one: what may be refused must not undo the rest.
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
    except DBAPIError:
        return False
    connection.execute(
        text(
            "CREATE TABLE IF NOT EXISTS chunk_vectors (number integer PRIMARY KEY "
            "REFERENCES chunks (number) ON DELETE CASCADE, "
            f"embedding vector({int(dimensions)}) NOT NULL)"
        )
    )
    return True


def missing(connection: Connection, embedder: str) -> list[tuple[int, bytes]]:
    """Chunks whose vectors are not in their place yet."""
    found = connection.execute(
        text(
            "SELECT c.number, c.embedding FROM chunks c LEFT JOIN chunk_vectors v "
            "ON v.number = c.number WHERE v.number IS NULL AND c.embedder = :embedder "
            "ORDER BY c.number"
        ),
        {"embedder": embedder},
    )
    return [(row.number, bytes(row.embedding)) for row in found]


def put(connection: Connection, vectors: Sequence[tuple[int, Sequence[float]]]) -> None:
    """Put vectors beside their chunks."""
    if vectors:
        connection.execute(
            text(
                "INSERT INTO chunk_vectors (number, embedding) "
                "VALUES (:number, CAST(:embedding AS vector)) ON CONFLICT DO NOTHING"
            ),
            [{"number": number, "embedding": as_text(vector)} for number, vector in vectors],
        )


def nearest(
    connection: Connection,
    wanted: Sequence[float],
    *,
    scope: str,
    now: datetime,
    embedder: str,
    most: int,
) -> list[tuple[int, float, datetime]]:
    """(number, nearness, date) of the chunks nearest to a vector, exact, nearest first."""
    found = connection.execute(
        _NEAREST,
        {
            "wanted": as_text(wanted),
            "scope": scope,
            "embedder": embedder,
            "now": now,
            "most": most,
        },
    )
    return [(row.number, float(row.nearness), row.at) for row in found]


def as_text(vector: Sequence[float]) -> str:
    """A vector as PostgreSQL reads it."""
    return f"[{','.join(format(float(part), '.7g') for part in vector)}]"
