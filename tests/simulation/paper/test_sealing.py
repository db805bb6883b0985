"""An order on paper is the one that the venue's client would have sent, or refused to send."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.bayse.placing import seal
from bayse_agent.adapters.bayse.wire import writing
from bayse_agent.adapters.bayse.wire.writing import SellUnit
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Price, Shares
from bayse_agent.domain.order import (
    Amend,
    OrderId,
    OrderType,
    PlaceOrder,
    SelfTrade,
    TimeInForce,
)
from bayse_agent.simulation.paper.sealing import as_sent, check_change

_PRICES = st.decimals("-0.1", "1.1", places=4).map(Price)
_AMOUNTS = st.decimals("-10", "100000", places=7) | st.sampled_from(
    [Decimal("1e13"), Decimal("NaN"), Decimal("Infinity"), Decimal(0), Decimal("1E+3")]
)
_ORDERS = st.builds(
    PlaceOrder,
    event_id=st.just(EventId("event")),
    market_id=st.just(MarketId("market")),
    outcome_id=st.just(OutcomeId("outcome")),
    engine=st.sampled_from(Engine),
    side=st.sampled_from(Side),
    type=st.sampled_from(OrderType),
    amount=_AMOUNTS | st.just(Decimal(1000)),
    currency=st.sampled_from(Currency),
    price=st.none() | _PRICES,
    time_in_force=st.none() | st.sampled_from(TimeInForce),
    post_only=st.booleans(),
    self_trade=st.none() | st.sampled_from(SelfTrade),
    max_slippage=st.none() | st.decimals("-0.1", "0.6", places=2),
    expires_at=st.none() | st.just(datetime(2026, 6, 1, tzinfo=UTC)),
)


@given(order=_ORDERS)
def test_order_when_sealed_then_it_is_what_the_client_would_send(order: PlaceOrder) -> None:
    try:
        body = json.loads(seal(order, key="key", unit=SellUnit.SHARES).body, parse_float=Decimal)
    except InvalidValue:
        body = None
    try:
        sent = as_sent(order)
    except InvalidValue:
        sent = None
    assert (body is None) is (sent is None)
    if body is not None and sent is not None:
        fields = body["orders"][0] if "orders" in body else body
        assert sent.price == fields.get("price")
        assert sent.amount == fields["amount"]


@given(price=st.none() | _PRICES, size=st.none() | _AMOUNTS.map(Shares))
def test_change_when_checked_then_it_is_what_the_client_would_send(
    price: Price | None, size: Shares | None
) -> None:
    change = Amend(order_id=OrderId("order"), new_price=price, new_size=size)
    told = []
    for check in (writing.amend, check_change):
        try:
            check(change)
            told.append("sent")
        except InvalidValue:
            told.append("refused")
    assert told[0] == told[1]
