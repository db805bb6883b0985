"""Single orders over the wire: the live shapes, the traps, the refusals."""

from __future__ import annotations

import pytest

from tests.simulation.server.stage import MINUTE_MS, START_MS, Stage, orders_path

BUY_ALL = {"price": 0.6, "timeInForce": "FAK"}


async def test_a_book_order_is_answered_in_the_live_shape(stage: Stage) -> None:
    caller = stage.caller()
    reply = (await caller.place(stage.market, postOnly=True)).json()
    order = reply["clobOrder"]
    assert reply["engine"] == "CLOB"
    assert "order" not in reply
    assert order["outcome"] == stage.market.outcome_ids[0]
    assert (order["type"], order["side"], order["orderType"]) == ("BUY", "BUY", "LIMIT")
    assert (order["status"], order["filledSize"], order["postOnly"]) == ("open", 0, True)
    assert order["userId"] == caller.user_id
    assert "currency" not in order
    assert "avgFillPrice" not in order


async def test_an_order_of_naira_100_at_one_hundredth_gets_99_99_shares(stage: Stage) -> None:
    market = stage.world.group.markets[0]
    caller = stage.caller()
    reply = await caller.place(market, amount=1000, price=0.01)
    assert reply.json()["clobOrder"]["size"] == 999.9


async def test_a_pool_order_is_answered_under_its_own_key(stage: Stage) -> None:
    reply = await stage.caller().place(stage.pool_market, type="MARKET", amount=1000)
    order = reply.json()["ammOrder"]
    assert reply.json()["engine"] == "AMM"
    assert (order["outcome"], order["type"], order["status"]) == ("YES", "MARKET", "filled")
    assert order["amount"] == 1000
    assert order["quantity"] == pytest.approx(1000 / (order["price"] * 100), rel=1e-4)


async def test_a_read_order_has_the_type_and_the_outcome_id(stage: Stage) -> None:
    caller = stage.caller()
    placed = (await caller.place(stage.market)).json()["clobOrder"]
    order = (await caller.get(f"/v1/pm/orders/{placed['id']}")).json()
    assert (order["type"], order["side"]) == ("LIMIT", "BUY")
    assert order["outcomeId"] == stage.market.outcome_ids[0]
    assert order["outcomeLabel"] == "Up"
    assert order["currency"] == "NGN"
    assert "outcome" not in order


async def test_orders_without_a_currency_are_dollars_only(stage: Stage) -> None:
    caller = stage.caller()
    await caller.place(stage.market)
    silent = (await caller.get("/v1/pm/orders")).json()
    naira = (await caller.get("/v1/pm/orders", currency="NGN")).json()
    assert silent["orders"] == []
    assert silent["pagination"]["totalCount"] == 0
    assert len(naira["orders"]) == 1


@pytest.mark.parametrize("currency", ["ngn", "EUR"])
async def test_a_currency_in_other_letters_lists_nothing(stage: Stage, currency: str) -> None:
    caller = stage.caller()
    await caller.place(stage.market)
    reply = await caller.get("/v1/pm/orders", currency=currency)
    assert (reply.status_code, reply.json()["orders"]) == (200, [])


async def test_orders_are_filtered_and_newest_first(stage: Stage) -> None:
    caller = stage.caller()
    first = (await caller.place(stage.market)).json()["clobOrder"]["id"]
    second = (await caller.place(stage.market, **BUY_ALL)).json()["clobOrder"]["id"]
    outcome = stage.market.outcome_ids[0]

    async def listed(**query: str) -> list[str]:
        reply = await caller.get("/v1/pm/orders", currency="NGN", **query)
        return [order["id"] for order in reply.json()["orders"]]

    assert await listed() == [second, first]
    assert await listed(status="open") == [first]
    assert await listed(status="filled") == [second]
    assert await listed(status="rejected") == []
    assert await listed(side="SELL") == []
    assert await listed(marketId=stage.market.id, outcomeId=outcome) == [second, first]
    assert await listed(eventId=stage.world.pool.id) == []


@pytest.mark.parametrize("status", ["pending", "odd"])
async def test_pending_is_no_filter(stage: Stage, status: str) -> None:
    reply = await stage.caller().get("/v1/pm/orders", status=status)
    assert (reply.status_code, reply.json()["error"]) == (422, "validation_error")


async def test_another_accounts_order_is_404(stage: Stage) -> None:
    placed = (await stage.caller().place(stage.market)).json()["clobOrder"]
    reply = await stage.caller().get(f"/v1/pm/orders/{placed['id']}")
    assert reply.status_code == 404
    assert reply.json() == {"error": "not_found", "message": "Order not found", "statusCode": 404}


async def test_a_cancelled_order_gives_its_cash_back(stage: Stage) -> None:
    caller = stage.caller()
    placed = (await caller.place(stage.market)).json()["clobOrder"]
    reply = await caller.delete(f"/v1/pm/orders/{placed['id']}")
    assert (reply.status_code, reply.json()) == (200, {"message": "Order cancelled"})
    order = (await caller.get(f"/v1/pm/orders/{placed['id']}")).json()
    wallet = (await caller.get("/v1/wallet/assets")).json()["assets"][0]
    assert order["status"] == "cancelled"
    assert (wallet["symbol"], wallet["availableBalance"]) == ("NGN", 100_000)


async def test_cancelling_twice_is_an_error(stage: Stage) -> None:
    caller = stage.caller()
    placed = (await caller.place(stage.market)).json()["clobOrder"]
    await caller.delete(f"/v1/pm/orders/{placed['id']}")
    again = await caller.delete(f"/v1/pm/orders/{placed['id']}")
    assert again.status_code == 409


async def test_a_pool_order_cannot_be_cancelled(stage: Stage) -> None:
    caller = stage.caller()
    placed = await caller.place(stage.pool_market, type="MARKET")
    reply = await caller.delete(f"/v1/pm/orders/{placed.json()['ammOrder']['id']}")
    assert (reply.status_code, reply.json()["error"]) == (400, "unsupported_engine")


async def test_a_key_on_the_single_route_is_ignored(stage: Stage) -> None:
    caller = stage.caller()
    body = {
        "side": "BUY",
        "outcomeId": stage.market.outcome_ids[0],
        "amount": 1000,
        "type": "LIMIT",
        "price": 0.4,
        "currency": "NGN",
    }
    replies = [await caller.post(orders_path(stage.market), body, key="same") for _ in range(2)]
    assert len({reply.json()["clobOrder"]["id"] for reply in replies}) == 2


async def test_an_unknown_self_trade_mode_silently_becomes_skip(stage: Stage) -> None:
    caller = stage.caller()
    odd = await caller.place(stage.market, stpMode="CANCEL_ALL")
    known = await caller.place(stage.market, stpMode="CANCEL_BOTH")
    assert odd.json()["clobOrder"]["stpMode"] == "SKIP"
    assert known.json()["clobOrder"]["stpMode"] == "CANCEL_BOTH"


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({"maxSlippage": 0.6, "type": "MARKET"}, 400, "max slippage must be between 0 and 0.50"),
        ({"amount": 999}, 400, "Minimum buy amount is NGN 1,000.00"),
        ({"side": "SELL", "amount": 5}, 400, "insufficient shares"),
        ({"amount": 5_000_000}, 400, "insufficient balance"),
        ({"price": 0.6, "postOnly": True}, 422, "post-only"),
        ({"price": 0.999}, 400, "price must be between"),
        ({"price": 0.4005}, 400, "multiple of"),
        ({"type": "LIMIT", "price": None}, 422, "price is required"),
        ({"timeInForce": "GTD"}, 422, "expiresAt"),
        ({"timeInForce": "GTD", "expiresAt": "2020-01-01T00:00:00Z"}, 422, "future"),
        ({"timeInForce": "GTD", "expiresAt": "tomorrow"}, 400, "expiresAt"),
        ({"timeInForce": "GTD", "expiresAt": "2026-06-01T09:05:00"}, 400, "zone"),
        ({"timeInForce": "IOC"}, 400, "timeInForce"),
        ({"type": "STOP"}, 400, "type must be one of"),
        ({"side": "LONG"}, 400, "side must be one of"),
        ({"currency": "ngn"}, 400, "currency must be one of"),
        ({"outcomeId": "YES"}, 400, "outcomeId"),
        ({"outcomeId": None}, 400, "outcomeId"),
        ({"amount": -5}, 400, "amount"),
        ({"amount": "1000"}, 400, "amount"),
        ({"amount": True}, 400, "amount"),
        ({"amount": 1e300}, 400, "amount"),
        ({"amount": 1e-300}, 400, "amount"),
        ({"postOnly": "yes"}, 400, "postOnly"),
    ],
)
async def test_an_order_that_cannot_be_is_refused_and_changes_nothing(
    stage: Stage, fields: dict[str, object], status: int, text: str
) -> None:
    caller = stage.caller()
    reply = await caller.place(stage.market, **fields)
    assert reply.status_code == status
    assert text in reply.json()["message"]
    assert reply.json()["statusCode"] == status
    assert (await caller.get("/v1/pm/orders", currency="NGN")).json()["orders"] == []


async def test_an_order_in_a_closed_market_is_refused(stage: Stage) -> None:
    caller = stage.caller()
    stage.world.advance(START_MS + 15 * MINUTE_MS)
    assert (await caller.place(stage.market)).status_code == 400


async def test_a_market_of_another_event_is_404(stage: Stage) -> None:
    caller = stage.caller()
    path = f"/v1/pm/events/{stage.world.pool.id}/markets/{stage.market.id}/orders"
    reply = await caller.post(path, {"outcomeId": stage.market.outcome_ids[0]})
    assert reply.status_code == 404


async def test_minting_takes_a_wallet_amount_and_answers_in_pairs(stage: Stage) -> None:
    caller = stage.caller()
    path = f"/v1/pm/markets/{stage.market.id}"
    minted = await caller.post(f"{path}/mint", {"quantity": 1000, "currency": "NGN"})
    burned = await caller.post(f"{path}/burn", {"quantity": 400, "currency": "NGN"})
    assert minted.json()["quantity"] == 10
    assert minted.json()["outcome1Price"] == 0.5
    assert "proceeds" not in minted.json()
    assert (burned.json()["quantity"], burned.json()["proceeds"]) == (4, 400)
    assert minted.json()["operationId"] != burned.json()["operationId"]


@pytest.mark.parametrize("body", [{}, {"quantity": 0}, {"quantity": "5"}, {"quantity": 1e-9}])
async def test_minting_nonsense_is_400(stage: Stage, body: dict[str, object]) -> None:
    reply = await stage.caller().post(f"/v1/pm/markets/{stage.market.id}/mint", body)
    assert reply.status_code == 400


async def test_burning_what_is_not_there_is_refused(stage: Stage) -> None:
    path = f"/v1/pm/markets/{stage.market.id}/burn"
    reply = await stage.caller().post(path, {"quantity": 1000, "currency": "NGN"})
    assert (reply.status_code, "insufficient shares" in reply.json()["message"]) == (400, True)
