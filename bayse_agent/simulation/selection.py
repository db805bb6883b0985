"""Which events a listing shows, and in what order: one answer for the server and the venue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from bayse_agent.domain.market import MarketStatus
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.lifecycle import ENDED
from bayse_agent.simulation.exchange.listing import EventState
from bayse_agent.simulation.series import DAY_MS, HOUR_MS, MINUTE_MS

T = TypeVar("T")

HISTORY_PERIODS = {
    "12H": (12 * HOUR_MS, MINUTE_MS),
    "24H": (DAY_MS, 5 * MINUTE_MS),
    "1W": (7 * DAY_MS, HOUR_MS),
    "1M": (30 * DAY_MS, 4 * HOUR_MS),
    "1Y": (365 * DAY_MS, DAY_MS),
}
"""How far back each period of the price history goes, and in what steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The filters of an event listing. None asks for nothing; words compare without case."""

    status: MarketStatus | None = None
    category: str | None = None
    keyword: str | None = None
    series: str | None = None
    currency: Currency | None = None

    def fits(self, event: EventState) -> bool:
        spec = event.spec
        return (
            (self.status is None or event.status is self.status)
            and (self.series is None or spec.series == self.series)
            and (self.currency is None or self.currency in spec.currencies)
            and _same(self.category, spec.category)
            and _holds(spec.title, self.keyword)
        )


def _same(wanted: str | None, word: str) -> bool:
    return wanted is None or wanted.casefold() == word.casefold()


def _holds(text: str, keyword: str | None) -> bool:
    return keyword is None or keyword.casefold() in text.casefold()


def select(exchange: Exchange, wanted: Wanted) -> list[EventState]:
    """The listed events that fit: open ones first, then newest created first.

    Drafts are not listed: a series alone tells of windows to come.
    """
    is_over = wanted.status in (None, *ENDED)
    events = exchange.events() if is_over else exchange.live_events()
    listed = [
        event for event in events if event.status is not MarketStatus.DRAFT and wanted.fits(event)
    ]
    return sorted(listed, key=lambda event: event.status is not MarketStatus.OPEN)


def series_windows(exchange: Exchange, slug: str, most: int = 20) -> list[EventState]:
    """The newest windows of a series, those to come among them, newest created first."""
    return list(exchange.events_of(slug)[: -most - 1 : -1])


def page_of(items: Sequence[T], page: int, size: int) -> tuple[Sequence[T], int]:
    """(the items of a 1-based page, the number of the last page: 1 when there is nothing)."""
    last = max(1, -(-len(items) // size))
    return items[(page - 1) * size : page * size], last
