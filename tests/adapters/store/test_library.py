"""What any library must do, on both databases: an adapter of another store passes the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bayse_agent.adapters.library.embedding import WordHashes
from bayse_agent.adapters.library.library import LibrarySettings, SqlLibrary, open_library
from bayse_agent.adapters.store.database import connect
from bayse_agent.domain.news import Article
from bayse_agent.ports import Library
from tests.adapters.store.server import TEMPLATE, PostgreSQL
from tests.builders import NOON, an_article

DAY = timedelta(days=1)
LATER = NOON + timedelta(minutes=1)


@pytest.fixture
async def library(url: str) -> AsyncIterator[SqlLibrary]:
    opened = await open_library(url, embedder=WordHashes())
    yield opened
    await opened.close()


def _about(topic: str, *, id: str = "", days_old: float = 0, domain: str = "a.example") -> Article:
    return an_article(
        id=id or topic,
        url=f"https://{domain}/{id or topic.replace(' ', '-')}",
        domain=domain,
        title=topic,
        text=f"Today we report about {topic} and about little else.",
        published_at=NOON - days_old * DAY,
    )


async def _ids(library: Library, text: str, *, scope: str = "event-1", limit: int = 5) -> list[str]:
    found = await library.find(text, scope=scope, now=LATER, limit=limit)
    return [snippet.article_id for snippet in found]


async def test_find_when_articles_were_added_then_the_nearest_comes_first_and_whole(
    library: SqlLibrary,
) -> None:
    rain, rates = _about("heavy rain in Lagos"), _about("interest rates in Abuja")
    assert await library.add([rain, rates], scope="event-1") == 2
    first, second = await library.find("rates in Abuja", scope="event-1", now=LATER)
    assert (first.article_id, second.article_id) == (rates.id, rain.id)
    assert (first.url, first.domain, first.title) == (rates.url, rates.domain, rates.title)
    assert (first.published_at, first.retrieved_at) == (rates.published_at, rates.retrieved_at)
    assert (first.text, first.found_by) == (rates.text, "library")


async def test_add_when_articles_are_known_then_nothing_changes(library: SqlLibrary) -> None:
    rain = _about("heavy rain in Lagos")
    assert await library.add([rain, rain], scope="event-1") == 1
    assert await library.add([rain], scope="event-1") == 0
    assert await _ids(library, "rain") == [rain.id]


async def test_add_when_two_do_it_at_once_then_each_chunk_is_there_once(url: str) -> None:
    one, other = [await open_library(url, embedder=WordHashes()) for _ in range(2)]
    articles = [_about(f"topic number {number}") for number in range(20)]
    added = await asyncio.gather(
        *(library.add(articles, scope="event-1") for library in (one, other))
    )
    assert sum(added) == 20
    assert (await one.stats()).chunks == 20
    await one.close()
    await other.close()


async def test_find_when_something_was_found_for_another_event_then_it_is_never_shown(
    library: SqlLibrary,
) -> None:
    await library.add([_about("heavy rain in Lagos", id="theirs")], scope="event-2")
    await library.add([_about("heavy rain in Lagos", id="nobodys")], scope="")
    await library.add([_about("heavy rain in Lagos", id="ours")], scope="event-1")
    assert set(await _ids(library, "rain in Lagos")) == {"ours", "nobodys"}
    assert await _ids(library, "rain in Lagos", scope="event-3") == ["nobodys"]


async def test_find_when_asked_as_of_a_moment_then_nothing_of_later_is_found(
    library: SqlLibrary,
) -> None:
    published_later = _about("rain one", days_old=-1)
    retrieved_later = an_article(id="late", text="rain two", retrieved_at=LATER + DAY)
    await library.add([published_later, retrieved_later, _about("rain three")], scope="event-1")
    assert await _ids(library, "rain") == ["rain three"]


async def test_find_when_two_are_as_near_then_the_newer_comes_first(library: SqlLibrary) -> None:
    old, new = _about("heavy rain", id="old", days_old=20), _about("heavy rain", id="new")
    await library.add([old, new], scope="event-1")
    assert await _ids(library, "heavy rain") == ["new", "old"]


async def test_find_when_much_fits_then_no_more_than_asked_for_comes(library: SqlLibrary) -> None:
    await library.add([_about(f"rain number {n}") for n in range(9)], scope="event-1")
    assert len(await _ids(library, "rain", limit=3)) == 3


async def test_find_when_nothing_was_ever_added_then_nothing_is_found(library: SqlLibrary) -> None:
    assert await _ids(library, "anything") == []
    assert await library.add([], scope="event-1") == 0


async def test_find_when_an_article_is_long_then_all_its_parts_can_be_found(
    library: SqlLibrary,
) -> None:
    filler = " ".join(f"filler{number}" for number in range(900))
    article = an_article(text=f"{filler} the harbour levy passed")
    assert await library.add([article], scope="event-1") == 3
    (best, *_) = await library.find("the harbour levy passed", scope="event-1", now=LATER)
    assert best.text.endswith("the harbour levy passed")
    assert len(best.text.split()) <= 400


async def test_purge_when_a_publisher_is_named_then_it_and_its_branches_are_forgotten(
    library: SqlLibrary,
) -> None:
    await library.add(
        [
            _about("rain", id="1", domain="bad.example"),
            _about("rain", id="2", domain="news.bad.example"),
            _about("rain", id="3", domain="notbad.example"),
        ],
        scope="event-1",
    )
    assert len(await _ids(library, "rain")) == 3
    assert await library.purge(domain="bad.example") == 2
    assert await _ids(library, "rain") == ["3"]


async def test_purge_when_a_moment_is_named_then_what_was_retrieved_before_is_forgotten(
    library: SqlLibrary,
) -> None:
    old = an_article(id="old", text="old rain", retrieved_at=NOON - DAY)
    await library.add([old, _about("new rain")], scope="event-1")
    assert await library.purge(before=NOON) == 1
    assert await _ids(library, "rain") == ["new rain"]


async def test_purge_when_nothing_is_named_then_nothing_is_forgotten(library: SqlLibrary) -> None:
    await library.add([_about("rain")], scope="event-1")
    assert await library.purge() == 0
    assert await _ids(library, "rain") == ["rain"]


async def test_reset_when_called_then_all_is_gone_and_can_be_added_anew(
    library: SqlLibrary,
) -> None:
    await library.add([_about("rain"), _about("sun")], scope="event-1")
    assert await library.reset() == 2
    assert await _ids(library, "rain") == []
    assert await library.add([_about("rain")], scope="event-1") == 1
    assert await _ids(library, "rain") == ["rain"]


async def test_find_when_another_process_adds_and_forgets_then_that_is_noticed(url: str) -> None:
    one, other = [await open_library(url, embedder=WordHashes()) for _ in range(2)]
    await one.add([_about("rain", id="first")], scope="event-1")
    assert await _ids(one, "rain") == ["first"]
    await other.add([_about("rain", id="second", domain="b.example")], scope="event-1")
    assert set(await _ids(one, "rain")) == {"first", "second"}
    await other.purge(domain="a.example")
    assert await _ids(one, "rain") == ["second"]
    await other.reset()
    await other.add([_about("rain", id="third")], scope="event-1")
    assert await _ids(one, "rain") == ["third"]
    await one.close()
    await other.close()


async def test_find_when_chunks_have_expired_then_they_are_not_found_and_soon_forgotten(
    url: str,
) -> None:
    settings = LibrarySettings(keep_for=DAY)
    library = await open_library(url, embedder=WordHashes(), settings=settings)
    old = an_article(id="old", text="old rain", retrieved_at=NOON - 2 * DAY)
    await library.add([old], scope="event-1")
    assert await _ids(library, "rain") == []
    await library.add([_about("new rain")], scope="event-1")
    assert (await library.stats()).chunks == 1
    await library.close()


async def test_find_when_chunks_are_of_another_embedder_then_they_are_left_alone(url: str) -> None:
    other = await open_library(url, embedder=WordHashes(384))
    await other.add([_about("rain")], scope="event-1")
    await other.close()
    foreign = WordHashes(384)
    foreign.name = "another"
    library = await open_library(url, embedder=foreign)
    assert await _ids(library, "rain") == []
    await library.close()


async def test_stats_when_asked_then_they_tell_what_is_there(library: SqlLibrary) -> None:
    await library.add([_about("rain"), _about("sun", domain="b.example")], scope="event-1")
    stats = await library.stats()
    assert (stats.chunks, stats.articles, stats.scopes, stats.domains) == (2, 2, 1, 2)
    assert stats.oldest == stats.newest == NOON


@pytest.fixture
def plain_server_url(server: PostgreSQL) -> str:
    """Empty books on PostgreSQL, in which nobody has asked for vectors."""
    server.create("without_vectors", like=TEMPLATE)
    return server.url("without_vectors")


async def test_open_when_postgresql_lacks_vectors_then_they_are_compared_in_memory(
    plain_server_url: str,
) -> None:
    database = connect(plain_server_url)
    # The same code that reads SQLite's vectors, on PostgreSQL.
    library = SqlLibrary(database, WordHashes(), LibrarySettings(), has_vectors=False)
    await library.add([_about("heavy rain"), _about("bright sun")], scope="event-1")
    assert await _ids(library, "rain") == ["heavy rain", "bright sun"]
    await library.close()
    # Once it has them, what is there already is taken along.
    late = await open_library(plain_server_url, embedder=WordHashes())
    assert await _ids(late, "rain") == ["heavy rain", "bright sun"]
    await late.close()
