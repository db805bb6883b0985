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
    NO_NEWS = "no_news"
    NOT_WORTH_RESEARCH = "not_worth_research"
    NO_MARKET_PRICE = "no_market_price"
    EMPTY_BOOK = "empty_book"
    NO_EDGE = "no_edge"
    EDGE_WITHIN_ERROR = "edge_within_error"
    STAKE_BELOW_MINIMUM = "stake_below_minimum"
    NO_MONEY = "no_money"
    # A person's word is missing, or the risk review said no; one for each of its checks.
    AWAITING_APPROVAL = "awaiting_approval"
    REFUSED_INPUT = "refused_input"
    REFUSED_HALTED = "refused_halted"
    REFUSED_BOOKS_AGE = "refused_books_age"
    REFUSED_STATUS = "refused_status"
    REFUSED_CATEGORY = "refused_category"
    REFUSED_TIME_LEFT = "refused_time_left"
    REFUSED_PRICE = "refused_price"
    REFUSED_SPREAD = "refused_spread"
    REFUSED_DEPTH = "refused_depth"
    REFUSED_DATA_AGE = "refused_data_age"
    REFUSED_EXIT_SIDE = "refused_exit_side"
    REFUSED_FORECAST_AGE = "refused_forecast_age"
    REFUSED_EDGE = "refused_edge"
    REFUSED_CONFIDENCE = "refused_confidence"
    REFUSED_STAKE = "refused_stake"
    REFUSED_RESERVE = "refused_reserve"
    REFUSED_FLOOR = "refused_floor"
    REFUSED_EXPOSURE = "refused_exposure"
    REFUSED_MARKET_PART = "refused_market_part"
    REFUSED_EVENT_PART = "refused_event_part"
    REFUSED_SERIES_PART = "refused_series_part"
    REFUSED_CLUSTER_PART = "refused_cluster_part"
    REFUSED_DAILY_STAKE = "refused_daily_stake"
    REFUSED_DAILY_LOSS = "refused_daily_loss"
    REFUSED_DRAWDOWN = "refused_drawdown"
    REFUSED_LOSING_STREAK = "refused_losing_streak"
    REFUSED_MARKET_HELD = "refused_market_held"
    REFUSED_OPEN_POSITIONS = "refused_open_positions"
    REFUSED_REPEAT = "refused_repeat"
    REFUSED_HOURLY_TRADES = "refused_hourly_trades"
    REFUSED_DAILY_TRADES = "refused_daily_trades"
    REFUSED_ORDER_RATE = "refused_order_rate"
    REFUSED_NOT_HELD = "refused_not_held"
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
    forecast_id: str | None
    asked_by: str


Decision = Bet | Pass
Proposal = Bet | Exit | ByHand
