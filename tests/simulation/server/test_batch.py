"""Batches: items fail one by one under HTTP 200, and a key makes them happen once."""

from __future__ import annotations

from tests.simulation.server.stage import Stage, item

PLACE, AMEND = "/v1/pm/orders/batch", "/v1/pm/orders/batch/amend"


async def test_a_batch_answers_each_item_in_its_place(stage: Stage) -> None:
    caller = stage.caller()
    reply = await caller.place_batch(
        item(stage.market, clientOrderId="q-1"),
        item(stage.market, amount=10_000_000),
        item(stage.market, clientOrderId="q-3", amount=-1),
    )
    body = reply.json()
    assert reply.status_code == 200
    assert body["engine"] == "CLOB"
    assert body["summary"] == {"total": 3, "succeeded": 1, "failed": 2}
    assert [result["index"] for result in body["results"]] == [0, 1, 2]
    first, second, third = body["results"]
    assert (first["success"], first["clientOrderId"]) == (True, "q-1")
    assert first["order"]["outcome"] == stage.market.outcome_ids[0]
    assert second["error"]["code"] == "INSUFFICIENT_BALANCE"
    assert "clientOrderId" not in second
    assert (third["error"]["code"], third["clientOrderId"]) == ("BAD_REQUEST", "q-3")


async def test_an_item_is_routed_by_its_outcome_alone(stage: Stage) -> None:
    wrong = item(stage.market, marketId="not a market")
    [result] = (await stage.caller().place_batch(wrong)).json()["results"]
    assert result["order"]["marketId"] == stage.market.id


async def test_an_item_on_a_pool_is_of_an_unsupported_engine(stage: Stage) -> None:
    [result] = (await stage.caller().place_batch(item(stage.pool_market))).json()["results"]
    assert result["error"]["code"] == "UNSUPPORTED_ENGINE"


async def test_items_that_are_no_objects_fail_alone(stage: Stage) -> None:
    caller = stage.caller()
    reply = await caller.post(PLACE, {"orders": [None, 7, "x", [], {}, item(stage.market)]})
    assert [result["success"] for result in reply.json()["results"]] == [False] * 5 + [True]


async def test_a_batch_holds_at_most_twenty_orders(stage: Stage) -> None:
    caller = stage.caller()
    full = await caller.place_batch(*[item(stage.market)] * 20)
    stage.wall.advance(5)
    over = await caller.place_batch(*[item(stage.market)] * 21)
    assert full.json()["summary"]["succeeded"] == 20
    assert over.status_code == 400
    orders = (await caller.get("/v1/pm/orders", currency="NGN")).json()
    assert orders["pagination"]["totalCount"] == 20


async def test_an_empty_batch_is_400(stage: Stage) -> None:
    caller = stage.caller()
    bodies: list[object] = [{}, {"orders": []}, {"orders": {}}, [], "x", {"orders": None}]
    replies = [await caller.post(PLACE, body) for body in bodies]
    assert {reply.status_code for reply in replies} == {400}


async def test_an_amended_order_keeps_its_id_and_recomputes_its_amount(stage: Stage) -> None:
    caller = stage.caller()
    placed = (await caller.place(stage.market)).json()["clobOrder"]["id"]
    change = {"orderId": placed, "newPrice": 0.3, "newSize": 15}
    [result] = (await caller.post(AMEND, {"items": [change]})).json()["results"]
    order = result["order"]
    assert (result["index"], result["orderId"], result["success"]) == (0, placed, True)
    assert (order["id"], order["price"], order["size"], order["amount"]) == (placed, 0.3, 15, 450)


async def test_amending_takes_the_other_name_for_its_list_too(stage: Stage) -> None:
    caller = stage.caller()
    placed = (await caller.place(stage.market)).json()["clobOrder"]["id"]
    reply = await caller.post(AMEND, {"orders": [{"orderId": placed, "newPrice": 0.3}]})
    assert reply.json()["summary"]["succeeded"] == 1


async def test_an_amended_price_that_crosses_executes(stage: Stage) -> None:
    caller = stage.caller()
    placed = (await caller.place(stage.market)).json()["clobOrder"]["id"]
    reply = await caller.post(AMEND, {"items": [{"orderId": placed, "newPrice": 0.55}]})
    assert reply.json()["results"][0]["order"]["status"] == "filled"


async def test_amendments_that_cannot_be_fail_alone(stage: Stage) -> None:
    caller, other = stage.caller(), stage.caller()
    mine = (await caller.place(stage.market)).json()["clobOrder"]["id"]
    theirs = (await other.place(stage.market)).json()["clobOrder"]["id"]
    items: list[object] = [
        {"orderId": mine},
        {"orderId": theirs, "newPrice": 0.3},
        {"orderId": "x", "newPrice": 0.3},
        {"newPrice": 0.3},
        {"orderId": mine, "newPrice": "0.3"},
        None,
        {"orderId": mine, "newPrice": 0.35},
    ]
    results = (await caller.post(AMEND, {"items": items})).json()["results"]
    assert [result.get("error", {}).get("code") for result in results] == [
        "BAD_REQUEST",
        "ORDER_NOT_FOUND",
        "ORDER_NOT_FOUND",
        "BAD_REQUEST",
        "BAD_REQUEST",
        "BAD_REQUEST",
        None,
    ]
    assert results[3]["orderId"] == ""


async def test_at_most_twenty_are_amended(stage: Stage) -> None:
    reply = await stage.caller().post(AMEND, {"items": [{"orderId": "x"}] * 21})
    assert reply.status_code == 400


async def test_cancelling_a_batch_answers_each_id(stage: Stage) -> None:
    caller = stage.caller()
    placed = (await caller.place(stage.market)).json()["clobOrder"]["id"]
    reply = await caller.delete(PLACE, {"orderIds": [placed, "x", 7, placed]})
    body = reply.json()
    assert [result["success"] for result in body["results"]] == [True, False, False, False]
    assert body["results"][0]["orderId"] == placed
    assert body["results"][1]["error"]["code"] == "ORDER_NOT_FOUND"
    assert body["summary"] == {"total": 4, "succeeded": 1, "failed": 3}


async def test_a_hundred_are_cancelled_at_once_and_not_more(stage: Stage) -> None:
    caller = stage.caller()
    allowed = await caller.delete(PLACE, {"orderIds": ["x"] * 100})
    stage.wall.advance(5)
    refused = await caller.delete(PLACE, {"orderIds": ["x"] * 101})
    assert (allowed.status_code, refused.status_code) == (200, 400)


async def test_the_same_key_and_body_place_once(stage: Stage) -> None:
    caller = stage.caller()
    first = await caller.place_batch(item(stage.market), key="intent-1")
    stage.wall.advance(100)
    second = await caller.place_batch(item(stage.market), key="intent-1")
    assert first.json() == second.json()
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    orders = (await caller.get("/v1/pm/orders", currency="NGN")).json()["orders"]
    assert [order["id"] for order in orders] == [first.json()["results"][0]["order"]["id"]]


async def test_a_replay_shows_the_order_as_it_was(stage: Stage) -> None:
    caller = stage.caller()
    first = await caller.place_batch(item(stage.market), key="k")
    placed = first.json()["results"][0]["order"]["id"]
    await caller.delete(f"/v1/pm/orders/{placed}")
    again = await caller.place_batch(item(stage.market), key="k")
    assert again.json()["results"][0]["order"]["status"] == "open"


async def test_the_same_key_with_another_body_is_422(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place_batch(item(stage.market), key="k")
    other = await caller.place_batch(item(stage.market, amount=2000), key="k")
    assert other.status_code == 422
    assert (await caller.get("/v1/pm/orders", currency="NGN")).json()["pagination"][
        "totalCount"
    ] == 1


async def test_the_same_body_spelt_otherwise_is_another_body(stage: Stage) -> None:
    caller = stage.caller()
    await caller.send_bytes("DELETE", PLACE, b'{"orderIds":["x"]}', key="k")
    spaced = await caller.send_bytes("DELETE", PLACE, b'{"orderIds": ["x"]}', key="k")
    assert spaced.status_code == 422


async def test_a_key_belongs_to_its_account(stage: Stage) -> None:
    first, second = stage.caller(), stage.caller()
    replies = [await who.place_batch(item(stage.market), key="k") for who in (first, second)]
    assert len({reply.json()["results"][0]["order"]["id"] for reply in replies}) == 2


async def test_a_key_is_forgotten_after_a_day(stage: Stage) -> None:
    caller = stage.caller()
    first = await caller.place_batch(item(stage.market), key="k")
    stage.wall.advance(24 * 3600)
    later = await caller.place_batch(item(stage.market), key="k")
    assert first.json() != later.json()


async def test_a_key_that_is_none_is_400_and_places_nothing(stage: Stage) -> None:
    caller = stage.caller()
    reply = await caller.place_batch(item(stage.market), key="not a key")
    assert reply.status_code == 400
    assert (await caller.get("/v1/pm/orders", currency="NGN")).json()["orders"] == []


async def test_amending_and_cancelling_replay_too(stage: Stage) -> None:
    caller = stage.caller()
    placed = (await caller.place(stage.market)).json()["clobOrder"]["id"]
    cancels = [await caller.delete(PLACE, {"orderIds": [placed]}, key="c") for _ in range(2)]
    assert [reply.json()["summary"]["succeeded"] for reply in cancels] == [1, 1]
