"""Orders on their way out: sealed bytes, one send, and a conclusion only where there is proof."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.placing import SealedOrder, seal
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.bayse.wire.writing import SellUnit
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Price, Shares
from bayse_agent.domain.order import (
    Accepted,
    Amend,
    Declined,
    OrderId,
    OrderType,
    PlaceOrder,
    SelfTrade,
    TimeInForce,
    Unresolved,
    VenueOrderStatus,
)
from tests.adapters.bayse import samples
from tests.adapters.bayse.conftest import CREDENTIALS, QUICK
from tests.adapters.bayse.scripted_server import (
    HANG_UP,
    PAGE_OF_A_PROXY,
    Reply,
    ScriptedServer,
)
from tests.adapters.bayse.timers import HandTimer

KEY = "4f5d7c6e-1111-5222-8333-944455556666"


def book_order(**changes: Any) -> PlaceOrder:
    plain = PlaceOrder(
        event_id=EventId(samples.EVENT),
        market_id=MarketId(samples.MARKET),
        outcome_id=OutcomeId(samples.UP),
        engine=Engine.CLOB,
        side=Side.BUY,
        type=OrderType.LIMIT,
        amount=Decimal(100),
        currency=Currency.NGN,
        price=Price(Decimal("0.01")),
        time_in_force=TimeInForce.FAK,
    )
    return dataclasses.replace(plain, **changes)


def formula_order(**changes: Any) -> PlaceOrder:
    plain = PlaceOrder(
        event_id=EventId(samples.EVENT),
        market_id=MarketId(samples.MARKET),
        outcome_id=OutcomeId(samples.UP),
        engine=Engine.AMM,
        side=Side.BUY,
        type=OrderType.MARKET,
        amount=Decimal(100),
        currency=Currency.USD,
    )
    return dataclasses.replace(plain, **changes)


def sealed(order: PlaceOrder, unit: SellUnit = SellUnit.SHARES) -> SealedOrder:
    return seal(order, key=KEY, unit=unit)


def item(order: PlaceOrder, unit: SellUnit = SellUnit.SHARES) -> dict[str, Any]:
    found = json.loads(sealed(order, unit).body)
    return dict(found["orders"][0])


# Sealing


def test_seal_when_on_a_book_then_is_a_batch_of_one_under_the_key() -> None:
    made = sealed(book_order())

    assert (made.path, made.key) == ("/v1/pm/orders/batch", KEY)
    assert made.body == (
        b'{"orders":[{"marketId":"7a1e3c9b-52d8-46f0-b3c4-9e8f7d6c5b4a","side":"BUY",'
        b'"outcomeId":"5b7f2c1e-8d34-4f0a-9b61-2c7e4a9d0f13","amount":100,"type":"LIMIT",'
        b'"currency":"NGN","price":0.01,"timeInForce":"FAK"}]}'
    )


def test_seal_when_against_a_formula_then_takes_the_single_route_without_key() -> None:
    made = sealed(formula_order(amount=Decimal("99.63")))

    expected = f"/v1/pm/events/{samples.EVENT}/markets/{samples.MARKET}/orders"
    assert (made.path, made.key) == (expected, None)
    assert json.loads(made.body)["amount"] == 99.63


def test_seal_when_the_order_has_every_trait_then_writes_each() -> None:
    expiry = datetime(2026, 2, 24, 11, 30, tzinfo=UTC)
    made = item(
        book_order(
            time_in_force=TimeInForce.GTD,
            expires_at=expiry,
            post_only=True,
            self_trade=SelfTrade.CANCEL_OLDEST,
            client_order_id="q-17",
        )
    )

    assert made["timeInForce"] == "GTD"
    assert made["expiresAt"] == "2026-02-24T11:30:00.000Z"
    assert made["postOnly"] is True
    assert made["stpMode"] == "CANCEL_OLDEST"
    assert made["clientOrderId"] == "q-17"


def test_seal_when_the_price_is_finer_than_the_grid_then_is_never_worse_than_wanted() -> None:
    wanted = Price(Decimal("0.555"))
    sell = book_order(side=Side.SELL, price=wanted, amount=Decimal(5))

    assert item(book_order(price=wanted))["price"] == 0.55
    assert item(sell)["price"] == 0.56


def test_seal_when_sells_are_counted_in_shares_then_sends_shares() -> None:
    sell = book_order(side=Side.SELL, price=Price(Decimal("0.5")), amount=Decimal("5.84"))

    assert item(sell)["amount"] == 5.84


def test_seal_when_sells_are_counted_in_cash_then_sends_what_the_shares_are_worth() -> None:
    sell = book_order(side=Side.SELL, price=Price(Decimal("0.5")), amount=Decimal("5.84"))

    assert item(sell, SellUnit.CASH)["amount"] == 292


@pytest.mark.parametrize(
    "order",
    [
        book_order(price=None),
        book_order(price=Price(Decimal("0.004"))),
        book_order(price=Price(Decimal("0.995"))),
        book_order(price=Price(Decimal("0.999")), side=Side.SELL),
        book_order(amount=Decimal(0)),
        book_order(amount=Decimal(-1)),
        book_order(amount=Decimal("NaN")),
        book_order(amount=Decimal("1e30")),
        book_order(amount=Decimal("0.00000001")),
        book_order(time_in_force=TimeInForce.GTD),
        book_order(expires_at=datetime(2026, 1, 1, tzinfo=UTC)),
        book_order(type=OrderType.MARKET),
        formula_order(type=OrderType.LIMIT, price=Price(Decimal("0.5"))),
        formula_order(max_slippage=Decimal("0.51")),
        formula_order(post_only=True),
    ],
)
async def test_place_when_the_order_is_impossible_then_declines_without_sending(
    venue: BayseVenue, server: ScriptedServer, order: PlaceOrder
) -> None:
    reply = await venue.place(order, key=KEY)

    assert isinstance(reply, Declined)
    assert server.requests == []


def test_seal_when_cash_for_shares_is_not_known_then_refuses() -> None:
    with pytest.raises(InvalidValue):
        sealed(formula_order(side=Side.SELL), SellUnit.CASH)


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ключ", "a\n"])
def test_seal_when_the_key_is_not_one_then_refuses(key: str) -> None:
    with pytest.raises(InvalidValue):
        seal(book_order(), key=key, unit=SellUnit.SHARES)


# Placing on a book


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
    stored = venue.encode(book_order(), key=KEY)

    await venue.send(stored)

    seen = server.requests[0]
    assert (seen.path, seen.body) == (stored.path, stored.body)
    assert seen.headers["idempotency-key"] == KEY


async def test_place_when_limited_first_then_the_same_bytes_arrive_again(
    venue: BayseVenue, server: ScriptedServer
) -> None:
    server.answers(Reply(status=429), Reply.of(samples.batch(samples.placed_book_order())))

    reply = await venue.place(book_order(), key=KEY)

    assert isinstance(reply, Accepted)
    assert server.requests[0].body == server.requests[1].body


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
    pytest.param(Reply(pause_s=0.4), id="no answer in time"),
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


# Amending

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
