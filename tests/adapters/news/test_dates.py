"""Dates as the web writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.news.dates import in_words, moment
from bayse_agent.adapters.news.publishers import registrable_domain

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00+01:00", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("2026-11-22T10:00:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 10:00:00 GMT", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("11/20/2026, 07:00 AM, +0000 UTC", datetime(2026, 11, 20, 7, tzinfo=UTC)),
        ("Nov 20, 2026", datetime(2026, 11, 20, tzinfo=UTC)),
        ("3 hours ago", NOW - timedelta(hours=3)),
        ("an hour ago", NOW - timedelta(hours=1)),
        ("2 days ago", NOW - timedelta(days=2)),
        ("2026-11-22T12:00:01Z", None),
        ("Mon, 23 Nov 2026 10:00:00 GMT", None),
        ("1970-01-01", None),
        ("yesterday-ish", None),
        ("", None),
        (None, None),
    ],
)
def test_moment_when_a_date_is_written_then_it_is_read_unless_it_is_yet_to_come(
    text: str | None, at: datetime | None
) -> None:
    assert moment(text, NOW) == at


@given(st.text(alphabet="0123456789-:TZ +,/ agohurdsMonFriNv", max_size=40))
def test_moment_when_anything_comes_then_it_is_never_later_than_now(text: str) -> None:
    found = moment(text, NOW)
    assert found is None or (found <= NOW and found.tzinfo is UTC)


def test_in_words_when_a_day_is_told_then_as_people_write_it() -> None:
    assert in_words(NOW) == "22 November 2026"


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://news.bbc.co.uk/a", "bbc.co.uk"),
        ("http://www.punchng.com:80/a?b", "punchng.com"),
        ("https://a.b.github.io/", "b.github.io"),
        ("https://sub.lagosledger.example/1", "lagosledger.example"),
        ("https://X.GOV.NG./", "x.gov.ng"),
        ("http://93.184.216.34/", "93.184.216.34"),
        ("https://user@real.example@fake.com/", "fake.com"),
        ("https://[broken", ""),
        ("nonsense", ""),
        ("https://B\u00fccher.com/", "xn--bcher-kva.com"),
        ("https://xn--bcher-kva.com/", "xn--bcher-kva.com"),
        ("https://a\x00b.com/", ""),
        ("https://" + "a." * 200 + "com/", ""),
        ("https://127.1/", ""),
    ],
)
def test_registrable_domain_when_an_address_comes_then_its_owner_is_told(
    url: str, domain: str
) -> None:
    assert registrable_domain(url) == domain
