"""Money, prices, shares and probabilities: values that know what they are.

Amounts are `Decimal`. `float` is for statistics alone, and crosses over only in `from_statistics`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from enum import StrEnum
from functools import total_ordering
from math import isfinite
from typing import NewType

from bayse_agent.domain.errors import CurrencyMismatch, InvalidValue

Price = NewType("Price", Decimal)
"""Cost of one share in parts of its payout, 0 to 1."""
Shares = NewType("Shares", Decimal)
"""Number of shares, 0 or more. One winning share pays the currency's multiplier."""
Probability = NewType("Probability", float)
"""A forecaster's belief that an outcome wins, 0 to 1."""

ZERO = Decimal(0)
ONE = Decimal(1)


class Currency(StrEnum):
    """A wallet of the venue. They are separate: there is no exchange between them."""

    NGN = "NGN"
    USD = "USD"

    payout: int
    """What one winning share pays, in units of the currency."""
    minor_unit: Decimal
    """The smallest sum that is shown: a kobo, a cent."""

    def __init__(self, code: str) -> None:
        # Told once, and not by a property that works it out at every sum of every trade.
        self.payout = 100 if code == "NGN" else 1
        self.minor_unit = Decimal("0.01")


def _decimal(value: Decimal | int | str, what: str) -> Decimal:
    if isinstance(value, bool | float):
        raise InvalidValue(f"{what} must not be made from {value!r}: use Decimal or text")
    try:
        number = value if isinstance(value, Decimal) else Decimal(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise InvalidValue(f"{what} is not a number: {value!r}") from error
    if not number.is_finite():
        raise InvalidValue(f"{what} is not finite: {value!r}")
    return number


def price(value: Decimal | int | str) -> Price:
    """Check that a value is a price. Raises InvalidValue outside 0 to 1."""
    number = _decimal(value, "price")
    if not ZERO <= number <= ONE:
        raise InvalidValue(f"price outside 0 to 1: {value!r}")
    return Price(number)


def shares(value: Decimal | int | str) -> Shares:
    """Check that a value is a number of shares. Raises InvalidValue below 0."""
    number = _decimal(value, "shares")
    if number < ZERO:
        raise InvalidValue(f"shares below 0: {value!r}")
    return Shares(number)


def probability(value: float) -> Probability:
    """Check that a value is a probability. Raises InvalidValue outside 0 to 1 and for NaN."""
    if isinstance(value, bool) or not isfinite(value) or not 0.0 <= value <= 1.0:
        raise InvalidValue(f"probability outside 0 to 1: {value!r}")
    return Probability(float(value))


def from_statistics(value: float, places: int = 6) -> Decimal:
    """The one door from `float` to `Decimal`: rounded to `places` decimals, never exact dust.

    0.1 + 0.2 becomes Decimal("0.300000"). Raises InvalidValue for NaN and infinities.
    """
    if not isfinite(value):
        raise InvalidValue(f"not a finite number: {value!r}")
    return Decimal(f"{value:.{places}f}")


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """A sum in one currency. Sums of different currencies refuse to mix."""

    amount: Decimal
    currency: Currency

    def __post_init__(self) -> None:
        # Sums are made all the time: the common case first.
        if type(self.amount) is not Decimal or not self.amount.is_finite():
            _decimal(self.amount, "amount")

    @classmethod
    def of(cls, value: Decimal | int | str, currency: Currency) -> Money:
        """Make money from a number or a text. Raises InvalidValue when it is neither."""
        return cls(_decimal(value, "amount"), currency)

    @classmethod
    def zero(cls, currency: Currency) -> Money:
        return cls(ZERO, currency)

    def _same(self, other: Money) -> Decimal:
        if self.currency is not other.currency:
            raise CurrencyMismatch(f"{self.currency} with {other.currency}")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __bool__(self) -> bool:
        return self.amount != ZERO

    def rounded_down(self) -> Money:
        """Cut to the minor unit, towards zero: a stake is never rounded up."""
        return Money(self.amount.quantize(self.currency.minor_unit, ROUND_DOWN), self.currency)

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,.2f}"


def total(sums: Iterable[Money], currency: Currency) -> Money:
    """All the sums together; nothing of the currency when there are none."""
    amount = ZERO
    for each in sums:
        if each.currency is not currency:
            raise CurrencyMismatch(f"{each.currency} with {currency}")
        amount += each.amount
    return Money(amount, currency)


def cost_of(count: Shares, at: Price, currency: Currency) -> Money:
    """Cash for `count` shares at a price: shares x price x payout. 10 at 0.55 is NGN 550."""
    return Money(count * at * currency.payout, currency)
