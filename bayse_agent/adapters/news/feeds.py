"""RSS and Atom feeds: news without a key. All feeds are read now and then, and searched here."""

from __future__ import annotations

import asyncio
import io
from calendar import timegm
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import feedparser

from bayse_agent.adapters.news.dates import moment
from bayse_agent.adapters.news.extraction import visible_text
from bayse_agent.adapters.news.fetching import FEEDS, NoPage, PageFetcher
from bayse_agent.adapters.news.publishers import registrable_domain
from bayse_agent.domain.choosing import HALF_LIVES, worth
from bayse_agent.domain.errors import SourceUnavailable
from bayse_agent.domain.news import Article, Topic
from bayse_agent.domain.reading import content_id
from bayse_agent.domain.subject import keywords, shared_part
from bayse_agent.ports import Clock

_MOST_ENTRIES = 100
_LONGEST_FEED = 2_000_000
_MOST_TAGS = 30_000
_LEAST_SHARED = 0.3
_AGAIN_AFTER_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issue:
    """A feed as it was read last. `is_told`: it could be read then."""

    articles: tuple[Article, ...]
    read_at: datetime
    is_told: bool


class Feeds:
    """Finds articles in feeds by the words of their titles and summaries."""

    name = "feeds"

    def __init__(
        self,
        addresses: Sequence[str],
        fetcher: PageFetcher,
        clock: Clock,
        *,
        fresh_s: float,
        within_s: float,
        at_once: int,
    ) -> None:
        """`fresh_s`: how long a feed is not asked again; `within_s`: how long all may take."""
        self._addresses = tuple(dict.fromkeys(addresses))
        self._fetcher = fetcher
        self._clock = clock
        self._fresh_s = fresh_s
        self._within_s = within_s
        self._at_once = asyncio.Semaphore(at_once)
        self._issues: dict[str, _Issue] = {}
        self._reading = asyncio.Lock()

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        async with self._reading:
            await self._refresh()
        told = [issue for issue in self._issues.values() if issue.is_told]
        if self._addresses and not told:
            raise SourceUnavailable(f"none of {len(self._addresses)} feeds could be read")
        articles = [article for issue in told for article in issue.articles]
        return await asyncio.to_thread(_ranked, articles, topic, limit)

    async def _refresh(self) -> None:
        """Read the feeds that are due, as many as answer in time; the others stay as they were."""
        now = self._clock.now()
        due = [address for address in self._addresses if self._is_due(address, now)]
        try:
            async with asyncio.timeout(self._within_s), asyncio.TaskGroup() as group:
                for address in due:
                    group.create_task(self._read(address))
        except TimeoutError:
            return

    def _is_due(self, address: str, now: datetime) -> bool:
        issue = self._issues.get(address)
        if issue is None:
            return True
        patience = self._fresh_s if issue.is_told else min(self._fresh_s, _AGAIN_AFTER_S)
        return now - issue.read_at >= timedelta(seconds=patience)

    async def _read(self, address: str) -> None:
        async with self._at_once:
            answer = await self._fetcher.fetch(address, kinds=FEEDS)
            now = self._clock.now()
            before = self._issues.get(address)
            if isinstance(answer, NoPage):
                kept = () if before is None else before.articles
                told = before is not None and before.is_told
                self._issues[address] = _Issue(articles=kept, read_at=now, is_told=told)
                return
            articles = await asyncio.to_thread(entries, answer.body, now)
            self._issues[address] = _Issue(articles=articles, read_at=now, is_told=True)


def entries(body: bytes, now: datetime) -> tuple[Article, ...]:
    """The entries of a feed, as articles with what the feed tells of them; none of a giant one."""
    # Reading takes longer than in proportion: no feed of news is as long as that.
    if len(body) > _LONGEST_FEED or body.count(b"<") > _MOST_TAGS:
        return ()
    found = feedparser.parse(io.BytesIO(body), resolve_relative_uris=False)
    articles: list[Article] = []
    for entry in found.entries[:_MOST_ENTRIES]:
        url = str(entry.get("link", ""))
        if not url.startswith(("http://", "https://")) or not registrable_domain(url):
            continue
        title = visible_text(str(entry.get("title", "")))
        text = max((visible_text(html) for html in _texts(entry)), key=len, default="")
        articles.append(
            Article(
                id=content_id(url, text or title),
                url=url,
                domain=registrable_domain(url),
                title=title,
                text=text or title,
                published_at=_date(entry, now),
                retrieved_at=now,
                found_by=Feeds.name,
            )
        )
    return tuple(articles)


def _texts(entry: feedparser.FeedParserDict) -> Iterable[str]:
    yield str(entry.get("summary", ""))
    for content in entry.get("content", ()):
        yield str(content.get("value", ""))


def _date(entry: feedparser.FeedParserDict, now: datetime) -> datetime | None:
    parts = entry.get("published_parsed") or entry.get("updated_parsed")
    if parts is None:
        return moment(str(entry.get("published", "")), now)
    try:
        return moment(datetime.fromtimestamp(timegm(parts), UTC).isoformat(), now)
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _ranked(articles: Sequence[Article], topic: Topic, limit: int) -> tuple[Article, ...]:
    """The articles that share words with a topic, by how many and by age."""
    wanted = keywords(topic)
    half_life = HALF_LIVES[topic.horizon]
    ranked: list[tuple[float, int, Article]] = []
    for place, article in enumerate(articles):
        share = shared_part(wanted, f"{article.title}\n{article.text[:2_000]}")
        if share >= _LEAST_SHARED:
            at = article.published_at or article.retrieved_at
            ranked.append((-share * worth(at, topic.now, half_life), place, article))
    return tuple(article for _, _, article in sorted(ranked, key=lambda one: one[:2])[:limit])
