"""The highest equity that drawdown is measured from, and what may move it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bayse_agent.domain.books import Equity
from bayse_agent.domain.money import Money


def confirmed_peak(previous: Money | None, equity: Sequence[Equity]) -> Money | None:
    """The highest peak that two valuations in a row support; None before there are two.

    One strange price cannot raise it: after 100, 900, 110 it is 110 (the lower of 900 and 110).
    Raises CurrencyMismatch when the valuations are not all in one currency.
    """
    supported = [min(one.value, two.value) for one, two in pairwise(equity)]
    if previous is not None:
        supported.append(previous)
    return max(supported, default=None)


def moved_peak(peak: Money | None, amount: Money) -> Money | None:
    """The peak after a person put cash in or took it out (a negative amount).

    Cash that was taken out is no loss, and cash that was put in no gain. Valuations from before
    must not be given to `confirmed_peak` any more.
    """
    if peak is None:
        return None
    return max(Money.zero(peak.currency), peak + amount)
