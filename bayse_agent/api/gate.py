"""The gate: every request passes it before anything of it is parsed.

It looks the route up in the one table, says who is calling, and lets in only who may. It also
bounds what comes in, puts the headers on what goes out, and turns what nobody caught into an
answer without a trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bayse_agent.api.access import ACCESS, NEVER_BRAKED, Right, Rule, match, methods_of
from bayse_agent.api.caller import Caller
from bayse_agent.api.cookies import access_cookie
from bayse_agent.api.doors import Doors
from bayse_agent.api.headers import ORIGIN_HEADER_NAME, security_headers
from bayse_agent.api.metering import Meter
from bayse_agent.api.origins import Origins, client_of, scheme_of
from bayse_agent.api.parts import ApiParts
from bayse_agent.api.throttle import Throttle
from bayse_agent.api.tokens import new_id
from bayse_agent.api.trouble import depth_of, problem
from bayse_agent.domain.access import Scope as Rights

LARGEST_BODY = 65_536
DEEPEST_BODY = 20
_SAFE = ("GET", "HEAD", "OPTIONS")
_MINUTE_S = 60.0


class _No(Exception):
    """A request that is not let in."""

    def __init__(
        self,
        status: int,
        detail: str,
        code: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.code = status, detail, code
        self.headers = dict(headers or {})


class Gate:
    """An ASGI application around the service's."""

    def __init__(self, app: ASGIApp, *, parts: ApiParts, doors: Doors, meter: Meter) -> None:
        self._app = app
        self._parts = parts
        self._doors = doors
        self._meter = meter
        self._origins = Origins(parts.web)
        web, timer = parts.web, parts.timer
        self._pace = Throttle(timer, times=web.requests_a_minute, within_s=_MINUTE_S)
        self._strangers = Throttle(timer, times=web.requests_a_minute, within_s=_MINUTE_S)
        self._costly = Throttle(timer, times=web.costly_a_minute, within_s=_MINUTE_S)
        self._log = structlog.get_logger("api")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            self._prepare(scope)
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _prepare(self, scope: Scope) -> str:
        request_id = new_id()[:16]
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["scheme"] = scheme_of(scope, self._parts.web)
        state["origin"] = client_of(scope, self._parts.web)
        return request_id

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = self._prepare(scope)
        answer = _Answer(send, security_headers(scope), request_id)
        method, path = scope["method"], scope["path"]
        key = match(method, path)
        begun = self._parts.timer.monotonic_s()
        try:
            if not self._is_preflight(scope):
                await self._check(scope, method, path, key)
            _check_query(scope)
            receive = await _bounded(scope, receive)
            await self._app(scope, receive, answer)
        except _No as no:
            if no.status == 401:
                no.headers["WWW-Authenticate"] = "Bearer"
            response = problem(request_id, no.status, no.detail, code=no.code, headers=no.headers)
            await response(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 (nobody outside may see what went wrong)
            self._log.error("request_died", request_id=request_id, path=path, exc_info=error)
            if not answer.has_begun:
                await problem(request_id, 500, "something went wrong")(scope, receive, answer)
        finally:
            took_s = self._parts.timer.monotonic_s() - begun
            self._meter.served(key or "unknown", answer.status, took_s)

    def _is_preflight(self, scope: Scope) -> bool:
        """A browser's question whether another site's page may ask: answered for known sites."""
        return scope["method"] == "OPTIONS" and self._origins.is_named(Headers(scope=scope))

    async def _check(self, scope: Scope, method: str, path: str, key: str | None) -> None:
        headers = Headers(scope=scope)
        if not self._origins.is_ours(headers):
            raise _No(421, "this service has no such name", "wrong_host")
        rule = None if key is None else ACCESS[key]
        if rule is not None and rule.right in (Right.PUBLIC, Right.BELL):
            self._check_open(rule, scope, headers)
            return
        if rule is None and _is_open(path):
            raise _unknown(path)
        if rule is not None and rule.right is Right.METRICS and self._may_read_metrics(scope):
            return
        caller = await self._caller(HTTPConnection(scope))
        scope["state"]["caller"] = caller
        if rule is None:
            raise _unknown(path)
        if key in NEVER_BRAKED:
            self._check_scope(rule, caller)
        else:
            self._check_right(rule, caller)
            self._check_pace(rule, caller)
        if caller.is_by_cookie and method not in _SAFE:
            self._check_forgery(headers)

    def _check_open(self, rule: Rule, scope: Scope, headers: Headers) -> None:
        """Another site's page may not log anybody in or out, and nobody ask all the time."""
        if scope["method"] not in _SAFE and not self._origins.may_write(headers):
            raise _No(403, "the request came from another site", "wrong_origin")
        if rule.is_counted:
            _count(self._strangers, scope["state"]["origin"])

    def _check_forgery(self, headers: Headers) -> None:
        """A browser sends its cookies with whatever any page makes it send: ask for more."""
        has_origin = headers.get("origin") is not None
        if not has_origin or not self._origins.may_write(headers):
            raise _No(403, "the request came from another site", "wrong_origin")
        if headers.get(ORIGIN_HEADER_NAME) is None:
            raise _No(403, f"the header {ORIGIN_HEADER_NAME} is missing", "no_header")

    async def _caller(self, connection: HTTPConnection) -> Caller:
        said = connection.headers.get("authorization")
        if said is not None:
            kind, _, credential = said.partition(" ")
            if kind.lower() != "bearer":
                raise _No(401, "log in first")
            found = await self._doors.caller_of(credential.strip(), is_by_cookie=False)
        else:
            cookie = access_cookie(connection)
            if cookie is None:
                raise _No(401, "log in first")
            found = await self._doors.caller_of(cookie, is_by_cookie=True)
        if found is None:
            raise _No(401, "log in again")
        return found

    def _check_right(self, rule: Rule, caller: Caller) -> None:
        if rule.right is Right.SELF:
            if caller.session_id is None:
                raise _No(403, "only a person can do that, and not a token")
        else:
            self._check_scope(rule, caller)
        is_own = rule.right in (Right.READ, Right.SELF) and not rule.steps_up
        if caller.must_change and not is_own:
            raise _No(403, "change the password first", "change_password")
        if rule.steps_up and caller.session_id is not None and not caller.is_stepped_up:
            raise _No(403, "give the password again", "step_up")

    def _check_scope(self, rule: Rule, caller: Caller) -> None:
        wanted = Rights.READ if rule.right is Right.METRICS else Rights(rule.right.value)
        if not caller.scope.includes(wanted):
            raise _No(403, f"that needs the right to {wanted}", "scope")

    def _check_pace(self, rule: Rule, caller: Caller) -> None:
        throttles = (self._pace, self._costly) if rule.is_costly else (self._pace,)
        for throttle in throttles:
            _count(throttle, caller.key)

    def _may_read_metrics(self, scope: Scope) -> bool:
        token = self._parts.web.metrics_token
        return self._meter.may_read(scope, token)


class _Answer:
    """What goes out: with the headers, and known to have begun."""

    def __init__(self, send: Send, headers: dict[str, str], request_id: str) -> None:
        self._send = send
        self._headers = {**headers, "X-Request-Id": request_id}
        self.has_begun = False
        self.status = 500

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers[name] = value
        await self._send(message)


def _count(throttle: Throttle, key: str) -> None:
    """Count a request of somebody; one too many is not let in."""
    if wait_s := throttle.take(key):
        wait = {"Retry-After": str(int(wait_s) + 1)}
        raise _No(429, "too many requests: wait a little", headers=wait)


def _unknown(path: str) -> _No:
    """What is said of something that is not in the table."""
    known = methods_of(path)
    if known:
        return _No(405, "not with this method", headers={"Allow": ", ".join(known)})
    return _No(404, "there is no such thing")


def _is_open(path: str) -> bool:
    """Whether everything at an address is for anybody: there a stranger may know its methods."""
    rights = {ACCESS[key].right for one in methods_of(path) if (key := match(one, path))}
    return bool(rights) and rights <= {Right.PUBLIC, Right.BELL}


def _check_query(scope: Scope) -> None:
    """Of two values for one name nobody could say which was meant. Lists are named `name[]`."""
    text = scope["query_string"].decode("latin-1")
    seen: set[str] = set()
    for name, _ in parse_qsl(text, keep_blank_values=True):
        if name in seen and not name.endswith("[]"):
            raise _No(422, f"{name[:64]!r} is given twice")
        seen.add(name)


async def _bounded(scope: Scope, receive: Receive) -> Receive:
    """The whole body, read now, when it is small and flat enough; else the request is refused."""
    if scope["method"] in _SAFE:
        return receive
    headers = Headers(scope=scope)
    told = headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > LARGEST_BODY:
        raise _No(413, f"more than {LARGEST_BODY} bytes")
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise _No(413, f"more than {LARGEST_BODY} bytes")
        if not message.get("more_body", False):
            break
    if "json" in headers.get("content-type", "") and depth_of(bytes(body)) > DEEPEST_BODY:
        raise _No(400, f"deeper than {DEEPEST_BODY} levels", "too_deep")
    return _Replay(bytes(body), receive)


class _Replay:
    """Gives a body that was read before, and then what really comes."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}
