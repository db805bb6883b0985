"""What the newsroom brings in, and what it tells when it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bayse_agent.adapters.library.embedding import WordHashes
from bayse_agent.adapters.library.library import open_library
from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.errors import ConfigurationError, SourceUnavailable, StoreUnavailable
from bayse_agent.domain.news import Article, News, Snippet, Topic
from bayse_agent.ports import Library, NewsSource
from bayse_agent.simulation.clock import SimulatedClock
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.newsroom import NO_SOURCE, gather
from tests.builders import NOON, a_snippet, a_topic, an_article
from tests.trading.stages import Believer, Venue, stage


class Found:
    """A source that finds what it is given."""

    def __init__(self, *articles: Article, name: str = "found") -> None:
        self.name = name
        self._articles = articles

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        return self._articles


class Broken:
    """A source that cannot be asked."""

    name = "broken"

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        raise SourceUnavailable("no\nnetwork")


class Silent:
    """A source that never answers."""

    name = "silent"

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        await asyncio.Event().wait()
        return ()


class Shelf:
    """A library that remembers what it is told to, and whole articles."""

    def __init__(self, *remembered: Snippet) -> None:
        self.remembered = list(remembered)
        self.added: list[tuple[str, str]] = []

    async def add(self, articles: Sequence[Article], *, scope: str) -> int:
        self.added += [(scope, article.id) for article in articles]
        fresh = [a_snippet(article, id=f"s-{article.id}") for article in articles]
        self.remembered += [replace(one, found_by="library") for one in fresh]
        return len(fresh)

    async def find(
        self,
        text: str,
        *,
        scope: str,
        now: datetime,
        limit: int = 5,
        half_life: timedelta = timedelta(days=3),
    ) -> tuple[Snippet, ...]:
        return tuple(self.remembered)[:limit]

    async def purge(self, *, domain: str | None = None, before: datetime | None = None) -> int:
        return 0

    async def reset(self) -> int:
        return 0


class Burnt(Shelf):
    """A library that cannot be used."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    async def add(self, articles: Sequence[Article], *, scope: str) -> int:
        raise self._error


@asynccontextmanager
async def _agent(
    tmp_path: Path, sources: Sequence[NewsSource], library: Library | None = None
) -> AsyncIterator[Agent]:
    async with stage(tmp_path, Venue, Believer()) as s:
        news = replace(s.agent.habits.news, source_timeout_s=0.01)
        habits = replace(s.agent.habits, news=news)
        yield replace(s.agent, sources=tuple(sources), library=library, habits=habits)


async def _gathered(
    tmp_path: Path,
    *sources: NewsSource,
    library: Library | None = None,
    topic: Topic | None = None,
) -> News:
    async with _agent(tmp_path, sources, library) as agent:
        return await gather(agent, a_topic() if topic is None else topic)


async def test_gather_when_there_is_no_source_then_it_says_so_and_brings_nothing(
    tmp_path: Path,
) -> None:
    assert await _gathered(tmp_path) == News(told=(NO_SOURCE,))


async def test_gather_when_some_sources_fail_then_the_others_are_heard(tmp_path: Path) -> None:
    news = await _gathered(tmp_path, Broken(), Found(an_article()), Silent())
    assert [snippet.article_id for snippet in news.snippets] == ["article-1"]
    assert news.told == (
        "broken could not be asked: no network",
        "silent did not answer in 0.01 s",
    )


async def test_gather_when_articles_are_refused_then_it_tells_how_many(tmp_path: Path) -> None:
    news = await _gathered(tmp_path, Found(an_article(domain="polymarket.com")))
    told = ("left out: 1 from a site of forecasts or bets",)
    assert news == News(told=told, left_out={"from a site of forecasts or bets": 1})


async def test_gather_when_text_holds_what_is_not_seen_then_it_is_cleaned(tmp_path: Path) -> None:
    hidden = an_article(text="Enyimba\u200b beat Remo Stars", title="Enyimba\u202e\nready")
    news = await _gathered(tmp_path, Found(hidden))
    assert [(one.title, one.text) for one in news.snippets] == [
        ("Enyimba ready", "Enyimba beat Remo Stars")
    ]


async def test_gather_when_there_is_a_library_then_new_articles_go_into_the_scope_of_the_event(
    tmp_path: Path,
) -> None:
    shelf = Shelf()
    news = await _gathered(tmp_path, Found(an_article()), library=shelf)
    assert shelf.added == [("event-1", "article-1")]
    assert [(one.article_id, one.found_by) for one in news.snippets] == [("article-1", "search")]


async def test_gather_when_something_is_remembered_then_it_is_named_and_filtered_like_the_rest(
    tmp_path: Path,
) -> None:
    kept = a_snippet(an_article(id="kept", domain="accrapost.example"), id="kept")
    bad = a_snippet(an_article(id="bad", domain="bet9ja.com"), id="bad")
    shelf = Shelf(*(replace(one, found_by="library") for one in (bad, kept)))
    news = await _gathered(tmp_path, library=shelf)
    assert [(one.article_id, one.found_by) for one in news.snippets] == [("kept", "library")]
    assert news.told == (NO_SOURCE,)


@pytest.mark.parametrize("error", [StoreUnavailable("no"), ConfigurationError("no")])
async def test_gather_when_the_library_fails_then_what_is_new_is_read_all_the_same(
    tmp_path: Path, error: Exception
) -> None:
    news = await _gathered(tmp_path, Found(an_article()), library=Burnt(error))
    assert [one.article_id for one in news.snippets] == ["article-1"]
    assert news.told == ("the library could not be asked: no",)


async def test_gather_when_the_library_is_a_real_one_then_it_remembers_for_the_event_alone(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/library.db"
    await (await open_store(url)).close()
    library = await open_library(url, embedder=WordHashes())
    soon = NOON + timedelta(minutes=1)
    old = an_article(published_at=soon - timedelta(hours=20), retrieved_at=NOON - timedelta(days=1))
    await library.add([old], scope="event-1")
    fresh = an_article(
        id="fresh", domain="other.example", text="Remo Stars travel to Enyimba.", found_by="press"
    )
    async with _agent(tmp_path, [Found(fresh)], library) as agent:
        clock = SimulatedClock(lambda _: None, soon)
        later = replace(agent, clock=clock)
        ours = await gather(later, a_topic(now=soon))
        theirs = await gather(replace(later, sources=()), a_topic(now=soon, event_id="event-2"))
    await library.close()
    assert {(one.article_id, one.found_by) for one in ours.snippets} == {
        ("article-1", "library"),
        ("fresh", "press"),
    }
    assert theirs.snippets == ()


async def test_gather_when_sources_find_much_then_five_snippets_of_several_publishers_are_read(
    tmp_path: Path,
) -> None:
    many = [
        an_article(id=f"a-{n}", text=f"Enyimba and Remo Stars trained on day {n} of {n * 13}.")
        for n in range(9)
    ]
    other = an_article(id="b", domain="other.example", text="Remo Stars travel to Enyimba today.")
    third = an_article(id="c", domain="third.example", text="Enyimba against Remo Stars: a report.")
    sources = (Found(*many), Found(other), Found(third))
    news = await _gathered(tmp_path, *sources)
    domains = [one.domain for one in news.snippets]
    assert len(domains) == 4
    assert domains.count("lagosledger.example") == 2


async def test_gather_when_much_is_remembered_then_what_is_new_is_read_in_turn_with_it(
    tmp_path: Path,
) -> None:
    class Late(Shelf):
        """A library that has not taken in yet what it is given."""

        async def add(self, articles: Sequence[Article], *, scope: str) -> int:
            return 0

    old = [
        a_snippet(an_article(id=f"old-{n}", domain=f"d{n}.example"), id=f"{n}") for n in range(9)
    ]
    news = await _gathered(tmp_path, Found(an_article(id="new")), library=Late(*old))
    assert [one.article_id for one in news.snippets] == ["new", "old-0", "old-1", "old-2", "old-3"]
