"""Measures the service as people and programs meet it: prints one JSON object.

    python bench/serving.py signals --rows 10000,1000000 --requests 400
    python bench/serving.py start --runs 5
    python bench/serving.py fanout --writes 200

signals: GET /agent/signals, 20 and 100 a page, at 1, 10 and 50 clients, over books of so many rows:
milliseconds, requests a second and bytes; beside /health/live, which reads nothing, on the same
connections. start: seconds from exec to the first answer, and the memory of a demo that was left
alone; beside a program that only imports the libraries. fanout: milliseconds from a commit in the
books to 80 readers of the live stream, while 20 others do not read.

The service runs in a process of its own, without the trader and without limits of pace.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import uvicorn
from long_books import make_long_books
from websockets.asyncio.client import ClientConnection, connect

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.store.access import SqlAccess
from bayse_agent.adapters.store.reading.opening import open_access
from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.api.app import create_app
from bayse_agent.api.tokens import digest, new_id, new_secret
from bayse_agent.domain.access import ApiToken, Scope
from bayse_agent.domain.control import Control, TradingState
from bayse_agent.settings import Settings
from bayse_agent.wiring.service import Bind, open_alone, open_parts, web_settings

Figures = dict[str, object]
HERE = Path(__file__).resolve().parent
START_TIMEOUT_S = 180.0
NO_LIMIT = 10**9
CLIENTS = (1, 10, 50)
SIZES = (20, 100)
READERS, SLEEPERS = 80, 20
LIBRARIES = "import fastapi, uvicorn, sqlalchemy.ext.asyncio, structlog, numpy, typer"


# -- the service, in a process of its own ----------------------------------------------------------


async def serve() -> None:
    """Serve the books of the environment until SIGTERM, and print where."""
    settings = Settings.read(None)
    bind = Bind(host="127.0.0.1", port=0)
    web = replace(
        web_settings(settings, bind), requests_a_minute=NO_LIMIT, costly_a_minute=NO_LIMIT
    )
    async with open_alone(settings) as behind, open_parts(settings, behind, web) as parts:
        # Named by its protocol: else asyncio leaves small answers waiting for an acknowledgement.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(128)
            config = uvicorn.Config(
                create_app(parts), log_config=None, access_log=False, ws="websockets-sansio"
            )
            print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
            await uvicorn.Server(config).serve([listener])


class Service:
    """One running service over books, with a key to ask it with."""

    def __init__(self, url: str, folder: str) -> None:
        self._url, self._folder = url, folder

    async def __aenter__(self) -> Service:
        self.key = await _make_key(await open_access(self._url))
        environment = {
            **os.environ,
            "AGENT_MODE": "paper",
            "AGENT_DATA_DIR": self._folder,
            "APP_SECRET_KEY": secrets.token_urlsafe(48),
            "DATABASE_URL": self._url,
        }
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "serve", stdout=subprocess.PIPE, env=environment
        )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), START_TIMEOUT_S)
        self.port = int(json.loads(line)["port"])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        await self._process.wait()


async def _make_key(access: SqlAccess) -> str:
    secret = f"bay_{new_secret()}"
    token = ApiToken(
        id=new_id()[:12],
        name="bench",
        scope=Scope.READ,
        made_by="bench",
        made_at=datetime.now(UTC),
        ends_at=None,
        used_at=None,
        revoked_at=None,
    )
    await access.add_token(token, digest(secret))
    await access.close()
    return secret


# -- signals ---------------------------------------------------------------------------------------


class Client:
    """One kept-open connection that speaks just enough HTTP, so that the service is measured."""

    def __init__(self, service: Service) -> None:
        self._at = service
        self.times_ms: list[float] = []
        self.size = 0

    async def run(self, path: str, requests: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._at.port)
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._at.key}"
        for _ in range(requests):
            begun = time.perf_counter()
            writer.write(f"{head}\r\n\r\n".encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"{path}: {answer[:80]!r}")
            self.size = int(answer.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
            await reader.readexactly(self.size)
            self.times_ms.append((time.perf_counter() - begun) * 1000)
        writer.close()
        await writer.wait_closed()


async def _load(service: Service, path: str, clients: int, requests: int) -> Figures:
    await Client(service).run(path, 5)
    crowd = [Client(service) for _ in range(clients)]
    each = max(1, requests // clients)
    begun = time.perf_counter()
    await asyncio.gather(*(client.run(path, each) for client in crowd))
    spent = time.perf_counter() - begun
    times = sorted(time for client in crowd for time in client.times_ms)
    return {
        **_percentiles(times),
        "requests_per_s": round(len(times) / spent),
        "bytes": crowd[0].size,
    }


def _percentiles(times: Sequence[float]) -> Figures:
    ordered = sorted(times)
    return {
        "p50_ms": round(median(ordered), 2),
        "p99_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 2),
    }


async def signals(options: argparse.Namespace) -> Figures:
    told: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for rows in (int(part) for part in options.rows.split(",")):
            kept = options.books and Path(options.books) / f"long-{rows}.db"
            url = f"sqlite:///{kept}" if kept else await make_long_books(folder, rows)
            async with Service(url, folder) as service:
                told[f"rows_{rows}"] = await _signals_of(service, options.requests)
    return told


async def _signals_of(service: Service, requests: int) -> Figures:
    told: Figures = {}
    for clients in CLIENTS:
        told[f"clients_{clients}"] = {
            "bare": await _load(service, "/health/live", clients, requests),
            **{
                f"page_{size}": await _load(
                    service, f"/agent/signals?all=true&limit={size}", clients, requests
                )
                for size in SIZES
            },
        }
    return told


# -- start -----------------------------------------------------------------------------------------


async def start(options: argparse.Namespace) -> Figures:
    told = [await _start_once() for _ in range(options.runs)]
    bound = [_seconds_of(sys.executable, "-c", LIBRARIES) for _ in range(options.runs)]
    return {
        "first_answer_s": round(median(one[0] for one in told), 2),
        "idle_mb": round(median(one[1] for one in told), 1),
        "libraries_alone_s": round(median(bound), 2),
        "runs": options.runs,
    }


async def _start_once() -> tuple[float, float]:
    """Seconds to the first answer of a demo's service, and its megabytes when left alone."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("bayse-agent"))
    begun = time.perf_counter()
    # As slow as a world may be: what is measured is a service at rest.
    process = await asyncio.create_subprocess_exec(
        program, "serve", "--port", str(port), "--speed", "0.1", stdout=subprocess.DEVNULL
    )
    try:
        await asyncio.wait_for(_first_answer(port), START_TIMEOUT_S)
        spent = time.perf_counter() - begun
        await asyncio.sleep(10)
        resident = _resident_mb(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
    return spent, resident


def _resident_mb(process_id: int) -> float:
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def _first_answer(port: int) -> None:
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.01)
            continue
        writer.write(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        if answer.startswith(b"HTTP/1.1 200"):
            return


def _seconds_of(*command: str) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - begun


# -- fan-out ---------------------------------------------------------------------------------------


async def fanout(options: argparse.Namespace) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        url = await make_long_books(folder, 100)
        async with Service(url, folder) as service:
            store = await open_store(url)
            await store.take_lease(holder="bench", at=datetime.now(UTC))
            try:
                return await _fan_out(service, store, options.writes)
            finally:
                await store.close()


async def _fan_out(service: Service, store: SqlStore, writes: int) -> Figures:
    sleepers = [await _sleeper(service) for _ in range(SLEEPERS)]
    header = {"Authorization": f"Bearer {service.key}"}
    address = f"ws://127.0.0.1:{service.port}/ws/live"
    readers = [
        await connect(address, additional_headers=header, compression=None) for _ in range(READERS)
    ]
    for reader in readers:
        await reader.recv()
    sent: dict[int, float] = {}
    hearing = [asyncio.create_task(_hear(reader, sent, writes)) for reader in readers]
    epoch = (await store.control()).epoch
    for number in range(epoch + 1, epoch + 1 + writes):
        control = Control(
            epoch=number,
            state=TradingState.REDUCING if number % 2 else TradingState.ARMED,
            reason="bench",
            by="bench",
            at=datetime.now(UTC),
        )
        await store.set_control(control)
        sent[number] = time.perf_counter()
        await SystemClock().sleep_s(0.05)
    heard = await asyncio.wait_for(asyncio.gather(*hearing), START_TIMEOUT_S)
    for reader in readers:
        await reader.close()
    for sleeper in sleepers:
        sleeper.close()
    return {
        **_percentiles([one for times in heard for one in times]),
        "readers": READERS,
        "sleepers": SLEEPERS,
        "writes": writes,
        "lost": READERS * writes - sum(len(times) for times in heard),
    }


async def _hear(reader: ClientConnection, sent: dict[int, float], writes: int) -> list[float]:
    """How old each change was when it came, in milliseconds."""
    times: list[float] = []
    while len(times) < writes:
        told = json.loads(await reader.recv())
        now = time.perf_counter()
        if told["type"] == "control":
            # What is heard before its commit was noted here took no time.
            begun = sent.get(int(told["data"]["epoch"]), now)
            times.append((now - begun) * 1000)
    return times


async def _sleeper(service: Service) -> socket.socket:
    """A connection that was let in, has next to no buffer, and never reads."""
    sleeper = socket.socket()
    sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    sleeper.connect(("127.0.0.1", service.port))
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    request = [
        "GET /ws/live HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        f"Authorization: Bearer {service.key}",
    ]
    sleeper.sendall("\r\n".join([*request, "", ""]).encode())
    answer = await asyncio.to_thread(sleeper.recv, 64)
    if b" 101 " not in answer:
        raise RuntimeError(f"not let in: {answer!r}")
    return sleeper


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["signals", "start", "fanout", "serve"])
    parser.add_argument("--rows", default="10000,1000000", help="signals: sizes of the books")
    parser.add_argument("--requests", type=int, default=400, help="signals: of each kind")
    parser.add_argument("--books", help="signals: a directory with long-ROWS.db from before")
    parser.add_argument("--runs", type=int, default=5, help="start: runs to take the median of")
    parser.add_argument("--writes", type=int, default=200, help="fanout: changes to be told")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    options = parse(arguments)
    if options.what == "serve":
        asyncio.run(serve())
        return
    measure = {"signals": signals, "start": start, "fanout": fanout}[options.what]
    print(json.dumps(asyncio.run(measure(options))))


if __name__ == "__main__":
    main(sys.argv[1:])
