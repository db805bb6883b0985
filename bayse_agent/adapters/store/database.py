"""Runs units of work against a database: each in one transaction, one at a time.

A unit of work is a plain function of a connection. On SQLite it runs whole in one thread of its
own, so that it costs one hop between threads instead of one for each statement; elsewhere on
SQLAlchemy's async engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

T = TypeVar("T")
Work = Callable[[Connection], T]

BUSY_TIMEOUT_MS = 5000
_RELAXED = "is_relaxed"


class Database(Protocol):
    """Something that runs units of work."""

    async def run(self, work: Work[T]) -> T:
        """Run the work in one transaction: committed when it returns, undone when it raises.

        What is committed survives a power cut.
        """

    async def run_relaxed(self, work: Work[T]) -> T:
        """The same, without waiting for the disk: a power cut may take it, a crash of ours not.

        The next `run` makes it as safe as itself.
        """

    async def close(self) -> None: ...


def connect(url: str) -> Database:
    """The database at a SQLAlchemy address: `sqlite:///file`, `postgresql+asyncpg://...`."""
    if make_url(url).get_driver_name() == "pysqlite":
        return ThreadDatabase(url)
    return AsyncDatabase(url)


class ThreadDatabase:
    """SQLite, in a thread of its own."""

    def __init__(self, url: str) -> None:
        self._engine = _sqlite_engine(url)
        self._relaxed = self._engine.execution_options(**{_RELAXED: True})
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def run(self, work: Work[T]) -> T:
        return await self._transaction(self._engine, work)

    async def run_relaxed(self, work: Work[T]) -> T:
        return await self._transaction(self._relaxed, work)

    async def _transaction(self, engine: Engine, work: Work[T]) -> T:
        def transaction() -> T:
            with engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()


class AsyncDatabase:
    """Any database with an async driver."""

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(url)
        if self._engine.dialect.name == "sqlite":
            _prepare_sqlite(self._engine.sync_engine)

    async def run(self, work: Work[T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def run_relaxed(self, work: Work[T]) -> T:
        async with self._engine.execution_options(**{_RELAXED: True}).begin() as connection:
            if connection.dialect.name == "postgresql":
                await connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
            return await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    _prepare_sqlite(engine)
    return engine


def _prepare_sqlite(engine: Engine) -> None:
    """Make commits survive a power cut, foreign keys count, and transactions begin at once."""

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_relaxed = connection.get_execution_options().get(_RELAXED, False)
        level = "NORMAL" if is_relaxed else "FULL"
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        # The driver would begin at the first change only, and leave tables out of transactions.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
