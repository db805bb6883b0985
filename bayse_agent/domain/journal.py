"""What is written down of a run: markets followed, looks taken, orders under way, scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Forecast
from bayse_agent.domain.market import (
    Engine,
    Event,
    EventId,
    Market,
    MarketId,
    OutcomeId,
    SeriesSlug,
    Symbol,
)
from bayse_agent.domain.money import ZERO, Money, Shares, total
from bayse_agent.domain.order import Buy, Fill, Intent, IntentId, IntentStatus, OrderId, VenueOrder
from bayse_agent.domain.portfolio import Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One start of the agent: the settings it ran with, as text, by name."""

    id: str
    mode: str
    started_at: datetime
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the books tell of earlier runs: how many, when the first began, the last one, and how
    far they reach.
    """

    runs: int
    first_at: datetime
    last: Run
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """Cash that was put at the agent's disposal. The same id is never counted twice."""

    id: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedMarket:
    """What must be remembered of a market to look at it, settle it and score it."""

    market_id: MarketId
    event_id: EventId
    title: str
    engine: Engine
    outcome1_id: OutcomeId
    outcome2_id: OutcomeId
    label1: str
    label2: str
    series: SeriesSlug | None
    symbol: Symbol | None
    opens_at: datetime | None
    closes_at: datetime | None
    resolves_at: datetime | None
    seen_at: datetime
    category: str | None = None

    @property
    def length(self) -> timedelta | None:
        """How long the market trades in all; None when the venue does not say."""
        if self.opens_at is None or self.closes_at is None:
            return None
        return self.closes_at - self.opens_at

    def is_trading(self, now: datetime) -> bool:
        """Whether its dates say that it trades now."""
        begun = self.opens_at is None or self.opens_at <= now
        return begun and (self.closes_at is None or now < self.closes_at)


def tracked(event: Event, market: Market, seen_at: datetime) -> TrackedMarket:
    """The part of a listed market that is remembered."""
    return TrackedMarket(
        market_id=market.id,
        event_id=event.id,
        title=event.title if len(event.markets) == 1 else f"{event.title}: {market.title}",
        engine=event.engine,
        outcome1_id=market.outcome1.id,
        outcome2_id=market.outcome2.id,
        label1=market.outcome1.label,
        label2=market.outcome2.label,
        series=event.series,
        symbol=event.symbol,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        resolves_at=event.resolves_at,
        seen_at=seen_at,
        category=event.category or None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at one market: it always ends with exactly one reason."""

    market_id: MarketId
    at: datetime
    reason: Reason
    forecast: Forecast | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIntent:
    """An intent that is not final, or that was lost less than a day ago and is still watched.

    `absences` counts the reads since it was sent that did not show it.
    """

    intent: Intent
    status: IntentStatus
    order_id: OrderId | None
    fills: tuple[Fill, ...]
    absences: int

    @property
    def rest(self) -> Intent:
        """The intent with what it can still cost or give up: what was filled is in the books.

        A stake of NGN 1,000 of which 550 were filled can cost 450 more.
        """
        wish = self.intent.wish
        if not self.fills:
            return self.intent
        if isinstance(wish, Buy):
            spent = total((fill.cash for fill in self.fills), wish.stake.currency)
            left = max(Money.zero(spent.currency), wish.stake - spent)
            return replace(self.intent, wish=replace(wish, stake=left))
        sold = sum((fill.shares for fill in self.fills), ZERO)
        return replace(
            self.intent, wish=replace(wish, shares=Shares(max(ZERO, wish.shares - sold)))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedSale:
    """A sell that was written down, and whether any of it was filled."""

    market_id: MarketId
    outcome_id: OutcomeId
    at: datetime
    is_filled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentChange:
    """What the venue told of an intent. `proof` is the answer that the change rests on.

    `status` may be the one it had: then only the proof, the order and the fills are added.
    `shows_absence`: the proof is a read in which the order should have been, and was not.
    `reason`, when given, becomes the one reason of the look that the intent came from.
    """

    intent_id: IntentId
    status: IntentStatus
    proof: str
    at: datetime
    shows_absence: bool = False
    order: VenueOrder | None = None
    fills: tuple[Fill, ...] = ()
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastScore:
    """How good one forecast was, beside the market's price at the same moment.

    `outcome` is 1 when outcome1 won, else 0. Lower is better in all four figures; the market's
    are None when it had no price.
    """

    forecast_id: str
    outcome: int
    brier_agent: float
    brier_market: float | None
    log_loss_agent: float
    log_loss_market: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketResult:
    """The end of a market. `winner` is None when it was voided."""

    market_id: MarketId
    winner: OutcomeId | None
    at: datetime
    settlements: tuple[Settlement, ...] = ()
    scores: tuple[ForecastScore, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSummary:
    """Means over the forecasts that could be compared with a market price. None before any."""

    count: int
    brier_agent: float | None
    brier_market: float | None
    log_loss_agent: float | None
    log_loss_market: float | None
