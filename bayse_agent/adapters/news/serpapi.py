"""SerpAPI: what Google's news search shows, as data. Its results are excerpts."""

from __future__ import annotations

import asyncio

from pydantic import Field

from bayse_agent.adapters.news.brave import with_domains
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

ADDRESS = "https://serpapi.com"


class _Result(Reply):
    link: str
    title: str | None = None
    snippet: str | None = None
    date: str | None = None
    iso_date: str | None = None


class _Results(Reply):
    news_results: list[_Result] = Field(default_factory=list, max_length=200)


class SerpApi:
    """Asks SerpAPI about a topic."""

    name = "serpapi"

    def __init__(self, settings: SearchSettings, service: SearchService, clock: Clock) -> None:
        self._settings = settings
        self._service = service
        self._clock = clock

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        body = await self._service.ask(self._question(topic, limit))
        reply = await asyncio.to_thread(read_reply, body, _Results)
        most = min(limit, self._settings.most_results)
        hits = [
            Hit(
                url=result.link,
                title=result.title or "",
                texts=(result.snippet,),
                date=result.iso_date or result.date,
            )
            for result in reply.news_results[:most]
        ]
        now = self._clock.now()
        return await asyncio.to_thread(articles_of, hits, found_by=self.name, now=now)

    def _question(self, topic: Topic, limit: int) -> Question:
        settings = self._settings
        since = time_range(topic, settings.time_range).value[0]
        return Question(
            method="GET",
            url=f"{settings.base_url or ADDRESS}/search.json",
            headers={},
            parameters={
                "engine": "google",
                "tbm": "nws",
                "tbs": f"qdr:{since}",
                "q": with_domains(query(topic), settings),
                "num": str(min(limit, settings.most_results)),
                "safe": "active",
                "api_key": settings.key or "",
            },
        )
