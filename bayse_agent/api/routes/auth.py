"""Logging in and out, sessions, and keys of scripts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from bayse_agent.adapters.store.reading import desk
from bayse_agent.adapters.store.reading.views import AccessView
from bayse_agent.api.caller import Calling
from bayse_agent.api.cookies import drop_cookies, refresh_cookie, set_cookies
from bayse_agent.api.doors import NotIn, Opened
from bayse_agent.api.house import FromOrigin, House, InHouse
from bayse_agent.api.listing import AfterBefore, Listed, page_of
from bayse_agent.api.tickets import TICKET_LIFE_S
from bayse_agent.api.trouble import ANYWHERE, Unfit, problems
from bayse_agent.domain.access import ApiToken, Scope, WebSession

router = APIRouter(prefix="/auth", tags=["doors"])
_DOOR = problems(400, 401, 403, 413, 422, 429, 503)
_Name = Annotated[str, Field(min_length=1, max_length=64)]
_Password = Annotated[str, Field(min_length=1, max_length=256)]
Code = Annotated[str, Field(min_length=6, max_length=32)]
"""A code of the second factor, or a recovery code."""
_WHY_NOT = {
    NotIn.WRONG_PASSWORD: "the password is wrong",
    NotIn.NO_CODE: "give a code of the second factor as well",
    NotIn.WRONG_CODE: "the code is wrong, or was used before",
}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TokenOut(BaseModel):
    access_token: str
    token_type: str = "bearer"
    expires_in: int


class Login(Strict):
    """`otp`: a code, for who has a second factor."""

    username: _Name
    password: _Password
    otp: Code | None = None


class Me(BaseModel):
    """`is_stepped_up`: the password was given again within the last minutes."""

    username: str
    scope: Scope
    is_person: bool
    must_change_password: bool
    is_stepped_up: bool
    mode: str


class LoggedIn(BaseModel):
    username: str
    must_change_password: bool


class OnePassword(Strict):
    """`otp`: a code, for who has a second factor."""

    password: _Password
    otp: Code | None = None


class NewPassword(Strict):
    old_password: _Password
    new_password: _Password


class TicketOut(BaseModel):
    ticket: str
    expires_in: int


class SessionOut(BaseModel):
    id: str
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    origin: str
    is_this_one: bool


class KeyOut(BaseModel):
    id: str
    name: str
    scope: Scope
    made_by: str
    made_at: datetime
    ends_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class NewKey(Strict):
    """`days`: how long it is good for; without an end when left out."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    scope: Annotated[Scope, Field(strict=False)] = Scope.READ
    days: Annotated[int, Field(ge=1, le=3650)] | None = None


class MadeKey(BaseModel):
    """The secret is shown this once."""

    key: KeyOut
    secret: str


class Done(BaseModel):
    ok: bool = True


@router.post("/token", response_model=TokenOut, responses=_DOOR)
async def token(
    house: InHouse,
    origin: FromOrigin,
    username: Annotated[str, Form(min_length=1, max_length=64)],
    password: Annotated[str, Form(min_length=1, max_length=256)],
    otp: Annotated[str | None, Form(min_length=6, max_length=32)] = None,
) -> TokenOut:
    """Log a script in: a bearer token for some minutes. Better use a key made for it.

    `otp`: a code, for who has a second factor.
    """
    opened = _opened(await house.doors.log_in(username, password, otp, origin=origin))
    length = house.parts.web.access_length
    return TokenOut(access_token=opened.access, expires_in=int(length.total_seconds()))


@router.post("/login", response_model=LoggedIn, responses=_DOOR)
async def login(
    house: InHouse, origin: FromOrigin, request: Request, response: Response, wanted: Login
) -> LoggedIn:
    """Log a browser in: the tokens are in cookies that no script can read."""
    opened = _opened(
        await house.doors.log_in(wanted.username, wanted.password, wanted.otp, origin=origin)
    )
    return _with_cookies(house, request, response, opened)


@router.post("/refresh", response_model=LoggedIn, responses=_DOOR)
async def refresh(
    house: InHouse, origin: FromOrigin, request: Request, response: Response
) -> LoggedIn:
    """Exchange a browser's cookies for fresh ones. The old ones used again end the session."""
    token = refresh_cookie(request)
    opened = None if token is None else await house.doors.refresh(token, origin=origin)
    if opened is None:
        raise Unfit(401, "not_logged_in", "log in again")
    return _with_cookies(house, request, response, opened)


@router.post("/logout", response_model=Done, responses=ANYWHERE)
async def logout(
    house: InHouse, caller: Calling, origin: FromOrigin, request: Request, response: Response
) -> Done:
    """End the session, on the server too: no token of it is good any more."""
    assert caller.session_id is not None
    await house.doors.log_out(caller.session_id, who=caller.name, origin=origin, why="logged out")
    drop_cookies(request, response)
    return Done()


@router.get("/me", response_model=Me, responses=ANYWHERE)
async def me(house: InHouse, caller: Calling) -> Me:
    """Who is calling, and what he may do."""
    return Me(
        username=caller.name,
        scope=caller.scope,
        is_person=caller.session_id is not None,
        must_change_password=caller.must_change,
        is_stepped_up=caller.is_stepped_up,
        mode=house.parts.mode,
    )


@router.post("/step-up", response_model=Done, responses=ANYWHERE)
async def step_up(house: InHouse, caller: Calling, origin: FromOrigin, wanted: OnePassword) -> Done:
    """Give the password again, and a code: for some minutes what is grave may be done."""
    wrong = await house.doors.step_up(caller, wanted.password, wanted.otp, origin=origin)
    if wrong is not None:
        raise unfit(wrong)
    return Done()


@router.post("/password", response_model=Done, responses=ANYWHERE)
async def password(
    house: InHouse,
    caller: Calling,
    origin: FromOrigin,
    request: Request,
    response: Response,
    wanted: NewPassword,
) -> Done:
    """Change one's password. Every session of one's own ends; log in again."""
    is_changed = await house.doors.change_password(
        caller, wanted.old_password, wanted.new_password, origin=origin
    )
    if not is_changed:
        raise Unfit(403, "wrong_password", "the old password is wrong")
    drop_cookies(request, response)
    return Done()


@router.post("/ticket", response_model=TicketOut, responses=ANYWHERE)
async def ticket(house: InHouse, caller: Calling) -> TicketOut:
    """A ticket for the live stream: good once, for half a minute."""
    return TicketOut(ticket=house.tickets.give(caller), expires_in=int(TICKET_LIFE_S))


@router.get("/sessions", response_model=list[SessionOut], responses=ANYWHERE)
async def sessions(house: InHouse, caller: Calling) -> list[SessionOut]:
    """One's own sessions that have not ended."""
    found = await house.parts.access.sessions_of(caller.name)
    return [_session(one, caller.session_id) for one in found]


@router.delete("/sessions/{session_id}", response_model=Done, responses=ANYWHERE)
async def end_session(house: InHouse, caller: Calling, origin: FromOrigin, session_id: str) -> Done:
    """End one of one's own sessions."""
    found = await house.parts.access.session(session_id)
    if found is None or found.person != caller.name:
        raise Unfit(404, "not_found", "there is no such session")
    await house.doors.log_out(session_id, who=caller.name, origin=origin, why="shown out")
    return Done()


@router.get("/tokens", response_model=list[KeyOut], responses=ANYWHERE)
async def tokens(house: InHouse) -> list[KeyOut]:
    """The keys of scripts, revoked ones as well."""
    return [_key(one) for one in await house.parts.access.tokens()]


@router.post("/tokens", response_model=MadeKey, status_code=201, responses=ANYWHERE)
async def make_token(
    house: InHouse, caller: Calling, origin: FromOrigin, wanted: NewKey
) -> MadeKey:
    """Make a key for a script. Its secret is shown this once."""
    ends_at = None
    if wanted.days is not None:
        ends_at = house.parts.timer.now() + timedelta(days=wanted.days)
    made, secret = await house.doors.make_token(
        wanted.name, wanted.scope, by=caller.name, origin=origin, ends_at=ends_at
    )
    return MadeKey(key=_key(made), secret=secret)


@router.delete("/tokens/{token_id}", response_model=Done, responses=ANYWHERE)
async def revoke_token(house: InHouse, caller: Calling, origin: FromOrigin, token_id: str) -> Done:
    """Revoke a key, at once."""
    if not await house.parts.access.revoke_token(token_id, house.parts.timer.now()):
        raise Unfit(404, "not_found", "there is no such key to revoke")
    await house.doors.note("token_revoked", caller.name, origin, token_id)
    return Done()


@router.get("/log", response_model=Listed[AccessView], responses=ANYWHERE)
async def log(house: InHouse, cut: AfterBefore) -> Listed[AccessView]:
    """What happened at the doors, newest first."""
    return page_of(await house.parts.reader.ask(desk.access(cut)))


def _opened(opened: Opened | NotIn) -> Opened:
    if opened is NotIn.WRONG_PASSWORD:
        raise Unfit(401, "not_logged_in", "name or password is wrong")
    if isinstance(opened, NotIn):
        raise Unfit(401, opened.value, _WHY_NOT[opened])
    return opened


def unfit(wrong: NotIn) -> Unfit:
    """What somebody is told who is in, and showed the wrong thing."""
    return Unfit(403, wrong.value, _WHY_NOT[wrong])


def _with_cookies(house: House, request: Request, response: Response, opened: Opened) -> LoggedIn:
    set_cookies(
        request,
        response,
        access=opened.access,
        refresh=opened.refresh,
        length=house.parts.web.session_length,
    )
    return LoggedIn(username=opened.person, must_change_password=opened.must_change)


def _session(session: WebSession, this: str | None) -> SessionOut:
    return SessionOut(
        id=session.id,
        made_at=session.made_at,
        seen_at=session.seen_at,
        ends_at=session.ends_at,
        origin=session.origin,
        is_this_one=session.id == this,
    )


def _key(token: ApiToken) -> KeyOut:
    return KeyOut(
        id=token.id,
        name=token.name,
        scope=token.scope,
        made_by=token.made_by,
        made_at=token.made_at,
        ends_at=token.ends_at,
        used_at=token.used_at,
        revoked_at=token.revoked_at,
    )
