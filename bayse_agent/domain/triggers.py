"""What would set off the sale of a position: the exit rule, worked out for one position."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.money import ONE, ZERO, Price
from bayse_agent.domain.portfolio import Position

_MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Triggers:
    """Prices are what a share would bring after fees, in parts of its payout; None is not in force.

    `entry`: what a share has cost. `stop_loss`, `trailing`: all is sold when all of it would bring
    that or less; `take_profit`: what brings that or more is sold. `best`: the best that it could
    have been sold at so far. `unwatched_from`: sold from then on, unless a forecast is fresh.
    `last_sale_at`: too late for an order from then on. Besides, what is believed to be worth less
    than it brings is sold at any time; that has no price of its own.
    """

    entry: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    trailing: Decimal | None
    best: Price | None
    unwatched_from: datetime | None
    last_sale_at: datetime | None


def triggers_of(
    position: Position,
    rule: ExitRule,
    *,
    best: Price | None,
    closes_at: datetime | None,
    is_window: bool,
) -> Triggers:
    """The triggers of a position, as `exits.decide_exit` holds it to them.

    10 shares for NGN 550 at a stop-loss of 0.35: entry 0.55, sold at 0.3575 or less.
    """
    entry = _entry(position)
    trails = entry is not None and best is not None and best > entry
    watched_s = None if is_window else rule.unwatched_s
    return Triggers(
        entry=entry,
        stop_loss=_times(entry, rule.stop_loss, -1),
        take_profit=_times(entry, rule.take_profit, 1),
        trailing=_times(best, rule.trailing, -1) if trails else None,
        best=best,
        unwatched_from=_before(closes_at, watched_s),
        last_sale_at=_before(closes_at, rule.min_seconds_left),
    )


def _entry(position: Position) -> Decimal | None:
    count = position.shares.quantize(_MICRO, ROUND_DOWN)
    if count <= ZERO:
        return None
    return position.cost.amount / (count * position.cost.currency.payout)


def _times(price: Decimal | None, part: Decimal | None, sign: int) -> Decimal | None:
    return None if price is None or part is None else price * (ONE + sign * part)


def _before(moment: datetime | None, seconds: float | None) -> datetime | None:
    if moment is None or seconds is None:
        return None
    return moment - timedelta(seconds=seconds)
