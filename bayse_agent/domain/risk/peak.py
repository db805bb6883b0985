"""The highest equity, which drawdown is measured from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bayse_agent.domain.money import Money


def confirmed_peak(previous: Money | None, valuations: Sequence[Money]) -> Money | None:
    """The highest value that two valuations in a row support; None before there are two.

    One strange price cannot raise it: after 100, 900, 110 it is 110, the lower of 900 and 110.
    Give it equity less deposits where people move cash: that is neither gain nor loss. Raises
    CurrencyMismatch when the values are not all in one currency.
    """
    supported = [min(one, two) for one, two in pairwise(valuations)]
    if previous is not None:
        supported.append(previous)
    return max(supported, default=None)
