"""PostgreSQL: units of work on SQLAlchemy's async engine, and the lock of the one who writes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bayse_agent.adapters.store.database import BUSY_TIMEOUT_MS, T, Work
from bayse_agent.adapters.store.failures import may_be_tried_again, told
from bayse_agent.adapters.store.lease import HELD, Liveness
from bayse_agent.domain.errors import LeaseHeld

CONNECT_TIMEOUT_S = 10
COMMAND_TIMEOUT_S = 60
ATTEMPTS = 3
"""How often work is tried that the database undid because others were in its way."""
_TRY = text("SELECT pg_try_advisory_lock(hashtext('bayse-agent lease ' || current_schema()))")


class ServerDatabase:
    """PostgreSQL, on an async engine. A session that hangs is ended by the server."""

    def __init__(self, address: URL) -> None:
        self._address = address
        settings = {
            "application_name": "bayse-agent",
            "lock_timeout": str(BUSY_TIMEOUT_MS),
            "idle_in_transaction_session_timeout": str(2 * BUSY_TIMEOUT_MS),
        }
        timeouts = {"timeout": CONNECT_TIMEOUT_S, "command_timeout": COMMAND_TIMEOUT_S}
        self._engine: AsyncEngine = create_async_engine(
            address, pool_pre_ping=True, connect_args={"server_settings": settings, **timeouts}
        )

    async def run(self, work: Work[T]) -> T:
        return await self._attempt(work, ())

    async def run_relaxed(self, work: Work[T]) -> T:
        return await self._attempt(work, ("SET LOCAL synchronous_commit TO OFF",))

    async def read(self, work: Work[T]) -> T:
        # One view of the books for all the queries of a piece of work.
        return await self._attempt(
            work, ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",)
        )

    async def run_schema(self, work: Work[T]) -> T:
        # Only one process at a time changes the schema.
        return await self._attempt(
            work, ("SET LOCAL lock_timeout = 0", "SELECT pg_advisory_xact_lock(7225983)")
        )

    async def _attempt(self, work: Work[T], opening: Sequence[str]) -> T:
        with told():
            for _ in range(ATTEMPTS - 1):
                try:
                    return await self._transaction(work, opening)
                except DBAPIError as error:
                    if not may_be_tried_again(error):
                        raise
            return await self._transaction(work, opening)

    async def _transaction(self, work: Work[T], opening: Sequence[str]) -> T:
        async with self._engine.begin() as connection:
            for statement in opening:
                await connection.exec_driver_sql(statement)
            return await connection.run_sync(work)

    def liveness(self) -> Liveness:
        return ServerLock(self._address)

    async def close(self) -> None:
        await self._engine.dispose()


class ServerLock:
    """A lock of PostgreSQL's, on a connection of its own."""

    def __init__(self, url: URL) -> None:
        # A holder whose machine is gone must be noticed by the server soon.
        settings = {
            "application_name": "bayse-agent lease",
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
        }
        self._engine = create_async_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"timeout": 10, "server_settings": settings},
        )
        self._connection: AsyncConnection | None = None

    async def take(self) -> None:
        if self._connection is not None:
            return
        with told():
            connection = await self._engine.connect()
            is_ours = (await connection.execute(_TRY)).scalar_one()
        if not is_ours:
            await connection.close()
            raise LeaseHeld(HELD)
        self._connection = connection

    async def leave(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
