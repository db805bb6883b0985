"""Puts the desk on the web: routes, websockets, the control routes, and what runs beside them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from bayse_agent.simulation.exchange.refusal import Refusal
from bayse_agent.simulation.faults import STREAM_ROUTES
from bayse_agent.simulation.server import (
    routes_account,
    routes_batch,
    routes_market,
    routes_orders,
    routes_sports,
    routes_user,
)
from bayse_agent.simulation.server.call import Call, Endpoint
from bayse_agent.simulation.server.control import Control
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.fields import Query
from bayse_agent.simulation.server.gate import Gate, raw_path, read_body
from bayse_agent.simulation.server.problem import Problem
from bayse_agent.simulation.server.reply import Reply, as_problem, failed, succeeded
from bayse_agent.simulation.server.request_log import Effect
from bayse_agent.simulation.server.streams import Streams

BEAT_S = 0.25
ASSETS_EVERY_S = 1.0

# Fixed paths before paths with a name in the same place: the first match answers.
ENDPOINTS: tuple[Endpoint, ...] = (
    *routes_user.ENDPOINTS,
    *routes_market.ENDPOINTS,
    *routes_batch.ENDPOINTS,
    *routes_orders.ENDPOINTS,
    *routes_account.ENDPOINTS,
    *routes_sports.ENDPOINTS,
)
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost", "testclient"})
_MESSAGES = {404: "Resource not found", 405: "Method not allowed"}
_CODES = {404: "not_found", 405: "method_not_allowed"}


class Background:
    """What outlives the request that began it; all of it ends with the server."""

    def __init__(self) -> None:
        self._group: asyncio.TaskGroup | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        if self._group is None:
            work.close()
            return
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                yield
            finally:
                self._group = None
                for task in list(self._tasks):
                    task.cancel()


def create_app(desk: Desk, *, controls: Mapping[str, Control] | None = None) -> Starlette:
    """The server as an ASGI application. Without `controls` there is no control interface."""
    background = Background()
    gate = Gate(desk, background.spawn)
    streams = Streams(desk)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with background.running():
            background.spawn(beat(desk))
            yield

    routes: list[BaseRoute] = [_route(gate, endpoint) for endpoint in ENDPOINTS]
    routes += [_control(desk, path, control) for path, control in (controls or {}).items()]
    routes += [
        WebSocketRoute(route.partition(" ")[2], partial(streams.serve, route))
        for route in STREAM_ROUTES
    ]
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={HTTPException: partial(_unrouted, gate), 500: partial(_broken, gate)},
    )
    app.router.redirect_slashes = False
    return app


def _route(gate: Gate, endpoint: Endpoint) -> Route:
    return Route(endpoint.path, partial(gate.answer, endpoint), methods=[endpoint.method])


async def beat(desk: Desk) -> None:
    """Move the world at its pace and tell the listeners, as long as the server runs."""
    wall = desk.wall
    assets_due = wall.now()
    while True:
        await wall.sleep_until(wall.now() + timedelta(seconds=BEAT_S))
        while not desk.catch_up():
            await _let_others_speak()
        desk.hub.flush()
        if wall.now() >= assets_due:
            desk.hub.push_assets()
            assets_due = wall.now() + timedelta(seconds=ASSETS_EVERY_S)


async def _let_others_speak() -> None:
    """Far behind its time, the world moves in steps; requests are answered in between."""
    turn = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(turn.set_result, None)
    await turn


def _control(desk: Desk, path: str, control: Control) -> Route:
    method, _, template = path.partition(" ")
    return Route(template, partial(_answer_control, desk, control), methods=[method])


async def _answer_control(desk: Desk, control: Control, request: Request) -> Response:
    """Answer this machine alone, and never a page in its browser."""
    try:
        if request.client is None or request.client.host not in _LOCAL:
            raise Problem(403, "forbidden", "The control interface is for this machine only")
        if "origin" in request.headers:
            raise Problem(403, "forbidden", "The control interface is not for web pages")
        call = Call(
            method=request.method,
            path=raw_path(request),
            parameters=request.path_params,
            query=Query(request.query_params),
            # A body is read as JSON whatever it is announced as: curl's -d says it is a form.
            headers=Headers(),
            body=await read_body(request),
            now_s=desk.wall.now().timestamp(),
            effect=Effect(),
        )
        desk.catch_up()
        reply = succeeded(control(desk, call))
    except Problem as problem:
        reply = failed(problem)
    except Refusal as refusal:
        reply = failed(as_problem(refusal))
    return _response(reply)


def _response(reply: Reply) -> Response:
    return Response(
        reply.body,
        status_code=reply.status,
        headers=dict(reply.headers),
        media_type=reply.media_type,
    )


async def _unrouted(gate: Gate, request: Request, error: Exception) -> Response:
    """Paths and methods that are not there."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    message = _MESSAGES.get(status, "Bad request")
    return gate.refuse(request, Problem(status, _CODES.get(status, "bad_request"), message))


async def _broken(gate: Gate, request: Request, error: Exception) -> Response:
    """A fault of our own: told in the venue's shape, and raised again by the framework."""
    return gate.refuse(
        request, Problem(500, "internal_server_error", "An unexpected error occurred")
    )
