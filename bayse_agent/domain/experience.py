"""What the agent lived through: forecasts that were settled, and markets that ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from bayse_agent.domain.market import MarketId
from bayse_agent.domain.news import Horizon, horizon


def lesson_at(now: datetime, every_s: float) -> datetime:
    """The last moment up to now at which something is learned: whole multiples of `every_s` since
    1970. Who learns from what was settled before it knows the same whenever he was started.
    """
    return datetime.fromtimestamp(now.timestamp() // every_s * every_s, tz=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A kind of market: its category at the venue (lower case) and how far away its close was."""

    category: str
    horizon: Horizon


def cell(category: str | None, time_left_s: float | None) -> Cell:
    """The kind of a market of a category with a time left in seconds."""
    return Cell(category=(category or "").strip().lower(), horizon=horizon(time_left_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledForecast:
    """One forecaster's number for one market at one moment, and what came of it.

    `look_id` is the same for the forecasts that were made together, as members of one pool.
    `market_price` is the middle of the book at that moment, `bid` and `ask` what outcome1 could be
    sold and bought at, `later_price` what the market thought afterwards, while it still traded; all
    None when nobody knows. `outcome` is 1 when outcome1 won.
    """

    forecast_id: str
    look_id: str
    market_id: MarketId
    author: str
    category: str | None
    time_left_s: float | None
    made_at: datetime
    settled_at: datetime
    probability: float
    standard_error: float
    market_price: float | None
    outcome: int
    is_pooled: bool = False
    bid: float | None = None
    ask: float | None = None
    later_price: float | None = None

    @property
    def key(self) -> str:
        return self.forecast_id

    @property
    def cell(self) -> Cell:
        return cell(self.category, self.time_left_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledMarket:
    """A market that ended with a winner. `outcome` is 1 when outcome1 won."""

    market_id: MarketId
    title: str
    label1: str
    series: str | None
    category: str | None
    settled_at: datetime
    outcome: int

    @property
    def key(self) -> str:
        return self.market_id


class Settled(Protocol):
    """Something that was settled, and what it is known by."""

    @property
    def key(self) -> str: ...

    @property
    def settled_at(self) -> datetime: ...


S = TypeVar("S", bound=Settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """How far somebody has read who reads on: up to `since`, and of that moment what is `known`.

    What is settled at one moment may be written in two goes, so that moment is read again.
    """

    since: datetime | None = None
    known: frozenset[str] = frozenset()

    def fresh(self, settled: Sequence[S]) -> tuple[Sequence[S], Bookmark]:
        """What was not known of what is read from `since` on, and the next bookmark."""
        fresh = [one for one in settled if one.key not in self.known]
        if not fresh:
            return (), self
        latest = max(one.settled_at for one in settled)
        known = frozenset(one.key for one in settled if one.settled_at == latest)
        before = self.known if latest == self.since else frozenset()
        return fresh, Bookmark(since=latest, known=known | before)
