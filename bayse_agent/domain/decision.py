"""How a look at a market can end: a bet, a pass, an exit, and the one reason that is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import Buy, Sell


class Reason(StrEnum):
    """Why a scanned market ended as it did. Every one ends with exactly one of these."""

    TRADED = "traded"
    # It was never looked at closely.
    COOLDOWN = "cooldown"
    BUDGET = "budget"
    HALTED = "halted"
    CLOSED = "closed"
    STALE_DATA = "stale_data"
    MARKET_UNREADABLE = "market_unreadable"
    # Nobody knew better than the market.
    NO_FORECAST = "no_forecast"
    NO_MARKET_PRICE = "no_market_price"
    EMPTY_BOOK = "empty_book"
    NO_EDGE = "no_edge"
    EDGE_WITHIN_ERROR = "edge_within_error"
    STAKE_BELOW_MINIMUM = "stake_below_minimum"
    NO_MONEY = "no_money"
    # A person's word is missing, or the risk review said no; one for each of its checks.
    AWAITING_APPROVAL = "awaiting_approval"
    REFUSED_INPUT = "refused_input"
    REFUSED_STATUS = "refused_status"
    REFUSED_DATA_AGE = "refused_data_age"
    REFUSED_SPREAD = "refused_spread"
    REFUSED_TIME_LEFT = "refused_time_left"
    REFUSED_EDGE = "refused_edge"
    REFUSED_CONFIDENCE = "refused_confidence"
    REFUSED_STAKE = "refused_stake"
    REFUSED_MARKET_HELD = "refused_market_held"
    REFUSED_OPEN_POSITIONS = "refused_open_positions"
    REFUSED_RESERVE = "refused_reserve"
    REFUSED_EXPOSURE = "refused_exposure"
    # It was sent, and the venue had the last word.
    PRICE_MOVED = "price_moved"
    SELL_UNIT = "sell_unit"
    UNFILLED = "unfilled"
    DECLINED = "declined"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """A buy and the case for it. Chances and prices are those of the outcome to be bought.

    `probability` is the forecaster's own; `belief` is that number pulled towards `market_price`
    by its error, and `standard_error` is the belief's. `effective_price` is what a kept share
    costs. `edge` = belief - effective price, `raw_edge` = probability - effective price.
    `confidence` is the chance, in percent, that the edge after fees is above zero.
    """

    wish: Buy
    forecast_id: str
    forecast_made_at: datetime
    probability: float
    belief: float
    standard_error: float
    market_price: Decimal
    effective_price: Decimal
    edge: Decimal
    raw_edge: Decimal
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A decision to leave a market alone, and why. `detail` has the numbers, for people."""

    market_id: MarketId
    reason: Reason
    detail: str = ""


class Trigger(StrEnum):
    """What sets off a sale, most urgent first; BY_HAND is a person's wish."""

    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    TRAILING = "trailing"
    EDGE_DECAY = "edge_decay"
    UNWATCHED = "unwatched"
    BETTER_SOLD = "better_sold"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A sell and what set it off. `forecast_id` is the latest forecast of the market, if any.

    `proceeds` is what the sell would bring after fees as things were seen, None when nobody
    looked. `cause` has the numbers, for people.
    """

    wish: Sell
    forecast_id: str | None
    cause: str
    trigger: Trigger = Trigger.BY_HAND
    proceeds: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """A buy that a person asked for: limited in money like any other, but it needs no edge."""

    wish: Buy
    forecast_id: str
    asked_by: str


Decision = Bet | Pass
Proposal = Bet | Exit | ByHand
