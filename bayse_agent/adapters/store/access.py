"""People, sessions, keys and doorbells in the books' database, over a connection of their own.

Nothing here needs the lease: whoever serves the pages need not be the one that trades.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.access_tables import (
    access_log,
    clearings,
    doorbells,
    followers,
    people,
    sessions,
    tokens,
)
from bayse_agent.adapters.store.database import Database
from bayse_agent.adapters.store.factors import SqlFactors
from bayse_agent.adapters.store.rows import AnyRow
from bayse_agent.domain.access import AccessEvent, ApiToken, Person, Scope, WebSession
from bayse_agent.domain.errors import BrokenInvariant

_SESSION_SEEN_EVERY = timedelta(minutes=1)
_SESSION_PARTS = tuple(column.name for column in sessions.c)
_TOKEN_PARTS = tuple(column.name for column in tokens.c if column.name != "secret_hash")


class SqlAccess:
    """Who may come in. Times are those of the computer, given by the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.factors = SqlFactors(database)

    async def close(self) -> None:
        await self._database.close()

    # -- people --------------------------------------------------------------------------------

    async def has_people(self) -> bool:
        query = select(people.c.name).limit(1)
        return await self._database.read(lambda c: c.execute(query).first() is not None)

    async def person(self, name: str) -> Person | None:
        def read(connection: Connection) -> Person | None:
            row = connection.execute(select(people).where(people.c.name == name)).first()
            return None if row is None else Person(**row._mapping)

        return await self._database.read(read)

    async def set_password(
        self, name: str, password_hash: str, *, must_change: bool, at: datetime
    ) -> None:
        """Give a person a password, making him when there is none; his sessions end."""

        def write(connection: Connection) -> None:
            values = {"password_hash": password_hash, "must_change": must_change, "changed_at": at}
            changed = connection.execute(
                update(people).where(people.c.name == name).values(values)
            ).rowcount
            if changed == 0:
                connection.execute(insert(people).values(name=name, made_at=at, **values))
            _end(connection, sessions.c.person == name, at, "the password was changed")

        await self._database.run(write)

    # -- sessions ------------------------------------------------------------------------------

    async def add_session(self, session: WebSession) -> None:
        values = {name: getattr(session, name) for name in _SESSION_PARTS}
        await self._database.run(lambda c: c.execute(insert(sessions).values(values)))

    async def session(self, session_id: str) -> WebSession | None:
        def read(connection: Connection) -> WebSession | None:
            query = select(sessions).where(sessions.c.id == session_id)
            row = connection.execute(query).first()
            return None if row is None else WebSession(**row._mapping)

        return await self._database.read(read)

    async def sessions_of(self, person: str) -> tuple[WebSession, ...]:
        """Sessions that have not ended, newest first."""
        query = (
            select(sessions)
            .where(sessions.c.person == person, sessions.c.ended_at.is_(None))
            .order_by(sessions.c.made_at.desc())
        )
        return await self._database.read(
            lambda c: tuple(WebSession(**row._mapping) for row in c.execute(query))
        )

    async def renew_session(self, session_id: str, *, was: str, becomes: str, at: datetime) -> bool:
        """Put a new refresh token in the place of the one that is given up.

        False when that was given up before: then the whole session ends, since one of the two
        who have it has stolen it.
        """

        def write(connection: Connection) -> bool:
            change = (
                update(sessions)
                .where(sessions.c.id == session_id, sessions.c.ended_at.is_(None))
                .where(sessions.c.refresh_hash == was)
                .values(refresh_hash=becomes, seen_at=at)
            )
            if connection.execute(change).rowcount == 1:
                return True
            _end(connection, sessions.c.id == session_id, at, "a refresh token came twice")
            return False

        return await self._database.run(write)

    async def see_session(self, session: WebSession, at: datetime) -> None:
        """Note that a session was used, once a minute at most."""
        if at - session.seen_at < _SESSION_SEEN_EVERY:
            return
        change = update(sessions).where(sessions.c.id == session.id).values(seen_at=at)
        await self._database.run_relaxed(lambda c: c.execute(change))

    async def step_up(self, session_id: str, at: datetime) -> None:
        change = update(sessions).where(sessions.c.id == session_id).values(stepped_up_at=at)
        await self._database.run(lambda c: c.execute(change))

    async def end_session(self, session_id: str, *, why: str, at: datetime) -> None:
        await self._database.run(lambda c: _end(c, sessions.c.id == session_id, at, why))

    # -- keys ----------------------------------------------------------------------------------

    async def add_token(self, token: ApiToken, secret_hash: str) -> None:
        values = {name: getattr(token, name) for name in _TOKEN_PARTS}
        values |= {"scope": token.scope.value, "secret_hash": secret_hash}
        await self._database.run(lambda c: c.execute(insert(tokens).values(values)))

    async def token_of(self, secret_hash: str) -> ApiToken | None:
        def read(connection: Connection) -> ApiToken | None:
            query = select(tokens).where(tokens.c.secret_hash == secret_hash)
            row = connection.execute(query).first()
            return None if row is None else _token(row)

        return await self._database.read(read)

    async def tokens(self) -> tuple[ApiToken, ...]:
        """Every key, newest first."""
        query = select(tokens).order_by(tokens.c.made_at.desc(), tokens.c.id)
        return await self._database.read(lambda c: tuple(_token(row) for row in c.execute(query)))

    async def use_token(self, token: ApiToken, at: datetime) -> None:
        """Note that a key was used, once a minute at most."""
        if token.used_at is not None and at - token.used_at < _SESSION_SEEN_EVERY:
            return
        change = update(tokens).where(tokens.c.id == token.id).values(used_at=at)
        await self._database.run_relaxed(lambda c: c.execute(change))

    async def revoke_token(self, token_id: str, at: datetime) -> bool:
        """Whether there was one to revoke."""
        change = (
            update(tokens)
            .where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return await self._database.run(lambda c: c.execute(change).rowcount == 1)

    # -- what came in --------------------------------------------------------------------------

    async def ring(self, bell_id: str, *, at: datetime, forget_before: datetime) -> bool:
        """Note a webhook; False when it came before. Those of long ago are forgotten."""

        def write(connection: Connection) -> bool:
            connection.execute(delete(doorbells).where(doorbells.c.at < forget_before))
            known = select(doorbells.c.id).where(doorbells.c.id == bell_id)
            if connection.execute(known).first() is not None:
                return False
            connection.execute(insert(doorbells).values(id=bell_id, at=at))
            return True

        try:
            return await self._database.run(write)
        except BrokenInvariant:
            # Another process took the same one in the same moment.
            return False

    async def clear_signals(self, *, by: str, at: datetime) -> None:
        """List no signal any more that is there now. The books keep them all."""

        def write(connection: Connection) -> None:
            last_signal = select(func.max(tables.signals.c.number)).scalar_subquery()
            last_intent = select(func.max(tables.intents.c.number)).scalar_subquery()
            row = connection.execute(select(last_signal, last_intent)).one()
            values = {"at": at, "made_by": by, "signals_to": row[0] or 0, "intents_to": row[1] or 0}
            connection.execute(insert(clearings).values(values))

        await self._database.run(write)

    async def note(self, event: AccessEvent) -> None:
        """Write down what happened at the door."""
        values = {
            "at": event.at,
            "kind": event.kind,
            "who": event.who,
            "origin": event.origin,
            "detail": event.detail,
        }
        await self._database.run_relaxed(lambda c: c.execute(insert(access_log).values(values)))

    # -- followers of the journal --------------------------------------------------------------

    async def followed(self, name: str) -> tuple[int, str] | None:
        """How far a follower has read, and what it remembers; None before its first word."""

        def read(connection: Connection) -> tuple[int, str] | None:
            query = select(followers).where(followers.c.name == name)
            row = connection.execute(query).first()
            return None if row is None else (row.number, row.state)

        return await self._database.read(read)

    async def follow(self, name: str, number: int, state: str) -> None:
        def write(connection: Connection) -> None:
            values = {"number": number, "state": state}
            change = update(followers).where(followers.c.name == name).values(values)
            if connection.execute(change).rowcount == 0:
                connection.execute(insert(followers).values(name=name, **values))

        await self._database.run(write)


def _end(connection: Connection, which: object, at: datetime, why: str) -> None:
    change = (
        update(sessions)
        .where(which, sessions.c.ended_at.is_(None))  # type: ignore[arg-type]
        .values(ended_at=at, ended_why=why)
    )
    connection.execute(change)


def _token(row: AnyRow) -> ApiToken:
    return ApiToken(
        id=row.id,
        name=row.name,
        scope=Scope(row.scope),
        made_by=row.made_by,
        made_at=row.made_at,
        ends_at=row.ends_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
