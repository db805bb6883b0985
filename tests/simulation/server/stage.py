"""A server on a loopback port over a small still world, and callers that sign for themselves."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

import httpx2

from bayse_agent.domain.market import Engine, EventType
from bayse_agent.domain.money import Currency, Money
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.listing import EventSpec, EventState, MarketSpec, MarketState
from bayse_agent.simulation.exchange.switches import Switches
from bayse_agent.simulation.faults import parse_faults
from bayse_agent.simulation.series import CATALOGUE, SeriesSpec
from bayse_agent.simulation.server.accounts import ApiKey
from bayse_agent.simulation.server.app import create_app
from bayse_agent.simulation.server.control import CONTROLS
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.serving import create_server

START = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)
MINUTE_MS = 60_000
SHARE = 1_000_000
MINIMUM = MappingProxyType({Currency.NGN: Decimal(1000), Currency.USD: Decimal(1)})
DEPTH_SHARES = 1000


class ManualClock:
    """A wall clock that only moves when it is told to."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        due = [sleeper for at, sleeper in self._sleepers if at <= self._now]
        self._sleepers = [entry for entry in self._sleepers if entry[0] > self._now]
        for sleeper in due:
            if not sleeper.done():
                sleeper.set_result(None)

    async def sleep_until(self, moment: datetime) -> None:
        if moment <= self._now:
            return
        sleeper = asyncio.get_running_loop().create_future()
        self._sleepers.append((moment, sleeper))
        await sleeper

    @property
    def sleepers(self) -> int:
        return sum(1 for _, sleeper in self._sleepers if not sleeper.done())

    @asynccontextmanager
    async def actor(self) -> AsyncIterator[None]:
        yield


def market_spec(title: str = "Bitcoin Up or Down", fee: str = "10") -> MarketSpec:
    return MarketSpec(
        title=title,
        label1="Up",
        label2="Down",
        fee_percent=Decimal(fee),
        minimum_order=MINIMUM,
        rules="Resolves Up if the price rises",
    )


def event_spec(
    slug: str,
    *,
    engine: Engine,
    type: EventType = EventType.SINGLE,
    markets: int = 1,
    created_ms: int = START_MS - 15 * MINUTE_MS,
    opens_ms: int = START_MS,
    series: str | None = None,
    category: str = "CRYPTO",
) -> EventSpec:
    return EventSpec(
        slug=slug,
        title=f"Title of {slug}",
        description="",
        category=category,
        type=type,
        engine=engine,
        created_ms=created_ms,
        opens_ms=opens_ms,
        closes_ms=opens_ms + 15 * MINUTE_MS,
        resolves_ms=opens_ms + 16 * MINUTE_MS,
        markets=tuple(market_spec(f"Market {number}") for number in range(1, markets + 1)),
        symbol="BTCUSDT",
        series=series,
    )


class StillWorld:
    """A book event, a pool event, a grouped event and one to come; a maker that never moves."""

    def __init__(self, switches: Switches) -> None:
        self.exchange = Exchange(start_ms=START_MS, switches=switches)
        self.maker = self.exchange.open_house_account("maker")
        self.book = self._list("btc-15min-now", Engine.CLOB, series="crypto-btc-15min")
        self.pool = self._list("btc-1h-now", Engine.AMM, series="crypto-btc-1h")
        self.group = self.exchange.list_event(
            event_spec(
                "goals", engine=Engine.CLOB, type=EventType.GROUPED, markets=3, category="SPORTS"
            )
        )
        self.coming = self.exchange.list_event(
            event_spec(
                "btc-15min-next",
                engine=Engine.CLOB,
                opens_ms=START_MS + 15 * MINUTE_MS,
                created_ms=START_MS,
                series="crypto-btc-15min",
            )
        )
        for market in (*self.book.markets, *self.group.markets):
            self.quote(market, bids=((450, DEPTH_SHARES),), asks=((550, DEPTH_SHARES),))

    def _list(self, slug: str, engine: Engine, series: str) -> EventState:
        return self.exchange.list_event(event_spec(slug, engine=engine, series=series))

    def quote(
        self,
        market: MarketState,
        *,
        bids: Sequence[tuple[int, int]] = (),
        asks: Sequence[tuple[int, int]] = (),
        stamp: int = 1,
    ) -> None:
        for currency in Currency:
            self.exchange.quote_ladder(
                self.maker,
                market,
                currency,
                bids=[(tick, shares * SHARE) for tick, shares in bids],
                asks=[(tick, shares * SHARE) for tick, shares in asks],
                stamp=stamp,
            )

    def advance(self, to_ms: int) -> None:
        self.exchange.advance(to_ms)

    def series(self) -> Sequence[SeriesSpec]:
        return CATALOGUE

    def asset_price(self, symbol: str, at_ms: int) -> tuple[int, Decimal] | None:
        return at_ms - 200, Decimal("96250.5")

    def price_history(
        self, market: MarketState, outcome: int, currency: Currency, since_ms: int, step_ms: int
    ) -> Sequence[tuple[int, Decimal | None]]:
        price = Decimal("0.55") if outcome == 0 else Decimal("0.45")
        return [(START_MS - step_ms, None), (START_MS, price)]


@dataclass(kw_only=True)
class Caller:
    """A client with a key. It signs by the recipe, with nothing of the server's."""

    client: httpx2.AsyncClient
    wall: ManualClock
    public: str
    secret: str
    user_id: str

    def headers(
        self, method: str, path: str, body: bytes, *, digest_of_nothing: str = ""
    ) -> dict[str, str]:
        timestamp = str(int(self.wall.now().timestamp()))
        digest = hashlib.sha256(body).hexdigest() if body else digest_of_nothing
        payload = f"{timestamp}.{method}.{path}.{digest}".encode()
        signature = hmac.new(self.secret.encode(), payload, hashlib.sha256).digest()
        return {
            "X-Public-Key": self.public,
            "X-Timestamp": timestamp,
            "X-Signature": base64.b64encode(signature).decode(),
        }

    async def get(self, path: str, **query: object) -> httpx2.Response:
        return await self.client.get(path, params=query, headers={"X-Public-Key": self.public})

    async def send(
        self, method: str, path: str, body: object = None, *, key: str | None = None
    ) -> httpx2.Response:
        content = b"" if body is None else json.dumps(body).encode()
        return await self.send_bytes(method, path, content, key=key)

    async def send_bytes(
        self,
        method: str,
        path: str,
        content: bytes,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        signed = self.headers(method, path, content)
        if content:
            signed["Content-Type"] = "application/json"
        if key is not None:
            signed["Idempotency-Key"] = key
        return await self.client.request(
            method, path, content=content, headers={**signed, **(headers or {})}
        )

    async def post(self, path: str, body: object, *, key: str | None = None) -> httpx2.Response:
        return await self.send("POST", path, body, key=key)

    async def delete(
        self, path: str, body: object = None, *, key: str | None = None
    ) -> httpx2.Response:
        return await self.send("DELETE", path, body, key=key)

    async def place(self, market: MarketState, **fields: object) -> httpx2.Response:
        body: dict[str, object] = {
            "side": "BUY",
            "outcomeId": market.outcome_ids[0],
            "amount": 1000,
            "type": "LIMIT",
            "currency": "NGN",
        }
        if fields.get("type", "LIMIT") == "LIMIT":
            body["price"] = 0.4
        return await self.post(orders_path(market), {**body, **fields})

    async def place_batch(
        self, *orders: Mapping[str, object], key: str | None = None
    ) -> httpx2.Response:
        return await self.post("/v1/pm/orders/batch", {"orders": list(orders)}, key=key)


def orders_path(market: MarketState) -> str:
    return f"/v1/pm/events/{market.event.id}/markets/{market.id}/orders"


def item(market: MarketState, **fields: object) -> dict[str, object]:
    """One order of a batch: a bid of NGN 1,000 for outcome1 that rests at 0.40."""
    return {
        "marketId": market.id,
        "outcomeId": market.outcome_ids[0],
        "side": "BUY",
        "type": "LIMIT",
        "amount": 1000,
        "currency": "NGN",
        "price": 0.4,
        **fields,
    }


@dataclass(kw_only=True)
class Stage:
    """Everything that a test needs."""

    desk: Desk
    world: StillWorld
    wall: ManualClock
    client: httpx2.AsyncClient
    url: str
    callers: list[Caller] = field(default_factory=list)

    @property
    def market(self) -> MarketState:
        """The market of the book event."""
        return self.world.book.markets[0]

    @property
    def pool_market(self) -> MarketState:
        return self.world.pool.markets[0]

    def caller(self, ngn: str = "100000", usd: str = "1000") -> Caller:
        """A caller with a new account."""
        deposits = [
            Money(Decimal(amount), currency)
            for currency, amount in ((Currency.NGN, ngn), (Currency.USD, usd))
            if Decimal(amount)
        ]
        return self.caller_of(self.desk.open_account(deposits))

    def caller_of(self, key: ApiKey) -> Caller:
        return Caller(
            client=self.client,
            wall=self.wall,
            public=key.public,
            secret=key.secret,
            user_id=key.user.id,
        )

    def faults(self, *entries: Mapping[str, object]) -> None:
        self.desk.faults = parse_faults([dict(entry) for entry in entries])

    def fired(self) -> list[int]:
        return [count.fired for count in self.desk.faults.counts]

    def ws(self, name: str) -> str:
        return f"{self.url.replace('http', 'ws')}/ws/v1/{name}"


@asynccontextmanager
async def staged(
    switches: Switches | None = None,
    *,
    speed: Decimal = Decimal(0),
    has_control: bool = True,
    ping_every_s: float = 54.0,
    wall_starts: datetime = START,
) -> AsyncIterator[Stage]:
    """A running server over the still world, stopped at the end."""
    wall, world = ManualClock(wall_starts), StillWorld(switches or Switches())
    desk = Desk(world, wall, seed=7, speed=speed)
    async with serving(desk, has_control=has_control, ping_every_s=ping_every_s) as client:
        url = str(client.base_url).rstrip("/")
        yield Stage(desk=desk, world=world, wall=wall, client=client, url=url)


@asynccontextmanager
async def serving(
    desk: Desk, *, has_control: bool = True, ping_every_s: float = 54.0
) -> AsyncIterator[httpx2.AsyncClient]:
    """A server for a desk, and a client of it."""
    app = create_app(desk, controls=CONTROLS if has_control else None)
    server = create_server(app, host="127.0.0.1", port=0, ping_every_s=ping_every_s)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        running = asyncio.create_task(server.serve([listener]))
        await server.ready.wait()
        try:
            async with httpx2.AsyncClient(
                base_url=url, timeout=10, verify=False, trust_env=False
            ) as client:
                yield client
        finally:
            server.stop()
            await running
