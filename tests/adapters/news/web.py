"""A small web on loopback for tests: it answers raw bytes, and counts who connects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


class Web:
    """A server with one answer to everything. `requests` are what it was sent, as text."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.connections = 0
        self.requests: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.requests.append(head)
            await self._answer(head, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def web(answer: Answer) -> AsyncIterator[Web]:
    running = Web(answer)
    server = await asyncio.start_server(running.serve, "127.0.0.1", 0)
    running.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        server.close()


def response(
    body: bytes = b"", *, status: str = "200 OK", kind: str = "text/html", headers: str = ""
) -> bytes:
    """A whole answer. `headers` are further lines, each with its line end."""
    length = f"Content-Length: {len(body)}\r\n"
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{length}{headers}Connection: close\r\n\r\n"
    )
    return head.encode() + body


def always(answer: bytes) -> Answer:
    async def write(_: str, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return write
