"""What pages show of the books: rows with the names that people know things by.

Money, prices and shares are exact decimals; times are those of the world that is traded in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketView:
    """A market that was ever followed. `winner_id` is None before the end, and when voided."""

    id: str
    event_id: str
    title: str
    engine: str
    outcome1_id: str
    outcome2_id: str
    label1: str
    label2: str
    series: str | None
    symbol: str | None
    category: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    settled_at: datetime | None
    winner_id: str | None

    def label(self, outcome_id: str) -> str:
        return self.label1 if outcome_id == self.outcome1_id else self.label2


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """One look at one market and the one reason that it ended with."""

    id: int
    at: datetime
    market_id: str
    market: str
    event_id: str
    series: str | None
    reason: str
    probability: float | None
    market_price: Decimal | None
    author: str | None
    inputs: Mapping[str, str]
    forecast_id: str | None
    intent_id: str | None
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCount:
    reason: str
    looks: int
    part: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An intent and what became of it at the venue. `amount`: cash of a buy, shares of a sell."""

    id: str
    number: int
    created_at: datetime
    changed_at: datetime
    market_id: str
    market: str
    event_id: str
    outcome_id: str
    outcome: str
    side: str
    currency: str
    amount: Decimal
    worst_price: Decimal
    status: str
    source: str
    cause: str
    engine: str
    forecast_id: str | None
    order_id: str | None
    venue_status: str | None
    filled: Decimal | None
    average_price: Decimal | None
    limits_version: int
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A step of an intent, with the venue's answer that it rests on."""

    at: datetime
    status: str
    proof: str
    shows_absence: bool
    order_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillView:
    id: str
    number: int
    at: datetime
    intent_id: str
    order_id: str
    market_id: str
    market: str
    outcome_id: str
    outcome: str
    side: str
    currency: str
    shares: Decimal
    price: Decimal
    cash: Decimal
    fee: Decimal
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementView:
    number: int
    at: datetime
    market_id: str
    market: str
    outcome_id: str
    outcome: str
    winner_id: str | None
    currency: str
    shares: Decimal
    payout: Decimal
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingView:
    """A line of the ledger: each entry's lines sum to zero."""

    entry: int
    line: int
    at: datetime
    cause: str
    subject: str
    account: str
    market_id: str | None
    outcome_id: str | None
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityView:
    number: int
    at: datetime
    currency: str
    value: Decimal
    cash: Decimal
    wallet: Decimal
    deposits: Decimal
    profit: Decimal
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionView:
    """What is held. `value` is what the last bid that was seen would bring, None without one.

    `best`: the best price that a share could have been sold at so far, after fees.
    """

    market_id: str
    market: str
    event_id: str | None
    outcome_id: str
    outcome: str
    currency: str
    shares: Decimal
    cost: Decimal
    average_price: Decimal
    bid: Decimal | None
    value: Decimal | None
    profit: Decimal | None
    seen_at: datetime | None
    closes_at: datetime | None
    engine: str | None
    symbol: str | None
    best: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalView:
    """A decision that waits, or waited, for a person. `places_at`: when it is placed without a
    word, unless a person says no; None is only placed when a person says yes.
    """

    number: int
    id: str
    source: str
    event_id: str
    market_id: str
    market: str
    outcome_id: str
    outcome: str
    side: str
    currency: str
    amount: Decimal
    worst_price: Decimal
    forecast_id: str | None
    made_at: datetime
    expires_at: datetime
    places_at: datetime | None
    inputs: Mapping[str, str]
    status: str
    decided_by: str | None
    decided_at: datetime | None
    note: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandView:
    number: int
    id: str
    kind: str
    made_by: str
    at: datetime
    arguments: Mapping[str, str]
    status: str
    result: Mapping[str, str]
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlView:
    """A change of the trading state."""

    epoch: int
    state: str
    reason: str
    made_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsView:
    """A version of the limits, with what it changed of the one before."""

    version: int
    values: Mapping[str, str]
    changed: Mapping[str, str]
    made_by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    number: int
    at: datetime
    mode: str
    kind: str
    subject: str
    body: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessView:
    number: int
    at: datetime
    kind: str
    who: str
    origin: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostView:
    """What a model was asked for, in US dollars. `unsettled` calls count with all put aside."""

    day: str
    model: str
    purpose: str
    calls: int
    unsettled: int
    cost: Decimal
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """How good an author's forecasts were beside the market's price at the same moment.

    Lower is better. `gain`: the market's Brier score less the author's.
    """

    author: str
    forecasts: int
    brier: float
    brier_market: float | None
    log_loss: float
    log_loss_market: float | None
    gain: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationView:
    """Forecasts of one author within a band of probability, and how often outcome1 won."""

    author: str
    low: float
    high: float
    forecasts: int
    said: float
    happened: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOfForecast:
    forecast_id: str
    outcome: int
    brier: float
    brier_market: float | None
    log_loss: float
    log_loss_market: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    id: str
    mode: str
    started_at: datetime
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """When each kind of thing was last written down; None for what never was."""

    listing: datetime | None
    look: datetime | None
    forecast: datetime | None
    book: datetime | None
    equity: datetime | None
    order: datetime | None
    run: datetime | None
