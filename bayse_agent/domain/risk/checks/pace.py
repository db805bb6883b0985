"""Whether the agent keeps to its pace: one stake a market, few at a time, none in a hurry."""

from __future__ import annotations

from datetime import timedelta

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.risk.checks.check import Check
from bayse_agent.domain.risk.days import day_start
from bayse_agent.domain.risk.verdict import Finding, told
from bayse_agent.domain.risk.view import View


def check_market_held(view: View) -> Finding:
    """Nothing is held or ordered in the market yet."""
    market = view.buy.market_id
    return Finding(
        check=Reason.REFUSED_MARKET_HELD,
        holds=not view.books.portfolio.holds(market),
        inputs={"market": market},
        limit="nothing held or ordered in it",
    )


def check_open_markets(view: View) -> Finding:
    """One more market stays within the number that may be open together."""
    found = view.books.portfolio.open_markets()
    return _count(
        Reason.REFUSED_OPEN_POSITIONS, "open_markets", found, view.limits.max_open_markets
    )


def check_repeat(view: View) -> Finding:
    """A market is not tried again and again."""
    window = timedelta(seconds=view.limits.repeat_window_s)
    mine = [e for e in view.books.entries if e.market_id == view.buy.market_id]
    found = sum(view.now - entry.at < window for entry in mine)
    most = view.limits.max_entries_per_market
    return _count(Reason.REFUSED_REPEAT, "entries_in_market", found, most)


def check_hourly_trades(view: View) -> Finding:
    """Buys within the last hour."""
    hour = timedelta(hours=1)
    found = sum(view.now - entry.at < hour for entry in view.books.entries)
    return _count(
        Reason.REFUSED_HOURLY_TRADES, "entries_this_hour", found, view.limits.trades_per_hour
    )


def check_daily_trades(view: View) -> Finding:
    """Buys since midnight."""
    since = day_start(view.now, view.limits.time_zone)
    found = sum(entry.at >= since for entry in view.books.entries)
    return _count(Reason.REFUSED_DAILY_TRADES, "entries_today", found, view.limits.trades_per_day)


def check_order_rate(view: View) -> Finding:
    """Orders of both sides within the last minute."""
    minute = timedelta(minutes=1)
    found = sum(view.now - moment < minute for moment in view.books.sent_at)
    most = view.limits.max_orders_per_minute
    return _count(Reason.REFUSED_ORDER_RATE, "orders_this_minute", found, most)


def _count(check: Reason, name: str, found: int, most: int) -> Finding:
    """One more keeps a count within its limit. What has a time to come counts as well."""
    return Finding(check=check, holds=found < most, inputs={name: told(found)}, limit=told(most))


CHECKS: tuple[Check, ...] = (
    check_market_held,
    check_open_markets,
    check_repeat,
    check_hourly_trades,
    check_daily_trades,
    check_order_rate,
)
