"""Runs units of work against a database: each in one transaction, one at a time.

A unit of work is a plain function of a connection. On SQLite it runs whole in one thread of its
own, so that it costs one hop between threads instead of one for each statement; on PostgreSQL on
SQLAlchemy's async engine. Being pure database work, it may be run again when the database asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from bayse_agent.adapters.store.failures import told
from bayse_agent.adapters.store.lease import FileLock, Liveness, Unshared
from bayse_agent.domain.errors import ConfigurationError

T = TypeVar("T")
Work = Callable[[Connection], T]

BUSY_TIMEOUT_MS = 5000
_KIND = "kind of transaction"
_SAFE, _RELAXED, _READ, _SCHEMA = "safe", "relaxed", "read", "schema"


class Database(Protocol):
    """Something that runs units of work.

    What fails raises StoreUnavailable, what breaks a key BrokenInvariant, and what cannot be kept
    InvalidValue. After StoreUnavailable it is not known whether the work was committed.
    """

    async def run(self, work: Work[T]) -> T:
        """Run the work in one transaction: committed when it returns, undone when it raises.

        What is committed survives a power cut.
        """

    async def run_relaxed(self, work: Work[T]) -> T:
        """The same, without waiting for the disk: a power cut may take it, a crash of ours not.

        The next `run` makes it as safe as itself.
        """

    async def read(self, work: Work[T]) -> T:
        """Run work that only reads. Nobody who writes is held up by it."""

    async def run_schema(self, work: Work[T]) -> T:
        """Run work that changes the schema: keys between tables count only at its end."""

    def liveness(self) -> Liveness:
        """The lock that tells whether the process that writes still lives."""

    async def close(self) -> None: ...


def connect(url: str) -> Database:
    """The database at an address: `sqlite:///file`, `postgresql://...`."""
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        return ThreadDatabase(address)
    # Only here: what it needs of SQLAlchemy is slow to import, and most books are SQLite's.
    from bayse_agent.adapters.store.server_database import ServerDatabase

    return ServerDatabase(address)


def address_of(url: str) -> URL:
    """An address as SQLAlchemy knows it, with the driver that is used here.

    Raises ConfigurationError when there is none for it.
    """
    plain = f"postgresql://{url.removeprefix('postgres://')}" if url[:11] == "postgres://" else url
    try:
        address = make_url(plain)
    except ArgumentError as error:
        raise ConfigurationError("the address of the books cannot be read") from error
    backend = address.get_backend_name()
    if backend == "sqlite":
        return address.set(drivername="sqlite")
    if backend == "postgresql":
        return address.set(drivername="postgresql+asyncpg")
    raise ConfigurationError(f"books are kept in SQLite or PostgreSQL, not in {backend!r}")


def file_of(address: URL) -> Path | None:
    """The file that SQLite books are in; None for others, and for books in memory."""
    name = address.database
    if address.get_backend_name() != "sqlite" or name in (None, "", ":memory:"):
        return None
    return Path(str(name))


def stamp_of(connection: Connection) -> str:
    """Something that is another one once others have committed a change."""
    if connection.dialect.name == "sqlite":
        return str(connection.exec_driver_sql("PRAGMA data_version").scalar_one())
    return str(connection.exec_driver_sql("SELECT pg_current_wal_insert_lsn()::text").scalar_one())


class ThreadDatabase:
    """SQLite, in a thread of its own."""

    def __init__(self, address: URL) -> None:
        self._file = file_of(address)
        self._engine = _sqlite_engine(address)
        self._engines = {
            kind: self._engine.execution_options(**{_KIND: kind})
            for kind in (_SAFE, _RELAXED, _READ, _SCHEMA)
        }
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def run(self, work: Work[T]) -> T:
        return await self._transaction(_SAFE, work)

    async def run_relaxed(self, work: Work[T]) -> T:
        return await self._transaction(_RELAXED, work)

    async def read(self, work: Work[T]) -> T:
        return await self._transaction(_READ, work)

    async def run_schema(self, work: Work[T]) -> T:
        return await self._transaction(_SCHEMA, work)

    async def _transaction(self, kind: str, work: Work[T]) -> T:
        def transaction() -> T:
            with self._engines[kind].begin() as connection:
                return work(connection)

        with told():
            return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)

    def liveness(self) -> Liveness:
        return Unshared() if self._file is None else FileLock(self._file)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()


def _sqlite_engine(address: URL) -> Engine:
    """An engine whose commits survive a power cut, and whose transactions begin at once."""
    engine = create_engine(address, poolclass=StaticPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", f"busy_timeout={BUSY_TIMEOUT_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Straight to the driver: on the way to an order every statement counts.
        cursor = connection.connection.cursor()
        for statement in _BEGIN[connection.get_execution_options().get(_KIND, _SAFE)]:
            cursor.execute(statement)
        cursor.close()

    return engine


_BEGIN = {
    # The driver would begin at the first change only, and leave tables out of transactions.
    _SAFE: ("PRAGMA foreign_keys=ON", "PRAGMA synchronous=FULL", "BEGIN IMMEDIATE"),
    _RELAXED: ("PRAGMA foreign_keys=ON", "PRAGMA synchronous=NORMAL", "BEGIN IMMEDIATE"),
    _READ: ("BEGIN DEFERRED",),
    _SCHEMA: ("PRAGMA foreign_keys=OFF", "PRAGMA synchronous=FULL", "BEGIN IMMEDIATE"),
}
"""What opens each kind of transaction on SQLite. The first two lines count outside one only."""
