"""What search services are asked, what is read of their answers, and what is never told."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx2
import pytest

from bayse_agent.adapters.news.brave import Brave
from bayse_agent.adapters.news.queries import query
from bayse_agent.adapters.news.serpapi import SerpApi
from bayse_agent.adapters.news.service import SearchService
from bayse_agent.adapters.news.settings import (
    Depth,
    Provider,
    SearchSettings,
    TimeRange,
)
from bayse_agent.adapters.news.tavily import Tavily
from bayse_agent.domain.errors import ConfigurationError, SourceUnavailable
from bayse_agent.domain.news import Article, Topic
from tests.adapters.news.doubles import Http, Standing
from tests.builders import NOON, a_topic

KEY = "tvly-canary-key"
SHORT = a_topic(closes_in=timedelta(hours=1))
LONG = a_topic(closes_in=None)
TEXT = "Enyimba beat Remo Stars in a friendly."

TAVILY = {
    "results": [
        {
            "url": "https://www.punchng.com/a",
            "title": "Enyimba ready",
            "content": "An excerpt.",
            "raw_content": f"{TEXT} And the whole page.",
            "published_date": "Wed, 10 Jun 2026 09:00:00 GMT",
            "score": 0.9,
        },
        {"url": "https://bbc.co.uk/b", "title": "Only an excerpt", "content": TEXT},
        {"url": "https://bbc.co.uk/c", "title": "A title is no text", "content": ""},
        {"url": "ftp://bbc.co.uk/d", "title": "No web page", "content": TEXT},
    ]
}
BRAVE = {
    "results": [
        {
            "url": "https://www.punchng.com/a",
            "title": "Enyimba <strong>ready</strong>",
            "description": TEXT,
            "extra_snippets": ["More of it."],
            "page_age": "2026-06-10T09:00:00",
        }
    ]
}
SERPAPI = {
    "news_results": [
        {
            "link": "https://www.punchng.com/a",
            "title": "Enyimba ready",
            "snippet": TEXT,
            "date": "3 hours ago",
        }
    ]
}
SOURCES = {
    Provider.TAVILY: (Tavily, TAVILY),
    Provider.BRAVE: (Brave, BRAVE),
    Provider.SERPAPI: (SerpApi, SERPAPI),
}


def _settings(provider: Provider, **changes: object) -> SearchSettings:
    plain = {"provider": provider, "key": KEY, "excluded": ("coincodex.com",)}
    return SearchSettings(**{**plain, **changes})  # type: ignore[arg-type]


async def _found(
    provider: Provider,
    http: Http,
    topic: Topic = SHORT,
    limit: int = 10,
    **changes: object,
) -> tuple[Article, ...]:
    service = SearchService(provider.value, timeout_s=2, transport=http)
    source = SOURCES[provider][0](_settings(provider, **changes), service, Standing())
    try:
        return await source.find(topic, limit=limit)
    finally:
        await service.close()


def _json(content: object) -> Http:
    return Http(lambda _: httpx2.Response(200, json=content))


@pytest.mark.parametrize("provider", SOURCES)
async def test_find_when_a_service_answers_then_texts_and_dates_become_articles(
    provider: Provider,
) -> None:
    found = await _found(provider, _json(SOURCES[provider][1]))
    first = found[0]
    assert (first.url, first.domain) == ("https://www.punchng.com/a", "punchng.com")
    assert first.title == "Enyimba ready"
    assert first.text.startswith(TEXT)
    assert first.published_at == NOON - timedelta(hours=3)
    assert (first.retrieved_at, first.found_by) == (NOON, provider.value)


async def test_find_when_tavily_sends_whole_pages_then_these_are_read_and_never_titles_alone() -> (
    None
):
    found = await _found(Provider.TAVILY, _json(TAVILY))
    assert [article.text for article in found] == [f"{TEXT} And the whole page.", TEXT]


async def test_find_when_tavily_is_asked_then_every_setting_is_in_the_question() -> None:
    http = _json(TAVILY)
    await _found(
        Provider.TAVILY,
        http,
        limit=10,
        depth=Depth.ADVANCED,
        most_results=7,
        time_range=TimeRange.WEEK,
        included=("reuters.com",),
    )
    (request,) = http.asked
    assert str(request.url) == "https://api.tavily.com/search"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    asked = json.loads(request.content)
    assert asked["query"] == query(SHORT)
    assert (asked["search_depth"], asked["max_results"], asked["time_range"]) == (
        "advanced",
        7,
        "week",
    )
    assert asked["include_domains"] == ["reuters.com"]
    assert asked["exclude_domains"] == ["coincodex.com"]
    assert asked["include_raw_content"] == "text"


async def test_find_when_brave_is_asked_then_every_setting_is_in_the_question() -> None:
    http = _json(BRAVE)
    await _found(Provider.BRAVE, http, depth=Depth.ADVANCED, included=("a.com", "b.com"))
    (request,) = http.asked
    asked = dict(request.url.params)
    assert request.headers["x-subscription-token"] == KEY
    assert asked["q"].endswith("(site:a.com OR site:b.com) -site:coincodex.com")
    assert (asked["count"], asked["freshness"], asked["extra_snippets"]) == ("8", "pd", "true")


async def test_find_when_serpapi_is_asked_then_every_setting_is_in_the_question() -> None:
    http = _json(SERPAPI)
    await _found(Provider.SERPAPI, http, topic=LONG)
    asked = dict(http.asked[0].url.params)
    assert (asked["tbm"], asked["tbs"], asked["num"], asked["api_key"]) == (
        "nws",
        "qdr:y",
        "8",
        KEY,
    )
    assert asked["q"].endswith("-site:coincodex.com")


@pytest.mark.parametrize(
    ("topic", "asked"),
    [
        (SHORT, "Enyimba vs Remo Stars: who wins? Enyimba win today 10 June 2026"),
        (a_topic(), "Enyimba vs Remo Stars: who wins? Enyimba win June 2026"),
        (LONG, "Enyimba vs Remo Stars: who wins? Enyimba win 2026"),
        (
            a_topic(event_title="Will it rain?", market_title="will it rain?"),
            "Will it rain? June 2026",
        ),
    ],
)
def test_query_when_a_market_is_near_or_far_then_its_time_is_told_in_words(
    topic: Topic, asked: str
) -> None:
    assert query(topic) == asked


def test_query_when_titles_are_long_then_the_time_is_still_told() -> None:
    long = query(a_topic(event_title="x" * 290, market_title="y" * 290, closes_in=None))
    assert len(long) == 300
    assert long.endswith(" 2026")


@pytest.mark.parametrize("provider", SOURCES)
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx2.Response(401, text=KEY), "it does not take the key"),
        (httpx2.Response(403), "it does not take the key"),
        (httpx2.Response(429), "its quota is used up"),
        (httpx2.Response(432), "its quota is used up"),
        (httpx2.Response(500), "it answered 500"),
        (httpx2.Response(302, headers={"location": "http://127.0.0.1/"}), "it answered 302"),
        (httpx2.Response(200, text="<html>"), "its answer cannot be read"),
        (httpx2.Response(200, json={"results": 3, "news_results": 3}), "its answer cannot be read"),
        (httpx2.Response(200, content=b"[" * 5_100_000), "its answer is too long"),
    ],
)
async def test_find_when_a_service_fails_then_it_says_why_without_its_key(
    provider: Provider, answer: httpx2.Response, why: str
) -> None:
    http = Http(
        lambda _: httpx2.Response(
            answer.status_code, headers=answer.headers, content=answer.content
        )
    )
    with pytest.raises(SourceUnavailable, match=why) as caught:
        await _found(provider, http)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("provider", SOURCES)
async def test_find_when_there_is_no_network_then_it_is_tried_twice_and_the_key_is_not_told(
    provider: Provider,
) -> None:
    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError(f"cannot reach {request.url} with {KEY}")

    http = Http(refuse)
    with pytest.raises(SourceUnavailable) as caught:
        await _found(provider, http)
    assert str(caught.value) == "no answer (ConnectError)"
    assert caught.value.__cause__ is None
    assert len(http.asked) == 2


def test_settings_when_shown_then_the_key_is_not() -> None:
    assert KEY not in repr(_settings(Provider.TAVILY))


@pytest.mark.parametrize(
    "changes",
    [
        {"provider": Provider.TAVILY, "key": None},
        {"provider": Provider.BRAVE, "key": ""},
        {"most_results": 0},
        {"most_results": 51},
        {"excluded": tuple(f"{n}.example" for n in range(101))},
    ],
)
def test_settings_when_they_cannot_be_used_then_they_are_refused(
    changes: dict[str, object],
) -> None:
    with pytest.raises(ConfigurationError):
        SearchSettings(**changes)  # type: ignore[arg-type]
