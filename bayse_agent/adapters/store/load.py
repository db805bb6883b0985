"""Reads the standing of the books from the tables, once, when the store is opened."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, false, func, select

from bayse_agent.adapters.store import guards, postings, queries, tables
from bayse_agent.adapters.store.desk_rows import signal_of
from bayse_agent.adapters.store.load_proofs import load_closings, load_records
from bayse_agent.adapters.store.load_recent import load_recent
from bayse_agent.adapters.store.recent import Recent
from bayse_agent.adapters.store.rows import fill_of, intent_of, market_of, settlement_of
from bayse_agent.adapters.store.standing import LOST_SPAN, Standing, tags_of
from bayse_agent.domain.books import Tags
from bayse_agent.domain.journal import OpenIntent, TrackedMarket
from bayse_agent.domain.ledger import Cause, Place, settlement_id
from bayse_agent.domain.market import MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.order import Fill, Intent, IntentStatus, OrderId
from bayse_agent.domain.portfolio import (
    Portfolio,
    Settlement,
    opened,
    with_acts,
    with_deposit,
)
from bayse_agent.domain.risk import Limits, limits_of, limits_text
from bayse_agent.domain.signal import Signal, SignalStatus

_LIVE = [status.value for status in IntentStatus if status.is_live]


def load_standing(connection: Connection) -> Standing:
    """Fold every deposit, fill and settlement; list what is tracked, looked at and open."""
    fills = [fill_of(row) for row in connection.execute(_ordered(tables.fills))]
    settlements = [settlement_of(row) for row in connection.execute(_ordered(tables.settlements))]
    open_intents = load_open_intents(connection, fills)
    live = [known.rest for known in open_intents if known.status.is_live]
    portfolios = _portfolios(connection, fills, settlements, live)
    recent = load_recent(connection)
    limits, version = _limits(connection)
    return Standing(
        mode=guards.mode(connection),
        begun_at=connection.execute(select(func.max(tables.runs.c.started_at))).scalar_one(),
        control=guards.control(connection),
        limits=limits,
        limits_version=version,
        portfolios=portfolios,
        recent=recent,
        tags=_tags(connection, portfolios.values(), recent.values(), open_intents),
        marks=_marks(connection),
        tracked=_tracked(connection),
        last_looks=_last_looks(connection),
        listings={row.source: row.read_at for row in connection.execute(select(tables.listings))},
        claimed=queries.claimed_orders(connection),
        waiting=_waiting(connection),
        closings=load_closings(connection),
        records=load_records(connection),
        open_intents={known.intent.id: known for known in open_intents},
        newest=connection.execute(select(func.max(tables.intents.c.created_at))).scalar(),
        intents=_count(connection, tables.intents),
        fills=len(fills),
        settlements=len(settlements),
        entries=postings.last_number(connection),
    )


def load_open_intents(connection: Connection, fills: Iterable[Fill]) -> list[OpenIntent]:
    """Intents that are live, or were lost lately, oldest first."""
    intents, orders, changes = tables.intents.c, tables.orders.c, tables.intent_changes.c
    absences = (
        select(func.count())
        .where(changes.intent_id == intents.id, changes.shows_absence.is_(True))
        .scalar_subquery()
    )
    newest = connection.execute(select(func.max(intents.created_at))).scalar()
    is_lost = intents.status == IntentStatus.LOST.value
    is_watched = false() if newest is None else intents.created_at >= newest - LOST_SPAN
    query = (
        select(tables.intents, orders.id.label("order_id"), absences.label("absences"))
        .outerjoin(tables.orders, orders.intent_id == intents.id)
        .where(intents.status.in_(_LIVE) | (is_lost & is_watched))
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
    """The books of each currency, folded step by step in the order of the ledger."""
    books: dict[Currency, Portfolio] = {}
    for row in connection.execute(select(tables.deposits)):
        amount = Money(row.amount, Currency(row.currency))
        before = books.get(amount.currency, opened(Money.zero(amount.currency)))
        books[amount.currency] = with_deposit(before, amount)
    numbers = postings.order_of_acts(connection)
    acts: list[Fill | Settlement] = [*fills, *settlements]
    of_currency: dict[Currency, list[Fill | Settlement]] = {}
    for act in sorted(acts, key=lambda act: numbers.get(_key(act), len(numbers) + 1)):
        of_currency.setdefault(_currency(act), []).append(act)
    for currency, its in of_currency.items():
        books[currency] = with_acts(books.get(currency, opened(Money.zero(currency))), its)
    currencies = {*books, *(intent.currency for intent in live)}
    return {
        currency: replace(
            books.get(currency, opened(Money.zero(currency))),
            live=tuple(intent for intent in live if intent.currency is currency),
        )
        for currency in currencies
    }


def _currency(act: Fill | Settlement) -> Currency:
    return act.cash.currency if isinstance(act, Fill) else act.payout.currency


def _key(act: Fill | Settlement) -> tuple[str, str]:
    if isinstance(act, Settlement):
        return Cause.SETTLEMENT.value, settlement_id(act)
    return (Cause.BUY if act.side is Side.BUY else Cause.SALE).value, act.id


def _limits(connection: Connection) -> tuple[Limits, int]:
    """The limits in force. One that was not known yet when they were set has its usual value."""
    limits = tables.limits
    row = connection.execute(select(limits).order_by(limits.c.version.desc()).limit(1)).first()
    if row is None:
        return Limits(), 0
    return limits_of({**limits_text(Limits()), **json.loads(row.body)}), row.version


def _waiting(connection: Connection) -> dict[str, Signal]:
    signals = tables.signals
    pending = signals.c.status == SignalStatus.PENDING.value
    query = select(signals).where(pending).order_by(signals.c.number)
    return {row.id: signal_of(row) for row in connection.execute(query)}


def _marks(connection: Connection) -> dict[Place, Price]:
    return {
        (MarketId(row.market_id), OutcomeId(row.outcome_id)): Price(row.price)
        for row in connection.execute(select(tables.marks))
    }


def _tags(
    connection: Connection,
    portfolios: Iterable[Portfolio],
    recent: Iterable[Recent],
    open_intents: Iterable[OpenIntent],
) -> dict[MarketId, Tags]:
    held = {position.market_id for books in portfolios for position in books.positions}
    wanted = held.union(
        *(lately.markets() for lately in recent),
        (known.intent.market_id for known in open_intents),
    )
    query = select(tables.markets).where(tables.markets.c.id.in_(sorted(wanted)))
    return {MarketId(row.id): tags_of(market_of(row)) for row in connection.execute(query)}


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
