"""Each fault as a client meets it, and what it truly did behind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import httpx2
import pytest

from tests.simulation.server.stage import Caller, Stage, item, orders_path

BATCH = "POST /v1/pm/orders/batch"
PLACE = "POST /v1/pm/events/{eventId}/markets/{marketId}/orders"


async def count_orders(caller: Caller) -> int:
    page = (await caller.get("/v1/pm/orders", currency="NGN")).json()["pagination"]
    return int(page["totalCount"])


async def first_status(stage: Stage) -> int | None:
    entries = (await stage.client.get("/sim/log")).json()["entries"]
    status: int | None = entries[0]["status"]
    return status


@pytest.mark.parametrize("status", [400, 429, 500, 503])
async def test_refused_before_does_nothing(stage: Stage, status: int) -> None:
    stage.faults({"route": PLACE, "kind": "refuse_before", "nth": 1, "status": status})
    caller = stage.caller()
    refused = await caller.place(stage.market)
    assert refused.status_code == refused.json()["statusCode"] == status
    assert await count_orders(caller) == 0
    assert (await caller.place(stage.market)).status_code == 200


async def test_a_5xx_after_the_effect_leaves_the_order(stage: Stage) -> None:
    stage.faults({"route": PLACE, "kind": "accept_then_5xx", "nth": 1})
    caller = stage.caller()
    assert (await caller.place(stage.market)).status_code == 502
    assert await count_orders(caller) == 1


async def test_a_5xx_is_not_kept_so_the_same_key_places_again(stage: Stage) -> None:
    stage.faults({"route": BATCH, "kind": "accept_then_5xx", "nth": 1, "status": 500})
    caller = stage.caller()
    replies = [await caller.place_batch(item(stage.market), key="k") for _ in range(2)]
    assert [reply.status_code for reply in replies] == [500, 200]
    assert await count_orders(caller) == 2


async def test_a_lost_reply_breaks_the_connection_and_leaves_the_order(stage: Stage) -> None:
    stage.faults({"route": BATCH, "kind": "accept_then_lose_reply", "nth": 1})
    caller = stage.caller()
    with pytest.raises(httpx2.TransportError):
        await caller.place_batch(item(stage.market), key="k")
    assert await first_status(stage) is None
    again = await caller.place_batch(item(stage.market), key="k")
    assert again.headers["idempotent-replayed"] == "true"
    assert await count_orders(caller) == 1


async def test_a_late_order_is_answered_504_and_appears_later(stage: Stage) -> None:
    stage.faults({"route": PLACE, "kind": "accept_late", "nth": 1, "seconds": 5})
    caller = stage.caller()
    assert (await caller.place(stage.market)).status_code == 504
    assert await count_orders(caller) == 0
    stage.wall.advance(5)
    assert await count_orders(caller) == 1
    entry = (await stage.client.get("/sim/log")).json()["entries"][0]
    assert (entry["status"], len(entry["effect"]["created"])) == (504, 1)


async def test_a_key_is_in_flight_until_its_late_order_is_in(stage: Stage) -> None:
    stage.faults({"route": BATCH, "kind": "accept_late", "nth": 1, "seconds": 5})
    caller = stage.caller()
    statuses = [
        (await caller.place_batch(item(stage.market), key="k")).status_code for _ in range(2)
    ]
    stage.wall.advance(5)
    await stage.client.get("/health")
    replay = await caller.place_batch(item(stage.market), key="k")
    assert statuses == [504, 409]
    assert replay.headers["idempotent-replayed"] == "true"
    assert await count_orders(caller) == 1


async def test_a_late_order_may_lose_its_reply_too(stage: Stage) -> None:
    stage.faults(
        {"route": PLACE, "kind": "accept_late", "nth": 1, "seconds": 5},
        {"route": PLACE, "kind": "accept_then_lose_reply", "nth": 1},
    )
    caller = stage.caller()
    with pytest.raises(httpx2.TransportError):
        await caller.place(stage.market)
    stage.wall.advance(5)
    assert await count_orders(caller) == 1


async def test_a_delayed_reply_comes_after_its_time_with_the_effect_already_there(
    stage: Stage,
) -> None:
    stage.faults({"route": PLACE, "kind": "delay", "nth": 1, "seconds": 30})
    caller = stage.caller()
    placing = asyncio.create_task(caller.place(stage.market))
    while await count_orders(caller) == 0:
        stage.wall.advance(0.05)
    assert not placing.done()
    stage.wall.advance(30)
    assert (await placing).status_code == 200


async def test_a_truncated_body_is_no_json_but_the_effect_is_there(stage: Stage) -> None:
    stage.faults({"route": PLACE, "kind": "truncated_body", "nth": 1})
    caller = stage.caller()
    reply = await caller.place(stage.market)
    assert reply.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        reply.json()
    assert await count_orders(caller) == 1


async def test_a_web_page_may_come_in_place_of_the_reply(stage: Stage) -> None:
    stage.faults({"route": "GET *", "kind": "html_body", "nth": 1})
    reply = await stage.client.get("/v1/pm/events")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<html>" in reply.text


@pytest.mark.parametrize(
    ("extra", "header"), [({}, None), ({"retry_after": 7}, "7"), ({"retry_after": "soon"}, "soon")]
)
async def test_rate_limited_does_nothing_and_may_name_a_wait(
    stage: Stage, extra: Mapping[str, object], header: str | None
) -> None:
    stage.faults({"route": PLACE, "kind": "rate_limited", "nth": 1, **extra})
    caller = stage.caller()
    reply = await caller.place(stage.market)
    assert (reply.status_code, reply.headers.get("retry-after")) == (429, header)
    assert await count_orders(caller) == 0


async def test_a_forgotten_order_is_nowhere_until_its_time(stage: Stage) -> None:
    stage.faults({"route": PLACE, "kind": "forget_order", "nth": 1, "minutes": 10})
    caller = stage.caller()
    placed = (await caller.place(stage.market)).json()["clobOrder"]["id"]
    by_id = await caller.get(f"/v1/pm/orders/{placed}")
    lines = (await caller.get("/v1/pm/activities")).json()["activities"]
    assert await count_orders(caller) == 0
    assert (by_id.status_code, lines) == (404, [])
    await stage.client.post("/sim/advance", json={"seconds": 600})
    assert await count_orders(caller) == 1
    assert (await caller.get(f"/v1/pm/orders/{placed}")).status_code == 200


async def test_only_the_forgotten_order_is_missing(stage: Stage) -> None:
    stage.faults({"route": BATCH, "kind": "forget_order", "nth": 2, "minutes": 10})
    caller = stage.caller()
    await caller.place_batch(item(stage.market))
    await caller.place_batch(item(stage.market))
    assert await count_orders(caller) == 1


async def test_an_empty_list_hides_what_is_there(stage: Stage) -> None:
    stage.faults({"route": "GET /v1/pm/orders", "kind": "empty_list", "nth": 1})
    caller = stage.caller()
    await caller.place(stage.market)
    hidden = (await caller.get("/v1/pm/orders", currency="NGN")).json()
    assert (hidden["orders"], hidden["pagination"]["totalCount"]) == ([], 0)
    assert await count_orders(caller) == 1


async def test_an_empty_list_empties_bare_lists(stage: Stage) -> None:
    stage.faults({"route": "GET /v1/pm/books", "kind": "empty_list", "nth": 1})
    params = {"outcomeId": stage.market.outcome_ids[0]}
    replies = [await stage.client.get("/v1/pm/books", params=params) for _ in range(2)]
    assert [len(reply.json()) for reply in replies] == [0, 1]


async def test_a_wrong_balance_is_only_shown(stage: Stage) -> None:
    stage.faults({"route": "GET /v1/wallet/assets", "kind": "wrong_balance", "nth": 1, "factor": 0})
    caller = stage.caller()
    shown = [
        (await caller.get("/v1/wallet/assets")).json()["assets"][0]["availableBalance"]
        for _ in range(2)
    ]
    assert shown == [0, 100_000]


async def test_every_fault_at_once_still_sends_something(stage: Stage) -> None:
    kinds = ["truncated_body", "html_body", "empty_list", "wrong_balance", "clock_skew"]
    stage.faults(*[{"route": "GET *", "kind": kind, "p": 1} for kind in kinds])
    reply = await stage.caller().get("/v1/wallet/assets")
    assert (reply.status_code, reply.text[:9]) == (200, "<!doctype")
    assert stage.fired() == [1] * len(kinds)


async def test_a_skewed_clock_moves_the_date_and_the_window(stage: Stage) -> None:
    stage.faults({"route": "* *", "kind": "clock_skew", "p": 1, "seconds": 400})
    health = await stage.client.get("/health")
    refused = await stage.caller().place(stage.market)
    off = parsedate_to_datetime(health.headers["date"]) - stage.wall.now()
    assert off.total_seconds() == 400
    assert refused.json()["error"] == "timestamp_expired"


async def test_faults_are_counted_and_logged(stage: Stage) -> None:
    stage.faults({"route": "GET /health", "kind": "refuse_before", "nth": [2, 3]})
    for _ in range(4):
        await stage.client.get("/health")
    counts = (await stage.client.get("/sim/faults")).json()["faults"]
    entries = (await stage.client.get("/sim/log")).json()["entries"]
    assert counts == [{"route": "GET /health", "kind": "refuse_before", "seen": 4, "fired": 2}]
    assert [entry["faults"] for entry in entries] == [[], ["refuse_before"], ["refuse_before"], []]


async def test_an_unsigned_order_has_no_effect_whatever_the_fault(stage: Stage) -> None:
    stage.faults({"route": PLACE, "kind": "accept_late", "p": 1, "seconds": 0})
    caller = stage.caller()
    stranger = await stage.client.post(orders_path(stage.market), json=item(stage.market))
    assert stranger.status_code == 401
    assert await count_orders(caller) == 0
