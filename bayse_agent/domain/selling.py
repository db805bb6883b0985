"""What the venue takes the amount of a sell for, read off a quote before anything is sold."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Quote, Side
from bayse_agent.domain.money import ONE, ZERO

_SAME = Decimal("0.01")
_NEAR = Decimal("0.12")
"""Whether a quote's price has the fee in it is not known for sells, and fees reach a tenth."""


class SellUnitProbe(StrEnum):
    """What a probe found. Nothing may be sold on anything but SHARES."""

    SHARES = "shares"
    CASH = "cash"
    UNCLEAR = "unclear"


def unit_of(quote: Quote) -> SellUnitProbe:
    """Read the unit off a quote for a sell: its shares are the amount, or are not.

    Amount 10 at 0.40 naira: 10 shares mean SHARES, 0.25 shares (10 / (0.40 x 100)) mean CASH.
    UNCLEAR when a share is worth about one unit of its currency, for then both say the same, and
    when the shares are neither. Raises InvalidValue for a quote that is not of a sell.
    """
    if quote.side is not Side.SELL:
        raise InvalidValue("only the quote of a sell tells the unit of sells")
    worth = quote.average_price * quote.currency.payout
    if worth <= ZERO or quote.shares <= ZERO or quote.amount <= ZERO or not quote.is_complete:
        return SellUnitProbe.UNCLEAR
    if abs(worth - ONE) <= _NEAR:
        return SellUnitProbe.UNCLEAR
    if _is_near(quote.shares, quote.amount, _SAME):
        return SellUnitProbe.SHARES
    if _is_near(quote.shares, quote.amount / worth, _NEAR):
        return SellUnitProbe.CASH
    return SellUnitProbe.UNCLEAR


def _is_near(number: Decimal, expected: Decimal, part: Decimal) -> bool:
    return abs(number - expected) <= expected * part
