"""Orders as the bytes that leave: exact, never worse than wanted, refused when impossible."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bayse_agent.adapters.bayse.placing import seal
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.bayse.wire.writing import SellUnit
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Price
from bayse_agent.domain.order import (
    Declined,
    OrderType,
    PlaceOrder,
    SelfTrade,
    TimeInForce,
)
from tests.adapters.bayse import samples
from tests.adapters.bayse.orders import KEY, book_order, formula_order, item, sealed
from tests.adapters.bayse.scripted_server import (
    ScriptedServer,
)


def test_seal_when_on_a_book_then_is_a_batch_of_one_under_the_key() -> None:
    made = sealed(book_order())

    assert (made.route, made.key) == ("/v1/pm/orders/batch", KEY)
    assert made.body == (
        b'{"orders":[{"marketId":"7a1e3c9b-52d8-46f0-b3c4-9e8f7d6c5b4a","side":"BUY",'
        b'"outcomeId":"5b7f2c1e-8d34-4f0a-9b61-2c7e4a9d0f13","amount":100,"type":"LIMIT",'
        b'"currency":"NGN","price":0.01,"timeInForce":"FAK"}]}'
    )


def test_seal_when_against_a_formula_then_takes_the_single_route_without_key() -> None:
    made = sealed(formula_order(amount=Decimal("99.63")))

    expected = f"/v1/pm/events/{samples.EVENT}/markets/{samples.MARKET}/orders"
    assert (made.route, made.key) == (expected, None)
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
