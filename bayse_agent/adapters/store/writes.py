"""The statements behind the store's writing methods, each a part of one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.rows import (
    fill_values,
    forecast_values,
    intent_values,
    look_values,
    score_values,
    settlement_values,
)
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.journal import IntentChange, Look, MarketResult
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.order import Intent, VenueOrder

_INSERT_FORECAST = insert(tables.forecasts)
_INSERT_LOOK = insert(tables.looks)
_INSERT_SCORE = insert(tables.scores)


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


def add_looks(connection: Connection, looks: Sequence[Look]) -> None:
    forecasts = [forecast_values(look.forecast) for look in looks if look.forecast is not None]
    if forecasts:
        connection.execute(_INSERT_FORECAST, forecasts)
    connection.execute(_INSERT_LOOK, [look_values(look) for look in looks])


def add_intent(
    connection: Connection, intent: Intent, request: str, number: int, look: Look
) -> None:
    add_looks(connection, [look])
    connection.execute(insert(tables.intents), intent_values(intent, request, number))


def change_intent(connection: Connection, change: IntentChange, number: int) -> None:
    intents, changes = tables.intents, tables.intent_changes
    connection.execute(
        update(intents)
        .where(intents.c.id == change.intent_id)
        .values(status=change.status.value, changed_at=change.at)
    )
    connection.execute(
        insert(changes),
        {
            "intent_id": change.intent_id,
            "status": change.status.value,
            "proof": change.proof,
            "shows_absence": change.shows_absence,
            "at": change.at,
        },
    )
    if change.order is not None:
        _note_order(connection, change, change.order)
    if change.fills:
        numbered = enumerate(change.fills, start=number)
        connection.execute(insert(tables.fills), [fill_values(f, n) for n, f in numbered])
    if change.reason is not None:
        _note_reason(connection, change)


def end_markets(connection: Connection, results: Sequence[MarketResult], number: int) -> None:
    markets = tables.markets
    for result in results:
        query = (
            update(markets)
            .where(markets.c.id == result.market_id, markets.c.settled_at.is_(None))
            .values(settled_at=result.at, winner_id=result.winner)
        )
        if connection.execute(query).rowcount != 1:
            raise BrokenInvariant(f"not a market that is still tracked: {result.market_id!r}")
    paid = [settlement for result in results for settlement in result.settlements]
    if paid:
        numbered = enumerate(paid, start=number)
        values = [settlement_values(settlement, n) for n, settlement in numbered]
        connection.execute(insert(tables.settlements), values)
    scores = [score_values(score, result) for result in results for score in result.scores]
    if scores:
        connection.execute(_INSERT_SCORE, scores)


def _note_order(connection: Connection, change: IntentChange, order: VenueOrder) -> None:
    orders = tables.orders
    state = {
        "status": order.status.value,
        "filled": order.filled,
        "average_price": order.average_price,
        "read_at": change.at,
    }
    query = update(orders).where(orders.c.id == order.id, orders.c.intent_id == change.intent_id)
    if connection.execute(query.values(**state)).rowcount == 0:
        values = {"id": order.id, "intent_id": change.intent_id, **state}
        connection.execute(insert(orders), values)


def _note_reason(connection: Connection, change: IntentChange) -> None:
    intents, looks = tables.intents.c, tables.looks
    forecast = select(intents.forecast_id).where(intents.id == change.intent_id).scalar_subquery()
    reason = None if change.reason is None else change.reason.value
    connection.execute(update(looks).where(looks.c.forecast_id == forecast).values(reason=reason))
