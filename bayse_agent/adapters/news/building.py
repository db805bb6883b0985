"""Puts sources of news together from their settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import httpx2

from bayse_agent.adapters.news.brave import Brave
from bayse_agent.adapters.news.extraction import Extractor
from bayse_agent.adapters.news.feeds import Feeds
from bayse_agent.adapters.news.fetching import PageFetcher
from bayse_agent.adapters.news.kept import Kept
from bayse_agent.adapters.news.pages import WithPages
from bayse_agent.adapters.news.serpapi import SerpApi
from bayse_agent.adapters.news.service import SearchService
from bayse_agent.adapters.news.settings import NewsSettings, Provider, SearchSettings
from bayse_agent.adapters.news.tavily import Tavily
from bayse_agent.adapters.store.database import Database
from bayse_agent.ports import Clock, NewsSource

_SERVICES: Mapping[Provider, Callable[[SearchSettings, SearchService, Clock], NewsSource]] = {
    Provider.TAVILY: Tavily,
    Provider.BRAVE: Brave,
    Provider.SERPAPI: SerpApi,
}


class NewsDesk:
    """The sources that are set up, best first, and what they share. An async context manager.

    `database` holds the books, at the newest revision; the desk does not close it.
    """

    def __init__(
        self,
        settings: NewsSettings,
        database: Database,
        clock: Clock,
        *,
        fetcher: PageFetcher | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`fetcher` and `transport` are for tests."""
        self._settings = settings
        self._database = database
        self._clock = clock
        self._fetcher = PageFetcher() if fetcher is None else fetcher
        self._transport = transport
        self._extractor = Extractor()
        self._stack = AsyncExitStack()
        self.sources: tuple[NewsSource, ...] = tuple(self._made())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()
        await self._fetcher.close()
        self._extractor.close()

    def _made(self) -> list[NewsSource]:
        settings, made = self._settings, list[NewsSource]()
        if settings.search.provider is not Provider.NONE:
            service = search_service(settings.search, self._transport)
            self._stack.push_async_callback(service.close)
            source = finder(settings.search, service, self._clock)
            made.append(self._kept(source, settings.searches_a_day))
        if settings.feeds:
            feeds = Feeds(
                settings.feeds,
                self._fetcher,
                self._clock,
                fresh_s=settings.fresh_s,
                within_s=settings.feeds_within_s,
                at_once=settings.feeds_at_once,
            )
            made.append(self._kept(feeds, None))
        return made

    def _kept(self, source: NewsSource, most_a_day: int | None) -> NewsSource:
        whole = WithPages(source, self._fetcher, self._extractor, self._clock, self._settings)
        return Kept(
            whole,
            self._database,
            self._clock,
            fresh_s=self._settings.fresh_s,
            most_a_day=most_a_day,
        )


def search_service(
    settings: SearchSettings, transport: httpx2.AsyncBaseTransport | None = None
) -> SearchService:
    """The line to the service that is set up."""
    return SearchService(settings.provider.value, timeout_s=settings.timeout_s, transport=transport)


def finder(settings: SearchSettings, service: SearchService, clock: Clock) -> NewsSource:
    """Who asks the service that is set up, over its line."""
    return _SERVICES[settings.provider](settings, service, clock)
