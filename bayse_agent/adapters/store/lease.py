"""Tells whether the process that trades with the books still lives: a lock that dies with it.

Files carry a lock of the kernel's, PostgreSQL one of the server's. Both are let go when the
process ends, however it ends, and held on to while it is merely slow or stopped.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from bayse_agent.adapters.store.failures import told
from bayse_agent.domain.errors import LeaseHeld

_HELD = "another process trades with these books"
_TRY = text("SELECT pg_try_advisory_lock(hashtext('bayse-agent lease ' || current_schema()))")


class Liveness(Protocol):
    """A lock that one living process can hold."""

    async def take(self) -> None:
        """Take the lock, if it is not ours already. Raises LeaseHeld when another has it."""

    async def leave(self) -> None: ...


class Unshared:
    """For books that no other process can reach."""

    async def take(self) -> None:
        return

    async def leave(self) -> None:
        return


class FileLock:
    """A lock on a file beside the books."""

    def __init__(self, books: Path) -> None:
        # Two names of the same file must lead to the same lock.
        real = books.resolve()
        self._path = real.with_name(f"{real.name}.lease")
        self._file: int | None = None

    async def take(self) -> None:
        if self._file is not None:
            return
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(file)
        except OSError as error:
            os.close(file)
            raise LeaseHeld(_HELD) from error
        self._file = file

    async def leave(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


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
            raise LeaseHeld(_HELD)
        self._connection = connection

    async def leave(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
