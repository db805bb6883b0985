"""Caps on models and searches, over HTTP: what is used, what is put aside, and when it is back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bayse_agent.adapters.store import searches
from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.purse import open_purse
from bayse_agent.api.app import create_app
from bayse_agent.domain.access import Scope
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.question import Purpose
from bayse_agent.ports import SpendingCaps
from bayse_agent.wiring.resuming import BOOKS
from tests.api.stage import Stage, fast_passwords

_CAPS = SpendingCaps(daily=Decimal("0.5"), monthly=Decimal(3))


@pytest.fixture
def address(stage: Stage, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'demo' / BOOKS}"


def _capped(stage: Stage, **changes: Any) -> Stage:
    """The same service with other caps."""
    means = replace(stage.parts.means, caps=_CAPS, searcher="tavily", searches_a_day=2, **changes)
    parts = replace(stage.parts, means=means)
    return replace(stage, parts=parts, app=create_app(parts, passwords=fast_passwords()))


async def _caps(stage: Stage) -> dict[tuple[str, str], Any]:
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.READ))
    answer = await client.get("/costs/caps")
    assert answer.status_code == 200, answer.text
    return {(one["name"], one["span"]): one for one in answer.json()["caps"]}


async def _spend(stage: Stage, address: str, cost: str | None) -> None:
    async with await open_purse(address) as purse:
        at = stage.parts.clock.now()
        name = await purse.spending.reserve(
            Decimal("0.3"),
            caps=_CAPS,
            model="groq:test",
            purpose=Purpose.BASE,
            market_id=MarketId("m-1"),
            at=at,
        )
        assert name is not None
        if cost is not None:
            paid = Decimal(cost)
            await purse.spending.settle(name, cost=paid, tokens_in=1, tokens_out=1, at=at)


async def _search(address: str, source: str, at: datetime) -> None:
    database = connect(address)
    try:
        await database.run(
            lambda connection: searches.begin(
                connection, key="k", source=source, at=at, fresh=timedelta(0), most=None
            )
        )
    finally:
        await database.close()


async def test_caps_when_nothing_was_spent_then_all_is_left(stage: Stage) -> None:
    found = await _caps(_capped(stage))
    assert list(found) == [("models", "day"), ("models", "month"), ("tavily", "24 hours")]
    assert {Decimal(one["used"]) for one in found.values()} == {Decimal(0)}
    assert not any(one["is_used_up"] or one["renews_at"] for one in found.values())


async def test_caps_when_a_call_is_open_then_what_is_put_aside_is_told_apart(
    stage: Stage, address: str
) -> None:
    await _spend(stage, address, "0.1")
    await _spend(stage, address, None)
    for one in ("day", "month"):
        cap = (await _caps(_capped(stage)))["models", one]
        assert (Decimal(cap["used"]), Decimal(cap["reserved"])) == (Decimal("0.4"), Decimal("0.3"))
        assert (cap["calls"], cap["open_calls"]) == (2, 1)
        assert Decimal(cap["left"]) == Decimal(cap["cap"]) - Decimal("0.4")
        assert Decimal(cap["fraction"]) == (Decimal("0.4") / Decimal(cap["cap"])).quantize(
            Decimal("0.0001")
        )


async def test_caps_when_used_up_then_it_is_told_when_there_is_room_again(
    stage: Stage, address: str
) -> None:
    await _spend(stage, address, "0.5")
    now = stage.parts.clock.now()
    await _search(address, "tavily", now - timedelta(hours=23))
    await _search(address, "tavily", now)
    await _search(address, "feeds", now)
    found = await _caps(_capped(stage))
    day, search = found["models", "day"], found["tavily", "24 hours"]
    assert day["is_used_up"]
    # Midnight in Lagos, an hour before that of UTC.
    assert datetime.fromisoformat(day["renews_at"]).hour == 0
    assert now < datetime.fromisoformat(day["renews_at"]) <= now + timedelta(days=1)
    assert search["is_used_up"]
    assert datetime.fromisoformat(search["renews_at"]) == now + timedelta(hours=1)
    assert found["models", "month"]["is_used_up"] is False
    assert found["feeds", "24 hours"]["cap"] is None
