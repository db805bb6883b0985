"""The agent's books as the limits need them: what is owned, and what was done lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.market import EventId, MarketId, OutcomeId, SeriesSlug, Symbol
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import IntentId
from bayse_agent.domain.portfolio import Portfolio


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What a market belongs to. None where the venue says nothing."""

    event_id: EventId
    category: str | None
    series: SeriesSlug | None
    symbol: Symbol | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A buy that was written down, whatever became of it."""

    intent_id: IntentId
    market_id: MarketId
    outcome_id: OutcomeId
    stake: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one settlement or sale brought in: proceeds less the cost of what was given up."""

    market_id: MarketId
    profit: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Equity:
    """Cash plus positions at what they would fetch, at a moment.

    `wallet` is the cash that the venue said it holds at that moment.
    """

    at: datetime
    value: Money
    cash: Money
    wallet: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """One currency's books. Times are of the agent's clock, lists oldest first.

    `tags` has every market that a position, a live order or an entry is in. `entries` and
    `outcomes` reach back 48 hours at the least, `sent_at` (orders of both sides) an hour.
    `equity` are the last few valuations, `peak` the highest that was confirmed; None before any.
    `reconciled_at` is when books and venue were last found equal, `begun_at` when this run began.
    """

    portfolio: Portfolio
    state: TradingState
    tags: Mapping[MarketId, Tags]
    entries: tuple[Entry, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    sent_at: tuple[datetime, ...] = ()
    equity: tuple[Equity, ...] = ()
    peak: Money | None = None
    reconciled_at: datetime | None = None
    begun_at: datetime | None = None
