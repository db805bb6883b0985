"""Reads of the whole books: for reports and for scoring, not for every pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.rows import fill_of, intent_of, run_of
from bayse_agent.domain.journal import History, ScoreSummary, TriedSale
from bayse_agent.domain.market import MarketId, OutcomeId, Side
from bayse_agent.domain.order import Fill, Intent, IntentId, OrderId

_WRITTEN_AT = (
    tables.runs.c.started_at,
    tables.listings.c.read_at,
    tables.looks.c.at,
    tables.intents.c.created_at,
    tables.intent_changes.c.at,
    tables.markets.c.settled_at,
    tables.control.c.at,
    tables.limits.c.at,
    tables.equity.c.at,
    tables.touches.c.at,
    tables.marks.c.at,
    tables.signals.c.made_at,
    tables.signals.c.decided_at,
    tables.commands.c.finished_at,
)
"""When it was that something was written down by the agent's clock; nothing else is ever later."""


def history(connection: Connection) -> History | None:
    runs = tables.runs
    latest_first = select(runs).order_by(runs.c.started_at.desc(), runs.c.id.desc())
    last = connection.execute(latest_first.limit(1)).first()
    if last is None:
        return None
    moments = [connection.execute(select(func.max(column))).scalar_one() for column in _WRITTEN_AT]
    return History(
        runs=connection.execute(select(func.count()).select_from(runs)).scalar_one(),
        first_at=connection.execute(select(func.min(runs.c.started_at))).scalar_one(),
        last=run_of(last),
        until=max(moment for moment in moments if moment is not None),
    )


def claimed_orders(connection: Connection) -> frozenset[OrderId]:
    return frozenset(connection.execute(select(tables.orders.c.id)).scalars())


def has_intent(connection: Connection, intent_id: IntentId) -> bool:
    intents = tables.intents.c
    return connection.execute(select(intents.id).where(intents.id == intent_id)).first() is not None


def tried_sales(
    connection: Connection, market_ids: Sequence[MarketId], since: datetime
) -> tuple[TriedSale, ...]:
    intents, fills = tables.intents, tables.fills
    is_filled = select(fills.c.id).where(fills.c.intent_id == intents.c.id).exists()
    query = (
        select(
            intents.c.market_id, intents.c.outcome_id, intents.c.created_at, is_filled.label("f")
        )
        .where(intents.c.market_id.in_(market_ids), intents.c.created_at >= since)
        .where(intents.c.side == Side.SELL.value)
        .order_by(intents.c.number)
    )
    return tuple(
        TriedSale(
            market_id=MarketId(row.market_id),
            outcome_id=OutcomeId(row.outcome_id),
            at=row.created_at,
            is_filled=bool(row.f),
        )
        for row in connection.execute(query)
    )


def touches_kept(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(tables.touches)).scalar_one()


def markets_seen(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(tables.markets)).scalar_one()


def funnel(connection: Connection) -> Mapping[str, int]:
    """Looks by reason, reasons in alphabetical order."""
    reason = tables.looks.c.reason
    query = select(reason, func.count().label("looks")).group_by(reason).order_by(reason)
    return {row.reason: row.looks for row in connection.execute(query)}


def score_summary(connection: Connection) -> ScoreSummary:
    """Means over the forecasts that trade; the parts of a pool have figures of their own."""
    scores = tables.scores.c
    query = select(
        func.count().label("count"),
        func.avg(scores.brier_agent).label("brier_agent"),
        func.avg(scores.brier_market).label("brier_market"),
        func.avg(scores.log_loss_agent).label("log_loss_agent"),
        func.avg(scores.log_loss_market).label("log_loss_market"),
    )
    whole = query.join(tables.forecasts, tables.forecasts.c.id == scores.forecast_id).where(
        scores.brier_market.is_not(None), tables.forecasts.c.pool_id.is_(None)
    )
    row = connection.execute(whole).one()
    return ScoreSummary(**row._mapping)


def ledger(connection: Connection) -> tuple[tuple[Intent, ...], tuple[Fill, ...]]:
    intents = connection.execute(select(tables.intents).order_by(tables.intents.c.number))
    fills = connection.execute(select(tables.fills).order_by(tables.fills.c.number))
    return tuple(intent_of(row) for row in intents), tuple(fill_of(row) for row in fills)
