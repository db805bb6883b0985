"""A venue that does nothing but answer at once and note when orders come: for measuring speed.

It runs in a process of its own. Times are of the computer's monotonic clock, which processes share.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Json = dict[str, Any]

EVENT, MARKET, UP, DOWN = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
SYMBOL, SERIES = "BTCUSDT", "crypto-btc-15min"
THRESHOLD = 96_250.5
BARS = 1_440
WINDOW_S = 290
TICK_TIMEOUT_S = 1.0
_REFUSAL = {"code": "insufficient_liquidity", "message": "nothing is there to be had"}
_ORDER = re.compile(r"/v1/pm/orders/([0-9a-f-]+)")


class Venue:
    """One window that is worth a bet and never takes one; resting orders of any id.

    `account`: its cash and its rows of the portfolio, when it is to have any.
    """

    def __init__(self, account: Json) -> None:
        self._cash, self._rows = account["cash"], account["rows"]
        self.orders_ns: list[int] = []
        self.cancels_ns: list[int] = []
        self.latencies_ms: list[float] = []
        self.missed = 0
        self.ordered = asyncio.Event()
        self.sockets: dict[str, set[ServerConnection]] = {}
        self.series: asyncio.Task[None] | None = None
        self._tick_at = datetime.now(UTC) - timedelta(minutes=BARS + 1)
        self._price = THRESHOLD * 1.02
        self._chance = Random(5)
        self._closes = datetime.now(UTC) + timedelta(seconds=WINDOW_S)

    # Over HTTP

    def answer(
        self, method: str, target: str, body: bytes, came_ns: int
    ) -> tuple[int, Json | list[Json]]:
        path, _, query = target.partition("?")
        if path == "/v1/pm/orders/batch" and method == "POST":
            self.orders_ns.append(came_ns)
            self.ordered.set()
            return 200, {"results": [{"index": 0, "success": False, "error": _REFUSAL}]}
        if method == "DELETE":
            self.cancels_ns.append(came_ns)
            return 200, {"message": "cancelled"}
        if found := _ORDER.fullmatch(path):
            return 200, _cancelled(found.group(1))
        if path.startswith("/bench/"):
            return 200, self._bench(path, query)
        return self._read(path, query)

    def _read(self, path: str, query: str) -> tuple[int, Json | list[Json]]:
        page = {"pagination": {"page": 1, "size": 50, "lastPage": 1, "totalCount": 0}}
        known: dict[str, Json | list[Json]] = {
            "/v1/pm/books": [self.book(one) for one in (UP, DOWN) if one in query],
            f"/v1/pm/events/{EVENT}": self._event(),
            "/v1/pm/events": {"events": [self._event()], **page},
            "/v1/pm/orders": {"orders": [], **page},
            "/v1/pm/portfolio": self._portfolio(query),
            "/v1/pm/activities": {"activities": [], **page},
            "/v1/pm/trades": {"data": [], **page},
            "/v1/wallet/assets": {
                "assets": [
                    {"symbol": "NGN", "availableBalance": self._cash, "pendingBalance": 0},
                ]
            },
        }
        if path in known:
            return 200, known[path]
        return 404, {"error": "not_found", "message": "there is none"}

    def _portfolio(self, query: str) -> Json:
        options = dict(part.split("=") for part in query.split("&") if part)
        page, size = int(options.get("page", 1)), int(options.get("size", 50))
        return {
            "outcomeBalances": self._rows[size * (page - 1) : size * page],
            "pagination": {
                "page": page,
                "size": size,
                "lastPage": max(1, -(-len(self._rows) // size)),
                "totalCount": len(self._rows),
            },
        }

    def _bench(self, path: str, query: str) -> Json:
        options = dict(part.split("=") for part in query.split("&") if part)
        if path == "/bench/measure":
            self.latencies_ms, self.missed = [], 0
            self._begin(self._measure(int(options["count"]), float(options["gap_s"])))
        elif path == "/bench/busy":
            self._begin(self._busy(float(options["gap_s"])))
        elif path == "/bench/quiet" and self.series is not None:
            self.series.cancel()
        return {
            "is_over": self.series is None or self.series.done(),
            "latencies_ms": self.latencies_ms,
            "missed": self.missed,
            "orders": len(self.orders_ns),
            "last_order_ns": self.orders_ns[-1] if self.orders_ns else 0,
            "cancels_ns": self.cancels_ns,
        }

    def _begin(self, work: Any) -> None:
        if self.series is not None:
            self.series.cancel()
        self.series = asyncio.create_task(work)

    def _event(self) -> Json:
        opened = self._closes - timedelta(minutes=15)
        market = {
            "id": MARKET,
            "title": "Up or down?",
            "status": "open",
            "feePercentage": 2,
            "minimumOrderAmount": 100,
            "outcome1Id": UP,
            "outcome1Label": "Up",
            "outcome1Price": 0.54,
            "outcome2Id": DOWN,
            "outcome2Label": "Down",
            "outcome2Price": 0.46,
            "resolvedOutcome": "",
            "resolvedOutcomeId": "",
            "rules": "",
        }
        return {
            "id": EVENT,
            "slug": "btc-now",
            "title": "Bitcoin",
            "category": "CRYPTO",
            "type": "single",
            "engine": "CLOB",
            "status": "open",
            "openingDate": _text(opened),
            "closingDate": _text(self._closes),
            "resolutionDate": _text(self._closes + timedelta(minutes=1)),
            "assetSymbolPair": SYMBOL,
            "eventThreshold": THRESHOLD,
            "seriesSlug": SERIES,
            "supportedCurrencies": ["NGN"],
            "markets": [market],
        }

    def book(self, outcome: str) -> Json:
        low, high = (0.54, 0.55) if outcome == UP else (0.45, 0.46)
        return {
            "marketId": MARKET,
            "outcomeId": outcome,
            "timestamp": _text(datetime.now(UTC)),
            "bids": [_level(low - step / 100) for step in range(20)],
            "asks": [_level(high + step / 100) for step in range(20)],
            "lastTradedPrice": high,
        }

    # Over websockets

    async def listen(self, connection: ServerConnection) -> None:
        name = connection.request.path.rpartition("/")[2] if connection.request else ""
        await connection.send('{"type":"connected","status":"connected"}')
        try:
            async for frame in connection:
                message = json.loads(frame)
                channel = message.get("channel")
                if message["type"] == "subscribe" and channel == "asset_prices":
                    await self._tell_history(connection)
                self.sockets.setdefault(name, set()).add(connection)
        except ConnectionClosed:
            pass
        finally:
            self.sockets.get(name, set()).discard(connection)

    async def _tell_history(self, connection: ServerConnection) -> None:
        """A day of minutes, as if it had been listened to for so long."""
        price = THRESHOLD
        for start in range(0, BARS, 100):
            lines = []
            for minute in range(start, start + 100):
                price *= 1 + self._chance.gauss(0, 0.0004)
                at = datetime.now(UTC) - timedelta(minutes=BARS - minute)
                lines.append(_push_price(price, at))
            await connection.send("\n".join(lines))

    async def _tick(self) -> int:
        self._price += 1
        push = _push_price(self._price, datetime.now(UTC))
        begun = time.monotonic_ns()
        await self._push("realtime", push)
        return begun

    async def _push(self, name: str, text: str) -> None:
        for connection in list(self.sockets.get(name, ())):
            await connection.send(text)

    async def _push_books(self) -> None:
        lines = [
            json.dumps({"type": "orderbook_update", "data": {"orderbook": self.book(one)}})
            for one in (UP, DOWN)
        ]
        await self._push("markets", "\n".join(lines))

    async def _measure(self, count: int, gap_s: float) -> None:
        """So many ticks, each once the order that the one before led to has come."""
        for number in range(count):
            if number % 5 == 0:
                await self._push_books()
            await asyncio.sleep(gap_s * (1 + self._chance.random() / 2))
            self.ordered.clear()
            seen = len(self.orders_ns)
            begun = await self._tick()
            try:
                async with asyncio.timeout(TICK_TIMEOUT_S):
                    await self.ordered.wait()
            except TimeoutError:
                self.missed += 1
                continue
            self.latencies_ms.append((self.orders_ns[seen] - begun) / 1e6)

    async def _busy(self, gap_s: float) -> None:
        """Ticks without end, faster than anybody can take them."""
        while True:
            await self._push_books()
            for _ in range(10):
                await self._tick()
                await asyncio.sleep(gap_s)


class Http(asyncio.Protocol):
    """Just enough of HTTP/1.1 for one client, with the time of each request's first byte."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._read = bytearray()
        self._came_ns = 0
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._read:
            self._came_ns = time.monotonic_ns()
        self._read += data
        head, gap, rest = bytes(self._read).partition(b"\r\n\r\n")
        if not gap:
            return
        found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        length = int(found.group(1)) if found else 0
        if len(rest) < length:
            return
        self._read.clear()
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        status, value = self._venue.answer(method, target, rest[:length], self._came_ns)
        self._say(status, json.dumps(value).encode())

    def _say(self, status: int, body: bytes) -> None:
        assert self._transport is not None
        lines: Iterable[str] = (
            f"HTTP/1.1 {status} -",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "",
            "",
        )
        self._transport.write("\r\n".join(lines).encode() + body)


def _push_price(price: float, at: datetime) -> str:
    data = {"symbol": SYMBOL, "price": round(price, 2), "timestamp": int(at.timestamp() * 1000)}
    return json.dumps({"type": "asset_price", "data": data, "timestamp": data["timestamp"]})


def _level(price: float) -> Json:
    return {"price": round(price, 3), "quantity": 500}


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _cancelled(order_id: str) -> Json:
    now = _text(datetime.now(UTC))
    return {
        "id": order_id,
        "marketId": MARKET,
        "outcomeId": UP,
        "side": "BUY",
        "type": "LIMIT",
        "amount": 1000,
        "price": 0.4,
        "size": 25,
        "filledSize": 0,
        "remainingSize": 25,
        "status": "cancelled",
        "currency": "NGN",
        "engine": "CLOB",
        "createdAt": now,
        "updatedAt": now,
    }


async def run(account: Json) -> None:
    """Serve until standard input ends; says both ports on a line first."""
    venue = Venue(account)
    loop = asyncio.get_running_loop()
    http = await loop.create_server(lambda: Http(venue), "127.0.0.1", 0)
    async with http, serve(venue.listen, "127.0.0.1", 0) as sockets:
        ports = [next(iter(one.sockets)).getsockname()[1] for one in (http, sockets)]
        print(json.dumps(ports), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text()) if sys.argv[1:] else None
    asyncio.run(run(given or {"cash": 1_000_000, "rows": []}))
