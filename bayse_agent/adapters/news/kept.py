"""A source that is not asked the same again while its last answer is fresh, nor too often a day."""

from __future__ import annotations

from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

from bayse_agent.adapters.store import searches
from bayse_agent.adapters.store.database import Database
from bayse_agent.domain.errors import SourceUnavailable, StoreUnavailable
from bayse_agent.domain.news import Article, Topic
from bayse_agent.domain.reading import content_id
from bayse_agent.ports import Clock, NewsSource


class Kept:
    """Another source, and its answers in the database: restarts and other processes share them.

    Articles come back as they were, with the time at which they were really retrieved.
    """

    def __init__(
        self,
        source: NewsSource,
        database: Database,
        clock: Clock,
        *,
        fresh_s: float,
        most_a_day: int | None,
    ) -> None:
        """`most_a_day`: how many questions the source is asked in 24 hours; None is any number."""
        self.name = source.name
        self._source = source
        self._database = database
        self._clock = clock
        self._fresh = timedelta(seconds=fresh_s)
        self._most_a_day = most_a_day
        self._articles = TypeAdapter(tuple[Article, ...])

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        try:
            return await self._find(topic, limit)
        except StoreUnavailable as error:
            # Without the books nobody counts what is asked, so nothing is.
            raise SourceUnavailable(f"what was asked cannot be counted: {error}") from error

    async def _find(self, topic: Topic, limit: int) -> tuple[Article, ...]:
        key = _key(self.name, topic, limit)
        at = self._clock.now()
        before = await self._database.run_relaxed(
            lambda connection: searches.begin(
                connection,
                key=key,
                source=self.name,
                at=at,
                fresh=self._fresh,
                most=self._most_a_day,
            )
        )
        if isinstance(before, searches.UsedUp):
            raise SourceUnavailable(f"it was asked {self._most_a_day} times in a day, and no more")
        if isinstance(before, searches.Answered):
            return self._read(before.answer)
        found = await self._source.find(topic, limit=limit)
        answer = self._articles.dump_json(found).decode()
        await self._database.run_relaxed(
            lambda connection: searches.finish(connection, before.number, answer)
        )
        return found

    def _read(self, answer: str) -> tuple[Article, ...]:
        try:
            return self._articles.validate_json(answer)
        except ValidationError as error:
            raise SourceUnavailable("an answer that was kept cannot be read") from error


def _key(source: str, topic: Topic, limit: int) -> str:
    """What makes two questions the same: the words that are asked with, and how far back."""
    parts = (topic.event_title, topic.market_title, topic.horizon.value, str(limit))
    return content_id(source, *parts)
