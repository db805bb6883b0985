"""What every request passes: faults, authentication, rate limits, idempotency, the log.

Order of checks: body size, faults that refuse, key, timestamp, signature, rate limit,
idempotency key, and only then the request itself. Until a request's own handler runs nothing has
changed; the handler runs without a pause, so that no two requests ever mix.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from email.utils import format_datetime
from hashlib import sha256

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bayse_agent.simulation.exchange.refusal import Refusal
from bayse_agent.simulation.exchange.switches import Enforcement
from bayse_agent.simulation.faults import Fault, FaultKind, hit
from bayse_agent.simulation.server.buckets import Traffic
from bayse_agent.simulation.server.call import Call, Endpoint, Level
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.disturbance import disturbed, refusal_of
from bayse_agent.simulation.server.fields import Query
from bayse_agent.simulation.server.idempotency import Ticket
from bayse_agent.simulation.server.problem import Problem, too_many
from bayse_agent.simulation.server.reply import Reply, as_problem, failed, succeeded
from bayse_agent.simulation.server.request_log import LogEntry
from bayse_agent.simulation.server.signing import SignedRequest, check_signature
from bayse_agent.simulation.server.transport import LostReply

BODY_LIMIT = 1_000_000

Spawn = Callable[[Coroutine[object, object, None]], None]
"""Starts something that outlives the request."""


class Gate:
    """Answers requests at one desk."""

    def __init__(self, desk: Desk, spawn: Spawn) -> None:
        self._desk = desk
        self._spawn = spawn

    async def answer(self, endpoint: Endpoint, request: Request) -> Response:
        """The whole way of one request of the venue's own interface."""
        faults = self._desk.faults.strike(endpoint.route)
        skew_s = fault.seconds if (fault := hit(faults, FaultKind.CLOCK_SKEW)) else 0.0
        now_s = self._desk.wall.now().timestamp()
        try:
            body = await read_body(request)
        except ClientDisconnect:
            return LostReply()
        except Problem as problem:
            entry = self._open(endpoint.route, request, b"", faults)
            return self._send(request, entry, failed(problem), faults, skew_s)
        entry = self._open(endpoint.route, request, body, faults)
        call = Call(
            method=request.method,
            path=raw_path(request),
            parameters=request.path_params,
            query=Query(request.query_params),
            headers=request.headers,
            body=body,
            now_s=now_s,
            skew_s=skew_s,
            effect=entry.effect,
        )
        self._desk.catch_up()
        reply = await self._reply(endpoint, call, entry, faults)
        return self._send(request, entry, reply, faults, skew_s)

    def refuse(self, request: Request, problem: Problem) -> Response:
        """The answer to what is not part of the interface."""
        entry = self._open("", request, b"", ())
        return self._send(request, entry, failed(problem), (), 0.0)

    async def _reply(
        self, endpoint: Endpoint, call: Call, entry: LogEntry, faults: Sequence[Fault]
    ) -> Reply:
        if (refusal := refusal_of(faults)) is not None:
            return failed(refusal)
        try:
            self._admit(endpoint, call, entry)
            ticket = self._begin(endpoint, call)
        except Problem as problem:
            return failed(problem)
        if isinstance(ticket, Reply):
            call.effect.is_replay = True
            return ticket
        late = hit(faults, FaultKind.ACCEPT_LATE)
        if late is not None:
            self._spawn(self._perform_late(endpoint, call, faults, late.seconds))
            return failed(Problem(504, "gateway_timeout", "The upstream did not answer in time"))
        return await self._perform_now(endpoint, call, faults)

    async def _perform_now(self, endpoint: Endpoint, call: Call, faults: Sequence[Fault]) -> Reply:
        reply = self._perform(endpoint, call, faults)
        if (broken := hit(faults, FaultKind.ACCEPT_THEN_5XX)) is not None:
            text = "Something went wrong on our side"
            reply = failed(Problem(broken.status, "internal_server_error", text))
        if (slow := hit(faults, FaultKind.DELAY)) is not None:
            await self._wait(slow.seconds)
        self._finish(endpoint, call, reply)
        return reply

    async def _wait(self, seconds: float) -> None:
        wall = self._desk.wall
        await wall.sleep_until(wall.now() + timedelta(seconds=seconds))

    async def _perform_late(
        self, endpoint: Endpoint, call: Call, faults: Sequence[Fault], seconds: float
    ) -> None:
        await self._wait(seconds)
        self._desk.catch_up()
        self._finish(endpoint, call, self._perform(endpoint, call, faults))

    def _admit(self, endpoint: Endpoint, call: Call, entry: LogEntry) -> None:
        """Who calls, and may they now? Raises Problem 401 or 429."""
        self._identify(endpoint, call)
        if call.key is not None or call.session is not None:
            entry.user_id = call.user.id
        if call.key is None or self._desk.switches.rate_limits is Enforcement.OFF:
            return
        traffic = Traffic.WRITE if endpoint.level is Level.WRITE else Traffic.READ
        wait_s = self._desk.buckets.take(
            call.key.public, traffic, endpoint.tokens(call), call.now_s
        )
        if wait_s is not None:
            raise too_many(wait_s)

    def _identify(self, endpoint: Endpoint, call: Call) -> None:
        accounts, headers = self._desk.accounts, call.headers
        if endpoint.level is Level.SESSION:
            call.session = accounts.session(headers.get("x-auth-token"), headers.get("x-device-id"))
        elif endpoint.level is Level.PUBLIC:
            call.key = accounts.known_key(headers.get("x-public-key"))
        else:
            call.key = accounts.by_public_key(headers.get("x-public-key"))
        if endpoint.level is Level.WRITE and call.key is not None:
            check_signature(
                SignedRequest(
                    method=call.method,
                    path=call.path,
                    body=call.body,
                    timestamp=headers.get("x-timestamp"),
                    signature=headers.get("x-signature"),
                ),
                secret=call.key.secret,
                now_s=call.now_s + call.skew_s,
                empty_body=self._desk.switches.empty_body_hash,
            )

    def _begin(self, endpoint: Endpoint, call: Call) -> Ticket | Reply | None:
        key = call.headers.get("idempotency-key")
        if not endpoint.takes_key or key is None:
            return None
        return self._desk.idempotency.begin(
            call.user.id, endpoint.route, key, body_hash=call.body_hash, now_s=call.now_s
        )

    def _finish(self, endpoint: Endpoint, call: Call, reply: Reply) -> None:
        key = call.headers.get("idempotency-key")
        if endpoint.takes_key and key is not None:
            self._desk.idempotency.finish(call.user.id, endpoint.route, key, reply)

    def _perform(self, endpoint: Endpoint, call: Call, faults: Sequence[Fault]) -> Reply:
        trades: list[str] = call.effect.trades
        try:
            with self._desk.watched(trades):
                reply = succeeded(endpoint.handler(self._desk, call))
        except Refusal as refusal:
            reply = failed(as_problem(refusal))
        except Problem as problem:
            reply = failed(problem)
        if (forget := hit(faults, FaultKind.FORGET_ORDER)) is not None:
            self._desk.forget(call.effect.created, forget.minutes)
        self._desk.hub.flush()
        return reply

    def _open(self, route: str, request: Request, body: bytes, faults: Sequence[Fault]) -> LogEntry:
        desk = self._desk
        entry = desk.log.open(
            at_ms=int(desk.wall.now().timestamp() * 1000),
            world_ms=desk.exchange.now_ms,
            method=request.method,
            path=raw_path(request),
            route=route,
            body_hash=sha256(body).hexdigest() if body else "",
            key=request.headers.get("idempotency-key"),
        )
        entry.faults = tuple(fault.kind for fault in faults)
        return entry

    def _send(
        self,
        request: Request,
        entry: LogEntry,
        reply: Reply,
        faults: Sequence[Fault],
        skew_s: float,
    ) -> Response:
        if hit(faults, FaultKind.ACCEPT_THEN_LOSE_REPLY) is not None:
            return LostReply()
        reply = disturbed(reply, faults)
        entry.status = reply.status
        at = self._desk.wall.now() + timedelta(seconds=skew_s)
        headers = {**reply.headers, "Date": format_datetime(at, usegmt=True)}
        if (trace := request.headers.get("x-trace-id")) is not None:
            headers["x-trace-id"] = trace
        return Response(
            reply.body, status_code=reply.status, headers=headers, media_type=reply.media_type
        )


def raw_path(request: Request) -> str:
    """The path as it was sent, without the query."""
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    return bytes(raw).decode("latin-1")


async def read_body(request: Request) -> bytes:
    """The whole body. Raises Problem 413 as soon as it is too long."""
    too_long = Problem(413, "payload_too_large", "The request body is too large")
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced[:12]) > BODY_LIMIT:
        raise too_long
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_LIMIT:
            raise too_long
        parts.append(part)
    return b"".join(parts)
