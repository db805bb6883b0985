"""Requests written as the exact bytes that are hashed, signed, stored and sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Engine, OutcomeId, Side
from bayse_agent.domain.money import ZERO, Currency, Money, Price, Shares, cost_of
from bayse_agent.domain.order import Amend, OrderId, OrderType, PlaceOrder, TimeInForce

Field = str | bool | Decimal | Sequence["Field"] | Mapping[str, "Field"]

PRICE_STEP = Decimal("0.01")
_LOWEST_PRICE = Decimal("0.01")
_HIGHEST_PRICE = Decimal("0.99")
_MOST_SLIPPAGE = Decimal("0.50")
_AMOUNT_PLACES = 6
_LARGEST_AMOUNT = Decimal(10) ** 12


def encode(value: Field) -> bytes:
    """Compact JSON with exact numbers: a Decimal never passes through a float."""
    return _text(value).encode()


def _text(value: Field) -> str:
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(k)}:{_text(v)}" for k, v in value.items()) + "}"
    return "[" + ",".join(_text(item) for item in value) + "]"


def plain(number: Decimal) -> str:
    """A number without exponent and without zeros at its end: 1E+2 is 100, 0.50 is 0.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class SellUnit(StrEnum):
    """What the venue takes the `amount` of a sell for: the sources disagree."""

    SHARES = "shares"
    CASH = "cash"


def order_fields(order: PlaceOrder, unit: SellUnit) -> dict[str, Field]:
    """The fields that both routes for placing share.

    Raises InvalidValue for an order that the venue cannot take.
    """
    fields: dict[str, Field] = {
        "side": order.side.value,
        "outcomeId": order.outcome_id,
        "amount": amount(_in_unit(order, unit)),
        "type": order.type.value,
        "currency": order.currency.value,
    }
    if order.engine is Engine.AMM and order.type is not OrderType.MARKET:
        raise InvalidValue("against a formula only MARKET orders are known to work")
    if order.type is OrderType.LIMIT:
        fields |= _limit_fields(order)
    elif order.price is not None or order.post_only:
        raise InvalidValue("a MARKET order has no price, and cannot rest")
    if order.max_slippage is not None:
        fields["maxSlippage"] = _slippage(order.max_slippage)
    return fields | _life_fields(order)


def _in_unit(order: PlaceOrder, unit: SellUnit) -> Decimal:
    """The amount as the venue counts it. Shares sold at a price are that much cash."""
    if order.side is Side.BUY or unit is SellUnit.SHARES:
        return order.amount
    if order.price is None:
        raise InvalidValue("what shares are worth is not known without a price")
    at = worst_price(order.side, order.price)
    return cost_of(Shares(order.amount), Price(at), order.currency).rounded_down().amount


def _limit_fields(order: PlaceOrder) -> dict[str, Field]:
    if order.price is None:
        raise InvalidValue("a LIMIT order needs a price")
    fields: dict[str, Field] = {"price": worst_price(order.side, order.price)}
    if order.post_only:
        fields["postOnly"] = True
    return fields


def _life_fields(order: PlaceOrder) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    if (order.time_in_force is TimeInForce.GTD) != (order.expires_at is not None):
        raise InvalidValue("a GTD order, and no other, needs the time it expires at")
    if order.time_in_force is not None:
        fields["timeInForce"] = order.time_in_force.value
    if order.self_trade is not None and order.engine is Engine.CLOB:
        fields["stpMode"] = order.self_trade.value
    if order.expires_at is not None:
        fields["expiresAt"] = iso(order.expires_at)
    return fields


def batch_of_one(order: PlaceOrder, unit: SellUnit) -> bytes:
    """The body of a batch that holds this order alone."""
    fields = {"marketId": order.market_id, **order_fields(order, unit)}
    if order.client_order_id is not None:
        fields["clientOrderId"] = order.client_order_id
    return encode({"orders": [fields]})


def single(order: PlaceOrder, unit: SellUnit) -> bytes:
    return encode(order_fields(order, unit))


def amend(change: Amend) -> bytes:
    """The body of a batch that amends this order alone. `newSize` is the new total size."""
    fields: dict[str, Field] = {"orderId": change.order_id}
    if change.new_price is not None:
        if change.new_price % PRICE_STEP != ZERO:
            raise InvalidValue(f"a price with more than two decimals: {change.new_price}")
        fields["newPrice"] = _in_range(change.new_price)
    if change.new_size is not None:
        fields["newSize"] = amount(change.new_size)
    if len(fields) == 1:
        raise InvalidValue("nothing to amend")
    return encode({"items": [fields]})


def cancel(order_ids: Sequence[OrderId]) -> bytes:
    return encode({"orderIds": list(order_ids)})


def quote(side: Side, outcome_id: OutcomeId, asked: Decimal, currency: Currency) -> bytes:
    return encode(
        {
            "side": side.value,
            "outcomeId": outcome_id,
            "amount": amount(asked),
            "currency": currency.value,
        }
    )


def complete_set(total: Money) -> bytes:
    """Minting and burning name a sum of the wallet, not a number of pairs."""
    return encode({"quantity": amount(total.amount), "currency": total.currency.value})


def amount(value: Decimal) -> Decimal:
    """A sum or a number of shares that may be sent: finite, above 0, at most six decimals."""
    if not value.is_finite() or value <= ZERO:
        raise InvalidValue(f"an amount must be above 0: {value}")
    if value > _LARGEST_AMOUNT:
        raise InvalidValue(f"an absurd amount: {value}")
    if value != value.quantize(Decimal(1).scaleb(-_AMOUNT_PLACES)):
        raise InvalidValue(f"an amount with more than six decimals: {value}")
    return value


def worst_price(side: Side, wanted: Decimal) -> Decimal:
    """The price to send: on the venue's grid of two decimals, and never worse than wanted."""
    rounding = ROUND_FLOOR if side is Side.BUY else ROUND_CEILING
    return _in_range(_in_range(wanted).quantize(PRICE_STEP, rounding))


def _in_range(value: Decimal) -> Decimal:
    if not _LOWEST_PRICE <= value <= _HIGHEST_PRICE:
        raise InvalidValue(f"a price the venue does not take: {value}")
    return value


def _slippage(value: Decimal) -> Decimal:
    if not ZERO <= value <= _MOST_SLIPPAGE:
        raise InvalidValue(f"max slippage must be between 0 and 0.50: {value}")
    return value


def iso(moment: datetime) -> str:
    """A moment as the venue writes it: UTC, milliseconds, Z."""
    if moment.tzinfo is None:
        raise InvalidValue("a time without a zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
