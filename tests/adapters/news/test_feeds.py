"""News without a key: feeds, and the pages behind them."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest

from bayse_agent.adapters.news.extraction import Extractor
from bayse_agent.adapters.news.feeds import Feeds, entries
from bayse_agent.adapters.news.fetching import PageFetcher
from bayse_agent.adapters.news.pages import WithPages
from bayse_agent.adapters.news.settings import FEEDS, NewsSettings
from bayse_agent.domain.errors import SourceUnavailable
from bayse_agent.domain.news import Article, Topic
from tests.adapters.news.doubles import Http, Standing, pages, public_names
from tests.builders import NOON, a_topic, an_article

ITEM = """<item><title>Enyimba &amp; Remo Stars</title><link>https://www.punchng.com/{n}</link>
<description>&lt;p&gt;Enyimba meet Remo Stars {n}.&lt;/p&gt;&lt;p style="display:none"&gt;OVERRIDE
&lt;/p&gt;&lt;img alt="OVERRIDE"&gt;</description><pubDate>{date}</pubDate></item>"""
EARLIER = "Wed, 10 Jun 2026 11:00:00 GMT"
LATER = "Wed, 10 Jun 2026 13:00:00 GMT"
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Remo Stars at Enyimba</title>
<link href="https://bbc.co.uk/x"/><updated>2026-06-10T10:00:00Z</updated>
<content type="html">&lt;p&gt;Remo Stars travel to Enyimba.&lt;/p&gt;</content></entry></feed>"""


def _rss(*items: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'


def _feeds(http: Http, clock: Standing, *addresses: str) -> Feeds:
    return Feeds(
        addresses or ("https://one.example/rss", "https://two.example/atom"),
        PageFetcher(resolver=public_names, transport=http),
        clock,
        fresh_s=900,
        within_s=5,
        at_once=2,
    )


BOTH = {
    "one.example/rss": _rss(ITEM.format(n=1, date=EARLIER)),
    "two.example/atom": ATOM,
}


async def test_find_when_feeds_have_something_on_the_topic_then_it_is_found_best_first() -> None:
    feeds = _feeds(pages(BOTH, kind="application/rss+xml"), Standing())
    found = await feeds.find(a_topic(), limit=10)
    assert [(one.domain, one.published_at) for one in found] == [
        ("punchng.com", NOON - timedelta(hours=1)),
        ("bbc.co.uk", NOON - timedelta(hours=2)),
    ]
    assert (found[0].title, found[0].text) == ("Enyimba & Remo Stars", "Enyimba meet Remo Stars 1.")
    assert {one.found_by for one in found} == {"feeds"}


async def test_find_when_asked_again_then_feeds_are_read_again_only_when_they_are_due() -> None:
    http, clock = pages(BOTH, kind="text/xml"), Standing()
    feeds = _feeds(http, clock)
    for _ in range(3):
        found = await feeds.find(a_topic(), limit=10)
    assert len(http.asked) == 2
    clock.at += timedelta(seconds=901)
    again = await feeds.find(a_topic(), limit=10)
    assert len(http.asked) == 4
    assert found[0].retrieved_at == NOON
    assert again[0].retrieved_at == clock.at


async def test_find_when_some_feeds_fail_then_the_others_are_read_and_it_is_tried_soon_again() -> (
    None
):
    http, clock = pages({"two.example/atom": ATOM}, kind="text/xml"), Standing()
    feeds = _feeds(http, clock)
    assert len(await feeds.find(a_topic(), limit=10)) == 1
    clock.at += timedelta(seconds=61)
    await feeds.find(a_topic(), limit=10)
    assert [request.headers["host"] for request in http.asked].count("one.example") == 2
    assert [request.headers["host"] for request in http.asked].count("two.example") == 1


async def test_find_when_no_feed_can_be_read_then_the_source_says_so() -> None:
    with pytest.raises(SourceUnavailable, match="none of 2 feeds"):
        await _feeds(pages({}), Standing()).find(a_topic(), limit=10)


async def test_find_when_nothing_is_on_the_topic_then_the_answer_is_empty() -> None:
    feeds = _feeds(pages(BOTH, kind="text/xml"), Standing())
    rain = a_topic(event_title="Will it rain in Jos?", market_title="Rain in Jos")
    assert await feeds.find(rain, limit=10) == ()


def test_entries_when_a_feed_is_dated_later_than_now_then_it_has_no_date() -> None:
    (entry,) = entries(_rss(ITEM.format(n=1, date=LATER)).encode(), NOON)
    assert entry.published_at is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<rss",
        _rss("<item>" * 40_000).encode(),
        _rss(ITEM.format(n=1, date=EARLIER) + " " * 2_000_000).encode(),
        b"\x00\xff" * 40,
        _rss("<item><title>x</title><link>javascript:alert(1)</link></item>").encode(),
        _rss("<item><title>x</title><link>file:///etc/passwd</link></item>").encode(),
        b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel><item>'
        b"<title>&b;</title></item></channel></rss>",
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item>'
        b"<title>&x;</title></item></channel></rss>",
    ],
)
def test_entries_when_a_feed_is_torn_or_hostile_then_it_has_none(body: bytes) -> None:
    assert entries(body, NOON) == ()


def test_entries_when_a_feed_is_endless_then_a_hundred_are_taken() -> None:
    body = _rss(*(ITEM.format(n=n, date=EARLIER) for n in range(300)))
    assert len(entries(body.encode(), NOON)) == 100


def test_the_feeds_that_are_set_when_looked_at_then_they_are_many_and_encrypted() -> None:
    assert len(set(FEEDS)) == len(FEEDS) >= 20
    assert all(address.startswith("https://") for address in FEEDS)


class _Told:
    """A source that tells little of what it finds."""

    name = "told"

    def __init__(self, *articles: Article) -> None:
        self._articles = articles

    async def find(self, topic: Topic, *, limit: int) -> tuple[Article, ...]:
        return self._articles


def _with_pages(http: Http, *articles: Article, within_s: float = 5.0) -> WithPages:
    return WithPages(
        _Told(*articles),
        PageFetcher(resolver=public_names, transport=http),
        Extractor(),
        Standing(),
        NewsSettings(pages_within_s=within_s),
    )


STORY = "".join(
    f"<p>Enyimba trained for the {n}th day before Remo Stars came.</p>" for n in range(9)
)
PAGE = (
    "<html><head><meta property='article:published_time' content='2026-06-10T08:00:00Z'></head>"
    f"<body><h1>Enyimba ready</h1><!-- OVERRIDE --><article>{STORY}</article></body></html>"
)


async def test_find_when_a_source_tells_little_then_the_page_itself_is_read() -> None:
    short = an_article(url="https://www.punchng.com/a", text="Short.", published_at=None, title="")
    source = _with_pages(pages({"www.punchng.com/a": PAGE}), short)
    (read,) = await source.find(a_topic(), limit=5)
    assert "for the 8th day" in read.text
    assert "OVERRIDE" not in read.text
    assert (read.title, read.domain) == ("Enyimba ready", "punchng.com")
    assert read.published_at == NOON - timedelta(hours=4)
    assert source.name == "told"


async def test_find_when_a_page_cannot_be_read_then_what_was_told_of_it_stays() -> None:
    short = an_article(url="http://127.0.0.1/", text="Short.")
    http = pages({})
    assert await _with_pages(http, short).find(a_topic(), limit=5) == (short,)
    assert http.asked == []


async def test_find_when_pages_take_too_long_then_what_was_told_stays() -> None:
    short = an_article(url="https://slow.example/", text="Short.")

    class Slow(Http):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            self.asked.append(request)
            raise httpx2.ReadTimeout("slow")

    source = _with_pages(Slow(lambda _: httpx2.Response(404)), short, within_s=0.0)
    assert await source.find(a_topic(), limit=5) == (short,)


async def test_find_when_an_article_is_long_or_of_a_betting_site_then_its_page_is_not_fetched() -> (
    None
):
    http = pages({})
    long = an_article(id="long", text="x" * 1_000)
    bets = an_article(id="bets", domain="bet9ja.com", text="Short.")
    assert await _with_pages(http, long, bets).find(a_topic(), limit=5) == (long, bets)
    assert http.asked == []


async def test_find_when_a_publisher_is_excluded_then_it_is_left_out_whoever_found_it() -> None:
    bad = an_article(id="bad", domain="m.coincodex.com", text="x" * 1_000)
    good = an_article(id="good", text="y" * 1_000)
    assert await _with_pages(pages({}), bad, good).find(a_topic(), limit=5) == (good,)
