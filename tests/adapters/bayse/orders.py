"""Orders to send in tests, and what they are when they are sealed."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from typing import Any

from bayse_agent.adapters.bayse.placing import seal
from bayse_agent.adapters.bayse.wire.writing import SellUnit
from bayse_agent.domain.market import Engine, EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Price
from bayse_agent.domain.order import (
    OrderType,
    PlaceOrder,
    SealedOrder,
    TimeInForce,
)
from tests.adapters.bayse import samples

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
