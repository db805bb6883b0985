"""The integers that the exchange counts in, and the way to and from decimals.

| quantity | unit | example |
|---|---|---|
| price | tick, 1/1000 of the payout | 0.55 is 550 |
| shares | micro-share, 1e-6 | 10 shares are 10,000,000 |
| cash | nano, 1e-9 of a naira or a dollar | NGN 550 is 550,000,000,000 |
| time | millisecond since 1970, UTC | |

micro-shares x tick x payout = nanos exactly, so no trade ever rounds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

TICKS = 1000
MICRO = 1_000_000
NANO = 1_000_000_000
SHARE_STEP = MICRO // 100
"""Orders come in hundredths of a share."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_units(value: Decimal, scale: int) -> int:
    """A decimal in units of 1/scale, cut towards zero."""
    return int(value * scale)


def from_units(units: int, scale: int) -> Decimal:
    """Units of 1/scale as an exact decimal: from_units(550, TICKS) is Decimal('0.55')."""
    return Decimal(units) / scale


def to_ms(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    return _EPOCH + ms * _MILLISECOND
