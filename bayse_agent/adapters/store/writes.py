"""The statements behind the store's writing methods, each a part of one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bayse_agent.adapters.store import forecasts, tables
from bayse_agent.adapters.store.audit import Note, note
from bayse_agent.adapters.store.rows import (
    Values,
    change_values,
    fill_values,
    look_values,
    market_of,
    score_values,
    settlement_values,
)
from bayse_agent.adapters.store.standing import tags_of
from bayse_agent.domain.books import Tags
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.journal import IntentChange, Look, MarketResult
from bayse_agent.domain.ledger import Place
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Price
from bayse_agent.domain.order import Intent, VenueOrder

KEPT_TOUCHES = timedelta(days=30)
# Made once: making a statement costs more than running it.
_STATE_OF_ORDER = ("status", "filled", "average_price", "read_at")
_INSERT_LOOK = insert(tables.looks)
_INSERT_INTENT = insert(tables.intents)
_INSERT_CHANGE = insert(tables.intent_changes)
_INSERT_ORDER = insert(tables.orders)
_INSERT_FILL = insert(tables.fills)
_INSERT_SETTLEMENT = insert(tables.settlements)
_INSERT_SCORE = insert(tables.scores)
_CHANGE_INTENT = (
    update(tables.intents)
    .where(tables.intents.c.id == bindparam("intent"))
    .values(status=bindparam("status"), changed_at=bindparam("changed_at"))
)
_CHANGE_ORDER = (
    update(tables.orders)
    .where(tables.orders.c.id == bindparam("order"))
    .where(tables.orders.c.intent_id == bindparam("intent"))
    .values({name: bindparam(name) for name in _STATE_OF_ORDER})
)
_END_MARKET = (
    update(tables.markets)
    .where(tables.markets.c.id == bindparam("market"), tables.markets.c.settled_at.is_(None))
    .values(settled_at=bindparam("settled_at"), winner_id=bindparam("winner_id"))
)
_CHANGE_LOOK = (
    update(tables.looks)
    .where(tables.looks.c.intent_id == bindparam("intent"))
    .values(reason=bindparam("reason"))
)
_INSERT_MARK = insert(tables.marks)
_FORGET_MARK = delete(tables.marks).where(
    tables.marks.c.market_id == bindparam("market"),
    tables.marks.c.outcome_id == bindparam("outcome"),
)


def known_markets(connection: Connection, ids: Sequence[MarketId]) -> frozenset[str]:
    """Which of the ids are written down already, ended markets included."""
    if not ids:
        return frozenset()
    query = select(tables.markets.c.id).where(tables.markets.c.id.in_(ids))
    return frozenset(connection.execute(query).scalars())


def note_listing(connection: Connection, source: str, read_at: datetime) -> None:
    listings = tables.listings
    query = update(listings).where(listings.c.source == source).values(read_at=read_at)
    if connection.execute(query).rowcount == 0:
        connection.execute(insert(listings), {"source": source, "read_at": read_at})


def add_looks(connection: Connection, looks: Sequence[Look], mode: str) -> None:
    forecasts.add(connection, [look.forecast for look in looks if look.forecast is not None])
    connection.execute(_INSERT_LOOK, [look_values(look, mode) for look in looks])


def add_touches(connection: Connection, values: Sequence[Values], at: datetime) -> None:
    """Keep what was seen, and let go of what is oldest: a few more than come, so that it ends."""
    touches = tables.touches
    connection.execute(insert(touches), values)
    oldest = select(touches.c.number).order_by(touches.c.number).limit(2 * len(values))
    is_old = touches.c.at < at - KEPT_TOUCHES
    connection.execute(delete(touches).where(touches.c.number.in_(oldest), is_old))


def add_intent(
    connection: Connection, intent: Intent, values: Values, look: Look | None, mode: str
) -> list[Note]:
    """An intent, with the look that it came from."""
    if look is not None and look.forecast is not None:
        forecasts.add(connection, [look.forecast])
    connection.execute(_INSERT_INTENT, values)
    if look is not None:
        connection.execute(_INSERT_LOOK, look_values(look, mode, intent.id))
    return [note("intent", values, intent.created_at)]


def tags(connection: Connection, market_id: MarketId) -> Tags:
    """What a market belongs to, whether it has ended or not."""
    query = select(tables.markets).where(tables.markets.c.id == market_id)
    return tags_of(market_of(connection.execute(query).one()))


def change_intent(
    connection: Connection, change: IntentChange, number: int, mode: str
) -> list[Note]:
    """What the venue told of an intent. `number` is that of the first fill."""
    told = {"intent": change.intent_id, "status": change.status.value, "changed_at": change.at}
    connection.execute(_CHANGE_INTENT, told)
    values = change_values(change)
    (key,) = connection.execute(_INSERT_CHANGE, values).inserted_primary_key or (None,)
    notes = [note("intent_change", {**values, "id": key}, change.at)]
    if change.order is not None:
        _note_order(connection, change, change.order)
    fills = [fill_values(fill, n, mode) for n, fill in enumerate(change.fills, start=number)]
    if fills:
        connection.execute(_INSERT_FILL, fills)
        notes += [note("fill", one, change.at) for one in fills]
    _note_reason(connection, change)
    return notes


def end_markets(
    connection: Connection, results: Sequence[MarketResult], number: int, mode: str
) -> list[Note]:
    """Winners, what they paid, and scores. `number` is that of the first settlement."""
    for result in results:
        told = {"market": result.market_id, "settled_at": result.at, "winner_id": result.winner}
        if connection.execute(_END_MARKET, told).rowcount != 1:
            _check_late(connection, result)
    paid = [(one, result.at) for result in results for one in result.settlements]
    numbered = enumerate(paid, start=number)
    settlements = [(settlement_values(one, n, mode), at) for n, (one, at) in numbered]
    if settlements:
        connection.execute(_INSERT_SETTLEMENT, [values for values, _ in settlements])
    scores = [score_values(score, result) for result in results for score in result.scores]
    if scores:
        connection.execute(_INSERT_SCORE, scores)
    return [note("settlement", values, at) for values, at in settlements]


def _check_late(connection: Connection, result: MarketResult) -> None:
    """A market that has ended may still pay for what turned up late, and ends as it did before."""
    markets = tables.markets.c
    known = select(markets.winner_id).where(
        markets.id == result.market_id, markets.settled_at.is_not(None)
    )
    ended = connection.execute(known).first()
    if ended is None or ended.winner_id != result.winner or not result.settlements or result.scores:
        raise BrokenInvariant(f"not a market that is still tracked: {result.market_id!r}")


def forget_marks(connection: Connection, gone: Iterable[Place]) -> None:
    """The marks of positions that are not open any more."""
    values = [{"market": market_id, "outcome": outcome_id} for market_id, outcome_id in gone]
    if values:
        connection.execute(_FORGET_MARK, values)


def raise_marks(connection: Connection, better: Mapping[Place, Price], at: datetime) -> None:
    forget_marks(connection, better)
    values = [
        {"market_id": market_id, "outcome_id": outcome_id, "price": price, "at": at}
        for (market_id, outcome_id), price in better.items()
    ]
    connection.execute(_INSERT_MARK, values)


def _note_order(connection: Connection, change: IntentChange, order: VenueOrder) -> None:
    state = {
        "status": order.status.value,
        "filled": order.filled,
        "average_price": order.average_price,
        "read_at": change.at,
    }
    known = {"order": order.id, "intent": change.intent_id, **state}
    if connection.execute(_CHANGE_ORDER, known).rowcount == 0:
        values = {"id": order.id, "intent_id": change.intent_id, **state}
        connection.execute(_INSERT_ORDER, values)


def _note_reason(connection: Connection, change: IntentChange) -> None:
    if change.reason is not None:
        told = {"intent": change.intent_id, "reason": change.reason.value}
        connection.execute(_CHANGE_LOOK, told)
