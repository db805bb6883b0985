"""Writes as text: read back, they are the very requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, Price, Shares
from bayse_agent.domain.order import (
    Amend,
    CompleteSet,
    Declined,
    OrderId,
    OrderType,
    PlaceOrder,
    SealedOrder,
    SelfTrade,
    TimeInForce,
    Unresolved,
)
from bayse_agent.simulation.writes import (
    Verb,
    answer_text,
    asking,
    change_text,
    order_text,
    set_text,
    unseal_order,
)

EPOCH = datetime(2026, 6, 1, tzinfo=UTC)


class Hearing:
    """Hears what it is asked, and answers nothing of use."""

    def __init__(self) -> None:
        self.heard: tuple[object, ...] = ()

    async def send(self, sealed: SealedOrder) -> Unresolved:
        return self._hear(*unseal_order(sealed))

    async def amend(self, change: Amend, *, key: str) -> Unresolved:
        return self._hear(change, key)

    async def cancel(self, order_id: OrderId) -> Unresolved:
        return self._hear(order_id)

    async def mint(self, market_id: MarketId, amount: Money) -> Unresolved:
        return self._hear("mint", market_id, amount)

    async def burn(self, market_id: MarketId, amount: Money) -> Unresolved:
        return self._hear("burn", market_id, amount)

    def _hear(self, *what: object) -> Unresolved:
        self.heard = what
        return Unresolved(reason="")


def an_order(**changes: object) -> PlaceOrder:
    values: dict[str, object] = {
        "event_id": EventId("e"),
        "market_id": MarketId("m"),
        "outcome_id": OutcomeId("o"),
        "engine": Engine.CLOB,
        "side": Side.BUY,
        "type": OrderType.LIMIT,
        "amount": Decimal("100.00"),
        "currency": Currency.NGN,
    }
    return PlaceOrder(**{**values, **changes})


numbers = st.decimals("0", "1000000", allow_nan=False, allow_infinity=False)
maybe_price = st.none() | numbers.map(Price)
orders = st.builds(
    an_order,
    engine=st.sampled_from(Engine),
    side=st.sampled_from(Side),
    type=st.sampled_from(OrderType),
    amount=numbers,
    currency=st.sampled_from(Currency),
    price=maybe_price,
    time_in_force=st.none() | st.sampled_from(TimeInForce),
    post_only=st.booleans(),
    self_trade=st.none() | st.sampled_from(SelfTrade),
    max_slippage=st.none() | numbers,
    expires_at=st.none() | st.timedeltas(timedelta(0), timedelta(days=9)).map(EPOCH.__add__),
    client_order_id=st.none() | st.text(),
)
changes = st.builds(
    Amend,
    order_id=st.text().map(OrderId),
    new_price=maybe_price,
    new_size=st.none() | numbers.map(Shares),
)


@given(orders, st.text())
async def test_order_when_read_back_then_the_very_order(order: PlaceOrder, key: str) -> None:
    venue = Hearing()
    await asking(Verb.PLACE, order_text(order, key))(venue)
    assert venue.heard == (order, key)


@given(orders)
def test_order_when_told_then_its_numbers_keep_their_spelling(order: PlaceOrder) -> None:
    assert order_text(order, "k")["amount"] == str(order.amount)


@given(changes, st.text())
async def test_change_when_read_back_then_the_very_change(change: Amend, key: str) -> None:
    venue = Hearing()
    await asking(Verb.AMEND, change_text(change, key))(venue)
    assert venue.heard == (change, key)


async def test_cancel_when_read_back_then_the_same_order() -> None:
    venue = Hearing()
    await asking(Verb.CANCEL, {"order_id": "7"})(venue)
    assert venue.heard == ("7",)


@pytest.mark.parametrize("verb", [Verb.MINT, Verb.BURN])
async def test_set_when_read_back_then_the_same_market_and_money(verb: Verb) -> None:
    venue, money = Hearing(), Money.of("12.50", Currency.USD)
    await asking(verb, set_text(MarketId("m"), money))(venue)
    assert venue.heard == (verb.value, "m", money)


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        (Verb.PLACE, {}),
        (Verb.PLACE, {"key": "k"}),
        (Verb.PLACE, {**order_text(an_order(), "k"), "side": "STEAL"}),
        (Verb.PLACE, {**order_text(an_order(), "k"), "amount": "much"}),
        (Verb.PLACE, {**order_text(an_order(), "k"), "colour": "red"}),
        (Verb.PLACE, {**order_text(an_order(), "k"), "post_only": "perhaps"}),
        (Verb.AMEND, {"key": "k"}),
        (Verb.CANCEL, {}),
        (Verb.MINT, {"market_id": "m", "amount": "1", "currency": "EUR"}),
    ],
)
def test_arguments_when_they_cannot_be_then_they_are_not_read(
    verb: Verb, arguments: dict[str, str]
) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, ArithmeticError)):
        asking(verb, arguments)


def test_answer_when_a_refusal_then_its_words() -> None:
    refusal = Declined(status=400, code="BAD_REQUEST", message="no")
    assert answer_text(refusal) == {"refused": "400 BAD_REQUEST: no"}


def test_answer_when_a_doubt_then_its_reason() -> None:
    assert answer_text(Unresolved(reason="used before")) == {"unresolved": "used before"}


def test_answer_when_a_set_then_its_id_and_pairs() -> None:
    done = CompleteSet(
        operation_id="7",
        market_id=MarketId("m"),
        pairs=Shares(Decimal("2.5")),
        cash=Money.of(250, Currency.NGN),
    )
    assert answer_text(done) == {"id": "7", "pairs": "2.5"}
