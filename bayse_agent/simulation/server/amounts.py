"""The exchange's integers as the numbers and texts that go over the wire."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from bayse_agent.domain.money import ZERO
from bayse_agent.simulation.exchange.units import MICRO, NANO, TICKS, from_ms, from_units

PLACES = 6


def shares(micro: int) -> Decimal:
    return from_units(micro, MICRO)


def cash(nanos: int) -> Decimal:
    return from_units(nanos, NANO)


def price(tick: int) -> Decimal:
    return from_units(tick, TICKS)


def rounded(value: Decimal, places: int = PLACES) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


def shown_price(value: Decimal | None) -> Decimal:
    """A price as listed; 0 where there is none."""
    return ZERO if value is None else rounded(value)


def average_price(nanos: int, micro: int, payout: int) -> Decimal:
    """Cash a share in parts of its payout, 0 for no shares. 55 dollars for 100 shares: 0.55."""
    if not micro:
        return ZERO
    return rounded(Decimal(nanos) / (micro * TICKS * payout))


def percent(part: Decimal, whole: Decimal) -> Decimal:
    return rounded(part / whole * 100, 2) if whole else ZERO


def time_text(ms: int | None) -> str:
    """ISO 8601 with Z; milliseconds only where there are any; empty for no time."""
    if ms is None:
        return ""
    moment = from_ms(ms)
    timespec = "milliseconds" if ms % 1000 else "seconds"
    return moment.replace(tzinfo=None).isoformat(timespec=timespec) + "Z"
