"""An HTTP server on loopback that answers from a script, and writes down what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer. `sent_bytes` cuts the reply off; None bytes of it is silence and a hang-up.

    `pause_s` is how long to keep the asker waiting after the headers.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    sent_bytes: int | None = None
    pause_s: float = 0.0

    @classmethod
    def of(cls, value: object, status: int = 200, **headers: str) -> Reply:
        """A JSON reply; header names are written with underscores."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status=status, body=json.dumps(value).encode(), headers=named)

    @classmethod
    def complaint(cls, status: int, code: str, message: str = "no") -> Reply:
        return cls.of({"error": code, "message": message, "statusCode": status}, status)


HANG_UP = Reply(sent_bytes=0)
PAGE_OF_A_PROXY = Reply(
    status=502, body=b"<html>Bad gateway</html>", headers={"Content-Type": "text/html"}
)


class ScriptedServer:
    """Answers the next reply of `script`; when it is empty, the one of `usual`, or a 599."""

    def __init__(self) -> None:
        self.script: list[Reply] = []
        self.usual: Reply | None = None
        self.requests: list[Seen] = []
        self.port = 0
        self._open: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self, *replies: Reply) -> None:
        self.script.extend(replies)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open[writer] = asyncio.current_task()
        try:
            while (seen := await _read(reader)) is not None:
                self.requests.append(seen)
                if not await self._reply(writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            del self._open[writer]

    async def close(self) -> None:
        """Hang up on everybody, and wait until all have noticed."""
        tasks = [task for task in self._open.values() if task is not None]
        for writer in self._open:
            writer.close()
        if tasks:
            await asyncio.wait(tasks)

    async def _reply(self, writer: asyncio.StreamWriter) -> bool:
        reply = self.script.pop(0) if self.script else (self.usual or Reply(status=599))
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(reply.body)),
            **reply.headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        whole = f"HTTP/1.1 {reply.status} X\r\n{head}\r\n".encode()
        if reply.pause_s:
            writer.write(whole)
            await writer.drain()
            await asyncio.sleep(reply.pause_s)
            whole = b""
        whole += reply.body
        writer.write(whole if reply.sent_bytes is None else whole[: reply.sent_bytes])
        await writer.drain()
        return reply.sent_bytes is None


async def _read(reader: asyncio.StreamReader) -> Seen | None:
    head = await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""
    if not head:
        return None
    first, *lines = head.decode().rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    return Seen(method=method, path=parts.path, query=query, headers=headers, body=body)


@asynccontextmanager
async def scripted_server() -> AsyncIterator[ScriptedServer]:
    """A server on a free port of loopback."""
    scripted = ScriptedServer()
    server = await asyncio.start_server(scripted.handle, "127.0.0.1", 0)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()
        await scripted.close()
