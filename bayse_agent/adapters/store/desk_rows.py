"""Rows of what people and guards say to domain values and back: control, commands, signals."""

from __future__ import annotations

import json

from bayse_agent.adapters.store.rows import AnyRow, Values, as_text, wish_of, wish_values
from bayse_agent.domain.books import Equity
from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.market import Engine, EventId, OrderBook
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import IntentSource
from bayse_agent.domain.signal import Signal, SignalStatus


def control_values(change: Control) -> Values:
    return {
        "epoch": change.epoch,
        "state": change.state.value,
        "reason": change.reason,
        "made_by": change.by,
        "at": change.at,
    }


def control_of(row: AnyRow) -> Control:
    return Control(
        epoch=row.epoch,
        state=TradingState(row.state),
        reason=row.reason,
        by=row.made_by,
        at=row.at,
    )


def command_values(command: Command) -> Values:
    return {
        "id": command.id,
        "kind": command.kind.value,
        "made_by": command.by,
        "at": command.at,
        "arguments": as_text(command.arguments),
        "status": command.status.value,
        "result": as_text(command.result),
        "finished_at": command.finished_at,
    }


def command_of(row: AnyRow) -> Command:
    return Command(
        id=row.id,
        kind=CommandKind(row.kind),
        by=row.made_by,
        at=row.at,
        arguments=json.loads(row.arguments),
        status=CommandStatus(row.status),
        result=json.loads(row.result),
        finished_at=row.finished_at,
    )


def signal_values(signal: Signal, mode: str) -> Values:
    return {
        **wish_values(signal.wish),
        "id": signal.id,
        "source": signal.source.value,
        "event_id": signal.event_id,
        "engine": signal.engine.value,
        "forecast_id": signal.forecast_id,
        "made_at": signal.made_at,
        "expires_at": signal.expires_at,
        "places_at": signal.places_at,
        "inputs": as_text(signal.inputs),
        "status": signal.status.value,
        "decided_by": signal.decided_by,
        "decided_at": signal.decided_at,
        "note": signal.note,
        "mode": mode,
    }


def signal_of(row: AnyRow) -> Signal:
    return Signal(
        id=row.id,
        source=IntentSource(row.source),
        event_id=EventId(row.event_id),
        engine=Engine(row.engine),
        wish=wish_of(row),
        forecast_id=row.forecast_id,
        made_at=row.made_at,
        expires_at=row.expires_at,
        places_at=row.places_at,
        inputs=json.loads(row.inputs),
        status=SignalStatus(row.status),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )


def equity_values(equity: Equity, deposits: Money, best_profit: Money | None, mode: str) -> Values:
    return {
        "currency": equity.value.currency.value,
        "at": equity.at,
        "value": equity.value.amount,
        "cash": equity.cash.amount,
        "wallet": equity.wallet.amount,
        "deposits": deposits.amount,
        "best_profit": None if best_profit is None else best_profit.amount,
        "mode": mode,
    }


def equity_of(row: AnyRow) -> Equity:
    currency = Currency(row.currency)
    return Equity(
        at=row.at,
        value=Money(row.value, currency),
        cash=Money(row.cash, currency),
        wallet=Money(row.wallet, currency),
    )


def touch_values(book: OrderBook) -> Values:
    """The best level of each side."""
    bid = book.bids[0] if book.bids else None
    ask = book.asks[0] if book.asks else None
    return {
        "market_id": book.market_id,
        "outcome_id": book.outcome_id,
        "currency": book.currency.value,
        "source_at": book.source_at,
        "bid": None if bid is None else bid.price,
        "bid_shares": None if bid is None else bid.shares,
        "ask": None if ask is None else ask.price,
        "ask_shares": None if ask is None else ask.shares,
    }
