"""What an account owns and did: portfolio, profit and loss, activities, wallets, rewards."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from bayse_agent.domain.money import ZERO, Currency
from bayse_agent.simulation.exchange import views
from bayse_agent.simulation.exchange.units import from_ms, to_ms
from bayse_agent.simulation.server import paging
from bayse_agent.simulation.server.amounts import percent
from bayse_agent.simulation.server.call import Call, Endpoint, Level
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.encoding import Json
from bayse_agent.simulation.server.fields import unprocessable
from bayse_agent.simulation.server.problem import bad_request
from bayse_agent.simulation.server.render_account import (
    render_activity,
    render_breakdown,
    render_holdings,
    render_pnl,
    render_wallet,
)
from bayse_agent.simulation.server.routes_market import currency_of

BREAKDOWN_LIMIT = 30


class TimePeriod(StrEnum):
    HALF_DAY = "12H"
    DAY = "24H"
    WEEK = "1W"
    MONTH = "1M"
    YEAR = "1Y"
    THIS_WEEK = "THIS_WEEK"
    THIS_MONTH = "THIS_MONTH"
    THIS_YEAR = "THIS_YEAR"


_LENGTHS = {
    TimePeriod.HALF_DAY: timedelta(hours=12),
    TimePeriod.DAY: timedelta(hours=24),
    TimePeriod.WEEK: timedelta(days=7),
    TimePeriod.MONTH: timedelta(days=30),
    TimePeriod.YEAR: timedelta(days=365),
}


def portfolio(desk: Desk, call: Call) -> Json:
    """Every position, 20 a page; the totals are of the rows in `currency` (dollars)."""
    currency = currency_of(call)
    rows = render_holdings(desk.exchange, desk.account_of(call))
    mine = [holding for holding, _ in rows if holding.currency is currency]
    cost = sum((holding.cost.amount for holding in mine), ZERO)
    value = sum((holding.current_value.amount for holding in mine), ZERO)
    page, pagination = paging.page_of(rows, call.query)
    return {
        "outcomeBalances": [row for _, row in page],
        "portfolioCost": cost,
        "portfolioCurrentValue": value,
        "portfolioPercentageChange": percent(value - cost, cost),
        "pagination": pagination,
    }


def pnl(desk: Desk, call: Call) -> Json:
    currency, (since_ms, until_ms) = currency_of(call), _span(desk, call)
    results = [
        result
        for result in desk.account_of(call).results
        if result.currency is currency and since_ms <= result.at_ms <= until_ms
    ]
    answer = render_pnl(results, currency)
    if call.query.flag("breakdown"):
        answer["breakdown"] = render_breakdown(results, currency, BREAKDOWN_LIMIT)
    return answer


def _span(desk: Desk, call: Call) -> tuple[int, int]:
    """First and last millisecond asked for: start and end, else a period, else all time."""
    query, now_ms = call.query, desk.exchange.now_ms
    start, end = query.moment("start"), query.moment("end")
    if (start is None) is not (end is None):
        raise bad_request("start and end must be given together")
    if start is not None and end is not None:
        return to_ms(start), to_ms(end)
    period = query.choice("timePeriod", TimePeriod)
    if period is None:
        return 0, now_ms
    return to_ms(_beginning(period, from_ms(now_ms))), now_ms


def _beginning(period: TimePeriod, now: datetime) -> datetime:
    length = _LENGTHS.get(period)
    if length is not None:
        return now - length
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if period is TimePeriod.THIS_WEEK:
        return today - timedelta(days=today.weekday())
    if period is TimePeriod.THIS_MONTH:
        return today.replace(day=1)
    return today.replace(month=1, day=1)


def activities(desk: Desk, call: Call) -> Json:
    """The history, newest first. Without a filter the fills are left out."""
    group = call.query.text("type")
    if group is not None and group not in views.GROUPS:
        raise unprocessable("type must be one of buys, sells, limits, payout")
    found = [
        line
        for line in views.activities(desk.account_of(call), group)
        if desk.remembers(line.order)
    ]
    rows, pagination = paging.page_of(found, call.query)
    casing = desk.switches.casing
    return {
        "activities": [render_activity(line, casing) for line in rows],
        "pagination": pagination,
    }


def assets(desk: Desk, call: Call) -> Json:
    account, now_ms = desk.account_of(call), desk.exchange.now_ms
    return {"assets": [render_wallet(account, currency, now_ms) for currency in Currency]}


def no_rewards(desk: Desk, call: Call) -> Json:
    """No programme runs here: the empty answer is nulls, as seen live."""
    return {"data": None, "pagination": None}


def no_active_rewards(desk: Desk, call: Call) -> Json:
    return {"data": []}


ENDPOINTS = (
    Endpoint(route="GET /v1/pm/portfolio", level=Level.READ, handler=portfolio),
    Endpoint(route="GET /v1/pm/pnl", level=Level.READ, handler=pnl),
    Endpoint(route="GET /v1/pm/activities", level=Level.READ, handler=activities),
    Endpoint(route="GET /v1/wallet/assets", level=Level.READ, handler=assets),
    Endpoint(route="GET /v1/pm/liquidity-rewards", level=Level.READ, handler=no_rewards),
    Endpoint(
        route="GET /v1/pm/liquidity-rewards/active", level=Level.READ, handler=no_active_rewards
    ),
    Endpoint(route="GET /v1/pm/maker-rebates", level=Level.READ, handler=no_rewards),
    Endpoint(route="GET /v1/pm/maker-rebates/active", level=Level.READ, handler=no_active_rewards),
)
