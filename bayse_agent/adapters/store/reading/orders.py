"""Orders with their steps and fills, settlements, the ledger, and what it is all worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.reading.decisions import markets_by_id
from bayse_agent.adapters.store.reading.reader import Cut, Query, Slice, cut_of
from bayse_agent.adapters.store.reading.views import (
    ChangeView,
    EquityView,
    FillView,
    OrderView,
    PositionView,
    PostingView,
    SettlementView,
)
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import IntentStatus
from bayse_agent.domain.portfolio import Portfolio

_intents, _orders, _markets = tables.intents, tables.orders, tables.markets
_fills, _settlements, _postings = tables.fills, tables.settlements, tables.postings
_equity, _touches = tables.equity, tables.touches
_LIVE = tuple(status.value for status in IntentStatus if status.is_live)
_UNIT = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedOrders:
    """Which orders: None is any; `is_live` those that may still cost money."""

    status: str | None = None
    source: str | None = None
    market_id: str | None = None
    is_live: bool | None = None


def orders(wanted: WantedOrders, cut: Cut) -> Query[Slice[OrderView]]:
    """Orders, newest first."""

    def read(connection: Connection) -> Slice[OrderView]:
        return cut_of(connection, _filtered(_query(), wanted), _intents.c.number, cut, _order)

    return read


def order(intent_id: str) -> Query[OrderView | None]:
    def read(connection: Connection) -> OrderView | None:
        row = connection.execute(_query().where(_intents.c.id == intent_id)).first()
        return None if row is None else _order(row)

    return read


def intent_of_order(order_id: str) -> Query[str | None]:
    """The intent behind an order of the venue's."""
    query = select(_orders.c.intent_id).where(_orders.c.id == order_id)
    return lambda connection: connection.execute(query).scalar()


def changes(intent_id: str) -> Query[tuple[ChangeView, ...]]:
    """The steps of an intent, oldest first."""
    table = tables.intent_changes
    query = select(table).where(table.c.intent_id == intent_id).order_by(table.c.id)

    def read(connection: Connection) -> tuple[ChangeView, ...]:
        return tuple(
            ChangeView(
                at=row.at,
                status=row.status,
                proof=row.proof,
                shows_absence=row.shows_absence,
                order_id=row.order_id,
            )
            for row in connection.execute(query)
        )

    return read


def fills(cut: Cut, *, intent_id: str | None = None) -> Query[Slice[FillView]]:
    """Fills, newest first."""

    def read(connection: Connection) -> Slice[FillView]:
        query = _named(select(_fills, *_NAMES), _fills.c.market_id)
        if intent_id is not None:
            query = query.where(_fills.c.intent_id == intent_id)
        return cut_of(connection, query, _fills.c.number, cut, _fill)

    return read


def settlements(cut: Cut, *, market_id: str | None = None) -> Query[Slice[SettlementView]]:
    """What ended markets paid, newest first."""

    def read(connection: Connection) -> Slice[SettlementView]:
        query = _named(select(_settlements, *_NAMES), _settlements.c.market_id)
        if market_id is not None:
            query = query.where(_settlements.c.market_id == market_id)
        return cut_of(connection, query, _settlements.c.number, cut, _settlement)

    return read


def ledger(cut: Cut) -> Query[Slice[PostingView]]:
    """Lines of the ledger by whole entries, the newest entry first."""

    def read(connection: Connection) -> Slice[PostingView]:
        entries = select(_postings.c.entry).distinct()
        found = cut_of(connection, entries, _postings.c.entry, cut, lambda row: int(row.entry))
        if not found.items:
            return Slice(items=(), next=None)
        query = (
            select(_postings)
            .where(_postings.c.entry <= found.items[0], _postings.c.entry >= found.items[-1])
            .order_by(_postings.c.entry.desc(), _postings.c.line)
        )
        rows = connection.execute(query)
        return Slice(items=tuple(PostingView(**row._mapping) for row in rows), next=found.next)

    return read


def equity(currency: Currency, cut: Cut, since: datetime | None) -> Query[Slice[EquityView]]:
    """Valuations, newest first."""

    def read(connection: Connection) -> Slice[EquityView]:
        query = select(_equity).where(_equity.c.currency == currency.value)
        if since is not None:
            query = query.where(_equity.c.at >= since)
        return cut_of(connection, query, _equity.c.number, cut, _valuation)

    return read


def curve(currency: Currency, *, points: int) -> Query[tuple[EquityView, ...]]:
    """The whole course of valuations in at most so many points, oldest first."""

    def read(connection: Connection) -> tuple[EquityView, ...]:
        mine = _equity.c.currency == currency.value
        numbers = connection.execute(
            select(_equity.c.number).where(mine).order_by(_equity.c.number)
        ).scalars()
        known = list(numbers)
        step = max(1, -(-len(known) // points))
        wanted = {*known[::step], *known[-1:]}
        rows = connection.execute(
            select(_equity).where(_equity.c.number.in_(sorted(wanted))).order_by(_equity.c.number)
        )
        return tuple(_valuation(row) for row in rows)

    return read


def positions(portfolio: Portfolio) -> Query[tuple[PositionView, ...]]:
    """What is held, with the last bid that was seen for it."""

    def read(connection: Connection) -> tuple[PositionView, ...]:
        held = portfolio.positions
        names = markets_by_id(connection, [position.market_id for position in held])
        bids = _last_bids(connection, [position.outcome_id for position in held])
        marks = {row.outcome_id: row.price for row in connection.execute(select(tables.marks))}
        found = []
        for position in held:
            market = names.get(position.market_id)
            bid, seen_at = bids.get(position.outcome_id, (None, None))
            payout = portfolio.currency.payout
            value = None if bid is None else (position.shares * bid * payout).quantize(_UNIT)
            cost = position.cost.amount
            found.append(
                PositionView(
                    market_id=position.market_id,
                    market="" if market is None else market.title,
                    event_id=None if market is None else market.event_id,
                    outcome_id=position.outcome_id,
                    outcome="" if market is None else market.label(position.outcome_id),
                    currency=portfolio.currency.value,
                    shares=position.shares,
                    cost=cost,
                    average_price=(cost / (position.shares * payout)).quantize(_UNIT),
                    bid=bid,
                    value=value,
                    profit=None if value is None else value - cost,
                    seen_at=seen_at,
                    closes_at=None if market is None else market.closes_at,
                    engine=None if market is None else market.engine,
                    symbol=None if market is None else market.symbol,
                    best=marks.get(position.outcome_id),
                )
            )
        return tuple(found)

    return read


def _last_bids(
    connection: Connection, outcome_ids: Iterable[str]
) -> Mapping[str, tuple[Decimal | None, datetime | None]]:
    found: dict[str, tuple[Decimal | None, datetime | None]] = {}
    for outcome_id in outcome_ids:
        query = (
            select(_touches.c.bid, _touches.c.at)
            .where(_touches.c.outcome_id == outcome_id)
            .order_by(_touches.c.number.desc())
            .limit(1)
        )
        row = connection.execute(query).first()
        if row is not None:
            found[outcome_id] = (row.bid, row.at)
    return found


_NAMES = (_markets.c.title, _markets.c.label1, _markets.c.label2, _markets.c.outcome1_id)


def _named(query: Select[Any], market_id: Any) -> Select[Any]:
    return query.join(_markets, _markets.c.id == market_id)


def _query() -> Select[Any]:
    told = (
        _orders.c.id.label("venue_id"),
        _orders.c.status.label("venue_status"),
        _orders.c.filled,
        _orders.c.average_price,
    )
    query = _named(select(_intents, *_NAMES, *told), _intents.c.market_id)
    return query.outerjoin(_orders, _orders.c.intent_id == _intents.c.id)


def _filtered(query: Select[Any], wanted: WantedOrders) -> Select[Any]:
    if wanted.status is not None:
        query = query.where(_intents.c.status == wanted.status)
    if wanted.source is not None:
        query = query.where(_intents.c.source == wanted.source)
    if wanted.market_id is not None:
        query = query.where(_intents.c.market_id == wanted.market_id)
    if wanted.is_live is not None:
        is_live = _intents.c.status.in_(_LIVE)
        query = query.where(is_live if wanted.is_live else ~is_live)
    return query


def _label(row: Row[Any]) -> str:
    return str(row.label1 if row.outcome_id == row.outcome1_id else row.label2)


def _order(row: Row[Any]) -> OrderView:
    return OrderView(
        id=row.id,
        number=row.number,
        created_at=row.created_at,
        changed_at=row.changed_at,
        market_id=row.market_id,
        market=row.title,
        event_id=row.event_id,
        outcome_id=row.outcome_id,
        outcome=_label(row),
        side=row.side,
        currency=row.currency,
        amount=row.amount,
        worst_price=row.worst_price,
        status=row.status,
        source=row.source,
        cause=row.cause,
        engine=row.engine,
        forecast_id=row.forecast_id,
        order_id=row.venue_id,
        venue_status=row.venue_status,
        filled=row.filled,
        average_price=row.average_price,
        limits_version=row.limits_version,
        mode=row.mode,
    )


def _fill(row: Row[Any]) -> FillView:
    return FillView(
        id=row.id,
        number=row.number,
        at=row.at,
        intent_id=row.intent_id,
        order_id=row.order_id,
        market_id=row.market_id,
        market=row.title,
        outcome_id=row.outcome_id,
        outcome=_label(row),
        side=row.side,
        currency=row.currency,
        shares=row.shares,
        price=row.price,
        cash=row.cash,
        fee=row.fee,
        mode=row.mode,
    )


def _settlement(row: Row[Any]) -> SettlementView:
    return SettlementView(
        number=row.number,
        at=row.at,
        market_id=row.market_id,
        market=row.title,
        outcome_id=row.outcome_id,
        outcome=_label(row),
        winner_id=row.winner_id,
        currency=row.currency,
        shares=row.shares,
        payout=row.payout,
        mode=row.mode,
    )


def _valuation(row: Row[Any]) -> EquityView:
    return EquityView(
        number=row.number,
        at=row.at,
        currency=row.currency,
        value=row.value,
        cash=row.cash,
        wallet=row.wallet,
        deposits=row.deposits,
        profit=row.value - row.deposits,
        mode=row.mode,
    )
