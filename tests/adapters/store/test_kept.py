"""A source is not asked the same twice, nor more often than it may be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bayse_agent.adapters.library.embedding import WordHashes
from bayse_agent.adapters.library.library import open_library
from bayse_agent.adapters.news.building import NewsDesk
from bayse_agent.adapters.news.kept import Kept
from bayse_agent.adapters.news.settings import NewsSettings, Provider, SearchSettings
from bayse_agent.adapters.store.database import Database, connect
from bayse_agent.domain.errors import SourceUnavailable
from bayse_agent.domain.news import Article, Topic
from tests.adapters.news.doubles import Standing
from tests.builders import NOON, a_topic, an_article


class Counting:
    """A source that counts how often it is asked."""

    name = "counting"

    def __init__(self, clock: Standing) -> None:
        self.asked = 0
        self._clock = clock
        self.is_down = False

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        self.asked += 1
        if self.is_down:
            raise SourceUnavailable
        return (an_article(retrieved_at=self._clock.now(), published_at=None),)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = connect(url)
    yield opened
    await opened.close()


def _kept(
    database: Database, clock: Standing, *, most_a_day: int | None = 3
) -> tuple[Counting, Kept]:
    source = Counting(clock)
    return source, Kept(source, database, clock, fresh_s=900, most_a_day=most_a_day)


async def test_find_when_the_same_is_asked_while_it_is_fresh_then_the_source_is_not_asked(
    database: Database,
) -> None:
    clock = Standing()
    source, kept = _kept(database, clock)
    first = await kept.find(a_topic(), limit=5)
    clock.at += timedelta(seconds=899)
    assert await kept.find(a_topic(now=clock.at), limit=5) == first
    assert first[0].retrieved_at == NOON
    assert source.asked == 1
    clock.at += timedelta(seconds=2)
    (later,) = await kept.find(a_topic(), limit=5)
    assert later.retrieved_at == clock.at
    assert source.asked == 2


async def test_find_when_something_else_is_asked_then_the_source_is_asked(
    database: Database,
) -> None:
    source, kept = _kept(database, Standing())
    await kept.find(a_topic(), limit=5)
    await kept.find(a_topic(market_title="Remo Stars win"), limit=5)
    await kept.find(a_topic(closes_in=None), limit=5)
    assert source.asked == 3


async def test_find_when_another_process_asked_then_its_answer_serves(database: Database) -> None:
    clock = Standing()
    (_, one), (source, other) = _kept(database, clock), _kept(database, clock)
    assert await one.find(a_topic(), limit=5) == await other.find(a_topic(), limit=5)
    assert source.asked == 0


async def test_find_when_it_was_asked_as_often_as_it_may_then_not_again_within_a_day(
    database: Database,
) -> None:
    clock = Standing()
    source, kept = _kept(database, clock)
    for number in range(3):
        await kept.find(a_topic(market_title=f"{number}"), limit=5)
    with pytest.raises(SourceUnavailable, match="3 times in a day"):
        await kept.find(a_topic(market_title="one more"), limit=5)
    assert source.asked == 3
    assert await kept.find(a_topic(market_title="0"), limit=5)
    clock.at += timedelta(days=1, seconds=1)
    await kept.find(a_topic(market_title="one more"), limit=5)
    assert source.asked == 4


async def test_find_when_the_source_fails_then_that_is_not_kept_but_it_counts(
    database: Database,
) -> None:
    clock = Standing()
    source, kept = _kept(database, clock)
    source.is_down = True
    for _ in range(3):
        with pytest.raises(SourceUnavailable):
            await kept.find(a_topic(), limit=5)
    source.is_down = False
    with pytest.raises(SourceUnavailable, match="in a day"):
        await kept.find(a_topic(), limit=5)
    assert source.asked == 3


async def test_find_when_time_went_back_then_later_answers_are_not_known_yet(
    database: Database,
) -> None:
    clock = Standing()
    source, kept = _kept(database, clock)
    await kept.find(a_topic(), limit=5)
    clock.at -= timedelta(hours=1)
    await kept.find(a_topic(), limit=5)
    assert source.asked == 2


async def test_find_when_the_books_are_gone_then_the_source_is_not_asked(url: str) -> None:
    database = connect("sqlite:////nowhere/at/all.db")
    source, kept = _kept(database, Standing())
    with pytest.raises(SourceUnavailable, match="cannot be counted"):
        await kept.find(a_topic(), limit=5)
    assert source.asked == 0
    await database.close()


async def test_find_when_the_library_forgot_something_then_kept_answers_do_not_bring_it_back(
    database: Database, url: str
) -> None:
    source, kept = _kept(database, Standing(), most_a_day=2)
    await kept.find(a_topic(), limit=5)
    library = await open_library(url, embedder=WordHashes())
    await library.purge(domain="lagosledger.example")
    await library.close()
    await kept.find(a_topic(), limit=5)
    assert source.asked == 2
    with pytest.raises(SourceUnavailable, match="in a day"):
        await kept.find(a_topic(market_title="another"), limit=5)


async def test_desk_when_a_service_is_set_then_it_is_asked_before_the_feeds(
    database: Database,
) -> None:
    search = SearchSettings(provider=Provider.TAVILY, key="secret")
    async with NewsDesk(NewsSettings(search=search), database, Standing()) as desk:
        assert [source.name for source in desk.sources] == ["tavily", "feeds"]


async def test_desk_when_nothing_is_set_then_there_are_no_sources(database: Database) -> None:
    async with NewsDesk(NewsSettings(feeds=()), database, Standing()) as desk:
        assert desk.sources == ()
