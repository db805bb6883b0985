"""Which bet earned what: the profit of positions, shared out among the buys that they are made of.

A position books its profit as a whole. Here every buy of it keeps its own shares and cost, and what
a sale or a settlement brings is shared out by shares, to the last unit: the parts always sum to
what the books say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.money import ONE, ZERO

_UNIT = Decimal("1E-12")
"""The books keep nothing finer."""
_BANDS = (
    (timedelta(minutes=5), "under 5 min"),
    (timedelta(minutes=15), "5 to 15 min"),
    (timedelta(hours=1), "15 to 60 min"),
    (timedelta(hours=6), "1 to 6 h"),
    (timedelta(days=1), "6 to 24 h"),
    (timedelta(days=7), "1 to 7 days"),
)
NO_DATE = "no closing date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a bet was when it was made. `horizon` and `price_band` are bands, as text."""

    source: str
    author: str
    category: str
    horizon: str
    engine: str
    price_band: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A fill of a buy. `cash` with its fee inside, `shares` those that were kept."""

    bet_id: str
    traits: Traits
    shares: Decimal
    cash: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """Shares that were sold or settled: what they had cost, and the `cash` they brought after fees.

    `way`: how, in one word, such as settled or stop_loss.
    """

    way: str
    shares: Decimal
    cost: Decimal
    cash: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What is left of one bet, and what it has earned so far. `ways`: how parts of it went.

    `bought` and `paid`: shares and cash of all its fills. Sums are in one currency.
    """

    bet_id: str
    traits: Traits
    shares: Decimal
    cost: Decimal
    fee: Decimal
    bought: Decimal
    paid: Decimal
    profit: Decimal = ZERO
    ways: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one bet gave up, and what that brought after fees. `lot` is what is left of it then.

    `fee`: of this sale. `entry_fee`: the part of what its buying had cost in fees.
    """

    lot: Lot
    cost: Decimal
    cash: Decimal
    fee: Decimal
    entry_fee: Decimal
    is_first_of_its_way: bool

    @property
    def profit(self) -> Decimal:
        return self.cash - self.cost

    @property
    def is_end(self) -> bool:
        """Nothing of the bet is left."""
        return self.lot.shares == ZERO


def with_bought(lots: Sequence[Lot], buy: Bought) -> tuple[Lot, ...]:
    """The lots of a position after a fill of a buy."""
    mine = next((lot for lot in lots if lot.bet_id == buy.bet_id), None)
    if mine is None:
        new = Lot(
            bet_id=buy.bet_id,
            traits=buy.traits,
            shares=buy.shares,
            cost=buy.cash,
            fee=buy.fee,
            bought=buy.shares,
            paid=buy.cash,
        )
        return (*lots, new)
    grown = replace(
        mine,
        shares=mine.shares + buy.shares,
        cost=mine.cost + buy.cash,
        fee=mine.fee + buy.fee,
        bought=mine.bought + buy.shares,
        paid=mine.paid + buy.cash,
    )
    return tuple(grown if lot is mine else lot for lot in lots)


def without(lots: Sequence[Lot], out: GivenUp) -> tuple[tuple[Lot, ...], tuple[Part, ...]]:
    """The lots of a position after shares were given up, and what each bet gave up of them.

    10 shares of a bet that cost 550 and 30 of one that cost 1,350 settle at 100 each: 450 and
    1,650 of profit. Raises BrokenInvariant when more is given up than there is.
    """
    held = sum((lot.shares for lot in lots), ZERO)
    if out.shares > held:
        raise BrokenInvariant(f"{out.shares} shares given up of {held}")
    shares = shared_out(out.shares, [lot.shares for lot in lots])
    costs = shared_out(out.cost, [lot.cost for lot in lots])
    cash, fees = shared_out(out.cash, shares), shared_out(out.fee, shares)
    parts = tuple(
        _part(lot, out.way, count, cost, some_cash, fee)
        for lot, count, cost, some_cash, fee in zip(lots, shares, costs, cash, fees, strict=True)
        if count or cost
    )
    left = {part.lot.bet_id: part.lot for part in parts}
    after = (left.get(lot.bet_id, lot) for lot in lots)
    return tuple(lot for lot in after if lot.shares > ZERO), parts


def _part(lot: Lot, way: str, count: Decimal, cost: Decimal, cash: Decimal, fee: Decimal) -> Part:
    is_all = count == lot.shares
    entry_fee = lot.fee if is_all else shared_out(lot.fee, [count, lot.shares - count])[0]
    left = replace(
        lot,
        shares=lot.shares - count,
        cost=lot.cost - cost,
        fee=lot.fee - entry_fee,
        profit=lot.profit + cash - cost,
        ways=lot.ways | {way},
    )
    return Part(
        lot=left,
        cost=cost,
        cash=cash,
        fee=fee,
        entry_fee=entry_fee,
        is_first_of_its_way=way not in lot.ways,
    )


def shared_out(total: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """A sum of 0 or more in parts as large as their weights, that sum to it exactly.

    No part is larger than its weight where the whole is not. 1.00 by 1 and 2: 0.333333333334 and
    0.666666666666. Nothing but zeros where no weight is above 0.
    """
    parts: list[Decimal] = []
    left, whole = total, sum(weights, ZERO)
    for weight in weights:
        part = ZERO
        if weight > ZERO:
            exact = left * weight / whole
            # Rounded up, no later part can come out larger than its weight.
            is_last = weight == whole
            part = left if is_last else min(left, exact.quantize(_UNIT, ROUND_CEILING))
        parts.append(part)
        left, whole = left - part, whole - weight
    return tuple(parts)


def horizon_band(made_at: datetime, closes_at: datetime | None) -> str:
    """How long before its close a bet was made, as a band: 10 minutes are '5 to 15 min'."""
    if closes_at is None:
        return NO_DATE
    left = closes_at - made_at
    return next((name for most, name in _BANDS if left < most), "over 7 days")


def price_band(price: Decimal) -> str:
    """The tenth that a price is in: 0.55 is '0.5 to 0.6', and 1 belongs to the last one."""
    tenth = min(int(price * 10), 9)
    return f"0.{tenth} to {'1.0' if tenth == 9 else f'0.{tenth + 1}'}"


def paid_a_share(lot: Lot, payout: int) -> Decimal:
    """What a kept share of a bet has cost with its fee, in parts of its payout: the chance at which
    the bet breaks even. NGN 550 for 9.8 shares is 0.5612.
    """
    return lot.paid / (lot.bought * payout) if lot.bought > ZERO else ONE


BAND_ORDER = (*(name for _, name in _BANDS), "over 7 days", NO_DATE)
"""Bands of horizons, the shortest first."""
