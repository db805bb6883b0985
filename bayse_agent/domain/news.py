"""What was written about a market: articles with their origin and dates, and parts of them."""

from __future__ import annotations

from dataclasses import dataclass
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
    """What was found about a market. `told` says what could not be asked, and what was left out."""

    snippets: tuple[Snippet, ...] = ()
    told: tuple[str, ...] = ()
