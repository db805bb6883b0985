"""The taker's fee: rate x C x P x max(1 - P, floor), for each fill.

A buyer pays in shares, a seller from the proceeds. Always rounded in the venue's favour, by less
than a millionth of a share or a billionth of a naira.
"""

from __future__ import annotations

from decimal import Decimal

from bayse_agent.simulation.exchange.units import TICKS

PPM = 1_000_000


def rate_ppm(fee_percent: Decimal) -> int:
    """feePercentage as parts in a million: 10 is 100,000."""
    return int(fee_percent * (PPM // 100))


def fraction_parts(rate: int, tick: int, floor_ticks: int) -> int:
    """The fee as parts in 1e9 of the shares (a buyer) or the proceeds (a seller).

    100,000 ppm at tick 300 with floor 500: 100,000 x 700 = 7e7 parts, 7 %.
    """
    return rate * max(TICKS - tick, floor_ticks)


def share_of(quantity: int, parts: int) -> int:
    """`parts` in 1e9 of a quantity, rounded up."""
    return -(-quantity * parts // (PPM * TICKS))
