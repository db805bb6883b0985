"""Whatever arrives: the venue's error shape, a 4xx, and nothing has changed."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect

from bayse_agent.simulation.server.app import ENDPOINTS
from bayse_agent.simulation.server.call import Level
from tests.simulation.server.stage import Caller, Stage, item, staged

CONTROLS = [
    "POST /sim/accounts",
    "POST /sim/advance",
    "POST /sim/resolve",
    "POST /sim/faults",
    "GET /sim/log",
]
ROUTES = [endpoint.route for endpoint in ENDPOINTS]
PUBLIC = {endpoint.route for endpoint in ENDPOINTS if endpoint.level is Level.PUBLIC}
NAMES = [
    *("side", "outcomeId", "amount", "type", "currency", "price", "timeInForce", "postOnly"),
    *("stpMode", "maxSlippage", "expiresAt", "clientOrderId", "quantity", "orders", "items"),
    *("orderIds", "orderId", "newPrice", "newSize", "email", "password", "name", "seconds"),
    *("marketId", "winner", "NGN", "USD"),
]
QUERIES = [
    *("page", "size", "currency", "status", "side", "type", "timePeriod", "start", "end"),
    *("outcomeId", "outcomeId[]", "depth", "outcome", "fromDate", "toDate", "orderId", "userId"),
    *("breakdown", "trending", "watchlist", "tag", "league", "keyword", "after", "marketId[]"),
]

numbers = st.one_of(
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.sampled_from([0, -0.0, 0.5, 1, 1000, 1e308, 1e-308, 0.1 + 0.2, 10**400]),
)
words = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["BUY", "SELL", "LIMIT", "MARKET", "NGN", "GTD", "YES", "void", "\ud800", "1"]),
    st.sampled_from(["2026-06-01T09:05:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z"]),
)
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
bodies = st.one_of(
    st.binary(max_size=80),
    st.sampled_from([b"", b"NaN", b"[" * 3000, b'{"amount":' + b"9" * 5000 + b"}", b"\xff\xfe"]),
    values.map(lambda value: json.dumps(value).encode()),
)


@dataclass(frozen=True)
class Attempt:
    """One request. `change` spoils a valid order; None sends `body` as it is."""

    route: str
    identifiers: tuple[str, ...]
    query: Mapping[str, str]
    body: bytes
    change: Mapping[str, object] | None
    has_key: bool
    content_type: str
    key: str | None


attempts = st.builds(
    Attempt,
    route=st.sampled_from(ROUTES + CONTROLS),
    identifiers=st.tuples(*[st.sampled_from(["known", "known", "%ff", "x", "%00", "0" * 300])] * 2),
    query=st.dictionaries(st.sampled_from(QUERIES), words | numbers.map(str), max_size=4),
    body=bodies,
    change=st.none() | st.dictionaries(st.sampled_from(NAMES), values, min_size=1, max_size=3),
    has_key=st.sampled_from([True, True, True, False]),
    content_type=st.sampled_from(["application/json"] * 4 + ["text/plain", "", ";;="]),
    key=st.none() | st.sampled_from(["k", "", "not a key", "x" * 300]),
)


def path_of(stage: Stage, attempt: Attempt, order_id: str) -> str:
    """The path with its names filled in, mostly with what is there."""
    known = {
        "eventId": stage.world.book.id,
        "marketId": stage.market.id,
        "orderId": order_id,
        "slug": "goals",
        "keyId": "x",
    }
    path = attempt.route.partition(" ")[2]
    for name, identifier in zip(
        [name for name in known if f"{{{name}}}" in path], attempt.identifiers, strict=False
    ):
        path = path.replace(f"{{{name}}}", known[name] if identifier == "known" else identifier)
    return path


def body_of(stage: Stage, attempt: Attempt) -> bytes:
    if attempt.change is None:
        return attempt.body
    order = {**item(stage.market), **attempt.change}
    is_batch = attempt.route == "POST /v1/pm/orders/batch"
    return json.dumps({"orders": [order]} if is_batch else order).encode()


def fingerprint(stage: Stage) -> object:
    """Everything that a refused request must leave as it was."""
    state = stage.world.exchange.state
    accounts = [
        (
            account.free.balances.copy(),
            account.locked.balances.copy(),
            [(o.id, o.status, o.size, o.filled, o.own_tick) for o in account.orders.values()],
            len(account.activities),
        )
        for account in state.accounts.values()
    ]
    keys = [(user.id, sorted(user.keys)) for user in stage.desk.accounts.users()]
    markets = [(m.status, len(m.trades), sorted(m.volume_nanos.items())) for m in state.markets]
    return accounts, keys, markets, state.now_ms, len(stage.desk.faults.faults)


async def send(stage: Stage, caller: Caller, attempt: Attempt, order_id: str) -> tuple[int, bytes]:
    method = attempt.route.partition(" ")[0]
    path, body = path_of(stage, attempt, order_id), body_of(stage, attempt)
    headers = caller.headers(method, path, body) if attempt.has_key else {}
    headers["Content-Type"] = attempt.content_type
    if attempt.key is not None:
        headers["Idempotency-Key"] = attempt.key
    query = {name: text.encode("utf-8", "replace").decode() for name, text in attempt.query.items()}
    reply = await stage.client.request(method, path, params=query, content=body, headers=headers)
    return reply.status_code, reply.content


async def check(plan: list[Attempt]) -> None:
    async with staged() as stage:
        caller = stage.caller()
        placed = await caller.place(stage.market)
        order_id = placed.json()["clobOrder"]["id"]
        for attempt in plan:
            stage.wall.advance(2)
            before = fingerprint(stage)
            status, content = await send(stage, caller, attempt, order_id)
            assert status == 200 or 400 <= status < 500, (attempt, status, content)
            told = json.loads(content)
            if status != 200:
                assert fingerprint(stage) == before, (attempt, status)
                is_login = attempt.route == "POST /v1/user/login" and status == 429
                assert is_login or told["statusCode"] == status, (attempt, told)
                assert is_login or told["error"], (attempt, told)
                assert isinstance(told["message"], str)


@pytest.mark.timeout(1800)  # for the long counts
@given(st.lists(attempts, min_size=1, max_size=12))
def test_any_request_is_answered_or_refused_in_the_venues_shape(plan: list[Attempt]) -> None:
    asyncio.run(check(plan))


@pytest.mark.timeout(1800)  # for the long counts
@given(st.lists(values, min_size=1, max_size=8))
def test_any_message_on_a_socket_is_answered(messages: list[object]) -> None:
    asyncio.run(shout(messages))


async def shout(messages: list[object]) -> None:
    async with staged() as stage, connect(stage.ws("markets")) as listener:
        await listener.recv()
        for message in messages:
            stage.wall.advance(1)
            await listener.send(json.dumps(message))
            answer = json.loads(str(await asyncio.wait_for(listener.recv(), 5)).split("\n")[0])
            assert answer["type"] in ("error", "pong")


RAW: list[tuple[str, Callable[[str], bytes]]] = [
    ("a bad byte in the path", lambda host: b"GET /v1/pm/events/\xff HTTP/1.1\r\n"),
    ("a bad byte in the query", lambda host: b"GET /v1/pm/events?page=\xff HTTP/1.1\r\n"),
    ("an unknown method", lambda host: b"FROB /v1/pm/orders HTTP/1.1\r\n"),
    ("an absolute target", lambda host: f"GET http://{host}/v1/nothing HTTP/1.1\r\n".encode()),
    ("a length that is none", lambda host: b"POST /health HTTP/1.1\r\nContent-Length: x\r\n"),
    ("a negative length", lambda host: b"POST /health HTTP/1.1\r\nContent-Length: -5\r\n"),
    ("a huge length", lambda host: b"POST /v1/user/login HTTP/1.1\r\nContent-Length: 99999999\r\n"),
    ("no request at all", lambda host: b"\x00\x01\x02\r\n"),
]


@pytest.mark.parametrize(("what", "request_of"), RAW, ids=[what for what, _ in RAW])
async def test_raw_nonsense_is_a_4xx(
    stage: Stage, what: str, request_of: Callable[[str], bytes]
) -> None:
    host, _, port = stage.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), family=socket.AF_INET)
    writer.write(request_of(f"{host}:{port}") + b"Host: x\r\nConnection: close\r\n\r\n")
    status_line = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()
    assert status_line.split(b" ")[1][:1] == b"4", (what, status_line)
    assert (await stage.client.get("/health")).status_code == 200


def test_public_routes_are_the_documented_ones() -> None:
    assert "GET /v1/pm/books" in PUBLIC
    assert not any(route.startswith("DELETE") for route in PUBLIC)
