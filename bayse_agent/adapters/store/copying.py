"""Copies of the books to look at: as they are at one moment, and thrown away afterwards."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import Connection, Table, create_engine, delete, insert, select

from bayse_agent.adapters.store.backup import copy_file
from bayse_agent.adapters.store.database import Database, address_of, connect, file_of
from bayse_agent.adapters.store.mind_tables import metadata
from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.errors import ConfigurationError

_A_GO = 1000
_OF_PEOPLE = frozenset(
    {"people", "sessions", "tokens", "second_factors", "recovery_codes", "access_log"}
)
"""Who may come in is nothing to look at: it stays where it is."""


async def copy_to_look_at(url: str, target: Path) -> str:
    """Copy the books into a new SQLite file, whoever uses them; returns the copy's address.

    Nothing is proved of it. Raises ConfigurationError when there are no books.
    """
    source, copy = file_of(address_of(url)), f"sqlite:///{target}"
    if source is None:
        await (await open_store(copy)).close()
        await _copy_rows(connect(url), target)
    elif source.is_file():
        await asyncio.to_thread(copy_file, source, target)
    else:
        raise ConfigurationError(f"there are no books at {source}")
    return copy


async def _copy_rows(source: Database, target: Path) -> None:
    """Read every table in one view of the books, a part at a time."""
    engine = create_engine(f"sqlite:///{target}")

    def work(books: Connection) -> None:
        with engine.begin() as copy:
            _open_up(copy)
            for table in metadata.sorted_tables:
                if table.name not in _OF_PEOPLE:
                    _copy_table(books, copy, table)

    try:
        await source.read(work)
    finally:
        engine.dispose()
        await source.close()


def _open_up(copy: Connection) -> None:
    """Take down what keeps rows as they are: those of new books make place for the copied ones."""
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for name in copy.exec_driver_sql(names).scalars().all():
        copy.exec_driver_sql(f'DROP TRIGGER "{name}"')


def _copy_table(books: Connection, copy: Connection, table: Table) -> None:
    copy.execute(delete(table))
    rows = books.execution_options(yield_per=_A_GO).execute(select(table))
    for part in rows.mappings().partitions():
        copy.execute(insert(table), [dict(row) for row in part])
