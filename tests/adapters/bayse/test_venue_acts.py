"""Cancels and complete sets: judged by what is read afterwards."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.domain.market import (
    EventId,
    MarketId,
    OutcomeId,
)
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import (
    CompleteSet,
    Declined,
    OrderId,
    Unresolved,
    VenueOrder,
    VenueOrderStatus,
)
from tests.adapters.bayse import samples
from tests.adapters.bayse.conftest import QUICK
from tests.adapters.bayse.scripted_server import (
    HANG_UP,
    PAGE_OF_A_PROXY,
    Reply,
    ScriptedServer,
)

EVENT, MARKET = EventId(samples.EVENT), MarketId(samples.MARKET)
UP, DOWN, ORDER = OutcomeId(samples.UP), OutcomeId(samples.DOWN), OrderId(samples.ORDER)
PAGED = {"pagination": samples.pagination()}


async def test_cancel_when_taken_then_answers_with_the_order_as_read(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(
        Reply.of({"message": "Order cancelled"}), Reply.of(samples.read_order(status="cancelled"))
    )

    found = await venue.cancel(ORDER)

    assert isinstance(found, VenueOrder)
    assert (found.status, found.filled) == (VenueOrderStatus.CANCELLED, 10)
    assert [seen.method for seen in server.requests] == ["DELETE", "GET"]


@pytest.mark.parametrize("status", [400, 404, 409, 422])
@pytest.mark.parametrize("state", ["cancelled", "filled", "expired"])
async def test_cancel_when_refused_but_the_order_is_over_then_is_done(
    venue: BayseVenue, server: ScriptedServer, status: int, state: str
) -> None:
    server.answers(
        Reply.complaint(status, "not_cancellable"), Reply.of(samples.read_order(status=state))
    )

    found = await venue.cancel(ORDER)

    assert isinstance(found, VenueOrder)
    assert found.status.value == state


async def test_cancel_when_refused_and_the_order_is_open_then_is_declined(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.complaint(401, "invalid_signature"), Reply.of(samples.read_order()))

    found = await venue.cancel(ORDER)

    assert isinstance(found, Declined)
    assert (found.status, found.code) == (401, "invalid_signature")


async def test_cancel_when_no_answer_comes_but_the_order_is_over_then_is_done(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(
        *[HANG_UP] * QUICK.attempts_max, Reply.of(samples.read_order(status="cancelled"))
    )

    assert isinstance(await venue.cancel(ORDER), VenueOrder)


async def test_cancel_when_no_answer_comes_and_the_order_is_open_then_is_unresolved(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(*[HANG_UP] * QUICK.attempts_max, Reply.of(samples.read_order()))

    assert isinstance(await venue.cancel(ORDER), Unresolved)


async def test_cancel_when_the_first_reply_is_lost_then_the_second_error_means_done(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    over = Reply.of(samples.read_order(status="cancelled"))
    server.answers(HANG_UP, Reply.complaint(400, "already_cancelled"), over)

    assert isinstance(await venue.cancel(ORDER), VenueOrder)


async def test_cancel_when_nobody_knows_the_order_then_is_declined(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.usual = Reply.complaint(404, "not_found")

    found = await venue.cancel(ORDER)

    assert isinstance(found, Declined)
    assert found.status == 404


@pytest.mark.parametrize("read", [PAGE_OF_A_PROXY, Reply.complaint(404, "not_found")])
async def test_cancel_when_taken_but_not_seen_afterwards_then_is_unresolved(
    venue: BayseVenue, server: ScriptedServer, read: Reply
) -> None:
    server.answers(Reply.of({"message": "Order cancelled"}))
    server.usual = read

    assert isinstance(await venue.cancel(ORDER), Unresolved)


async def test_cancel_many_when_there_are_many_then_asks_in_lots_with_signed_bodies(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.usual = Reply.of({"results": [], "summary": {}})

    await venue.cancel_many([OrderId(str(number)) for number in range(20)])

    bodies = [json.loads(seen.body)["orderIds"] for seen in server.requests]
    assert [len(ids) for ids in bodies] == [15, 5]
    assert all(seen.headers["x-signature"] for seen in server.requests)
    assert {(seen.method, seen.path) for seen in server.requests} == {
        ("DELETE", "/v1/pm/orders/batch")
    }


SET = {"operationId": "op-1", "marketId": samples.MARKET, "quantity": 10}
THOUSAND = Money(Decimal(1000), Currency.NGN)


async def test_mint_when_taken_then_answers_with_the_pairs(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(SET))

    found = await venue.mint(MARKET, THOUSAND)

    assert isinstance(found, CompleteSet)
    assert (found.pairs, found.cash) == (Decimal(10), THOUSAND)
    assert server.requests[0].path == f"/v1/pm/markets/{samples.MARKET}/mint"
    assert json.loads(server.requests[0].body) == {"quantity": 1000, "currency": "NGN"}


async def test_burn_when_taken_then_answers_with_the_proceeds(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of({**SET, "proceeds": 995.5}))

    found = await venue.burn(MARKET, THOUSAND)

    assert isinstance(found, CompleteSet)
    assert found.cash == Money(Decimal("995.5"), Currency.NGN)


async def test_mint_when_limited_or_in_doubt_then_is_unresolved_and_sent_once(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    for trouble in (PAGE_OF_A_PROXY, HANG_UP, Reply(status=429), Reply.of({"quantity": 10})):
        server.answers(trouble)
        assert isinstance(await venue.mint(MARKET, THOUSAND), Unresolved)

    assert len(server.requests) == 4


async def test_burn_when_refused_then_is_declined(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.complaint(400, "bad_request", "insufficient shares"))

    found = await venue.burn(MARKET, THOUSAND)

    assert found == Declined(status=400, code="bad_request", message="insufficient shares")


async def test_mint_when_the_sum_is_impossible_then_declines_without_sending(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    assert isinstance(await venue.mint(MARKET, Money.zero(Currency.NGN)), Declined)
    assert server.requests == []
