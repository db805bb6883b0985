"""An order that waits for the venue's pace is looked at once more before it leaves."""

from __future__ import annotations

import asyncio

import pytest

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.options import ClientOptions
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.market import Side
from bayse_agent.domain.order import Declined, PlaceOrder
from tests.adapters.bayse import samples
from tests.adapters.bayse.conftest import CREDENTIALS
from tests.adapters.bayse.orders import book_order, formula_order
from tests.adapters.bayse.scripted_server import Reply, ScriptedServer

SLOW = ClientOptions(writes_per_s=2, writes_kept_for_cancels=1)
"""One order a second."""


class Gate:
    """A halt that comes while an order waits."""

    def __init__(self) -> None:
        self.asked: list[Side] = []
        self.why: str | None = None

    async def __call__(self, side: Side) -> str | None:
        self.asked.append(side)
        return self.why


@pytest.mark.parametrize("order", [book_order(), formula_order()])
async def test_send_when_trading_was_stopped_while_it_waited_then_nothing_leaves(
    server: ScriptedServer, order: PlaceOrder
) -> None:
    gate = Gate()
    answer = Reply.of(samples.batch(samples.placed_book_order()))
    server.answers(answer, answer)
    async with BayseClient(
        server.url, timer=SystemClock(), credentials=CREDENTIALS, options=SLOW
    ) as client:
        venue = BayseVenue(client, clock=SystemClock(), gate=gate)
        await venue.place(book_order(), key="first")
        assert gate.asked == []
        waiting = asyncio.create_task(venue.place(order, key="second"))
        await asyncio.sleep(0)
        gate.why = "HALTED: a test"
        reply = await waiting
    assert isinstance(reply, Declined)
    assert "HALTED: a test" in reply.message
    assert gate.asked == [Side.BUY]
    assert len(server.requests) == 1
