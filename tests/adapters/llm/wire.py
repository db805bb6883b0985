"""A provider on loopback that speaks the wire formats of the real ones, by a script."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bayse_agent.adapters.llm.options import Provider

GOOD: Mapping[str, object] = {
    "base_rate": "About half of such votes pass.",
    "case_no": "The speaker is against it.",
    "case_yes": "The majority is for it.",
    "probability_yes": 0.62,
    "probability_no": 0.38,
}
Write = Callable[[asyncio.StreamWriter], Any]


@dataclass(frozen=True)
class Act:
    """One reply: a body with a status, or something worse done to the connection."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    write: Write | None = None


@dataclass
class FakeProvider:
    """Plays its acts in turn, the last one over and over, and remembers what it was sent."""

    url: str = ""
    acts: deque[Act] = field(default_factory=deque)
    seen: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def plays(self, *acts: Act) -> None:
        self.acts = deque(acts)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                line, *lines = head.strip().split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (x.partition(":") for x in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.seen.append((line.split(" ")[1], headers, json.loads(body)))
                act = self.acts.popleft() if len(self.acts) > 1 else self.acts[0]
                if act.write is not None:
                    await act.write(writer)
                    return
                writer.write(_http(act))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def _http(act: Act) -> bytes:
    headers = {"Content-Type": "application/json", **act.headers}
    headers["Content-Length"] = str(len(act.body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {act.status} X\r\n{lines}\r\n".encode("latin-1") + act.body


@asynccontextmanager
async def fake_provider() -> AsyncIterator[FakeProvider]:
    fake = FakeProvider()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    fake.url = f"http://127.0.0.1:{port}"
    try:
        yield fake
    finally:
        server.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


async def hang(writer: asyncio.StreamWriter) -> None:
    """Say nothing at all."""
    await asyncio.wait_for(asyncio.Event().wait(), 20)


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send one byte now and then, without end."""
    writer.write(HEAD)
    while True:
        writer.write(b"1\r\n \r\n")
        await writer.drain()
        await asyncio.wait({asyncio.ensure_future(asyncio.Event().wait())}, timeout=0.02)


async def flood(writer: asyncio.StreamWriter) -> None:
    """Send as fast as the other side reads, without end."""
    writer.write(HEAD)
    while True:
        writer.write(b"10000\r\n" + b" " * 65_536 + b"\r\n")
        await writer.drain()


async def cut(writer: asyncio.StreamWriter) -> None:
    """End the connection in the middle of a reply."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"id": ')
    await writer.drain()


def said(provider: Provider, fields: object, *, ended: str = "", tool: str = "answer") -> Act:
    """A reply in which the tool is called with fields, or with a text in their place."""
    return Act(json.dumps(_CALLS[provider](fields, tool, ended)).encode())


def spoken(provider: Provider, text: str, *, ended: str = "") -> Act:
    """A reply that is a text."""
    return Act(json.dumps(_TEXTS[provider](text, ended)).encode())


def refused(provider: Provider) -> Act:
    """A reply in which the model declines, the way that each provider says so."""
    body: dict[str, Any]
    if provider is Provider.ANTHROPIC:
        body = _anthropic([], "refusal")
    elif provider is Provider.GEMINI:
        body = {"candidates": [{"finishReason": "SAFETY", "index": 0}], "usageMetadata": {}}
    else:
        body = _chat({"role": "assistant", "content": None, "refusal": "I cannot."}, "stop")
    return Act(json.dumps(body).encode())


def _chat(message: Mapping[str, object], ended: str) -> dict[str, Any]:
    return {
        "id": "c-1",
        "object": "chat.completion",
        "created": 1_780_000_000,
        "model": "test",
        "choices": [{"index": 0, "message": message, "finish_reason": ended}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050},
    }


def _chat_call(fields: object, tool: str, ended: str) -> dict[str, Any]:
    arguments = fields if isinstance(fields, str) else json.dumps(fields)
    call = {"id": "t-1", "type": "function", "function": {"name": tool, "arguments": arguments}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return _chat(message, ended or "tool_calls")


def _anthropic(content: list[dict[str, object]], ended: str) -> dict[str, Any]:
    return {
        "id": "m-1",
        "type": "message",
        "role": "assistant",
        "model": "test",
        "content": content,
        "stop_reason": ended,
        "stop_sequence": None,
        "usage": {"input_tokens": 1000, "output_tokens": 50},
    }


def _gemini(parts: list[dict[str, object]], ended: str) -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": ended, "index": 0}
    usage = {"promptTokenCount": 1000, "candidatesTokenCount": 50, "totalTokenCount": 1050}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "test"}


def _anthropic_call(fields: object, tool: str, ended: str) -> dict[str, Any]:
    call = {"type": "tool_use", "id": "t-1", "name": tool, "input": fields}
    return _anthropic([call], _LENGTH["anthropic"] if ended else "tool_use")


def _gemini_call(fields: object, tool: str, ended: str) -> dict[str, Any]:
    call: dict[str, object] = {"functionCall": {"name": tool, "args": fields}}
    return _gemini([call], _LENGTH["gemini"] if ended else "STOP")


_LENGTH = {"anthropic": "max_tokens", "gemini": "MAX_TOKENS"}
_CALLS: Mapping[Provider, Callable[[object, str, str], dict[str, Any]]] = {
    Provider.GROQ: _chat_call,
    Provider.OPENAI: _chat_call,
    Provider.COMPATIBLE: _chat_call,
    Provider.ANTHROPIC: _anthropic_call,
    Provider.GEMINI: _gemini_call,
}


def _chat_text(text: str, ended: str) -> dict[str, Any]:
    return _chat({"role": "assistant", "content": text}, ended or "stop")


_TEXTS: Mapping[Provider, Callable[[str, str], dict[str, Any]]] = {
    Provider.GROQ: _chat_text,
    Provider.OPENAI: _chat_text,
    Provider.COMPATIBLE: _chat_text,
    Provider.ANTHROPIC: lambda t, e: _anthropic([{"type": "text", "text": t}], e or "end_turn"),
    Provider.GEMINI: lambda t, e: _gemini([{"text": t}], e or "STOP"),
}
