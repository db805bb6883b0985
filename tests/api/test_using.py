"""The use of limits over HTTP: true to the books, and to what would be refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from bayse_agent.domain.access import Scope
from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.risk import LIMIT_FIELDS
from tests.api.stage import Stage


async def _use(stage: Stage) -> Any:
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.READ))
    answer = await client.get("/limits/use")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_uses_when_asked_then_they_are_those_of_the_books(stage: Stage) -> None:
    found = await _use(stage)
    books = await stage.parts.store.books(stage.parts.currency)
    told = {one["name"]: one for one in found["limits"]}
    assert list(told) == [one.name for one in LIMIT_FIELDS]
    portfolio = books.portfolio
    committed = (portfolio.invested + portfolio.reserved).amount
    assert Decimal(told["max_exposure"]["used"]) == committed
    assert Decimal(told["max_open_markets"]["used"]) == portfolio.open_markets()
    assert told["max_exposure"]["unit"] == found["currency"] == "NGN"
    assert Decimal(found["bankroll"]) > 0
    for one in told.values():
        if one["fraction"] is not None:
            share = Decimal(one["used"]) / Decimal(one["most"])
            assert abs(Decimal(one["fraction"]) - share) < Decimal("0.001")
    spot = told["max_market_part"]["where"]
    if committed:
        assert spot["market"]
        assert spot["id"] == spot["market_id"]


async def test_uses_when_a_limit_is_full_then_it_says_that_it_refuses_the_next_buy(
    stage: Stage,
) -> None:
    store = stage.parts.store
    limits = await store.limits()
    at = stage.parts.clock.now()
    tight = replace(limits, max_open_markets=0, max_exposure=Decimal(0))
    await store.set_limits(tight, by="test", reason="a test", at=at)
    found = await _use(stage)
    refusing = {one["name"] for one in found["limits"] if one["refuses"]}
    assert {"max_open_markets", "max_exposure"} <= refusing
    assert {"max_open_markets", "max_exposure"} <= set(found["refused_by"])
    told = {one["name"]: one for one in found["limits"]}
    assert Decimal(told["max_exposure"]["room"]) == 0
    assert told["max_open_markets"]["fraction"] == "1.0000"


async def test_uses_when_trading_is_stopped_then_the_state_refuses(stage: Stage) -> None:
    store = stage.parts.store
    before = await store.control()
    change = Control(
        epoch=before.epoch + 1,
        state=TradingState.HALTED,
        reason="a test",
        by="test",
        at=stage.parts.clock.now(),
    )
    await store.set_control(change)
    found = await _use(stage)
    assert found["state"] == "HALTED"
    assert "state HALTED" in found["refused_by"]


async def test_refusals_when_counted_then_they_are_those_of_the_funnel(stage: Stage) -> None:
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.READ))
    funnel = (await client.get("/decisions/funnel")).json()
    looks = {one["reason"]: one["looks"] for one in funnel["reasons"]}
    found = await _use(stage)
    told = {one["check"]: one["refused_lately"] for one in found["limits"] if one["check"]}
    assert told == {check: looks.get(check, 0) for check in told}
