"""Tavily: a search service whose results carry the text of their pages."""

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
from bayse_agent.adapters.news.settings import SearchSettings
from bayse_agent.domain.news import Article, Topic
from bayse_agent.ports import Clock

ADDRESS = "https://api.tavily.com"
_MOST_RESULTS = 20


class _Result(Reply):
    url: str
    title: str | None = None
    content: str | None = None
    raw_content: str | None = None
    published_date: str | None = None


class _Results(Reply):
    results: list[_Result] = Field(max_length=100)


class Tavily:
    """Asks Tavily about a topic."""

    name = "tavily"

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
                # The page itself where there is one, else the excerpt: never the title alone.
                texts=(result.raw_content, result.content),
                date=result.published_date,
            )
            for result in reply.results[:limit]
        ]
        now = self._clock.now()
        return await asyncio.to_thread(articles_of, hits, found_by=self.name, now=now)

    def _question(self, topic: Topic, limit: int) -> Question:
        settings = self._settings
        return Question(
            method="POST",
            url=f"{settings.base_url or ADDRESS}/search",
            headers={"authorization": f"Bearer {settings.key}"},
            parameters={},
            body={
                "query": query(topic),
                "topic": "news",
                "search_depth": settings.depth.value,
                "time_range": time_range(topic, settings.time_range).value,
                "max_results": min(limit, settings.most_results, _MOST_RESULTS),
                "include_domains": list(settings.included),
                "exclude_domains": list(settings.excluded),
                "include_raw_content": "text",
                "include_answer": False,
                "include_images": False,
            },
        )
