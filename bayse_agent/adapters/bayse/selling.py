"""Finds out what the venue takes the amount of a sell for, before anything is sold."""

from __future__ import annotations

from decimal import Decimal

from bayse_agent.adapters.bayse.wire.writing import SellUnit
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Quote, Side
from bayse_agent.domain.money import ZERO

_NEAR = Decimal("0.10")


def sell_unit_of(quote: Quote) -> SellUnit | None:
    """Read the unit off a quote for a sell: the shares of the quote are the amount, or are not.

    Amount 10 at 0.40 naira: 10 shares mean SHARES, 0.25 shares (10 / (0.40 x 100)) mean CASH.
    None while both readings are near each other, or neither is near. The quote and the order may
    differ: after the first sell, compare the order's size with what was asked.
    Raises InvalidValue for a quote that is not of a sell.
    """
    if quote.side is not Side.SELL:
        raise InvalidValue("only the quote of a sell tells the unit of sells")
    share_worth = quote.average_price * quote.currency.payout
    if share_worth == ZERO or quote.shares == ZERO or not quote.is_complete:
        return None
    is_shares = _is_near(quote.shares, quote.amount)
    is_cash = _is_near(quote.shares, quote.amount / share_worth)
    if is_shares == is_cash:
        return None
    return SellUnit.SHARES if is_shares else SellUnit.CASH


def _is_near(number: Decimal, expected: Decimal) -> bool:
    return abs(number - expected) <= expected * _NEAR
