"""The whole pretend world behind the server: its windows, its crowd, its settlements."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal

from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.world import World
from tests.simulation.server.stage import Caller, ManualClock, serving

START_MS = 1_780_304_400_000


@asynccontextmanager
async def served_world() -> AsyncIterator[tuple[Desk, Caller]]:
    wall = ManualClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
    desk = Desk(World(seed=7, start_ms=START_MS), wall, seed=7, speed=Decimal(0))
    async with serving(desk) as client:
        made = (await client.post("/sim/accounts", json={"NGN": "1000000"})).json()
        yield (
            desk,
            Caller(
                client=client,
                wall=wall,
                public=made["publicKey"],
                secret=made["secretKey"],
                user_id=made["userId"],
            ),
        )


async def test_a_bet_on_a_window_is_settled_by_the_world() -> None:
    async with served_world() as (_, caller):
        query = {"seriesSlug": "crypto-btc-15min", "status": "open", "currency": "NGN"}
        [event] = (await caller.get("/v1/pm/events", **query)).json()["events"]
        [market] = event["markets"]
        assert event["eventThreshold"] > 0
        body = {
            "side": "BUY",
            "outcomeId": market["outcome1Id"],
            "amount": 1000,
            "type": "MARKET",
            "currency": "NGN",
        }
        path = f"/v1/pm/events/{event['id']}/markets/{market['id']}/orders"
        placed = (await caller.post(path, body)).json()["clobOrder"]
        assert placed["filledSize"] > 0
        await caller.client.post("/sim/advance", json={"seconds": 15 * 60 + 150})
        settled = (await caller.get(f"/v1/pm/events/{event['id']}")).json()
        won = settled["eventCloseValue"] >= settled["eventThreshold"]
        assert settled["markets"][0]["resolvedOutcome"] == ("YES" if won else "NO")
        [line] = (await caller.get("/v1/pm/activities", type="payout")).json()["activities"]
        assert line["type"] == ("PAYOUT_WIN" if won else "PAYOUT_LOSS")
        history = (await caller.get(f"/v1/pm/events/{event['id']}/price-history")).json()
        assert any(0 < point["p"] < 1 for point in history["markets"][0]["priceHistory"])


async def test_reading_does_not_change_what_happens_later() -> None:
    books = []
    for is_curious in (True, False):
        async with served_world() as (_, caller):
            query = {"seriesSlug": "crypto-btc-15min", "status": "open"}
            [event] = (await caller.get("/v1/pm/events", **query)).json()["events"]
            outcome = event["markets"][0]["outcome1Id"]
            for _ in range(5):
                await caller.client.post("/sim/advance", json={"seconds": 60})
                if is_curious:
                    await caller.get("/v1/pm/books", outcomeId=outcome, currency="NGN")
                    await caller.get("/v1/pm/events")
            books.append((await caller.get("/v1/pm/books", outcomeId=outcome)).json())
    assert books[0] == books[1]
    assert books[0][0]["bids"] or books[0][0]["asks"]
