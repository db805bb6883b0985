"""Measures the local exchange as a server over loopback HTTP: prints one JSON object.

    python bench/server_load.py --json --requests 2000 --clients 8

The server runs in a process of its own, with its world standing still and no rate limits. A few
clients, each on one kept-open connection, take turns of reads (events, book, wallet, orders) and
signed writes (place a LIMIT order that rests, cancel it). Latency counts from the first byte sent
to the last one read. `speed.py` runs this one among others.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import math
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from statistics import median
from typing import Any

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency, Money
from bayse_agent.simulation.exchange.switches import Enforcement, Switches
from bayse_agent.simulation.server.app import create_app
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.serving import create_server
from bayse_agent.simulation.world import World

START_TIMEOUT_S = 60
LOAD_TIMEOUT_S = 300


# -- the server ------------------------------------------------------------------------------------


async def serve() -> None:
    """Serve a world that stands still, and print where, with a key and a book to trade on."""
    world = World(seed=7, switches=Switches(rate_limits=Enforcement.OFF))
    desk = Desk(world, SystemClock(), seed=7, speed=Decimal(0))
    key = desk.open_account((Money(Decimal(10**9), Currency.USD),))
    markets = [
        market
        for event in world.exchange.live_events()
        if event.spec.engine is Engine.CLOB
        for market in event.markets
        if market.is_open
    ]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = create_server(create_app(desk), host="127.0.0.1", port=0)
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve([listener]))
            await server.ready.wait()
            told = {
                "port": listener.getsockname()[1],
                "public": key.public,
                "secret": key.secret,
                "event": markets[0].event.id,
                "market": markets[0].id,
                "outcome": markets[0].outcome_ids[0],
            }
            print(json.dumps(told), flush=True)


# -- the clients -----------------------------------------------------------------------------------


class Client:
    """One kept-open connection that speaks just enough HTTP, so that the server is measured."""

    def __init__(self, at: dict[str, Any]) -> None:
        self._at = at
        self.latencies: list[float] = []

    async def run(self, rounds: int) -> None:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._at["port"])
        self._reader = reader
        market, outcome = self._at["market"], self._at["outcome"]
        order = {
            "side": "BUY",
            "outcomeId": outcome,
            "amount": 2,
            "type": "LIMIT",
            "currency": "USD",
            "price": 0.01,
        }
        place = f"/v1/pm/events/{self._at['event']}/markets/{market}/orders"
        for _ in range(rounds):
            await self.ask("GET", "/v1/pm/events?page=1&size=20")
            await self.ask("GET", f"/v1/pm/books?outcomeId[]={outcome}&depth=10&currency=USD")
            await self.ask("GET", "/v1/wallet/assets")
            answer = await self.ask("POST", place, order)
            await self.ask("GET", "/v1/pm/orders?currency=USD&status=open&size=20")
            await self.ask("DELETE", f"/v1/pm/orders/{answer['clobOrder']['id']}")
        self._writer.close()
        await self._writer.wait_closed()

    async def ask(self, method: str, target: str, body: object = None) -> Any:
        """One request; raises RuntimeError for any answer but success."""
        sent = b"" if body is None else json.dumps(body).encode()
        head = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(sent)}"]
        head += [f"X-Public-Key: {self._at['public']}", "Content-Type: application/json"]
        if method != "GET":
            head += self._signature(method, target, sent)
        begun = time.perf_counter()
        self._writer.write("\r\n".join([*head, "", ""]).encode() + sent)
        status = int((await self._reader.readline()).split()[1])
        size = 0
        while (line := await self._reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            if name.lower() == "content-length":
                size = int(value)
        text = await self._reader.readexactly(size)
        self.latencies.append(time.perf_counter() - begun)
        if status not in (200, 201):
            raise RuntimeError(f"{method} {target}: {status} {text[:200]!r}")
        return json.loads(text)

    def _signature(self, method: str, target: str, body: bytes) -> list[str]:
        seconds = int(time.time())
        digest = hashlib.sha256(body).hexdigest() if body else ""
        payload = f"{seconds}.{method}.{target.partition('?')[0]}.{digest}".encode()
        signed = hmac.digest(self._at["secret"].encode(), payload, "sha256")
        return [f"X-Timestamp: {seconds}", f"X-Signature: {base64.b64encode(signed).decode()}"]


async def load(at: dict[str, Any], requests: int, clients: int) -> dict[str, object]:
    """Ask so many times in all; requests a second and milliseconds of the slower ones."""
    rounds = max(1, math.ceil(requests / clients / 6))
    warm = Client(at)
    await warm.run(5)
    askers = [Client(at) for _ in range(clients)]
    begun = time.perf_counter()
    async with asyncio.timeout(LOAD_TIMEOUT_S):
        await asyncio.gather(*(asker.run(rounds) for asker in askers))
    spent = time.perf_counter() - begun
    latencies = sorted(value for asker in askers for value in asker.latencies)
    return {
        "requests": len(latencies),
        "clients": clients,
        "requests_per_s": round(len(latencies) / spent),
        "p50_ms": round(1000 * median(latencies), 2),
        "p99_ms": round(1000 * latencies[math.ceil(0.99 * len(latencies)) - 1], 2),
        "writes": "1 place and 1 cancel in 6",
    }


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="the only form there is")
    parser.add_argument("--requests", type=int, default=3_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        asyncio.run(serve())
        return
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            line = child.stdout.readline() if child.stdout else ""
            if not line:
                raise SystemExit("the server did not start")
            print(
                json.dumps(asyncio.run(load(json.loads(line), options.requests, options.clients)))
            )
        finally:
            child.terminate()
            child.wait(timeout=START_TIMEOUT_S)


if __name__ == "__main__":
    main(sys.argv[1:])
