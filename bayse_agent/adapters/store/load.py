"""Reads the standing of the books from the tables, once, when the store is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, func, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.rows import fill_of, intent_of, market_of, settlement_of
from bayse_agent.adapters.store.standing import Standing
from bayse_agent.domain.journal import OpenIntent, TrackedMarket
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import Fill, Intent, IntentStatus, OrderId
from bayse_agent.domain.portfolio import Portfolio, Settlement, fold

WATCHED = [status.value for status in IntentStatus if status.is_live] + [IntentStatus.LOST.value]


def load_standing(connection: Connection) -> Standing:
    """Fold every deposit, fill and settlement; list what is tracked, looked at and open."""
    fills = [fill_of(row) for row in connection.execute(_ordered(tables.fills))]
    settlements = [settlement_of(row) for row in connection.execute(_ordered(tables.settlements))]
    open_intents = load_open_intents(connection, fills)
    live = [known.intent for known in open_intents if known.status.is_live]
    return Standing(
        portfolios=_portfolios(connection, fills, settlements, live),
        tracked=_tracked(connection),
        last_looks=_last_looks(connection),
        listings={row.source: row.read_at for row in connection.execute(select(tables.listings))},
        open_intents={known.intent.id: known for known in open_intents},
        intents=_count(connection, tables.intents),
        fills=len(fills),
        settlements=len(settlements),
    )


def load_open_intents(connection: Connection, fills: Iterable[Fill]) -> list[OpenIntent]:
    """Intents that are live or lost, oldest first."""
    intents, orders, changes = tables.intents.c, tables.orders.c, tables.intent_changes.c
    absences = (
        select(func.count())
        .where(changes.intent_id == intents.id, changes.shows_absence.is_(True))
        .scalar_subquery()
    )
    query = (
        select(tables.intents, orders.id.label("order_id"), absences.label("absences"))
        .outerjoin(tables.orders, orders.intent_id == intents.id)
        .where(intents.status.in_(WATCHED))
        .order_by(intents.number)
    )
    of_intent: dict[str, list[Fill]] = {}
    for fill in fills:
        of_intent.setdefault(fill.intent_id, []).append(fill)
    return [
        OpenIntent(
            intent=intent_of(row),
            status=IntentStatus(row.status),
            order_id=None if row.order_id is None else OrderId(row.order_id),
            fills=tuple(of_intent.get(row.id, ())),
            absences=row.absences,
        )
        for row in connection.execute(query)
    ]


def _ordered(table: Table) -> Select[Any]:
    return select(table).order_by(table.c.number)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _portfolios(
    connection: Connection,
    fills: list[Fill],
    settlements: list[Settlement],
    live: list[Intent],
) -> dict[Currency, Portfolio]:
    deposits: dict[Currency, Money] = {}
    for row in connection.execute(select(tables.deposits)):
        currency = Currency(row.currency)
        so_far = deposits.get(currency, Money.zero(currency))
        deposits[currency] = so_far + Money(row.amount, currency)
    return {
        currency: replace(
            fold(
                amount,
                [fill for fill in fills if fill.cash.currency is currency],
                [paid for paid in settlements if paid.payout.currency is currency],
            ),
            live=tuple(intent for intent in live if intent.currency is currency),
        )
        for currency, amount in deposits.items()
    }


def _tracked(connection: Connection) -> dict[MarketId, TrackedMarket]:
    query = select(tables.markets).where(tables.markets.c.settled_at.is_(None))
    found = [market_of(row) for row in connection.execute(query)]
    return {market.market_id: market for market in found}


def _last_looks(connection: Connection) -> dict[MarketId, datetime]:
    looks, markets = tables.looks.c, tables.markets.c
    query = (
        select(looks.market_id, func.max(looks.at).label("at"))
        .join(tables.markets, markets.id == looks.market_id)
        .where(markets.settled_at.is_(None))
        .group_by(looks.market_id)
    )
    return {MarketId(row.market_id): row.at for row in connection.execute(query)}
