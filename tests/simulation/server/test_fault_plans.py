"""Whatever goes wrong on the way, a key makes one order, and the server itself never breaks."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx2
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.server.stage import Caller, Stage, item, staged

TRIES = 6
KEPT_BY_KEY = [
    "refuse_before",
    "rate_limited",
    "accept_then_lose_reply",
    "truncated_body",
    "html_body",
    "forget_order",
    "wrong_balance",
    "empty_list",
    "clock_skew",
]
plans = st.lists(
    st.fixed_dictionaries(
        {
            "route": st.sampled_from(["POST *", "* *", "POST /v1/pm/orders/batch"]),
            "kind": st.sampled_from(KEPT_BY_KEY),
            "p": st.sampled_from([0.1, 0.3, 0.6]),
            "seed": st.integers(0, 1000),
        }
    ),
    max_size=6,
)


async def place_until_told(stage: Stage, caller: Caller, key: str) -> bool:
    """Send the same batch under the same key until a whole answer comes."""
    for _ in range(TRIES):
        stage.wall.advance(1)
        try:
            reply = await caller.place_batch(item(stage.market), key=key)
            assert reply.status_code in (200, 429, 503)
            if reply.status_code == 200 and reply.json()["summary"]["succeeded"] == 1:
                return True
        except (httpx2.TransportError, ValueError):
            continue
    return False


async def orders_by_key(plan: list[dict[str, object]]) -> tuple[Counter[str], set[str]]:
    """How many orders each key truly made, and which keys were told of theirs."""
    async with staged() as stage:
        caller = stage.caller()
        stage.faults(*plan)
        keys = [f"intent-{number}" for number in range(3)]
        told = {key for key in keys if await place_until_told(stage, caller, key)}
        made: Counter[str] = Counter()
        for entry in stage.desk.log.after(0):
            made[entry.key or ""] += len(entry.effect.created)
        assert sum(made.values()) == len(stage.desk.exchange.account(caller.user_id).orders)
        return made, told


@given(plans)
def test_a_key_makes_at_most_one_order_and_none_is_told_that_was_not_made(
    plan: list[dict[str, object]],
) -> None:
    made, told = asyncio.run(orders_by_key(plan))
    assert max(made.values(), default=0) <= 1
    assert all(made[key] == 1 for key in told)
