"""Gives books from before the ledger and the audit journal both, made from what they have."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Row, select
from sqlalchemy.sql import ColumnElement

from bayse_agent.adapters.store import audit, guards, postings, tables
from bayse_agent.adapters.store.rows import fill_of, settlement_of
from bayse_agent.domain.journal import Deposit
from bayse_agent.domain.ledger import (
    Entry,
    entry_of_deposit,
    entry_of_fill,
    entry_of_settlement,
    given_up,
)
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.portfolio import Portfolio, opened, with_fill, with_settlement

_ORDER: dict[str, ColumnElement[object]] = {
    "run": tables.runs.c.started_at,
    "deposit": tables.deposits.c.at,
    "control": tables.control.c.epoch,
    "limits": tables.limits.c.version,
    "command": tables.commands.c.number,
    "command_end": tables.commands.c.number,
    "signal": tables.signals.c.number,
    "signal_end": tables.signals.c.number,
    "intent": tables.intents.c.number,
    "intent_change": tables.intent_changes.c.id,
    "fill": tables.fills.c.number,
    "settlement": tables.settlements.c.number,
}
_WHEN = ("at", "made_at", "created_at", "started_at")


def adopt(connection: Connection) -> None:
    """Enter everything that is in the books into the ledger and the journal, once."""
    postings.add_entries(connection, list(_entries(connection)), 1)
    mode = guards.mode(connection) or ""
    audit.append(connection, mode, list(_notes(connection)))


def _notes(connection: Connection) -> Iterator[audit.Note]:
    for kind, order in _ORDER.items():
        subject = audit.SUBJECTS[kind]
        for row in connection.execute(select(subject.table).order_by(order)).mappings():
            values = dict(row)
            if subject.is_there(values):
                at = next(values[name] for name in _WHEN if values.get(name) is not None)
                yield audit.note(kind, values, at)


def _entries(connection: Connection) -> Iterator[Entry]:
    for row in connection.execute(select(tables.deposits).order_by(tables.deposits.c.at)):
        yield entry_of_deposit(_deposit(row))
    books: dict[Currency, Portfolio] = {}
    for row in connection.execute(select(tables.fills).order_by(tables.fills.c.number)):
        fill = fill_of(row)
        before = _before(books, fill.cash.currency)
        after = books[before.currency] = with_fill(before, fill)
        yield entry_of_fill(fill, given_up(before, after), fill.at)
    for row in connection.execute(select(tables.settlements).order_by(tables.settlements.c.number)):
        paid = settlement_of(row)
        before = _before(books, paid.payout.currency)
        after = books[before.currency] = with_settlement(before, paid)
        yield entry_of_settlement(paid, given_up(before, after), paid.at)


def _before(books: dict[Currency, Portfolio], currency: Currency) -> Portfolio:
    return books.get(currency, opened(Money.zero(currency)))


def _deposit(row: Row[tuple[object, ...]]) -> Deposit:
    return Deposit(id=row.id, amount=Money(row.amount, Currency(row.currency)), at=row.at)
