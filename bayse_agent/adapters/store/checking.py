"""Holds the books against themselves: rows, ledger, fold, and what is kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from sqlalchemy import Connection, Table, func, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.load import load_standing
from bayse_agent.adapters.store.postings import all_entries
from bayse_agent.adapters.store.rows import fill_of, settlement_of
from bayse_agent.adapters.store.standing import Standing
from bayse_agent.domain.errors import BrokenInvariant, StoreUnavailable
from bayse_agent.domain.ledger import Cause, Entry, balances, differences, settlement_id
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency

_NUMBERED = (tables.intents, tables.fills, tables.settlements)
_MADE_ANEW = ("order",)


def check(connection: Connection, standing: Standing | None) -> tuple[str, ...]:
    """Everything that does not fit together, in words; nothing when all is well.

    `standing` is what is kept in memory of the books, to be held against them as well.
    """
    found = [*_database(connection), *_gaps(connection)]
    try:
        folded = load_standing(connection)
        entries = [entry for _, entry in all_entries(connection)]
        sums = balances(posting for entry in entries for posting in entry.postings)
    except BrokenInvariant as error:
        return (*found, str(error))
    found += _unposted(connection, entries)
    for currency in Currency:
        portfolio = folded.portfolio(currency)
        if currency in sums:
            found += [f"{currency}: {words}" for words in differences(sums[currency], portfolio)]
        elif portfolio.positions or portfolio.cash:
            found.append(f"{currency}: the ledger has no entries")
        if portfolio.cash + portfolio.invested != portfolio.deposits + portfolio.realised:
            found.append(f"{currency}: profit and equity do not add up")
    if standing is not None:
        found += _in_memory(folded, standing)
    return tuple(found)


def check_file(connection: Connection) -> None:
    """The quick look that every opening takes. Raises StoreUnavailable for a damaged file."""
    if connection.dialect.name != "sqlite":
        return
    word = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if word != "ok":
        raise StoreUnavailable(f"the file is malformed: {word}")


def _database(connection: Connection) -> Iterator[str]:
    """What SQLite finds wrong with its own file."""
    if connection.dialect.name != "sqlite":
        return
    for word in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
        if word != "ok":
            yield f"the file is damaged: {word}"
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"a row of {row[0]} points to a row of {row[2]} that is not there"


def _gaps(connection: Connection) -> Iterator[str]:
    for table in _NUMBERED:
        yield from _gap(connection, table, "number")
    entry = tables.postings.c.entry
    count, last = connection.execute(select(func.count(entry.distinct()), func.max(entry))).one()
    if count != (last or 0):
        yield f"postings: {count} entries, but the last one is number {last}"


def _gap(connection: Connection, table: Table, name: str) -> Iterator[str]:
    query = select(func.count(), func.max(table.c[name])).select_from(table)
    count, last = connection.execute(query).one()
    if count != (last or 0):
        yield f"{table.name}: {count} rows, but the last one is number {last}"


def _unposted(connection: Connection, entries: list[Entry]) -> Iterator[str]:
    """Things without an entry in the ledger, and entries of things that are not there."""
    posted = {(entry.cause, entry.subject) for entry in entries}
    there = {(Cause.DEPOSIT, row.id) for row in connection.execute(select(tables.deposits))}
    for row in connection.execute(select(tables.fills)):
        fill = fill_of(row)
        there.add((Cause.BUY if fill.side is Side.BUY else Cause.SALE, fill.id))
    for row in connection.execute(select(tables.settlements)):
        there.add((Cause.SETTLEMENT, settlement_id(settlement_of(row))))
    for cause, subject in sorted(there - posted):
        yield f"the {cause} {subject!r} is not in the ledger"
    for cause, subject in sorted(posted - there):
        yield f"the ledger has a {cause} {subject!r} that is not in the books"


def _in_memory(folded: Standing, standing: Standing) -> Iterator[str]:
    """What is kept in memory against what the tables say."""
    for one in fields(Standing):
        if one.name in _MADE_ANEW:
            continue
        if one.name in ("portfolios", "recent"):
            yield from _by_currency(one.name, folded, standing)
        elif getattr(folded, one.name) != getattr(standing, one.name):
            yield f"{one.name}: not in memory what is in the tables"


def _by_currency(name: str, folded: Standing, standing: Standing) -> Iterator[str]:
    """A currency that nothing was ever done in may be there or not."""
    ask = Standing.portfolio if name == "portfolios" else Standing.lately
    for currency in Currency:
        if ask(folded, currency) != ask(standing, currency):
            yield f"{name} in {currency}: not in memory what is in the tables"
