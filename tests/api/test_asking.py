"""What can be asked for: commands that a real agent carries out, whoever asks and how often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bayse_agent.domain.access import Scope
from bayse_agent.domain.market import MarketStatus
from bayse_agent.domain.money import Currency
from bayse_agent.trading.agent import Approval
from tests.api.stage import NAME, OURS, PASSWORD, Begun, Stage, staged


@pytest.fixture
async def working(begun: Begun, tmp_path: Path) -> AsyncIterator[Stage]:
    """A service whose agent is at work, and asks before it bets."""
    async with staged(begun, tmp_path, approval=Approval.BY_HAND, runs=True) as made:
        yield made


@pytest.fixture
async def quick(begun: Begun, tmp_path: Path) -> AsyncIterator[Stage]:
    """The same in a world that goes by two minutes a second, so that there is soon a bet."""
    async with staged(begun, tmp_path, approval=Approval.BY_HAND, runs=True, speed=150.0) as made:
        yield made


async def _operator(stage: Stage, scope: Scope = Scope.OPERATE) -> httpx2.AsyncClient:
    client = stage.client()
    client.headers.update(await stage.bearer(scope))
    return client


async def _json(client: httpx2.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_halt_when_asked_for_then_halted_and_only_a_stepped_up_person_lifts_it(
    working: Stage,
) -> None:
    client = await _operator(working)
    halted = await client.post("/control/halt", json={"reason": "enough"})
    assert halted.status_code == 200, halted.text
    assert halted.json()["result"]["state"] == "HALTED"
    told = await _json(client, "/control")
    assert told["state"] == "HALTED"
    assert "enough" in told["kill_switch"]
    assert (await _json(client, "/agent/status"))["status"] == "halted"

    person = await working.logged_in(working.client())
    body = {"reason": "fine again", "epoch": told["epoch"], "release": True}
    first = await person.post("/control/resume", json=body, headers=OURS)
    assert first.json()["code"] == "step_up"
    await person.post("/auth/step-up", json={"password": PASSWORD}, headers=OURS)
    now = await _json(person, "/control")
    resumed = await person.post(
        "/control/resume", json={**body, "epoch": now["epoch"]}, headers=OURS
    )
    assert resumed.status_code == 200, resumed.text
    assert (await _json(person, "/control"))["made_by"] == NAME


async def test_limits_when_changed_then_in_force_and_in_the_history(working: Stage) -> None:
    admin = await _operator(working, Scope.ADMIN)
    body = {"changes": {"max_open_markets": "5"}, "reason": "fewer"}
    changed = await admin.post("/limits", json=body)
    assert changed.status_code == 200, changed.text
    newest = (await _json(admin, "/limits/history"))["items"][0]
    assert newest["changed"] == {"max_open_markets": "12 -> 5"}
    assert newest["reason"] == "fewer"
    refused = await admin.post("/limits", json={"changes": {"reserve": "7"}, "reason": "too much"})
    assert refused.status_code == 409
    assert "reserve must be" in refused.json()["result"]["reason"]


async def test_limits_when_read_then_each_says_when_a_change_counts(working: Stage) -> None:
    admin = await _operator(working, Scope.ADMIN)
    told = {one["name"]: one["effects"] for one in (await _json(admin, "/limits"))["limits"]}
    assert [one["at"] for one in told["max_stake"]] == ["at_once", "next_look"]
    assert all(effects[0]["at"] == "at_once" and effects[0]["on"] for effects in told.values())


async def test_config_when_changed_as_before_then_read_back_as_it_is(working: Stage) -> None:
    admin = await _operator(working, Scope.ADMIN)
    body = {"max_open_positions": 1, "min_confidence": 90, "balance_floor": 500}
    changed = await admin.post("/agent/config", json=body)
    assert changed.status_code == 200, changed.text
    told = await _json(admin, "/agent/config")
    assert {name: told[name] for name in body} == body
    other = await admin.post("/agent/config", json={"auto_trade": True})
    assert other.status_code == 409
    assert "AGENT_AUTO_TRADE" in other.json()["detail"]


async def _open_market(stage: Stage) -> Any:
    page = await stage.parts.market_data.events(
        currency=Currency.NGN, size=100, status=MarketStatus.OPEN
    )
    now = stage.parts.clock.now()
    later = [one for one in page.items if one.closes_at and one.series]
    return max(later, key=lambda one: one.closes_at or now)


async def test_trade_when_placed_by_hand_then_written_down_within_the_limits(
    working: Stage,
) -> None:
    client = await _operator(working)
    event = await _open_market(working)
    query = {
        "event_id": event.id,
        "market_id": event.markets[0].id,
        "side": "BUY",
        "outcome": "YES",
        "amount": "500",
        "currency": "NGN",
    }
    key = {"Idempotency-Key": "one-and-the-same"}
    answers = await asyncio.gather(
        *(client.post("/trades", params=query, headers=key) for _ in range(5))
    )
    assert {one.status_code for one in answers} == {200}, [one.text for one in answers]
    placed = answers[0].json()
    assert len({one.json()["intentId"] for one in answers}) == 1
    assert placed["amount"] == 500.0
    assert placed["outcomeId"] == event.markets[0].outcome1.id
    orders = (await _json(client, "/orders?source=hand"))["items"]
    assert [one["id"] for one in orders] == [placed["intentId"]]
    too_much = await client.post("/trades", params={**query, "amount": "9000000"})
    assert too_much.status_code == 409
    unknown = await client.post("/trades", params={**query, "outcome": "MAYBE"})
    assert unknown.status_code == 422


async def _signal(stage: Stage, client: httpx2.AsyncClient) -> Any:
    """The first bet that the agent asks about."""
    for _ in range(400):
        waiting = (await _json(client, "/signals?status=PENDING"))["items"]
        if waiting:
            return waiting[0]
        await stage.parts.timer.sleep_s(0.05)
    raise AssertionError("the agent asked about nothing")


async def test_signal_when_approved_a_hundred_times_at_once_then_one_intent(
    quick: Stage,
) -> None:
    client = await _operator(quick)
    signal = await _signal(quick, client)
    query = {"signal_id": signal["id"]}
    answers = await asyncio.gather(
        *(client.post("/agent/approve", params=query) for _ in range(100))
    )
    statuses = [one.status_code for one in answers]
    assert set(statuses) <= {200, 409, 429}, [one.text for one in answers[:3]]
    intents, _ = await quick.parts.store.ledger()
    mine = [
        one
        for one in intents
        if one.market_id == signal["market_id"]
        and one.wish.outcome_id == signal["outcome_id"]
        and one.created_at >= quick.demo.starts_at
    ]
    assert len(mine) <= 1
    if 200 in statuses:
        assert len(mine) == 1
        # Whoever asked before it was sent is told of the same sending; who asks later, of no other.
        told = {one.json()["status"] for one in answers if one.status_code == 200}
        assert told <= {"executed", "already_executed"}
        again = await client.post("/agent/approve", params=query)
        assert again.json()["status"] == "already_executed"
        listed = (await _json(client, "/agent/signals?all=true&limit=100"))["signals"]
        assert [one["id"] for one in listed].count(signal["id"]) == 1
        assert mine[0].id not in [one["id"] for one in listed]


async def test_signal_when_rejected_then_it_is_over(quick: Stage) -> None:
    client = await _operator(quick)
    signal = await _signal(quick, client)
    path = f"/signals/{signal['id']}"
    rejected = await client.post(f"{path}/reject", json={"reason": "no"})
    assert rejected.status_code == 200, rejected.text
    assert (await _json(client, path))["status"] == "REJECTED"
    approved = await client.post(f"{path}/approve", json={})
    assert approved.status_code == 409
    before = await client.post("/agent/signals/clear")
    assert before.json()["deleted"] > 0
    assert (await _json(client, "/agent/signals?all=true"))["total"] == 0
    assert (await _json(client, "/signals"))["items"]


async def test_close_when_not_confirmed_then_it_only_tells(working: Stage) -> None:
    client = await _operator(working)
    told = await client.post("/positions/close-all", json={})
    assert told.status_code == 200, told.text
    assert "sent" in told.json()["result"]


async def test_analyze_when_asked_then_a_signal_in_the_old_shape(working: Stage) -> None:
    client = await _operator(working)
    event = await _open_market(working)
    answer = await client.post("/agent/analyze", params={"event_id": event.id})
    assert answer.status_code == 200, answer.text
    assert answer.json()["signal_type"] in ("BUY_YES", "BUY_NO", "HOLD", "AVOID")


async def test_command_when_nobody_takes_it_then_202_and_its_address(stage: Stage) -> None:
    client = await _operator(stage)
    answer = await client.post("/control/reduce", json={"reason": "nobody home"})
    assert answer.status_code == 202
    found = await client.get(answer.headers["location"])
    assert found.json()["status"] == "PENDING"


async def test_key_when_a_person_has_logged_in_again_then_it_is_the_same_wish(
    stage: Stage,
) -> None:
    """Who does not know what became of a wish logs in again, and asks for the same once more."""
    body, key = {"stake": "500"}, {"Idempotency-Key": "one-and-the-same"}
    names = []
    for _ in range(2):
        client = await stage.logged_in(stage.client())
        answer = await client.post("/signals/x/approve", json=body, headers={**OURS, **key})
        assert answer.status_code == 202, answer.text
        names.append(answer.json()["id"])
    assert names[0] == names[1]
    other = await (await _operator(stage)).post("/signals/x/approve", json=body, headers=key)
    assert other.json()["id"] != names[0]


async def test_key_when_it_comes_with_another_wish_then_refused_and_not_called_done(
    stage: Stage,
) -> None:
    client = await _operator(stage)
    client.headers["Idempotency-Key"] = "one-and-the-same"
    assert (await client.post("/signals/x/approve", json={"stake": "500"})).status_code == 202
    other = await client.post("/signals/x/approve", json={"stake": "600"})
    assert (other.status_code, other.json()["code"]) == (422, "key_used")
    assert [one.arguments["stake"] for one in await stage.parts.store.pending_commands()] == ["500"]


async def test_quote_when_asked_for_by_a_reader_then_told_and_nothing_is_placed(
    working: Stage,
) -> None:
    client = await _operator(working, Scope.READ)
    event = await _open_market(working)
    market = event.markets[0]
    query = {"event_id": event.id, "market_id": market.id, "outcome": "NO", "amount": "500"}
    before = await _json(client, "/orders")
    told = await client.post("/trades/quote", params=query)
    assert told.status_code == 200, told.text
    quote = told.json()
    assert (quote["is_refused"], quote["refusals"]) == (False, [])
    assert (quote["stake"], quote["currency"]) == ("500", "NGN")
    assert 0 < float(quote["market_price"]) < float(quote["break_even"]) < 1
    assert float(quote["gain"]) == pytest.approx(float(quote["payout"]) - float(quote["cash"]))
    assert await _json(client, "/orders") == before
    too_much = (await client.post("/trades/quote", params={**query, "amount": "9000000"})).json()
    assert too_much["is_refused"] is True
    assert "refused_stake" in {one["check"] for one in too_much["refusals"]}
    assert (await client.post("/trades", params={**query, "side": "BUY"})).status_code == 403
