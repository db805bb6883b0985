"""Reads buys, sales and settlements a part at a time, in the order of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from bayse_agent.adapters.store import tables
from bayse_agent.domain.attribution import Bought, GivenUp, Traits, horizon_band, price_band
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.ledger import Account, Cause
from bayse_agent.domain.money import ZERO, Currency
from bayse_agent.domain.order import IntentSource

_postings, _fills, _settlements = tables.postings, tables.fills, tables.settlements
_intents, _markets, _forecasts = tables.intents, tables.markets, tables.forecasts
_touches = tables.touches
_AT_ONCE = 500
NONE = "none"
SETTLED, VOIDED, BY_HAND, ELSEWHERE = "settled", "voided", "by_hand", "elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An entry of the ledger that changed a position. `price` and `bought_at` are a buy's."""

    entry: int
    at: datetime
    market_id: str
    outcome_id: str
    change: Bought | GivenUp
    price: Decimal | None = None
    bought_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """The last price of outcome1 that an ended market was seen at, and when."""

    outcome1_id: str
    price: Decimal | None
    seen_at: datetime | None


def acts_after(
    connection: Connection, currency: Currency, entry: int, *, most: int
) -> tuple[Act, ...]:
    """The acts that follow an entry of the ledger, oldest first."""
    lines = connection.execute(_lines(currency, entry, most)).all()
    traded = [line.subject for line in lines if line.cause != Cause.SETTLEMENT.value]
    fills = _by_id(connection, traded)
    ended = [line.market_id for line in lines if line.cause == Cause.SETTLEMENT.value]
    paid = _paid(connection, ended, currency)
    return tuple(_act(line, fills, paid) for line in lines)


def _lines(currency: Currency, entry: int, most: int) -> Select[Any]:
    """The lines of positions: every act has exactly one."""
    return (
        select(
            _postings.c.entry,
            _postings.c.at,
            _postings.c.cause,
            _postings.c.subject,
            _postings.c.market_id,
            _postings.c.outcome_id,
            _postings.c.amount,
        )
        .where(
            _postings.c.entry > entry,
            _postings.c.account == Account.POSITIONS.value,
            _postings.c.currency == currency.value,
        )
        .order_by(_postings.c.entry)
        .limit(most)
    )


def _by_id(connection: Connection, ids: Sequence[str]) -> Mapping[str, Row[Any]]:
    query = (
        select(
            _fills.c.id,
            _fills.c.intent_id,
            _fills.c.shares,
            _fills.c.price,
            _fills.c.cash,
            _fills.c.fee,
            _intents.c.source,
            _intents.c.cause,
            _intents.c.engine,
            _intents.c.created_at,
            _markets.c.category,
            _markets.c.closes_at,
            _forecasts.c.author,
        )
        .join(_intents, _intents.c.id == _fills.c.intent_id)
        .join(_markets, _markets.c.id == _fills.c.market_id)
        .outerjoin(_forecasts, _forecasts.c.id == _intents.c.forecast_id)
    )
    found: dict[str, Row[Any]] = {}
    for begin in range(0, len(ids), _AT_ONCE):
        some = query.where(_fills.c.id.in_(ids[begin : begin + _AT_ONCE]))
        found.update({row.id: row for row in connection.execute(some)})
    return found


def _paid(
    connection: Connection, market_ids: Sequence[str], currency: Currency
) -> Mapping[tuple[str, str], Row[Any]]:
    query = select(_settlements).where(_settlements.c.currency == currency.value)
    found: dict[tuple[str, str], Row[Any]] = {}
    wanted = sorted(set(market_ids))
    for begin in range(0, len(wanted), _AT_ONCE):
        some = query.where(_settlements.c.market_id.in_(wanted[begin : begin + _AT_ONCE]))
        found.update({(row.market_id, row.outcome_id): row for row in connection.execute(some)})
    return found


def _act(
    line: Row[Any], fills: Mapping[str, Row[Any]], paid: Mapping[tuple[str, str], Row[Any]]
) -> Act:
    place = (line.market_id, line.outcome_id)
    is_end = line.cause == Cause.SETTLEMENT.value
    row = paid.get(place) if is_end else fills.get(line.subject)
    if row is None:
        raise BrokenInvariant(f"the ledger tells of {line.subject!r}, which is nowhere else")
    is_buy = line.cause == Cause.BUY.value
    return Act(
        entry=line.entry,
        at=line.at,
        market_id=line.market_id,
        outcome_id=line.outcome_id,
        change=_bought(row) if is_buy else _given_up(row, -line.amount),
        price=row.price if is_buy else None,
        bought_at=row.created_at if is_buy else None,
    )


def _bought(row: Row[Any]) -> Bought:
    traits = Traits(
        source=row.source,
        author=row.author or NONE,
        category=row.category or NONE,
        horizon=horizon_band(row.created_at, row.closes_at),
        engine=row.engine,
        price_band=price_band(row.price),
    )
    return Bought(
        bet_id=row.intent_id, traits=traits, shares=row.shares, cash=row.cash, fee=row.fee
    )


def _given_up(row: Row[Any], cost: Decimal) -> GivenUp:
    if hasattr(row, "payout"):
        way = VOIDED if row.winner_id is None else SETTLED
        return GivenUp(way=way, shares=row.shares, cost=cost, cash=row.payout, fee=ZERO)
    way = _way(row.source, row.cause)
    return GivenUp(way=way, shares=row.shares, cost=cost, cash=row.cash, fee=row.fee)


def _way(source: str, cause: str) -> str:
    """What set a sale off; an exit's cause begins with its trigger."""
    if source == IntentSource.EXTERNAL.value:
        return ELSEWHERE
    return cause.split(":", 1)[0] if source == IntentSource.EXIT.value else BY_HAND


def closings_of(connection: Connection, market_ids: Iterable[str]) -> Mapping[str, Closing]:
    """Of markets, those that have ended, with the last that was seen of their prices before."""
    wanted, found = sorted(market_ids), dict[str, Closing]()
    for begin in range(0, len(wanted), _AT_ONCE):
        query = _last_prices().where(
            _markets.c.id.in_(wanted[begin : begin + _AT_ONCE]), _markets.c.settled_at.is_not(None)
        )
        found.update(_closings(connection, connection.execute(query).all()))
    return found


def _last_prices() -> Select[Any]:
    """Ended markets with the number of the last book that was whole, and of the last forecast."""
    end = _markets.c.closes_at
    book = (
        select(_touches.c.number)
        .where(
            _touches.c.outcome_id == _markets.c.outcome1_id,
            _touches.c.bid.is_not(None),
            _touches.c.ask.is_not(None),
            or_(end.is_(None), _touches.c.at <= end),
        )
        .order_by(_touches.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    said = (
        select(_forecasts.c.id)
        .where(
            _forecasts.c.market_id == _markets.c.id,
            _forecasts.c.market_price.is_not(None),
            or_(end.is_(None), _forecasts.c.made_at <= end),
        )
        .order_by(_forecasts.c.made_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(_markets.c.id, _markets.c.outcome1_id, book.label("book"), said.label("said"))


def _closings(connection: Connection, rows: Sequence[Row[Any]]) -> Mapping[str, Closing]:
    """The later of the two, for each market."""
    books = [row.book for row in rows if row.book is not None]
    names = [row.said for row in rows if row.said is not None]
    whole = select(_touches.c.number, _touches.c.at, _touches.c.bid, _touches.c.ask)
    said = select(_forecasts.c.id, _forecasts.c.made_at, _forecasts.c.market_price)
    seen: dict[object, tuple[datetime, Decimal]] = {
        row.number: (row.at, (row.bid + row.ask) / 2)
        for row in connection.execute(whole.where(_touches.c.number.in_(books)))
    }
    for one in connection.execute(said.where(_forecasts.c.id.in_(names))):
        seen[one.id] = (one.made_at, one.market_price)
    found: dict[str, Closing] = {}
    for row in rows:
        both = [seen[key] for key in (row.book, row.said) if key is not None]
        at, price = max(both, default=(None, None), key=lambda one: one[0])
        found[row.id] = Closing(outcome1_id=row.outcome1_id, price=price, seen_at=at)
    return found
