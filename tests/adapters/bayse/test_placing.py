"""One send, and a conclusion only where there is proof."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import (
    Accepted,
    Declined,
    OrderType,
    PlaceOrder,
    SelfTrade,
    Unresolved,
    VenueOrderStatus,
)
from tests.adapters.bayse import samples
from tests.adapters.bayse.conftest import CREDENTIALS, HASTY, QUICK
from tests.adapters.bayse.orders import KEY, book_order, formula_order
from tests.adapters.bayse.scripted_server import (
    HANG_UP,
    PAGE_OF_A_PROXY,
    Reply,
    ScriptedServer,
)
from tests.adapters.bayse.timers import HandTimer


async def test_place_when_the_book_takes_it_then_is_accepted(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(samples.batch(samples.placed_book_order())))

    reply = await venue.place(book_order(), key=KEY)

    assert isinstance(reply, Accepted)
    order = reply.order
    assert (order.id, order.outcome_id, order.side) == (samples.ORDER, samples.UP, Side.BUY)
    assert (order.type, order.status) == (OrderType.LIMIT, VenueOrderStatus.OPEN)
    assert (order.size, order.filled) == (Decimal("99.99"), 0)
    assert order.currency is Currency.NGN
    assert not reply.is_replay


async def test_place_when_the_reply_is_a_stored_one_then_says_so(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    batch = samples.batch(samples.placed_book_order())
    server.answers(Reply.of(batch, Idempotent_Replayed="true"))

    reply = await venue.place(book_order(), key=KEY)

    assert isinstance(reply, Accepted)
    assert reply.is_replay


async def test_send_when_given_stored_bytes_then_exactly_those_arrive(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(samples.batch(samples.placed_book_order())))
    stored = venue.seal(book_order(), key=KEY)

    await venue.send(stored)

    seen = server.requests[0]
    assert (seen.path, seen.body) == (stored.route, stored.body)
    assert seen.headers["idempotency-key"] == KEY


async def test_place_when_limited_first_then_it_is_declined_and_not_sent_again_later(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply(status=429), Reply.of(samples.batch(samples.placed_book_order())))

    reply = await venue.place(book_order(), key=KEY)

    assert isinstance(reply, Declined)
    assert reply.status == 429
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("INSUFFICIENT_BALANCE", Declined),
        ("UNSUPPORTED_ENGINE", Declined),
        ("BAD_REQUEST", Declined),
        ("INTERNAL_ERROR", Unresolved),
        ("", Unresolved),
    ],
)
async def test_place_when_the_item_fails_then_is_declined_if_the_code_says_why(
    venue: BayseVenue, server: ScriptedServer, code: str, expected: type[object]
) -> None:
    server.answers(Reply.of(samples.batch(code=code, message="Insufficient USD balance")))

    assert isinstance(await venue.place(book_order(), key=KEY), expected)


DOUBTS = [
    pytest.param(PAGE_OF_A_PROXY, id="html 502"),
    pytest.param(Reply.complaint(500, "internal_server_error"), id="500"),
    pytest.param(Reply.complaint(503, "unavailable"), id="503"),
    pytest.param(Reply.complaint(408, "timeout"), id="408"),
    pytest.param(Reply.complaint(409, "conflict"), id="409"),
    pytest.param(Reply.complaint(418, "teapot"), id="418"),
    pytest.param(Reply(status=400, body=b"<html>"), id="html 400"),
    pytest.param(Reply(status=302, headers={"Location": "/"}), id="302"),
    pytest.param(HANG_UP, id="hang-up"),
    pytest.param(Reply(body=b'{"engine":"CLOB","results":[]}', sent_bytes=80), id="cut off"),
    pytest.param(Reply(body=b"<html>captive portal</html>"), id="html 200"),
    pytest.param(Reply(body=b""), id="empty 200"),
    pytest.param(Reply(body=b"{}"), id="empty object"),
    pytest.param(Reply(body=b"null"), id="null"),
]


@pytest.mark.parametrize("reply", DOUBTS)
async def test_place_when_on_a_book_in_doubt_then_is_unresolved_and_sent_once(
    venue: BayseVenue, server: ScriptedServer, reply: Reply
) -> None:
    server.usual = reply

    assert isinstance(await venue.place(book_order(), key=KEY), Unresolved)
    assert len(server.requests) == 1


@pytest.mark.parametrize("reply", [*DOUBTS, pytest.param(Reply(status=429), id="429")])
async def test_place_when_against_a_formula_in_doubt_then_is_unresolved_and_sent_once(
    venue: BayseVenue, server: ScriptedServer, reply: Reply
) -> None:
    server.usual = reply

    assert isinstance(await venue.place(formula_order(), key=KEY), Unresolved)
    assert len(server.requests) == 1


@pytest.mark.parametrize("order", [book_order(), formula_order()])
async def test_place_when_no_answer_comes_in_time_then_is_unresolved_and_sent_once(
    server: ScriptedServer, timer: HandTimer, order: PlaceOrder
) -> None:
    server.usual = Reply(pause_s=0.5)

    client = BayseClient(server.url, timer=timer, credentials=CREDENTIALS, options=HASTY)
    async with client:
        reply = await BayseVenue(client, clock=SystemClock()).place(order, key=KEY)

    assert isinstance(reply, Unresolved)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
@pytest.mark.parametrize("order", [book_order(), formula_order()])
async def test_place_when_the_venue_refuses_in_its_own_words_then_is_declined(
    venue: BayseVenue, server: ScriptedServer, status: int, order: PlaceOrder
) -> None:
    server.answers(Reply.complaint(status, "bad", "Minimum buy amount is NGN 1,000.00"))

    reply = await venue.place(order, key=KEY)

    assert reply == Declined(
        status=status, code="bad", message="Minimum buy amount is NGN 1,000.00"
    )
    assert len(server.requests) == 1


async def test_place_when_the_key_was_used_for_other_bytes_then_is_unresolved(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.complaint(422, "idempotency_key_reused", "another body"))

    assert isinstance(await venue.place(book_order(), key=KEY), Unresolved)


async def test_place_when_limited_to_the_end_then_is_declined(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.usual = Reply(status=429)

    reply = await venue.place(book_order(), key=KEY)

    assert isinstance(reply, Declined)
    assert reply.status == 429


@pytest.mark.parametrize("order", [book_order(), formula_order()])
async def test_place_when_there_is_no_connection_then_is_declined_as_never_sent(
    timer: HandTimer, order: PlaceOrder
) -> None:
    client = BayseClient("http://127.0.0.1:1", timer=timer, credentials=CREDENTIALS, options=QUICK)
    async with client:
        reply = await BayseVenue(client, clock=SystemClock()).place(order, key=KEY)

    assert isinstance(reply, Declined)
    assert (reply.status, reply.code) == (0, "not_sent")


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": samples.DOWN},
        {"outcomeId": samples.DOWN},
        {"side": "SELL"},
        {"marketId": "another-market"},
        {"currency": "USD"},
        {"id": ""},
        {"id": None},
        {"filledSize": None},
        {"filledSize": 120},
        {"size": -1, "quantity": -1},
        {"price": 1.7},
        {"price": "0.5"},
        {"orderType": "WISH"},
        {"amount": True},
    ],
)
async def test_place_when_the_reply_is_not_of_what_was_asked_then_is_unresolved(
    venue: BayseVenue, server: ScriptedServer, changes: dict[str, object]
) -> None:
    server.answers(Reply.of(samples.batch(samples.placed_book_order(**changes))))

    assert isinstance(await venue.place(book_order(), key=KEY), Unresolved)


@pytest.mark.parametrize("results", [[], [1], "no", None, [{}], [{"index": 3, "success": True}]])
async def test_place_when_the_batch_has_other_results_than_items_then_is_unresolved(
    venue: BayseVenue, server: ScriptedServer, results: object
) -> None:
    server.answers(Reply.of({"engine": "CLOB", "results": results}))

    assert isinstance(await venue.place(book_order(), key=KEY), Unresolved)


async def test_place_when_the_reply_echoes_another_client_id_then_is_unresolved(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of(samples.batch(samples.placed_book_order())))

    reply = await venue.place(book_order(client_order_id="mine"), key=KEY)

    assert isinstance(reply, Unresolved)


async def test_place_when_more_shares_are_sold_than_asked_then_a_contradiction_is_counted(
    venue: BayseVenue, server: ScriptedServer, client: BayseClient
) -> None:
    told = samples.placed_book_order(side="SELL", type="SELL", size=200, amount=100)
    server.answers(Reply.of(samples.batch(told)))

    reply = await venue.place(book_order(side=Side.SELL), key=KEY)

    assert isinstance(reply, Accepted)
    assert reply.order.size == 200
    assert len(client.drift_report().contradictions) == 1
    assert not client.drift_report().is_clean


async def test_place_when_more_cash_is_spent_than_asked_then_a_contradiction_is_counted(
    venue: BayseVenue, server: ScriptedServer, client: BayseClient
) -> None:
    told = samples.placed_book_order(size=9999)
    server.answers(Reply.of(samples.batch(told)))

    assert isinstance(await venue.place(book_order(), key=KEY), Accepted)

    assert len(client.drift_report().contradictions) == 1


async def test_place_when_the_self_trade_mode_is_another_then_a_contradiction_is_counted(
    venue: BayseVenue, server: ScriptedServer, client: BayseClient
) -> None:
    server.answers(Reply.of(samples.batch(samples.placed_book_order(stpMode="SKIP"))))

    await venue.place(book_order(self_trade=SelfTrade.CANCEL_OLDEST), key=KEY)

    assert len(client.drift_report().contradictions) == 1


async def test_place_when_all_is_as_asked_then_nothing_is_counted(
    venue: BayseVenue, server: ScriptedServer, client: BayseClient
) -> None:
    told = samples.placed_book_order(side="SELL", type="SELL")
    server.answers(Reply.of(samples.batch(told)))

    await venue.place(book_order(side=Side.SELL), key=KEY)

    assert client.drift_report().is_clean


# Placing against a formula


@pytest.mark.parametrize("envelope", ["ammOrder", "order", "clobOrder", None])
async def test_place_when_a_formula_takes_it_then_all_of_its_quantity_is_filled(
    venue: BayseVenue, server: ScriptedServer, envelope: str | None
) -> None:
    told = samples.placed_formula_order()
    server.answers(Reply.of({"engine": "AMM", envelope: told} if envelope else told, 201))

    reply = await venue.place(formula_order(), key=KEY)

    assert isinstance(reply, Accepted)
    order = reply.order
    assert (order.filled, order.size) == (Decimal("138.21"), Decimal("138.21"))
    assert (order.average_price, order.outcome_id) == (Decimal("0.7235"), samples.UP)
    assert (order.side, order.type) == (Side.BUY, OrderType.MARKET)


async def test_place_when_a_formula_tells_what_is_filled_then_that_counts(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    told = samples.placed_formula_order(filledSize=100, status="cancelled")
    server.answers(Reply.of({"engine": "AMM", "ammOrder": told}))

    reply = await venue.place(formula_order(), key=KEY)

    assert isinstance(reply, Accepted)
    assert reply.order.filled == 100


async def test_place_when_a_single_book_order_is_open_then_its_quantity_is_not_filled(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    told = samples.placed_book_order(price=0.45)
    server.answers(Reply.of({"engine": "CLOB", "clobOrder": told}))

    reply = await venue.place(formula_order(currency=Currency.NGN), key=KEY)

    assert isinstance(reply, Accepted)
    assert reply.order.filled == 0


async def test_place_when_the_market_is_unknown_to_the_reply_then_is_the_one_asked_for(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"ammOrder": samples.placed_formula_order()}))

    reply = await venue.place(formula_order(), key=KEY)

    assert isinstance(reply, Accepted)
    assert reply.order.market_id == samples.MARKET
