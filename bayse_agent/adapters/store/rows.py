"""Rows of the tables to domain values and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bayse_agent.domain.journal import (
    ForecastScore,
    IntentChange,
    Look,
    MarketResult,
    Run,
    TrackedMarket,
)
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, SeriesSlug, Side, Symbol
from bayse_agent.domain.money import Currency, Money, Price, Shares
from bayse_agent.domain.order import (
    Buy,
    Fill,
    FillId,
    Intent,
    IntentId,
    IntentSource,
    IntentStatus,
    OrderId,
    SealedOrder,
    Sell,
)
from bayse_agent.domain.portfolio import Settlement

Values = dict[str, object]
AnyRow = Row[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What an intent was written down under: whose lease, which trading state, which limits."""

    lease_token: int
    control_epoch: int
    limits_version: int
    mode: str


def run_of(row: AnyRow) -> Run:
    return Run(id=row.id, mode=row.mode, started_at=row.started_at, options=json.loads(row.options))


def market_values(market: TrackedMarket) -> Values:
    return {
        "id": market.market_id,
        "event_id": market.event_id,
        "title": market.title,
        "engine": market.engine.value,
        "outcome1_id": market.outcome1_id,
        "outcome2_id": market.outcome2_id,
        "label1": market.label1,
        "label2": market.label2,
        "series": market.series,
        "symbol": market.symbol,
        "opens_at": market.opens_at,
        "closes_at": market.closes_at,
        "resolves_at": market.resolves_at,
        "seen_at": market.seen_at,
        "category": market.category,
    }


def market_of(row: AnyRow) -> TrackedMarket:
    return TrackedMarket(
        market_id=MarketId(row.id),
        event_id=EventId(row.event_id),
        title=row.title,
        engine=Engine(row.engine),
        outcome1_id=OutcomeId(row.outcome1_id),
        outcome2_id=OutcomeId(row.outcome2_id),
        label1=row.label1,
        label2=row.label2,
        series=None if row.series is None else SeriesSlug(row.series),
        symbol=None if row.symbol is None else Symbol(row.symbol),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        resolves_at=row.resolves_at,
        seen_at=row.seen_at,
        category=row.category,
    )


def look_values(look: Look, mode: str, intent_id: str | None = None) -> Values:
    return {
        "market_id": look.market_id,
        "at": look.at,
        "reason": look.reason.value,
        "forecast_id": None if look.forecast is None else look.forecast.id,
        "inputs": as_text(look.inputs),
        "intent_id": intent_id,
        "mode": mode,
    }


def as_text(values: Mapping[str, str]) -> str:
    return json.dumps(dict(values), separators=(",", ":"))


def wish_values(wish: Buy | Sell) -> Values:
    """What is wanted, as signals and intents have it in common."""
    if isinstance(wish, Buy):
        side, currency, amount = Side.BUY, wish.stake.currency, wish.stake.amount
    else:
        side, currency, amount = Side.SELL, wish.currency, wish.shares
    return {
        "market_id": wish.market_id,
        "outcome_id": wish.outcome_id,
        "side": side.value,
        "currency": currency.value,
        "amount": amount,
        "worst_price": wish.worst_price,
    }


def wish_of(row: AnyRow) -> Buy | Sell:
    market_id, outcome_id = MarketId(row.market_id), OutcomeId(row.outcome_id)
    currency, worst_price = Currency(row.currency), Price(row.worst_price)
    if Side(row.side) is Side.BUY:
        return Buy(
            market_id=market_id,
            outcome_id=outcome_id,
            stake=Money(row.amount, currency),
            worst_price=worst_price,
        )
    return Sell(
        market_id=market_id,
        outcome_id=outcome_id,
        shares=Shares(row.amount),
        currency=currency,
        worst_price=worst_price,
    )


def intent_values(intent: Intent, sealed: SealedOrder, number: int, guards: Guards) -> Values:
    return {
        **wish_values(intent.wish),
        "id": intent.id,
        "number": number,
        "forecast_id": intent.forecast_id,
        "event_id": intent.event_id,
        "engine": intent.engine.value,
        "status": IntentStatus.PENDING.value,
        "created_at": intent.created_at,
        "changed_at": intent.created_at,
        "source": intent.source.value,
        "cause": intent.cause,
        "route": sealed.route,
        "key": sealed.key,
        "body": sealed.body,
        "lease_token": guards.lease_token,
        "control_epoch": guards.control_epoch,
        "limits_version": guards.limits_version,
        "mode": guards.mode,
    }


def intent_of(row: AnyRow) -> Intent:
    return Intent(
        id=IntentId(row.id),
        event_id=EventId(row.event_id),
        market_id=MarketId(row.market_id),
        engine=Engine(row.engine),
        wish=wish_of(row),
        forecast_id=row.forecast_id,
        created_at=row.created_at,
        source=IntentSource(row.source),
        cause=row.cause,
    )


def change_values(change: IntentChange) -> Values:
    return {
        "intent_id": change.intent_id,
        "status": change.status.value,
        "proof": change.proof,
        "shows_absence": change.shows_absence,
        "at": change.at,
        "order_id": None if change.order is None else change.order.id,
    }


def fill_values(fill: Fill, number: int, mode: str) -> Values:
    return {
        "id": fill.id,
        "number": number,
        "intent_id": fill.intent_id,
        "order_id": fill.order_id,
        "market_id": fill.market_id,
        "outcome_id": fill.outcome_id,
        "side": fill.side.value,
        "currency": fill.cash.currency.value,
        "shares": fill.shares,
        "price": fill.price,
        "cash": fill.cash.amount,
        "fee": fill.fee.amount,
        "at": fill.at,
        "mode": mode,
    }


def fill_of(row: AnyRow) -> Fill:
    currency = Currency(row.currency)
    return Fill(
        id=FillId(row.id),
        intent_id=IntentId(row.intent_id),
        order_id=OrderId(row.order_id),
        market_id=MarketId(row.market_id),
        outcome_id=OutcomeId(row.outcome_id),
        side=Side(row.side),
        shares=Shares(row.shares),
        price=Price(row.price),
        cash=Money(row.cash, currency),
        fee=Money(row.fee, currency),
        at=row.at,
    )


def settlement_values(settlement: Settlement, number: int, mode: str) -> Values:
    return {
        "market_id": settlement.market_id,
        "outcome_id": settlement.outcome_id,
        "currency": settlement.payout.currency.value,
        "number": number,
        "winner_id": settlement.winner,
        "shares": settlement.shares,
        "payout": settlement.payout.amount,
        "at": settlement.at,
        "mode": mode,
    }


def settlement_of(row: AnyRow) -> Settlement:
    at: datetime = row.at
    return Settlement(
        market_id=MarketId(row.market_id),
        outcome_id=OutcomeId(row.outcome_id),
        winner=None if row.winner_id is None else OutcomeId(row.winner_id),
        shares=Shares(row.shares),
        payout=Money(row.payout, Currency(row.currency)),
        at=at,
    )


def score_values(score: ForecastScore, result: MarketResult) -> Values:
    return {
        "forecast_id": score.forecast_id,
        "market_id": result.market_id,
        "outcome": score.outcome,
        "brier_agent": score.brier_agent,
        "brier_market": score.brier_market,
        "log_loss_agent": score.log_loss_agent,
        "log_loss_market": score.log_loss_market,
    }
