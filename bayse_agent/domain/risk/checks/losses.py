"""Whether it has gone badly enough to stop: the day's loss, the fall from the peak, a streak."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bayse_agent.domain.books import Outcome
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.money import ONE, ZERO, total
from bayse_agent.domain.risk.checks.check import Check, GroundCheck, on_its_ground
from bayse_agent.domain.risk.days import day_start
from bayse_agent.domain.risk.verdict import Finding, told
from bayse_agent.domain.risk.view import Ground

_VALUATIONS = 3
"""One strange price is no drawdown: as many valuations in a row must tell of it."""


def check_daily_loss(ground: Ground) -> Finding:
    """What was realised since midnight is not a loss beyond its part."""
    currency = ground.currency
    since = day_start(ground.now, ground.limits.time_zone)
    profit = total((o.profit for o in ground.books.outcomes if o.at >= since), currency)
    most = ground.bankroll * ground.limits.max_daily_loss_part
    return Finding(
        check=Reason.REFUSED_DAILY_LOSS,
        holds=-profit <= most,
        inputs={
            "realised_today": told(profit),
            "bankroll": told(ground.bankroll),
            "max_daily_loss_part": told(ground.limits.max_daily_loss_part),
        },
        limit=told(most),
        used=max(ZERO, -profit.amount),
        most=most.amount,
    )


def check_drawdown(ground: Ground) -> Finding | None:
    """The last few valuations are not all below what the peak allows. None before any peak."""
    peak, last = ground.books.peak, ground.books.equity[-_VALUATIONS:]
    if peak is None:
        return None
    least = peak * (ONE - ground.limits.max_drawdown_part)
    is_down = len(last) == _VALUATIONS and all(equity.value < least for equity in last)
    return Finding(
        check=Reason.REFUSED_DRAWDOWN,
        holds=not is_down,
        inputs={
            "peak": told(peak),
            "last_valuations": ", ".join(told(equity.value) for equity in last),
        },
        limit=told(least),
        used=max(ZERO, (peak - last[-1].value).amount) if last else ZERO,
        most=(peak - least).amount,
    )


def check_losing_streak(ground: Ground) -> Finding:
    """After a streak of losses, nothing is bought until the pause is over."""
    losses, last_at = _streak(ground.books.outcomes)
    is_streak = losses >= ground.limits.max_losing_streak
    pause = timedelta(seconds=ground.limits.streak_pause_s)
    return Finding(
        check=Reason.REFUSED_LOSING_STREAK,
        holds=not is_streak or last_at is None or ground.now - last_at >= pause,
        inputs={
            "losses_in_a_row": told(losses),
            "since_the_last": "none" if last_at is None else told(ground.now - last_at),
        },
        limit=f"{ground.limits.max_losing_streak}, then a pause of {told(pause)}",
        used=Decimal(losses),
        most=Decimal(ground.limits.max_losing_streak),
    )


def _streak(outcomes: Sequence[Outcome]) -> tuple[int, datetime | None]:
    """Losses since the last gain, and when the last one was. A refund is neither."""
    losses, last_at = 0, None
    for outcome in outcomes:
        if outcome.profit.amount > ZERO:
            losses, last_at = 0, None
        elif outcome.profit.amount < ZERO:
            losses, last_at = losses + 1, outcome.at
    return losses, last_at


GROUND_CHECKS: tuple[GroundCheck, ...] = (check_daily_loss, check_drawdown, check_losing_streak)
CHECKS: tuple[Check, ...] = tuple(on_its_ground(check) for check in GROUND_CHECKS)
