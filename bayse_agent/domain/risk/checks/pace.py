"""Whether the agent keeps to its pace: one stake a market, few at a time, none in a hurry."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.risk.checks.check import Check, GroundCheck, on_its_ground
from bayse_agent.domain.risk.days import day_start
from bayse_agent.domain.risk.verdict import Finding, told
from bayse_agent.domain.risk.view import Ground


def check_market_held(ground: Ground) -> Finding:
    """Nothing is held or ordered in the market yet."""
    market = ground.spot.market_id
    return Finding(
        check=Reason.REFUSED_MARKET_HELD,
        holds=not ground.books.portfolio.holds(market),
        inputs={"market": market},
        limit="nothing held or ordered in it",
    )


def check_open_markets(ground: Ground) -> Finding:
    """One more market stays within the number that may be open together."""
    found = ground.books.portfolio.open_markets()
    return _count(
        Reason.REFUSED_OPEN_POSITIONS, "open_markets", found, ground.limits.max_open_markets
    )


def check_repeat(ground: Ground) -> Finding:
    """A market is not tried again and again."""
    window = timedelta(seconds=ground.limits.repeat_window_s)
    mine = [e for e in ground.books.entries if e.market_id == ground.spot.market_id]
    found = sum(ground.now - entry.at < window for entry in mine)
    most = ground.limits.max_entries_per_market
    return _count(Reason.REFUSED_REPEAT, "entries_in_market", found, most)


def check_hourly_trades(ground: Ground) -> Finding:
    """Buys within the last hour."""
    hour = timedelta(hours=1)
    found = sum(ground.now - entry.at < hour for entry in ground.books.entries)
    return _count(
        Reason.REFUSED_HOURLY_TRADES, "entries_this_hour", found, ground.limits.trades_per_hour
    )


def check_daily_trades(ground: Ground) -> Finding:
    """Buys since midnight."""
    since = day_start(ground.now, ground.limits.time_zone)
    found = sum(entry.at >= since for entry in ground.books.entries)
    return _count(Reason.REFUSED_DAILY_TRADES, "entries_today", found, ground.limits.trades_per_day)


def check_order_rate(ground: Ground) -> Finding:
    """Orders of both sides within the last minute."""
    minute = timedelta(minutes=1)
    found = sum(ground.now - moment < minute for moment in ground.books.sent_at)
    most = ground.limits.max_orders_per_minute
    return _count(Reason.REFUSED_ORDER_RATE, "orders_this_minute", found, most)


def _count(check: Reason, name: str, found: int, most: int) -> Finding:
    """One more keeps a count within its limit. What has a time to come counts as well."""
    return Finding(
        check=check,
        holds=found < most,
        inputs={name: told(found)},
        limit=told(most),
        used=Decimal(found),
        most=Decimal(most),
    )


GROUND_CHECKS: tuple[GroundCheck, ...] = (
    check_market_held,
    check_open_markets,
    check_repeat,
    check_hourly_trades,
    check_daily_trades,
    check_order_rate,
)
CHECKS: tuple[Check, ...] = tuple(on_its_ground(check) for check in GROUND_CHECKS)
