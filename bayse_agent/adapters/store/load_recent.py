"""Reads from the tables what was done lately, as far back as the limits count it."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from bayse_agent.adapters.store import postings, tables
from bayse_agent.adapters.store.desk_rows import equity_of
from bayse_agent.adapters.store.recent import DAYS_SPAN, VALUATIONS, Recent
from bayse_agent.adapters.store.rows import intent_of
from bayse_agent.adapters.store.standing import outcome_of
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency, Money


def load_recent(connection: Connection) -> dict[Currency, Recent]:
    """Each currency's latest acts; the spans are cut as they are when the acts are written."""
    recent = {currency: Recent(currency=currency) for currency in Currency}
    for currency, lately in recent.items():
        outcomes = [outcome_of(entry) for entry in postings.earnings(connection, currency)]
        lately.brought_in(outcome for outcome in outcomes if outcome is not None)
        _load_intents(connection, lately)
        _load_equity(connection, lately)
    return recent


def _load_intents(connection: Connection, lately: Recent) -> None:
    """Everything since two days before the last buy: later sells are among them."""
    intents = tables.intents
    of_currency = intents.c.currency == lately.currency.value
    newest = select(func.max(intents.c.created_at)).where(of_currency)
    last_buy = connection.execute(newest.where(intents.c.side == Side.BUY.value)).scalar()
    last = last_buy or connection.execute(newest).scalar()
    if last is None:
        return
    query = select(intents).where(of_currency, intents.c.created_at >= last - DAYS_SPAN)
    found = connection.execute(query.order_by(intents.c.number))
    lately.planned(*(intent_of(row) for row in found))


def _load_equity(connection: Connection, lately: Recent) -> None:
    equity = tables.equity
    query = (
        select(equity)
        .where(equity.c.currency == lately.currency.value)
        .order_by(equity.c.number.desc())
        .limit(VALUATIONS)
    )
    for row in reversed(connection.execute(query).all()):
        best = row.best_profit
        lately.valued(
            equity_of(row),
            deposits=Money(row.deposits, lately.currency),
            best_profit=None if best is None else Money(best, lately.currency),
        )
