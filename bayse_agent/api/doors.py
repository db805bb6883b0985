"""The doors: logging in, staying in, being shown out, and saying who somebody is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog

from bayse_agent.api.caller import Caller
from bayse_agent.api.factors import Factors
from bayse_agent.api.parts import ApiParts
from bayse_agent.api.passwords import Passwords, check_password
from bayse_agent.api.throttle import Throttle
from bayse_agent.api.tokens import (
    KEY_PREFIX,
    Bearer,
    access_token,
    digest,
    new_id,
    new_secret,
    read_access_token,
)
from bayse_agent.domain.access import AccessEvent, ApiToken, Scope, WebSession

TRIES_A_MINUTE = 10
_MINUTE_S = 60.0
_LONGEST_NAME = 64


class TooOften(Exception):
    """Somebody tries too often. `wait_s`: when to come again."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("too many tries")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What somebody has after logging in."""

    person: str
    must_change: bool
    access: str
    refresh: str


class NotIn(StrEnum):
    """Why somebody does not come in. The values are codes for programs."""

    WRONG_PASSWORD = "wrong_password"
    NO_CODE = "second_factor"
    WRONG_CODE = "wrong_code"


class Doors:
    """Who may come in. Everything that happens here is written into the log of the doors."""

    def __init__(self, parts: ApiParts, passwords: Passwords) -> None:
        self._parts = parts
        self._passwords = passwords
        self._by_origin = Throttle(parts.timer, times=TRIES_A_MINUTE, within_s=_MINUTE_S)
        self._by_name = Throttle(parts.timer, times=TRIES_A_MINUTE, within_s=_MINUTE_S)
        self._by_session = Throttle(parts.timer, times=TRIES_A_MINUTE, within_s=_MINUTE_S)
        self._bells = Throttle(parts.timer, times=TRIES_A_MINUTE, within_s=_MINUTE_S)
        self._log = structlog.get_logger("doors")
        self.factors = Factors(
            parts.access.factors, parts.timer, parts.web.factor_key, parts.web.issuer
        )

    @property
    def _now(self) -> datetime:
        return self._parts.timer.now()

    async def log_in(
        self, name: str, password: str, code: str | None = None, *, origin: str
    ) -> Opened | NotIn:
        """Begin a session. Raises TooOften."""
        self._count_try(name, origin)
        person = await self._parts.access.person(name[:_LONGEST_NAME])
        known = None if person is None else person.password_hash
        if not await self._passwords.verify(password, known) or person is None:
            await self.note("login_failed", name[:_LONGEST_NAME], origin)
            return NotIn.WRONG_PASSWORD
        if lacks := await self._lacks(person.name, code, origin=origin):
            return lacks
        self._by_name.forget(name)
        session_id, secret, now = new_id(), new_secret(), self._now
        await self._parts.access.add_session(
            WebSession(
                id=session_id,
                person=person.name,
                made_at=now,
                seen_at=now,
                ends_at=now + self._parts.web.session_length,
                refresh_hash=digest(secret),
                stepped_up_at=None,
                ended_at=None,
                ended_why="",
                origin=origin,
            )
        )
        await self.note("login", person.name, origin)
        return self._opened(person.name, session_id, secret, must_change=person.must_change)

    async def refresh(self, token: str, *, origin: str) -> Opened | None:
        """Exchange a refresh token; None for one that is no good. A used one ends the session."""
        session_id, _, secret = token.partition(".")
        session = await self._parts.access.session(session_id)
        if session is None or not self._lives(session):
            return None
        becomes = new_secret()
        is_good = await self._parts.access.renew_session(
            session_id, was=digest(secret), becomes=digest(becomes), at=self._now
        )
        if not is_good:
            await self.note("refresh_reused", session.person, origin)
            return None
        person = await self._parts.access.person(session.person)
        must_change = person is not None and person.must_change
        return self._opened(session.person, session_id, becomes, must_change=must_change)

    async def log_out(self, session_id: str, *, who: str, origin: str, why: str) -> None:
        await self._parts.access.end_session(session_id, why=why, at=self._now)
        await self.note("logout", who, origin, why)

    async def step_up(
        self, caller: Caller, password: str, code: str | None = None, *, origin: str
    ) -> NotIn | None:
        """Note that everything was shown again; else what is wrong. Raises TooOften."""
        assert caller.session_id is not None
        if wrong := await self._not_shown(caller, password, code, origin=origin):
            return wrong
        await self._parts.access.step_up(caller.session_id, self._now)
        await self.note("step_up", caller.name, origin)
        return None

    async def confirm_factor(
        self, caller: Caller, code: str, *, origin: str
    ) -> tuple[str, ...] | None:
        """Put a second factor in force; returns its recovery codes, None for a wrong code.

        The person's other sessions end. Raises TooOften.
        """
        assert caller.session_id is not None
        self._count_code(caller.name)
        codes = await self.factors.confirm(caller.name, code, session_id=caller.session_id)
        await self.note("code_wrong" if codes is None else "factor_on", caller.name, origin)
        return codes

    async def remove_factor(
        self, caller: Caller, password: str, code: str | None, *, origin: str
    ) -> NotIn | None:
        """Take the second factor away; else what is wrong. Raises TooOften."""
        assert caller.session_id is not None
        if wrong := await self._not_shown(caller, password, code, origin=origin):
            return wrong
        factors = self._parts.access.factors
        if await factors.remove(caller.name, self._now, but=caller.session_id):
            await self.note("factor_off", caller.name, origin)
        return None

    async def change_password(self, caller: Caller, old: str, new: str, *, origin: str) -> bool:
        """Give a person a new password and end his sessions; False when the old one is wrong.

        Raises InvalidValue for a new one that will not do, and TooOften.
        """
        if not await self._is_password(caller, old, origin=origin):
            return False
        check_password(new, caller.name)
        hashed = await self._passwords.hash(new)
        await self._parts.access.set_password(caller.name, hashed, must_change=False, at=self._now)
        await self.note("password_changed", caller.name, origin)
        return True

    async def make_token(
        self, name: str, scope: Scope, *, by: str, origin: str, ends_at: datetime | None
    ) -> tuple[ApiToken, str]:
        """A key for a script, and its secret, which is not kept."""
        secret = f"{KEY_PREFIX}{new_secret()}"
        token = ApiToken(
            id=new_id()[:12],
            name=name,
            scope=scope,
            made_by=by,
            made_at=self._now,
            ends_at=ends_at,
            used_at=None,
            revoked_at=None,
        )
        await self._parts.access.add_token(token, digest(secret))
        await self.note("token_made", by, origin, f"{token.id} {scope} {name}")
        return token, secret

    async def caller_of(self, credential: str, *, is_by_cookie: bool) -> Caller | None:
        """Who a token or a key belongs to; None for one that is no good (any more)."""
        if credential.startswith(KEY_PREFIX) and not is_by_cookie:
            return await self._caller_of_key(credential)
        bearer = read_access_token(self._parts.web, credential, self._now)
        if bearer is None:
            return None
        session = await self._parts.access.session(bearer.session_id)
        if session is None or session.person != bearer.person or not self._lives(session):
            return None
        await self._parts.access.see_session(session, self._now)
        person = await self._parts.access.person(session.person)
        return Caller(
            name=bearer.person,
            scope=Scope.ADMIN,
            session_id=session.id,
            is_by_cookie=is_by_cookie,
            is_stepped_up=self._is_fresh(session.stepped_up_at),
            must_change=person is None or person.must_change,
        )

    async def still_in(self, caller: Caller) -> bool:
        """Whether somebody who was let in before would still be."""
        if caller.session_id is not None:
            session = await self._parts.access.session(caller.session_id)
            return session is not None and self._lives(session)
        tokens = await self._parts.access.tokens()
        return any(one.id == caller.token_id and self._is_good(one) for one in tokens)

    async def note(self, kind: str, who: str, origin: str, detail: str = "") -> None:
        """Write down what happened at the doors."""
        self._log.info(kind, who=who, origin=origin, detail=detail)
        event = AccessEvent(at=self._now, kind=kind, who=who, origin=origin, detail=detail)
        await self._parts.access.note(event)

    async def note_bell(self, origin: str) -> None:
        """Write down that a webhook was refused; of many from one place only some."""
        if self._bells.take(origin) == 0.0:
            await self.note("webhook_refused", "webhook", origin)

    async def _caller_of_key(self, secret: str) -> Caller | None:
        token = await self._parts.access.token_of(digest(secret))
        if token is None or not self._is_good(token):
            return None
        await self._parts.access.use_token(token, self._now)
        return Caller(name=f"token {token.name}", scope=token.scope, token_id=token.id)

    async def _not_shown(
        self, caller: Caller, password: str, code: str | None, *, origin: str
    ) -> NotIn | None:
        if not await self._is_password(caller, password, origin=origin):
            return NotIn.WRONG_PASSWORD
        return await self._lacks(caller.name, code, origin=origin)

    async def _lacks(self, name: str, code: str | None, *, origin: str) -> NotIn | None:
        """What is wrong with the code of somebody whose password is right. Raises TooOften."""
        if not await self.factors.is_on(name):
            return None
        if code is None:
            return NotIn.NO_CODE
        self._count_code(name)
        if await self.factors.is_right(name, code):
            return None
        await self.note("code_wrong", name, origin)
        return NotIn.WRONG_CODE

    def _count_code(self, name: str) -> None:
        if wait_s := self.factors.take_try(name):
            raise TooOften(wait_s)

    async def _is_password(self, caller: Caller, password: str, *, origin: str) -> bool:
        """Whether somebody who is in knows the password. He is counted by his session: guesses from
        outside must not keep him from what wants it.
        """
        if wait_s := self._by_session.take(caller.key):
            raise TooOften(wait_s)
        person = await self._parts.access.person(caller.name)
        known = None if person is None else person.password_hash
        if await self._passwords.verify(password, known):
            self._by_session.forget(caller.key)
            return True
        await self.note("password_wrong", caller.name, origin)
        return False

    def _count_try(self, name: str, origin: str) -> None:
        wait_s = max(self._by_origin.wait_s(origin), self._by_name.wait_s(name))
        if wait_s > 0:
            raise TooOften(wait_s)
        self._by_origin.count(origin)
        self._by_name.count(name)

    def _opened(self, person: str, session_id: str, secret: str, *, must_change: bool) -> Opened:
        bearer = Bearer(person=person, session_id=session_id)
        return Opened(
            person=person,
            must_change=must_change,
            access=access_token(self._parts.web, bearer, self._now),
            refresh=f"{session_id}.{secret}",
        )

    def _lives(self, session: WebSession) -> bool:
        now = self._now
        is_idle = now - session.seen_at > self._parts.web.idle_length
        return session.ended_at is None and now < session.ends_at and not is_idle

    def _is_good(self, token: ApiToken) -> bool:
        ended = token.ends_at is not None and token.ends_at <= self._now
        return token.revoked_at is None and not ended

    def _is_fresh(self, stepped_up_at: datetime | None) -> bool:
        if stepped_up_at is None:
            return False
        return self._now - stepped_up_at <= self._parts.web.step_up_length
