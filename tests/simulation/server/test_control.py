"""The experimenter's hand: accounts, time, resolutions, faults."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.simulation.server.stage import START_MS, Caller, Stage, staged


async def test_an_account_is_opened_with_its_deposits_and_its_key_works(stage: Stage) -> None:
    made = (await stage.client.post("/sim/accounts", json={"NGN": "100000.5", "USD": 7})).json()
    caller = Caller(
        client=stage.client,
        wall=stage.wall,
        public=made["publicKey"],
        secret=made["secretKey"],
        user_id=made["userId"],
    )
    assets = (await caller.get("/v1/wallet/assets")).json()["assets"]
    assert [asset["availableBalance"] for asset in assets] == [100000.5, 7]
    placed = (await caller.place(stage.market)).json()["clobOrder"]
    assert placed["userId"] == made["userId"]


@pytest.mark.parametrize(
    "body", [{"NGN": "x"}, {"NGN": -1}, {"USD": "1e99"}, {"NGN": "NaN"}, {"NGN": []}, [], "x"]
)
async def test_an_account_without_sense_is_400(stage: Stage, body: object) -> None:
    reply = await stage.client.post("/sim/accounts", json=body)
    assert reply.status_code == 400
    assert stage.desk.accounts.users() == ()


async def test_an_account_with_no_money_in_one_currency_is_opened(stage: Stage) -> None:
    made = await stage.client.post("/sim/accounts", json={"NGN": "5000", "USD": "0"})
    headers = {"X-Public-Key": made.json()["publicKey"]}
    assets = (await stage.client.get("/v1/wallet/assets", headers=headers)).json()["assets"]
    assert {asset["symbol"]: asset["availableBalance"] for asset in assets} == {
        "NGN": 5000,
        "USD": 0,
    }


async def test_an_account_in_a_currency_that_is_none_is_400(stage: Stage) -> None:
    reply = await stage.client.post("/sim/accounts", json={"EUR": "5"})
    assert (reply.status_code, stage.desk.accounts.users()) == (400, ())


async def test_a_body_that_curl_announces_as_a_form_is_read_all_the_same(stage: Stage) -> None:
    reply = await stage.client.post(
        "/sim/accounts",
        content=b'{"NGN": "100000", "USD": "1000"}',
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert reply.status_code == 200
    assert len(stage.desk.accounts.users()) == 1


async def test_advancing_moves_world_time_and_nothing_else(stage: Stage) -> None:
    reply = await stage.client.post("/sim/advance", json={"seconds": 900})
    assert reply.json()["worldMs"] == START_MS + 900_000
    assert reply.json()["wallMs"] == START_MS
    event = (await stage.client.get(f"/v1/pm/events/{stage.world.book.id}")).json()
    assert event["status"] == "closed"


@pytest.mark.parametrize("seconds", [-1, 1e9, "60", None])
async def test_time_goes_neither_back_nor_on_for_ever(stage: Stage, seconds: object) -> None:
    reply = await stage.client.post("/sim/advance", json={"seconds": seconds})
    assert reply.status_code == 400
    assert stage.desk.exchange.now_ms == START_MS


async def test_world_time_follows_the_wall_clock_at_its_speed() -> None:
    async with staged(speed=Decimal(60)) as stage:
        stage.wall.advance(1.5)
        clock = (await stage.client.get("/sim/clock")).json()
        assert clock["worldMs"] == START_MS + 90_000
        assert clock["speed"] == 60
        advanced = (await stage.client.post("/sim/advance", json={"seconds": 10})).json()
        assert advanced["worldMs"] == START_MS + 100_000


async def test_the_world_moves_by_itself_between_requests() -> None:
    async with staged(speed=Decimal(1000)) as stage:
        while stage.desk.exchange.now_ms < START_MS + 900_000:
            stage.wall.advance(0.25)
            await stage.client.get("/sim/faults")
        assert not stage.market.is_open


async def test_a_market_is_resolved_on_demand(stage: Stage) -> None:
    winner = stage.market.outcome_ids[1]
    body = {"marketId": stage.market.id, "winner": winner}
    assert (await stage.client.post("/sim/resolve", json=body)).json()["status"] == "resolved"
    again = await stage.client.post("/sim/resolve", json=body)
    assert stage.market.winner == 1
    assert again.status_code == 400


async def test_a_market_is_voided_on_demand(stage: Stage) -> None:
    body = {"marketId": stage.market.id, "winner": "void"}
    assert (await stage.client.post("/sim/resolve", json=body)).json()["status"] == "cancelled"
    assert stage.market.is_void


@pytest.mark.parametrize(
    "body", [{"marketId": "x", "winner": "void"}, {"marketId": 1}, {"winner": "void"}, {}]
)
async def test_resolving_what_is_not_there_is_refused(stage: Stage, body: object) -> None:
    reply = await stage.client.post("/sim/resolve", json=body)
    assert reply.status_code in (400, 404)
    assert stage.market.is_open


async def test_a_new_plan_replaces_the_old_one(stage: Stage) -> None:
    entry = {"route": "GET /health", "kind": "refuse_before", "p": 0.5, "seed": 3}
    put = await stage.client.post("/sim/faults", json=[entry])
    emptied = await stage.client.post("/sim/faults", json=[])
    assert [row["kind"] for row in put.json()["faults"]] == ["refuse_before"]
    assert emptied.json() == {"faults": []}


async def test_a_wrong_plan_is_refused_by_name_and_the_old_one_stays(stage: Stage) -> None:
    stage.faults({"route": "GET /health", "kind": "delay", "nth": 99})
    reply = await stage.client.post("/sim/faults", json=[{"kind": "explode"}])
    assert reply.status_code == 400
    assert reply.json()["message"].startswith("fault 1 has no known kind")
    assert len(stage.desk.faults.faults) == 1


async def test_web_pages_have_no_control(stage: Stage) -> None:
    headers = {"Origin": "https://evil.example"}
    reply = await stage.client.post("/sim/advance", json={"seconds": 60}, headers=headers)
    assert (reply.status_code, stage.desk.exchange.now_ms) == (403, START_MS)


async def test_without_control_there_is_no_such_path() -> None:
    async with staged(has_control=False) as stage:
        assert (await stage.client.get("/sim/clock")).status_code == 404


async def test_control_is_not_in_the_log(stage: Stage) -> None:
    await stage.client.get("/sim/clock")
    assert (await stage.client.get("/sim/log")).json() == {"entries": []}


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 40])
async def test_the_log_after_nonsense_is_400(stage: Stage, after: str) -> None:
    assert (await stage.client.get("/sim/log", params={"after": after})).status_code == 400
