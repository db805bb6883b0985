"""What every request passes: who may, how often, in what order, and what is written down."""

from __future__ import annotations

import hashlib
from email.utils import parsedate_to_datetime

import pytest

from bayse_agent.simulation.server.app import ENDPOINTS
from bayse_agent.simulation.server.call import Endpoint, Level
from tests.simulation.server.stage import Stage, item, orders_path

LOCKED = [endpoint for endpoint in ENDPOINTS if endpoint.level is not Level.PUBLIC]
WRITES = [endpoint for endpoint in ENDPOINTS if endpoint.level is Level.WRITE]


@pytest.mark.parametrize("endpoint", LOCKED, ids=lambda endpoint: endpoint.route)
async def test_a_stranger_is_unauthorized(stage: Stage, endpoint: Endpoint) -> None:
    reply = await stage.client.request(endpoint.method, endpoint.path)
    assert reply.status_code == 401
    assert reply.json()["error"] == "unauthorized"
    assert reply.json()["statusCode"] == 401


@pytest.mark.parametrize("endpoint", WRITES, ids=lambda endpoint: endpoint.route)
async def test_a_write_without_a_signature_is_unauthorized(
    stage: Stage, endpoint: Endpoint
) -> None:
    headers = {"X-Public-Key": stage.caller().public}
    reply = await stage.client.request(endpoint.method, endpoint.path, headers=headers)
    assert (reply.status_code, reply.json()["error"]) == (401, "unauthorized")


async def test_the_key_is_checked_before_the_timestamp_before_the_signature(stage: Stage) -> None:
    caller = stage.caller()
    path = orders_path(stage.market)
    wrong = {"X-Signature": "wrong", "X-Timestamp": "1"}
    unknown = await caller.send_bytes("POST", path, b"{}", headers={**wrong, "X-Public-Key": "pk"})
    expired = await caller.send_bytes("POST", path, b"{}", headers=wrong)
    unsigned = await caller.send_bytes("POST", path, b"{}", headers={"X-Signature": "wrong"})
    codes = [reply.json()["error"] for reply in (unknown, expired, unsigned)]
    assert codes == ["unauthorized", "timestamp_expired", "invalid_signature"]


async def test_a_bad_signature_says_what_the_venue_says(stage: Stage) -> None:
    caller = stage.caller()
    caller.secret += "x"
    reply = await caller.place(stage.market)
    assert reply.json() == {
        "error": "invalid_signature",
        "message": "The provided signature does not match the expected signature",
        "statusCode": 401,
    }


async def test_the_query_is_not_signed(stage: Stage) -> None:
    caller = stage.caller()
    signed = caller.headers("POST", "/v1/pm/orders/batch", b"{}")
    reply = await stage.client.post("/v1/pm/orders/batch?anything=1", content=b"{}", headers=signed)
    assert reply.status_code == 400


async def test_a_signature_is_good_again_within_the_window(stage: Stage) -> None:
    caller = stage.caller()
    body = b'{"orders":[]}'
    headers = caller.headers("POST", "/v1/pm/orders/batch", body)
    for later_s in (0, 300):
        stage.wall.advance(later_s)
        reply = await stage.client.post("/v1/pm/orders/batch", content=body, headers=headers)
        assert reply.status_code == 400
    stage.wall.advance(1)
    late = await stage.client.post("/v1/pm/orders/batch", content=body, headers=headers)
    assert late.json()["error"] == "timestamp_expired"


async def test_the_date_header_is_the_wall_clock(stage: Stage) -> None:
    stage.wall.advance(90)
    reply = await stage.client.get("/health")
    assert parsedate_to_datetime(reply.headers["date"]) == stage.wall.now()


async def test_reads_over_thirty_a_second_are_429_with_a_wait(stage: Stage) -> None:
    caller = stage.caller()
    replies = [await caller.get("/v1/wallet/assets") for _ in range(31)]
    assert [reply.status_code for reply in replies] == [200] * 30 + [429]
    last = replies[-1]
    assert last.headers["retry-after"] == "1"
    assert last.json()["error"] == "rate_limit"
    assert last.json()["retryAfter"] == 1
    stage.wall.advance(1)
    assert (await caller.get("/v1/wallet/assets")).status_code == 200


async def test_a_batch_pays_for_each_item_and_is_refused_whole(stage: Stage) -> None:
    caller = stage.caller()
    first = await caller.place_batch(*[item(stage.market)] * 15)
    second = await caller.place_batch(*[item(stage.market)] * 6)
    assert (first.status_code, second.status_code) == (200, 429)
    page = (await caller.get("/v1/pm/orders", currency="NGN")).json()["pagination"]
    assert page["totalCount"] == 15


async def test_a_batch_refused_for_its_rate_can_be_sent_again_with_its_key(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place_batch(*[item(stage.market)] * 20)
    refused = await caller.place_batch(item(stage.market), key="k")
    stage.wall.advance(1)
    taken = await caller.place_batch(item(stage.market), key="k")
    assert (refused.status_code, taken.status_code) == (429, 200)
    assert "idempotent-replayed" not in taken.headers


async def test_strangers_are_not_limited(stage: Stage) -> None:
    replies = [await stage.client.get("/health") for _ in range(40)]
    assert {reply.status_code for reply in replies} == {200}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/v2/pm/events", 404, "not_found"),
        ("GET", "/v1/pm/events/", 404, "not_found"),
        ("GET", "/v1/pm/../../etc/passwd", 404, "not_found"),
        ("POST", "/health", 405, "method_not_allowed"),
        ("PATCH", "/v1/pm/orders", 405, "method_not_allowed"),
        ("BREW", "/v1/pm/orders", 405, "method_not_allowed"),
    ],
)
async def test_what_is_not_there_is_told_in_the_same_shape(
    stage: Stage, method: str, path: str, status: int, code: str
) -> None:
    reply = await stage.client.request(method, path)
    assert reply.status_code == status
    assert (reply.json()["error"], reply.json()["statusCode"]) == (code, status)


async def test_a_body_that_is_too_long_is_413(stage: Stage) -> None:
    caller = stage.caller()
    reply = await caller.send_bytes("POST", "/v1/pm/orders/batch", b" " * 1_000_001)
    assert (reply.status_code, reply.json()["statusCode"]) == (413, 413)


async def test_a_body_that_is_announced_as_something_else_is_415(stage: Stage) -> None:
    caller = stage.caller()
    reply = await caller.send_bytes(
        "POST", "/v1/pm/orders/batch", b"{}", headers={"Content-Type": "text/plain"}
    )
    assert reply.status_code == 415


async def test_the_log_tells_what_arrived_what_was_sent_and_what_it_did(stage: Stage) -> None:
    caller = stage.caller()
    await stage.client.get("/health")
    placed = await caller.place_batch(item(stage.market, price=0.6), key="k")
    await caller.place_batch(item(stage.market, price=0.6), key="k")
    await stage.client.get("/nowhere")
    entries = (await stage.client.get("/sim/log")).json()["entries"]
    assert [entry["n"] for entry in entries] == [1, 2, 3, 4]
    _, first, replay, missing = entries
    assert (first["method"], first["path"]) == ("POST", "/v1/pm/orders/batch")
    assert (first["status"], first["userId"]) == (200, caller.user_id)
    assert first["idempotencyKey"] == "k"
    assert first["bodyHash"] == hashlib.sha256(placed.request.content).hexdigest()
    order_id = placed.json()["results"][0]["order"]["id"]
    trades = (await caller.get("/v1/pm/trades", orderId=order_id)).json()["data"]
    assert first["effect"]["created"] == [order_id]
    assert first["effect"]["trades"] == [trade["id"] for trade in trades] != []
    assert replay["effect"]["replayed"] is True
    assert replay["effect"]["created"] == []
    assert missing["status"] == 404


async def test_the_log_can_be_read_on_from_a_number(stage: Stage) -> None:
    for _ in range(3):
        await stage.client.get("/health")
    entries = (await stage.client.get("/sim/log", params={"after": "2"})).json()["entries"]
    assert [entry["n"] for entry in entries] == [3]


async def test_keys_are_the_same_in_every_run_and_different_for_everybody(stage: Stage) -> None:
    callers = [stage.caller() for _ in range(3)]
    assert len({caller.public for caller in callers}) == 3
    assert len({caller.secret for caller in callers}) == 3
    assert callers[0].public == "pk_live_EQapkuYhUUBc8cpLkNdHwuHsBP2zWenR"


async def test_a_trace_id_comes_back(stage: Stage) -> None:
    reply = await stage.client.get("/health", headers={"x-trace-id": "abc-000001"})
    assert reply.headers["x-trace-id"] == "abc-000001"
