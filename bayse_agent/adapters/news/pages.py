"""A source whose articles are read at their own pages where it tells too little of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bayse_agent.adapters.news.extraction import Extractor
from bayse_agent.adapters.news.fetching import NoPage, PageFetcher
from bayse_agent.adapters.news.publishers import registrable_domain
from bayse_agent.adapters.news.settings import NewsSettings
from bayse_agent.domain.admission import FORECAST_SITES, is_of
from bayse_agent.domain.news import Article, Topic
from bayse_agent.domain.reading import content_id
from bayse_agent.ports import Clock, NewsSource


class WithPages:
    """Another source, without excluded publishers, and the pages behind what it finds."""

    def __init__(
        self,
        source: NewsSource,
        fetcher: PageFetcher,
        extractor: Extractor,
        clock: Clock,
        settings: NewsSettings,
    ) -> None:
        self.name = source.name
        self._source = source
        self._fetcher = fetcher
        self._extractor = extractor
        self._clock = clock
        self._settings = settings
        self._at_once = asyncio.Semaphore(settings.pages_at_once)

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        refused = frozenset(self._settings.search.excluded)
        found = await self._source.find(topic, limit=limit)
        articles = {one.id: one for one in found if not is_of(one.domain, refused)}
        short = [one for one in articles.values() if len(one.text) < self._settings.short_text]
        try:
            # What was not read by then stays as the source told it.
            async with (
                asyncio.timeout(self._settings.pages_within_s),
                asyncio.TaskGroup() as group,
            ):
                for article in short:
                    group.create_task(self._read(article, articles))
        except TimeoutError:
            pass
        return tuple(articles.values())

    async def _read(self, article: Article, articles: dict[str, Article]) -> None:
        if is_of(article.domain, FORECAST_SITES):
            return
        async with self._at_once:
            page = await self._fetcher.fetch(article.url)
            if isinstance(page, NoPage):
                return
            read = await self._extractor.read(page, self._clock.now())
        if len(read.text) <= len(article.text):
            return
        # Who published it is told by where it was in the end.
        domain = registrable_domain(page.url)
        if is_of(domain, frozenset(self._settings.search.excluded)):
            del articles[article.id]
            return
        articles[article.id] = replace(
            article,
            id=content_id(page.url, read.text),
            url=page.url,
            domain=domain,
            title=article.title or read.title,
            text=read.text,
            published_at=article.published_at or read.published_at,
        )
