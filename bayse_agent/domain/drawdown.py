"""How far a value fell from its highest before: of stretches of time, which can be put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bayse_agent.domain.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A fall of profit, and the part of the equity at its beginning that it took.

    `part` is None where there was no equity to take it from.
    """

    amount: Decimal
    part: Decimal | None


NO_FALL = Fall(amount=ZERO, part=ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The course of profit (equity less deposits) over some time.

    Told by its ends, its highest and lowest, and its largest fall. Deposits are left out of it, so
    that moving cash is neither gain nor fall. `lowest_equity` is the equity at the lowest.
    """

    first: Decimal
    last: Decimal
    highest: Decimal
    lowest: Decimal
    lowest_equity: Decimal
    fall: Fall


def stretch_of(profit: Decimal, equity: Decimal) -> Stretch:
    """One valuation."""
    return Stretch(
        first=profit,
        last=profit,
        highest=profit,
        lowest=profit,
        lowest_equity=equity,
        fall=NO_FALL,
    )


def joined(before: Stretch, after: Stretch) -> Stretch:
    """Two stretches that follow each other, as one.

    Profit 0, 300, then 100, 400: the largest fall is 200, from 300 to 100. With an equity of 1,100
    at the 100 it began at 1,300, and took 15.4 % of it.
    """
    across = before.highest - after.lowest
    falls = [before.fall, after.fall]
    if across > ZERO:
        falls.append(_fall(across, after.lowest_equity))
    is_lower = after.lowest < before.lowest
    return Stretch(
        first=before.first,
        last=after.last,
        highest=max(before.highest, after.highest),
        lowest=after.lowest if is_lower else before.lowest,
        lowest_equity=after.lowest_equity if is_lower else before.lowest_equity,
        fall=max(falls, key=lambda one: one.amount),
    )


def whole(stretches: Iterable[Stretch]) -> Stretch | None:
    """Stretches in the order of time, as one; None without any."""
    found: Stretch | None = None
    for one in stretches:
        found = one if found is None else joined(found, one)
    return found


def _fall(amount: Decimal, lowest_equity: Decimal) -> Fall:
    began_at = lowest_equity + amount
    return Fall(amount=amount, part=amount / began_at if began_at > ZERO else None)
