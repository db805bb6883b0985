"""Secrets that are planted in every secret setting, and looked for wherever anything comes out."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

from websockets.asyncio.client import connect

from bayse_agent.api.access import ACCESS
from bayse_agent.api.app import document
from bayse_agent.settings import Settings
from tests.cli.test_trader import PATIENCE_S, Place, address, place, wait_for

__all__ = ["address", "place"]

_FAULTY = 500 if os.environ.get("HYPOTHESIS_PROFILE") == "torture" else 50
_RANDOM = Random(7)
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_FAULTS = [
    {"route": "GET *", "kind": "refuse_before", "p": 0.2, "seed": 7, "status": 500},
    {"route": "GET *", "kind": "html_body", "p": 0.1, "seed": 8},
    {"route": "GET *", "kind": "truncated_body", "p": 0.1, "seed": 9},
    {"route": "POST *", "kind": "accept_then_5xx", "p": 0.3, "seed": 10},
]
_WEB = Path(__file__).parents[2] / "bayse_agent" / "web"


def _canary() -> str:
    return "".join(_RANDOM.choices(_LETTERS, k=44))


class _Model(BaseHTTPRequestHandler):
    """Answers like a model that has nothing to say, and keeps what it was asked."""

    prompts: list[str]

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        self.prompts.append(self.rfile.read(length).decode())
        said = {"choices": [{"message": {"role": "assistant", "content": "{}"}}], "usage": {}}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


@contextmanager
def _model() -> Iterator[tuple[str, list[str]]]:
    prompts: list[str] = []
    kind = type("Asked", (_Model,), {"prompts": prompts})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", prompts
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _planted(place: Place, model: str) -> tuple[dict[str, str], dict[str, str]]:
    """Settings with a canary in every secret one, and the canaries by name."""
    keys = {name: place.environment[name] for name in ("BAYSE_PUBLIC_KEY", "BAYSE_PRIVATE_KEY")}
    canaries = {name: _canary() for name in sorted(Settings.SECRETS) if name not in keys} | keys
    # Books in a file have no password: a name of them that only the process knows stands for it.
    books = place.folder / f"{canaries['DATABASE_URL']}.db"
    canaries["NOTIFY_URLS"] = canaries["NOTIFY_URLS"][:30]
    settings = dict(canaries) | {
        "DATABASE_URL": f"sqlite:///{books}",
        "NOTIFY_URLS": f"json://user:{canaries['NOTIFY_URLS']}@127.0.0.1:9/",
        "AI_PROVIDER": "compatible",
        "AI_BASE_URL": model,
        "AI_MODEL": "test",
        "ADMIN_USERNAME": "captain",
        "SEARCH_PROVIDER": "none",
        "SEARCH_FEEDS_ENABLED": "false",
        "AGENT_SCAN_INTERVAL_SECONDS": "5",
        "BAYSE_PRIVATE_KEY": keys["BAYSE_PRIVATE_KEY"],
    }
    # A way out that leads nowhere would keep the prompts from the model that is looked at.
    del settings["AI_PROXY_URL"]
    return settings, canaries


class _Reader:
    """Calls routes, and keeps everything that came back."""

    def __init__(self, where: str, password: str) -> None:
        self.where, self.seen = where, list[str]()
        form = f"username=captain&password={password}".encode()
        _, text = self.call("POST", "/auth/token", {}, form)
        self.token = json.loads(text)["access_token"]
        self.seen.clear()

    def call(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[int, str]:
        request = urllib.request.Request(
            f"{self.where}{path}", data=body, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                status, head, text = answer.status, str(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as error:
            status, head, text = error.code, str(error.headers), error.read().decode()
        self.seen.append(f"{head}\n{text}")
        return status, text

    def walk(self, asked: int) -> set[int]:
        """Ask every route, in turn, as a person, as nobody, and with nonsense."""
        keys = sorted(key for key in ACCESS if not key.startswith("WS ") and "logout" not in key)
        statuses = set()
        for number in range(max(asked, len(keys))):
            method, path = keys[number % len(keys)].split(" ", 1)
            filled = re.sub(r"\{\w+\}", "x", path)
            headers = {"Authorization": f"Bearer {self.token}"} if number % 7 else {}
            headers["Content-Type"] = "application/json"
            body = None if method == "GET" else (b"{}", b"{", b'{"reason": "x", "password": "x"}')
            chosen = None if body is None else body[number % 3]
            statuses.add(self.call(method, filled, headers, chosen)[0])
        return statuses


async def _told(where: str, token: str) -> list[str]:
    """What the live stream tells for a while, from the beginning of the journal on."""
    url = where.replace("http", "ws") + "/ws/live?since=0"
    told: list[str] = []
    async with connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as stream:
        while '"hello"' not in (told or [""])[-1]:
            told.append(str(await asyncio.wait_for(stream.recv(), PATIENCE_S)))
    return told


def _fault(address: str, faults: list[dict[str, Any]]) -> None:
    request = urllib.request.Request(
        f"{address}/sim/faults", data=json.dumps(faults).encode(), method="POST"
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        assert answer.status == 200


def _files(folder: Path) -> dict[str, bytes]:
    """Books, logs and whatever else was written; what is in the books also as text."""
    found = {str(one): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    for one in folder.glob("*.db"):
        with sqlite3.connect(one) as books:
            found[f"{one} as text"] = "\n".join(books.iterdump()).encode()
        books.close()
    return found


def test_secrets_when_planted_everywhere_then_none_comes_out_anywhere(
    place: Place, address: str
) -> None:
    with _model() as (model, prompts):
        settings, canaries = _planted(place, model)
        process = place.program("serve", "--live", "--port", "0", **settings)
        try:
            out = wait_for(process, "serving at")
            where = re.search(r"serving at (\S+)", out)
            assert where is not None, out
            reader = _Reader(where[1], canaries["ADMIN_PASSWORD"])
            reader.walk(0)
            _fault(address, _FAULTS)
            statuses = reader.walk(_FAULTY)
            streamed = asyncio.run(_told(where[1], reader.token))
        finally:
            _fault(address, [])
            process.terminate()
            rest, _ = process.communicate(timeout=PATIENCE_S)
    assert {200, 401, 422} <= statuses
    assert len(streamed) > 1
    assert prompts
    places = {
        "printed and logged": (out + rest).encode(),
        "answers": "\n".join(reader.seen).encode(),
        "stream": "\n".join(streamed).encode(),
        "prompts": "\n".join(prompts).encode(),
        "document": json.dumps(document("1")).encode(),
        **_files(place.folder),
        **{str(one): one.read_bytes() for one in _WEB.rglob("*") if one.is_file()},
    }
    for name, canary in canaries.items():
        assert [where for where, text in places.items() if canary.encode() in text] == [], name
