"""A websocket server on loopback that says what a test tells it to, and keeps what it hears."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

GREETING = {"type": "connected", "status": "connected", "clientId": "1", "timestamp": 1771329600000}


class SocketServer:
    """`heard` are the messages of all connections; each connection opens a list of its own."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: list[list[dict[str, Any]]] = []
        self.paths: list[str] = []
        self.greets = True
        self.pongs = True
        self._open: list[ServerConnection] = []
        self._moved = asyncio.Condition()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def handle(self, connection: ServerConnection) -> None:
        messages: list[dict[str, Any]] = []
        self.heard.append(messages)
        self.paths.append(connection.request.path if connection.request else "")
        self._open.append(connection)
        try:
            if self.greets:
                await connection.send(json.dumps(GREETING))
            async for frame in connection:
                message = json.loads(frame)
                if message["type"] == "ping" and self.pongs:
                    await connection.send('{"type":"pong"}')
                async with self._moved:
                    messages.append(message)
                    self._moved.notify_all()
        except ConnectionClosed:
            pass

    async def hears(self, count: int, connection: int = 0) -> list[dict[str, Any]]:
        """Wait until a connection has said that much."""
        async with asyncio.timeout(20), self._moved:
            await self._moved.wait_for(
                lambda: len(self.heard) > connection and len(self.heard[connection]) >= count
            )
        return self.heard[connection]

    async def says(self, *objects: object, connection: int = 0) -> None:
        """Send several objects in one frame, each on a line of its own."""
        lines = [each if isinstance(each, str) else json.dumps(each) for each in objects]
        await self._open[connection].send("\n".join(lines))

    async def hangs_up(self, connection: int = 0) -> None:
        await self._open[connection].close()


@asynccontextmanager
async def socket_server() -> AsyncIterator[SocketServer]:
    scripted = SocketServer()
    async with serve(scripted.handle, "127.0.0.1", 0, close_timeout=0.2) as server:
        scripted.port = next(iter(server.sockets)).getsockname()[1]
        yield scripted
