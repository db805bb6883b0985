"""Orders as live mode would send them: what it rounds or refuses is rounded and refused here too.

Prices go out on the venue's grid of two decimals, never worse than wanted; amounts have six
decimals at the most. An order that fills on paper is one that could have been sent.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Engine, Side
from bayse_agent.domain.money import ZERO, Price, Shares
from bayse_agent.domain.order import Amend, OrderType, PlaceOrder, TimeInForce

PRICE_STEP = Decimal("0.01")
_LOWEST, _HIGHEST = Decimal("0.01"), Decimal("0.99")
_MOST_SLIPPAGE = Decimal("0.50")
_AMOUNT_STEP = Decimal("0.000001")
_LARGEST_AMOUNT = Decimal(10) ** 12


def as_sent(order: PlaceOrder) -> PlaceOrder:
    """The order that would leave. Raises InvalidValue for one that cannot."""
    _check_amount(order.amount)
    if order.engine is Engine.AMM and order.type is not OrderType.MARKET:
        raise InvalidValue("against a formula only MARKET orders are known to work")
    if (order.time_in_force is TimeInForce.GTD) != (order.expires_at is not None):
        raise InvalidValue("a GTD order, and no other, needs the time it expires at")
    if order.expires_at is not None and order.expires_at.tzinfo is None:
        raise InvalidValue("a time without a zone")
    slippage = order.max_slippage
    if slippage is not None and not ZERO <= slippage <= _MOST_SLIPPAGE:
        raise InvalidValue(f"max slippage must be between 0 and 0.50: {slippage}")
    return _priced(order)


def check_change(change: Amend) -> None:
    """Raises InvalidValue for a change that would not be sent."""
    if change.new_price is None and change.new_size is None:
        raise InvalidValue("nothing to amend")
    if change.new_price is not None:
        if change.new_price % PRICE_STEP != ZERO:
            raise InvalidValue(f"a price with more than two decimals: {change.new_price}")
        _check_price(change.new_price)
    if change.new_size is not None:
        _check_amount(change.new_size)


def _priced(order: PlaceOrder) -> PlaceOrder:
    if order.type is OrderType.MARKET:
        if order.price is not None or order.post_only:
            raise InvalidValue("a MARKET order has no price, and cannot rest")
        return order
    if order.price is None:
        raise InvalidValue("a LIMIT order needs a price")
    _check_price(order.price)
    rounding = ROUND_FLOOR if order.side is Side.BUY else ROUND_CEILING
    price = order.price.quantize(PRICE_STEP, rounding)
    _check_price(price)
    return replace(order, price=Price(price))


def _check_price(value: Decimal) -> None:
    if not _LOWEST <= value <= _HIGHEST:
        raise InvalidValue(f"a price the venue does not take: {value}")


def _check_amount(value: Decimal | Shares) -> None:
    if not value.is_finite() or not ZERO < value <= _LARGEST_AMOUNT:
        raise InvalidValue(f"an amount must be above 0, and not absurd: {value}")
    if value != value.quantize(_AMOUNT_STEP):
        raise InvalidValue(f"an amount with more than six decimals: {value}")
