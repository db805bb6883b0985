"""One opening of the books: the database, what stands in it, and the lease to write in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Table, insert

from bayse_agent.adapters.store import audit, guards
from bayse_agent.adapters.store.database import Database, Work, stamp_of
from bayse_agent.adapters.store.load import load_standing
from bayse_agent.adapters.store.rows import Values
from bayse_agent.adapters.store.standing import Standing
from bayse_agent.domain.control import Lease
from bayse_agent.domain.errors import BrokenInvariant, InvalidValue, LeaseHeld, TradingStopped

T = TypeVar("T")


class Session:
    """What the parts of the store have in common.

    Changes take turns, and only the holder of the lease makes any; whoever only reads looks whether
    there were some. What stands in the books is followed in memory after each commit; when a
    commit ended in doubt (an error, a cancelled wait) it is read anew before it is used again.
    """

    def __init__(self, database: Database, standing: Standing, stamp: str) -> None:
        self._database = database
        self._liveness = database.liveness()
        self._lease: Lease | None = None
        self._standing = standing
        self._is_doubtful = False
        self._stamp = stamp
        self._is_closed = False
        self._turn = asyncio.Lock()
        self._tell: Callable[[], None] = lambda: None

    def heed(self, tell: Callable[[], None]) -> None:
        """Call something after each commit of ours that money, orders or people wait for."""
        self._tell = tell

    async def close(self) -> None:
        """Let go of the books and of the lease. Closing again does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            await self._database.close()
        finally:
            await self._liveness.leave()

    async def take_lease(self, *, holder: str, at: datetime) -> Lease:
        def renew(connection: Connection) -> tuple[Lease, Standing]:
            guards.wait_for_turn(connection)
            is_known = not self._is_doubtful and stamp_of(connection) == self._stamp
            lease = guards.renew_lease(connection, holder, at)
            standing = self._standing if is_known else load_standing(connection)
            audit.append(connection, standing.mode or "", [audit.note_of_lease(lease)])
            return lease, standing

        async with self._turn:
            await self._liveness.take()
            lease, self._standing = await self._commit(renew)
            self._lease, self._is_doubtful = lease, False
            return lease

    async def _now(self) -> Standing:
        """What stands in the books, for reading."""
        if self._lease is None:
            await self._follow()
        if self._is_doubtful:
            async with self._turn:
                await self._settle_doubt()
        return self._standing

    async def _follow(self) -> None:
        """Without the lease another process may write: see whether it has."""
        stamp = await self._database.read(stamp_of)
        if stamp != self._stamp:
            self._stamp, self._is_doubtful = stamp, True

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[Standing]:
        """A turn to change the books, and what stands in them."""
        async with self._turn:
            await self._settle_doubt()
            yield self._standing

    async def _settle_doubt(self) -> None:
        if self._is_doubtful:
            self._standing = await self._database.read(load_standing)
            self._is_doubtful = False

    async def _write(self, work: Work[T]) -> T:
        """Money and orders: what is written must be there whatever happens next."""
        return await self._commit(lambda connection: self._under_lease(connection, work))

    async def _enter(self, table: Table, kind: str, values: Values, at: datetime) -> None:
        """Write one audited row of a table."""
        mode = self._standing.mode or ""

        def write(connection: Connection) -> None:
            connection.execute(insert(table), values)
            audit.append(connection, mode, [audit.note(kind, values, at)])

        await self._write(write)

    async def _note(self, work: Work[T]) -> T:
        """What was seen and thought: a power cut may take the last of it."""
        with self._outcome():
            return await self._database.run_relaxed(lambda c: self._under_lease(c, work))

    async def _commit(self, work: Work[T]) -> T:
        with self._outcome():
            done = await self._database.run(work)
        self._tell()
        return done

    def _under_lease(self, connection: Connection, work: Work[T]) -> T:
        guards.check_lease(connection, self._lease)
        return work(connection)

    @contextmanager
    def _outcome(self) -> Iterator[None]:
        """Remember when it is not known whether something was written."""
        try:
            yield
        except (BrokenInvariant, InvalidValue, LeaseHeld, TradingStopped):
            # Raised before the commit, which undid everything.
            raise
        except BaseException:
            self._is_doubtful = True
            raise
