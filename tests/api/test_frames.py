"""Broken frames on the live stream, broken webhooks: no error of ours, no hang, nothing changed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from bayse_agent.api.parts import WebSettings
from bayse_agent.api.routes.live import LARGEST_FRAME
from bayse_agent.api.routes.webhook import signatures
from bayse_agent.domain.access import Scope
from bayse_agent.wiring.resuming import BOOKS
from tests.api.apart import served
from tests.api.stage import SECRET, Begun, HandClock, staged

_IS_TORTURE = os.environ.get("HYPOTHESIS_PROFILE") == "torture"
_FRAMES = _BELLS = 10_000 if _IS_TORTURE else 300
_A_CONNECTION = 20
_MOST_WORK_S = 2.0
"""Of the processor, for what comes over one connection: how long that takes others decide too."""
_HANGS_AFTER_S = 60.0
_KEY = b"the key of this test, which is long enough"
_OF_DOORS = {"access_log", "doorbells", "sessions", "tokens", "people", "followers"}


def _digest(folder: Path) -> str:
    """Everything in the books but who came to the doors."""
    found = hashlib.sha256()
    with sqlite3.connect(folder / "demo" / BOOKS) as books:
        names = books.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        for (name,) in names.fetchall():
            if name not in _OF_DOORS and not name.startswith("sqlite"):
                for row in books.execute(f'SELECT * FROM "{name}" ORDER BY rowid'):
                    found.update(repr((name, row)).encode())
    books.close()
    return found.hexdigest()


def _frame(random: Random) -> bytes:
    """A frame (RFC 6455) that is sound, or wrong in one way or another."""
    kind = random.choice(["sound", "sound", "bits", "opcode", "length", "mask", "close", "noise"])
    size = random.choice([0, 1, 125, 126, 1000, 65_535, LARGEST_FRAME + 1])
    payload = random.randbytes(size)
    if random.random() < 0.5:
        payload = b'{"type": "halt", "id": ' + b"[" * min(size, 5000)
    first = 0x80 | random.choice([0x1, 0x2, 0x9, 0xA])
    if kind == "noise":
        return random.randbytes(random.randrange(1, 200))
    if kind == "bits":
        first = random.choice([0x01, 0x00, 0x80]) | random.choice([0x10, 0x40, 0x70])
    if kind == "opcode":
        first = 0x80 | random.choice([0x0, 0x3, 0x7, 0xB, 0xF])
    if kind == "close":
        first, payload = 0x88, random.randbytes(random.choice([0, 1, 2, 60, 130]))
    length = len(payload)
    if kind == "length":
        length = random.choice([2**16, 2**40, 2**63 - 1, 2**64 - 1])
    is_masked = kind != "mask"
    return _head(first, length, is_masked=is_masked) + (bytes(4) if is_masked else b"") + payload


def _head(first: int, length: int, *, is_masked: bool) -> bytes:
    bit = 0x80 if is_masked else 0
    if length < 126:
        return bytes([first, bit | length])
    if length < 2**16:
        return bytes([first, bit | 126]) + length.to_bytes(2, "big")
    return bytes([first, bit | 127]) + length.to_bytes(8, "big")


async def _throw(where: str, bearer: str, frames: list[bytes]) -> None:
    """Send frames over a connection of their own, and wait until the service has hung up."""
    host, port = where.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    key = base64.b64encode(b"0123456789abcdef").decode()
    lines = (
        "GET /ws/live HTTP/1.1",
        f"Host: {where}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        f"Authorization: {bearer}",
    )
    begun = time.process_time()
    async with asyncio.timeout(_HANGS_AFTER_S):
        writer.write("\r\n".join((*lines, "", "")).encode())
        told = await reader.readuntil(b"\r\n\r\n")
        assert told.startswith(b"HTTP/1.1 101 "), told
        try:
            for frame in frames:
                writer.write(frame)
                await writer.drain()
            writer.write_eof()
            while await reader.read(65_536):
                pass
        except ConnectionError:
            # It hung up on what it was sent.
            pass
    writer.close()
    assert time.process_time() - begun < _MOST_WORK_S


async def test_stream_when_frames_are_broken_then_it_hangs_up_and_nothing_changes(
    begun: Begun, tmp_path: Path
) -> None:
    random = Random(7)
    async with staged(begun, tmp_path) as stage, served(stage.app) as where:
        bearer = (await stage.bearer(Scope.ADMIN))["Authorization"]
        before = _digest(tmp_path)
        for _ in range(_FRAMES // _A_CONNECTION):
            await _throw(where, bearer, [_frame(random) for _ in range(_A_CONNECTION)])
        assert _digest(tmp_path) == before
        assert await stage.parts.store.pending_commands() == ()
        assert (await stage.client().get("/health/ready")).status_code == 200


@pytest.fixture
def web() -> WebSettings:
    return WebSettings(secret=SECRET, webhook_keys=(_KEY,), static_webhook="s" * 30)


_BODIES = (
    b'{"orderId":"o-1","status":"filled"}',
    b"{}",
    b"",
    b"null",
    b"[" * 5000,
    b'{"payout":1e999}',
    b'{"payout":NaN,"orderId":7}',
    b'{"orderId":"\\ud800"}',
    b"\xff\xfe{}",
    b'{"a":' * 30 + b"1" + b"}" * 30,
    b'{"status":"' + b"x" * 70_000 + b'"}',
)


def _bells(random: Random, stamp: int) -> Iterator[tuple[bytes, dict[str, str], str | None]]:
    """Bodies and headers, and the id of those that are signed and fresh."""
    for number in range(_BELLS):
        body = random.choice([*_BODIES, random.randbytes(random.randrange(200))])
        name = random.choice([f"msg-{number}", f"msg-{number % 7}", "", "x" * 500, "a b", "é"])
        at = random.choice([str(stamp)] * 3 + [str(stamp - 301), "-1", "9" * 40, "", "1e9", "٣"])
        right = signatures([_KEY], name, at, body)[0]
        said = random.choice([right] * 3 + [right[:-2], right.lower(), "v1,", "", f"v2,x {right}"])
        headers = {"webhook-id": name, "webhook-timestamp": at, "webhook-signature": said}
        headers = {key: value for key, value in headers.items() if random.random() < 0.95}
        kinds = ["application/json", "text/plain", "application/x-www-form-urlencoded", "x"]
        headers["content-type"] = random.choice([*kinds, "multipart/form-data; boundary="])
        is_whole = len(headers) == 4 and right in said.split(" ")
        is_fit = 0 < len(name) <= 128 and at == str(stamp)
        yield body, headers, name if is_whole and is_fit else None


async def test_webhook_when_it_is_broken_in_any_way_then_refused_and_nothing_changes(
    begun: Begun, tmp_path: Path, clock: HandClock, web: WebSettings
) -> None:
    random, taken, told = Random(7), set[str](), Counter[int]()
    async with staged(begun, tmp_path, timer=clock, web=web) as stage:
        before = _digest(tmp_path)
        client = stage.client()
        for body, headers, name in _bells(random, int(clock.now().timestamp())):
            raw = [(key.encode(), value.encode()) for key, value in headers.items()]
            begun_s = time.process_time()
            async with asyncio.timeout(_HANGS_AFTER_S):
                answer = await client.post("/webhook/order", content=body, headers=raw)
            assert time.process_time() - begun_s < _MOST_WORK_S
            told[answer.status_code] += 1
            assert answer.status_code in (200, 400, 401, 413, 422), answer.text
            if answer.status_code == 200:
                assert name is not None, headers
                taken.add(name)
        assert _digest(tmp_path) == before
        assert len(stage.rung) == len(taken)
    assert min(told[200], told[401], told[422]) > 0, told
