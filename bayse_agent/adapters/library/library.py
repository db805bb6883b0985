"""The `Library` in a database: chunks with their vectors, beside the books but not of them.

It needs no lease: several processes may add, find and purge at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import Connection

from bayse_agent.adapters.library.embedding import Embedder, Vectors
from bayse_agent.adapters.library.memory import Candidate, Shelf
from bayse_agent.adapters.store import chunk_vectors, chunks, searches
from bayse_agent.adapters.store.chunks import State, Stats
from bayse_agent.adapters.store.database import Database, connect
from bayse_agent.domain.choosing import snippet_of, worth
from bayse_agent.domain.news import Article, Snippet
from bayse_agent.domain.reading import content_id, passages
from bayse_agent.domain.subject import names, terms
from bayse_agent.ports.mind import DEFAULT_HALF_LIFE

_CANDIDATES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySettings:
    """How much is remembered, and for how long.

    `keep_for`: after that a chunk is forgotten. `chunks_of_an_article`: how many of one are taken.
    `weight_of_names`: what an exact name, figure or ticker adds to nearness, all of them together.
    """

    keep_for: timedelta = timedelta(days=180)
    chunks_of_an_article: int = 6
    weight_of_names: float = 0.05


class SqlLibrary:
    """Articles remembered by meaning. Vectors are compared in memory, exactly; or by pgvector,
    where the database has it. Made by `open_library`.
    """

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        settings: LibrarySettings,
        *,
        has_vectors: bool,
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._settings = settings
        self._has_vectors = has_vectors
        self._shelf = Shelf(embedder.dimensions)
        self._state = State(purges=0, last=0)
        self._turn = asyncio.Lock()

    async def add(self, articles: Sequence[Article], *, scope: str) -> int:
        offered = {
            content_id(scope, one.url, one.text): one
            for article in articles
            for one in _cut(article, self._settings.chunks_of_an_article)
        }
        if not offered:
            return 0
        there = await self._database.read(lambda c: chunks.known(c, list(offered)))
        new = {key: one for key, one in offered.items() if key not in there}
        texts = [f"{one.title}\n{one.text}" for one in new.values()]
        vectors = await self._embedder.embed(texts)
        rows = [
            self._row(key, one, scope, vector)
            for (key, one), vector in zip(new.items(), vectors, strict=True)
        ]
        latest = max(article.retrieved_at for article in articles)
        # One transaction, and a short one: the books are written in the same database.
        return await self._database.run_relaxed(lambda c: self._put(c, rows, vectors, latest))

    async def find(
        self,
        text: str,
        *,
        scope: str,
        now: datetime,
        limit: int = 5,
        half_life: timedelta = DEFAULT_HALF_LIFE,
    ) -> tuple[Snippet, ...]:
        (wanted,) = await self._embedder.embed([text])
        if self._has_vectors:
            candidates = await self._by_database(wanted, scope, now, half_life)
        else:
            candidates = await self._by_memory(wanted, scope, now, half_life)
        numbers = [one.number for one in candidates]
        found = await self._database.read(lambda c: chunks.snippets(c, numbers))
        return tuple(found[number] for number in self._ranked(text, candidates, found)[:limit])

    async def purge(self, *, domain: str | None = None, before: datetime | None = None) -> int:
        if domain is None and before is None:
            return 0
        return await self._database.run(lambda c: _forget(c, domain, before))

    async def reset(self) -> int:
        return await self._database.run(lambda c: _forget(c, None, None))

    async def stats(self) -> Stats:
        """What is in the library."""
        return await self._database.read(chunks.stats)

    async def close(self) -> None:
        self._embedder.close()
        await self._database.close()

    async def _by_database(
        self, wanted: Vectors, scope: str, now: datetime, half_life: timedelta
    ) -> list[Candidate]:
        found = await self._database.read(
            lambda c: chunk_vectors.nearest(
                c,
                wanted.tolist(),
                scope=scope,
                now=now,
                embedder=self._embedder.name,
                most=_CANDIDATES,
            )
        )
        return [
            Candidate(number=number, score=nearness * worth(at, now, half_life))
            for number, nearness, at in found
        ]

    async def _by_memory(
        self, wanted: Vectors, scope: str, now: datetime, half_life: timedelta
    ) -> list[Candidate]:
        async with self._turn:
            await self._catch_up()
            return await asyncio.to_thread(
                self._shelf.nearest,
                wanted,
                scope=scope,
                now=now,
                half_life=half_life,
                most=_CANDIDATES,
            )

    async def _catch_up(self) -> None:
        """Take in what others have added, or everything anew when something was forgotten."""
        state = await self._database.read(chunks.state)
        if state == self._state:
            return
        if state.purges != self._state.purges or state.last < self._state.last:
            self._shelf.clear()
            self._state = State(purges=state.purges, last=0)
        after, embedder = self._state.last, self._embedder.name
        rows = await self._database.read(
            lambda c: chunks.vectors(c, after=after, embedder=embedder)
        )
        await asyncio.to_thread(self._shelf.add, rows)
        last = max((row.number for row in rows), default=after)
        self._state = State(purges=state.purges, last=max(last, state.last))

    def _ranked(
        self, text: str, candidates: Sequence[Candidate], found: Mapping[int, Snippet]
    ) -> list[int]:
        """The candidates by nearness, age, and the names and figures that they share."""
        wanted = names(text)
        scores: dict[int, float] = {}
        for one in candidates:
            if one.number not in found:
                continue
            snippet = found[one.number]
            there = wanted & terms(f"{snippet.title}\n{snippet.text}")
            shared = len(there) / len(wanted) if wanted else 0.0
            scores[one.number] = one.score + self._settings.weight_of_names * shared
        return sorted(scores, key=lambda number: (-scores[number], number))

    def _row(self, key: str, one: Snippet, scope: str, vector: Vectors) -> chunks.Values:
        return {
            "id": key,
            "article_id": one.article_id,
            "scope": scope,
            "url": one.url,
            "domain": one.domain,
            "title": one.title,
            "text": one.text,
            "published_at": one.published_at,
            "retrieved_at": one.retrieved_at,
            "expires_at": one.retrieved_at + self._settings.keep_for,
            "found_by": one.found_by[:32],
            "embedder": self._embedder.name,
            "embedding": vector.astype(np.float16).tobytes(),
        }

    def _put(
        self,
        connection: Connection,
        rows: Sequence[chunks.Values],
        vectors: Vectors,
        now: datetime,
    ) -> int:
        """Put new chunks in, and forget what is too old by now."""
        chunks.forget(connection, expired=now)
        numbers = chunks.put(connection, rows)
        if self._has_vectors:
            pairs = zip(numbers, vectors.tolist(), strict=True)
            chunk_vectors.put(connection, [(one, row) for one, row in pairs if one is not None])
        return sum(number is not None for number in numbers)


def _forget(connection: Connection, domain: str | None, before: datetime | None) -> int:
    # Else what is forgotten would come back with the next answer that was kept.
    searches.forget_answers(connection)
    return chunks.forget(connection, domain=domain, before=before)


def _cut(article: Article, most: int) -> list[Snippet]:
    parts = passages(article.text)[:most]
    return [snippet_of(article, number, part) for number, part in enumerate(parts)]


async def open_library(
    url: str, *, embedder: Embedder, settings: LibrarySettings | None = None
) -> SqlLibrary:
    """The library in the database of the books, which must be up to date.

    On PostgreSQL vectors are compared by pgvector; where that is missing, in memory.
    """
    database = connect(url)
    try:
        has_vectors = await database.run_schema(lambda c: _prepare(c, embedder))
    except BaseException:
        await database.close()
        raise
    chosen = LibrarySettings() if settings is None else settings
    return SqlLibrary(database, embedder, chosen, has_vectors=has_vectors)


def _prepare(connection: Connection, embedder: Embedder) -> bool:
    if not chunk_vectors.prepare(connection, embedder.dimensions):
        return False
    # Of a time when the extension was not there.
    late = chunk_vectors.missing(connection, embedder.name)
    vectors = [(number, np.frombuffer(body, np.float16).tolist()) for number, body in late]
    chunk_vectors.put(connection, vectors)
    return True
