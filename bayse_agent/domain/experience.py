"""What the agent lived through: forecasts that were settled, and markets that ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bayse_agent.domain.market import MarketId
from bayse_agent.domain.news import Horizon, horizon


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
    `market_price` is the middle of the book at that moment. `outcome` is 1 when outcome1 won.
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
