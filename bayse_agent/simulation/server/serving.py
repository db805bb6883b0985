"""Runs the server on a port: uvicorn, set up to behave like the venue."""

from __future__ import annotations

import asyncio
import socket
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from bayse_agent.simulation.server.transport import BreakableProtocol

PING_EVERY_S = 54.0
PONG_WITHIN_S = 20.0
MESSAGE_LIMIT = 65_536
STOP_WITHIN_S = 2


class Server(uvicorn.Server):
    """A server that says when it is ready, and stops as soon as it is told to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End connections, then requests that still run, then the application."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if tasks := list(self.server_state.tasks):
            _, late = await asyncio.wait(tasks, timeout=0 if self.force_exit else STOP_WITHIN_S)
            for task in late:
                task.cancel()
        await self.lifespan.shutdown()

    def stop(self) -> None:
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._stopping.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in peace, and leave the signal at that; a second one does not wait for anybody."""
        self.force_exit = self.should_exit
        self.stop()


def create_server(
    app: ASGIApp, *, host: str, port: int, ping_every_s: float = PING_EVERY_S
) -> Server:
    """A server that is not started yet; `await serve()` runs it. Call from within the loop.

    The `Date` header is the application's own.
    """
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=BreakableProtocol,
            ws="websockets-sansio",
            ws_max_size=MESSAGE_LIMIT,
            ws_ping_interval=ping_every_s,
            ws_ping_timeout=PONG_WITHIN_S,
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_WITHIN_S,
        )
    )
