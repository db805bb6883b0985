"""What was written about a market: articles with their origin and dates, and parts of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bayse_agent.domain.market import EventId, MarketId

SHORT = timedelta(hours=2)
MEDIUM = timedelta(days=7)


class Horizon(StrEnum):
    """How far away the close of a market is: less than two hours, than a week, or more."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


def horizon(time_left_s: float | None) -> Horizon:
    """The class of a time left in seconds; a market without a closing date is a long one."""
    if time_left_s is None or time_left_s >= MEDIUM.total_seconds():
        return Horizon.LONG
    return Horizon.SHORT if time_left_s < SHORT.total_seconds() else Horizon.MEDIUM


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What is asked about: one market as of `now`, in the venue's words.

    `event_title` and `market_title` may be the same; `rules` say what settles it.
    """

    market_id: MarketId
    event_id: EventId
    event_title: str
    market_title: str
    category: str
    rules: str
    closes_at: datetime | None
    now: datetime

    @property
    def horizon(self) -> Horizon:
        left = None if self.closes_at is None else (self.closes_at - self.now).total_seconds()
        return horizon(left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One text by one publisher, as plain text.

    `domain` is the publisher's registrable domain; `published_at` is None when it cannot be told.
    `found_by` names the source that found it.
    """

    id: str
    url: str
    domain: str
    title: str
    text: str
    published_at: datetime | None
    retrieved_at: datetime
    found_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """The part of an article that bears on a market, with everything that tells where it is from.

    `found_by` names the source, or the library when it was remembered from an earlier search.
    """

    id: str
    article_id: str
    url: str
    domain: str
    title: str
    text: str
    published_at: datetime | None
    retrieved_at: datetime
    found_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What was found about a market. `told` says what could not be asked, and what was left out.

    `left_out` counts the articles that were not let in, by the reason in words.
    """

    snippets: tuple[Snippet, ...] = ()
    told: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


READ, LEFT_OUT, NEWS_TOLD = "news_read", "news_left_out", "news_told"
"""What a look keeps of its news is kept under these names."""


def kept_of(news: News) -> dict[str, str]:
    """What a look keeps of its news: how much was read, what was left out and why, and what could
    not be asked. Nothing for a market that is not about news. `counts_of` reads the second again.
    """
    if not news.snippets and not news.told:
        return {}
    publishers = len({one.domain for one in news.snippets})
    left_out = ", ".join(f"{why}={count}" for why, count in sorted(news.left_out.items()))
    kept = {
        READ: f"{len(news.snippets)} passages of {publishers} publishers",
        LEFT_OUT: left_out,
        NEWS_TOLD: "; ".join(news.told),
    }
    return {name: text for name, text in kept.items() if text}


def counts_of(text: str) -> dict[str, int]:
    """How many articles were left out, by reason, as `kept_of` wrote it. What cannot be read of it
    is passed over.
    """
    parts = (part.rpartition("=") for part in text.split(", "))
    return {why: int(count) for why, mark, count in parts if mark and count.isdecimal()}
