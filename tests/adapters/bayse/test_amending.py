"""Amends under a key, and whatever else may be answered to an order."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.money import Price, Shares
from bayse_agent.domain.order import (
    Accepted,
    Amend,
    Declined,
    OrderId,
    PlaceOrder,
    Unresolved,
)
from tests.adapters.bayse import samples
from tests.adapters.bayse.conftest import CREDENTIALS, QUICK
from tests.adapters.bayse.orders import KEY, book_order, formula_order
from tests.adapters.bayse.scripted_server import (
    Reply,
    ScriptedServer,
    scripted_server,
)
from tests.adapters.bayse.timers import HandTimer

CHANGE = Amend(
    order_id=OrderId(samples.ORDER),
    new_price=Price(Decimal("0.5")),
    new_size=Shares(Decimal(15)),
)


async def test_amend_when_taken_then_is_accepted(venue: BayseVenue, server: ScriptedServer) -> None:
    server.answers(Reply.of(samples.batch(samples.read_order(price=0.5, size=15))))

    reply = await venue.amend(CHANGE, key=KEY)

    assert isinstance(reply, Accepted)
    assert server.requests[0].path == "/v1/pm/orders/batch/amend"
    assert json.loads(server.requests[0].body) == {
        "items": [{"orderId": samples.ORDER, "newPrice": 0.5, "newSize": 15}]
    }


async def test_amend_when_told_in_the_shape_of_placing_then_is_accepted(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(samples.batch(samples.placed_book_order())))

    assert isinstance(await venue.amend(CHANGE, key=KEY), Accepted)


async def test_amend_when_not_found_then_is_declined(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(samples.batch(code="ORDER_NOT_FOUND", message="Order not found")))

    reply = await venue.amend(CHANGE, key=KEY)

    assert reply == Declined(status=200, code="ORDER_NOT_FOUND", message="Order not found")


async def test_amend_when_another_order_is_told_then_is_unresolved(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(samples.batch(samples.read_order(id="another"))))

    assert isinstance(await venue.amend(CHANGE, key=KEY), Unresolved)


@pytest.mark.parametrize(
    "change",
    [
        Amend(order_id=OrderId("1")),
        Amend(order_id=OrderId("1"), new_price=Price(Decimal("0.555"))),
        Amend(order_id=OrderId("1"), new_price=Price(Decimal(1))),
        Amend(order_id=OrderId("1"), new_size=Shares(Decimal(0))),
    ],
)
async def test_amend_when_impossible_then_declines_without_sending(
    venue: BayseVenue, server: ScriptedServer, change: Amend
) -> None:
    assert isinstance(await venue.amend(change, key=KEY), Declined)
    assert server.requests == []


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["results", "order", "success", "error", "id", "index", "message"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(
    status=st.sampled_from([200, 201, 202, 204, 301, 400, 401, 404, 408, 409, 422, 500, 502]),
    body=ANY_JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40),
    order=st.sampled_from([book_order(), formula_order()]),
)
async def test_place_when_anything_at_all_is_answered_then_nothing_is_ever_made_of_it(
    status: int, body: bytes, order: PlaceOrder
) -> None:
    async with scripted_server() as server:
        server.usual = Reply(status=status, body=b"" if status == 204 else body)
        client = BayseClient(server.url, timer=HandTimer(), credentials=CREDENTIALS, options=QUICK)
        async with client:
            reply = await BayseVenue(client, clock=SystemClock()).place(order, key=KEY)

    assert isinstance(reply, Declined | Unresolved)
    assert isinstance(reply, Unresolved) or status in (200, 201, 202, 400, 401, 404, 422)
    assert len(server.requests) == 1
