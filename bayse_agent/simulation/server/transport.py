"""Lets a reply be lost on the wire: the connection breaks, and not a byte is answered."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

ABORT = "bayse_agent.abort"


class BreakableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, with a way for the application to break the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio does this by itself only on sockets it has made: without it every answer waits
        # 40 ms for the client's acknowledgement of its headers.
        wire = transport.get_extra_info("socket")
        if wire is not None and wire.family in (socket.AF_INET, socket.AF_INET6):
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app = _with_abort(self.app, transport.abort)


def _with_abort(app: ASGIApp, abort: Callable[[], None]) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[ABORT] = abort
        await app(scope, receive, send)

    return answer


class LostReply(Response):
    """A response that never arrives."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"][ABORT]()
        while (await receive())["type"] != "http.disconnect":
            pass
