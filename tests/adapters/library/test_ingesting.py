"""Articles are taken in while others go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bayse_agent.adapters.library.ingesting import Ingesting
from bayse_agent.domain.errors import StoreUnavailable
from bayse_agent.domain.news import Article, Snippet
from tests.builders import NOON, a_snippet, an_article


class Slow:
    """A library that takes in an article when it is let, and fails on bad ones."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.taken: list[tuple[str, str]] = []

    async def add(self, articles: Sequence[Article], *, scope: str) -> int:
        await self.may.wait()
        for article in articles:
            if article.id == "bad":
                raise StoreUnavailable
            self.taken.append((scope, article.id))
        return len(articles)

    async def find(
        self,
        text: str,
        *,
        scope: str,
        now: datetime,
        limit: int = 5,
        half_life: timedelta = timedelta(days=3),
    ) -> tuple[Snippet, ...]:
        return (a_snippet(id=f"{text} {scope} {limit} {half_life}"),)

    async def purge(self, *, domain: str | None = None, before: datetime | None = None) -> int:
        return 7

    async def reset(self) -> int:
        return 9


async def test_add_when_the_library_is_slow_then_nobody_waits_for_it() -> None:
    slow = Slow()
    async with Ingesting(slow) as library:
        assert await library.add([an_article(id="1"), an_article(id="2")], scope="e") == 0
        assert slow.taken == []
        slow.may.set()
        await library.settled()
    assert slow.taken == [("e", "1"), ("e", "2")]


async def test_add_when_one_cannot_be_taken_in_then_the_next_one_is() -> None:
    slow = Slow()
    slow.may.set()
    async with Ingesting(slow) as library:
        await library.add([an_article(id="bad"), an_article(id="good")], scope="e")
        await library.settled()
    assert slow.taken == [("e", "good")]
    assert library.lost == 1


async def test_add_when_too_many_wait_then_the_oldest_are_let_go() -> None:
    slow = Slow()
    async with Ingesting(slow, most_waiting=2) as library:
        await library.add([an_article(id=str(number)) for number in range(5)], scope="e")
        slow.may.set()
        await library.settled()
    assert slow.taken == [("e", "3"), ("e", "4")]
    assert library.lost == 3


async def test_exit_when_something_still_waits_then_it_ends_at_once() -> None:
    slow = Slow()
    async with asyncio.timeout(5), Ingesting(slow) as library:
        await library.add([an_article()], scope="e")
    assert slow.taken == []


async def test_find_purge_and_reset_when_asked_then_the_library_behind_answers() -> None:
    async with Ingesting(Slow()) as library:
        day = timedelta(days=1)
        (found,) = await library.find("rain", scope="e", now=NOON, limit=3, half_life=day)
        assert found.id == f"rain e 3 {day}"
        assert (await library.purge(domain="x"), await library.reset()) == (7, 9)
