"""Second factors of people and their recovery codes: what decides whether a code counts is here,
in one statement each, so that of two who show the same code in the same moment one comes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from bayse_agent.adapters.store.access_tables import recovery_codes, second_factors, sessions
from bayse_agent.adapters.store.database import Database
from bayse_agent.domain.access import SecondFactor


class SqlFactors:
    """Times are those of the computer, given by the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, person: str) -> SecondFactor | None:
        """A person's second factor, in force or not yet; None without one."""

        def read(connection: Connection) -> SecondFactor | None:
            query = select(second_factors).where(second_factors.c.person == person)
            row = connection.execute(query).first()
            return None if row is None else SecondFactor(**row._mapping)

        return await self._database.read(read)

    async def begin(self, person: str, seed: str, at: datetime) -> bool:
        """Keep what codes are to be made from; False when there is one in force."""

        def write(connection: Connection) -> bool:
            waiting = second_factors.c.confirmed_at.is_(None)
            mine = second_factors.c.person == person
            connection.execute(delete(second_factors).where(mine, waiting))
            if connection.execute(select(second_factors.c.person).where(mine)).first():
                return False
            values = {"person": person, "seed": seed, "made_at": at, "used_step": 0}
            connection.execute(insert(second_factors).values(values))
            return True

        return await self._database.run(write)

    async def confirm(
        self, factor: SecondFactor, step: int, code_hashes: Sequence[str], at: datetime, but: str
    ) -> bool:
        """Put a second factor in force, with recovery codes; sessions end `but` this one.

        False when it was put in force before, or was begun anew.
        """

        def write(connection: Connection) -> bool:
            change = (
                update(second_factors)
                .where(second_factors.c.person == factor.person)
                .where(second_factors.c.seed == factor.seed)
                .where(second_factors.c.confirmed_at.is_(None))
                .values(confirmed_at=at, used_step=step)
            )
            if connection.execute(change).rowcount == 0:
                return False
            _forget_codes(connection, factor.person)
            rows = [
                {"person": factor.person, "code_hash": one, "made_at": at} for one in code_hashes
            ]
            connection.execute(insert(recovery_codes), rows)
            _end_sessions(connection, factor.person, at, but)
            return True

        return await self._database.run(write)

    async def use(self, factor: SecondFactor, step: int) -> bool:
        """Take the code of a half minute; False when it, or a newer one, was taken before."""
        change = (
            update(second_factors)
            .where(second_factors.c.person == factor.person)
            .where(second_factors.c.seed == factor.seed)
            .where(second_factors.c.used_step < step)
            .values(used_step=step)
        )
        return await self._database.run(lambda c: c.execute(change).rowcount == 1)

    async def use_code(self, person: str, code_hash: str, at: datetime) -> bool:
        """Take a recovery code; False for one that is none, or was taken before."""
        change = (
            update(recovery_codes)
            .where(recovery_codes.c.person == person)
            .where(recovery_codes.c.code_hash == code_hash)
            .where(recovery_codes.c.used_at.is_(None))
            .values(used_at=at)
        )
        return await self._database.run(lambda c: c.execute(change).rowcount == 1)

    async def codes_left(self, person: str) -> int:
        query = (
            select(func.count())
            .select_from(recovery_codes)
            .where(recovery_codes.c.person == person, recovery_codes.c.used_at.is_(None))
        )
        return await self._database.read(lambda c: int(c.execute(query).scalar_one()))

    async def remove(self, person: str, at: datetime, *, but: str = "") -> bool:
        """Take a second factor away; sessions end `but` this one. False when there was none."""

        def write(connection: Connection) -> bool:
            mine = second_factors.c.person == person
            if connection.execute(delete(second_factors).where(mine)).rowcount == 0:
                return False
            _forget_codes(connection, person)
            _end_sessions(connection, person, at, but)
            return True

        return await self._database.run(write)


def _forget_codes(connection: Connection, person: str) -> None:
    connection.execute(delete(recovery_codes).where(recovery_codes.c.person == person))


def _end_sessions(connection: Connection, person: str, at: datetime, but: str) -> None:
    change = (
        update(sessions)
        .where(sessions.c.person == person, sessions.c.ended_at.is_(None), sessions.c.id != but)
        .values(ended_at=at, ended_why="the second factor was changed")
    )
    connection.execute(change)
