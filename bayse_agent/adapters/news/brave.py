"""Brave: a search service with an index of its own. Its results are excerpts of news pages."""

from __future__ import annotations

import asyncio

from pydantic import Field

from bayse_agent.adapters.news.queries import query, time_range
from bayse_agent.adapters.news.service import (
    Hit,
    Question,
    Reply,
    SearchService,
    articles_of,
    read_reply,
)
from bayse_agent.adapters.news.settings import Depth, SearchSettings, TimeRange
from bayse_agent.domain.news import Article, Topic
from bayse_agent.ports import Clock

ADDRESS = "https://api.search.brave.com"
_FRESHNESS = {
    TimeRange.DAY: "pd",
    TimeRange.WEEK: "pw",
    TimeRange.MONTH: "pm",
    TimeRange.YEAR: "py",
}
_LONGEST_QUERY = 400


class _Result(Reply):
    url: str
    title: str | None = None
    description: str | None = None
    extra_snippets: tuple[str, ...] = ()
    page_age: str | None = None
    age: str | None = None


class _Results(Reply):
    results: list[_Result] = Field(default_factory=list, max_length=100)


class Brave:
    """Asks Brave about a topic."""

    name = "brave"

    def __init__(self, settings: SearchSettings, service: SearchService, clock: Clock) -> None:
        self._settings = settings
        self._service = service
        self._clock = clock

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        body = await self._service.ask(self._question(topic, limit))
        reply = await asyncio.to_thread(read_reply, body, _Results)
        hits = [
            Hit(
                url=result.url,
                title=result.title or "",
                texts=("\n".join((result.description or "", *result.extra_snippets)),),
                date=result.page_age or result.age,
            )
            for result in reply.results[:limit]
        ]
        now = self._clock.now()
        return await asyncio.to_thread(articles_of, hits, found_by=self.name, now=now)

    def _question(self, topic: Topic, limit: int) -> Question:
        settings = self._settings
        is_deep = settings.depth is Depth.ADVANCED
        return Question(
            method="GET",
            url=f"{settings.base_url or ADDRESS}/res/v1/news/search",
            headers={"x-subscription-token": settings.key or "", "accept": "application/json"},
            parameters={
                "q": with_domains(query(topic), settings)[:_LONGEST_QUERY],
                "count": str(min(limit, settings.most_results)),
                "freshness": _FRESHNESS[time_range(topic, settings.time_range)],
                "extra_snippets": "true" if is_deep else "false",
                "spellcheck": "false",
            },
        )


def with_domains(words: str, settings: SearchSettings) -> str:
    """A query that names the publishers it wants and does not want, as search engines read it."""
    only = " OR ".join(f"site:{domain}" for domain in settings.included)
    without = " ".join(f"-site:{domain}" for domain in settings.excluded)
    return " ".join(part for part in (words, f"({only})" if only else "", without) if part)
