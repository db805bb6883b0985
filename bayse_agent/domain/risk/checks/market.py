"""Whether the market itself may be traded: open, of a kind that is wanted, at a sane price."""

from __future__ import annotations

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.market import MarketStatus
from bayse_agent.domain.money import ZERO, Money, cost_of, total
from bayse_agent.domain.risk.checks.check import Check
from bayse_agent.domain.risk.verdict import Finding, told
from bayse_agent.domain.risk.view import View


def check_status(view: View) -> Finding:
    """Event and market are open for trading."""
    event, market = view.context.event.status, view.context.market.status
    return Finding(
        check=Reason.REFUSED_STATUS,
        holds=event is MarketStatus.OPEN and market is MarketStatus.OPEN,
        inputs={"event_status": told(event), "market_status": told(market)},
        limit=told(MarketStatus.OPEN),
    )


def check_category(view: View) -> Finding:
    """The event's category is one of those that may be traded, when any are named."""
    allowed = {name.casefold() for name in view.limits.categories}
    found = view.context.event.category
    return Finding(
        check=Reason.REFUSED_CATEGORY,
        holds=not allowed or found.strip().casefold() in allowed,
        inputs={"category": found},
        limit=", ".join(view.limits.categories),
    )


def check_time_left(view: View) -> Finding:
    """The market closes neither too soon to trade nor too late to wait for."""
    left = view.context.time_left_s
    low, high = view.limits.min_seconds_left, view.limits.max_seconds_left
    return Finding(
        check=Reason.REFUSED_TIME_LEFT,
        holds=left is not None and low <= left <= high,
        inputs={"time_left": "not known" if left is None else f"{left:.3f} s"},
        limit=f"{told(low)} to {told(high)} s",
    )


def check_price(view: View) -> Finding:
    """The worst price is that of neither a long shot nor a sure thing."""
    low, high = view.limits.min_price, view.limits.max_price
    return Finding(
        check=Reason.REFUSED_PRICE,
        holds=low <= view.buy.worst_price <= high,
        inputs={"worst_price": told(view.buy.worst_price)},
        limit=f"{told(low)} to {told(high)}",
    )


def check_spread(view: View) -> Finding | None:
    """On a book, both sides are there and close enough to make a price."""
    if view.is_quoted:
        return None
    spread = None if view.book is None else view.book.spread
    return Finding(
        check=Reason.REFUSED_SPREAD,
        holds=spread is not None and ZERO <= spread <= view.limits.max_spread,
        inputs={"spread": "a side is empty" if spread is None else told(spread)},
        limit=told(view.limits.max_spread),
    )


def check_depth(view: View) -> Finding | None:
    """On a book, enough is on offer at the worst price or better."""
    if view.is_quoted:
        return None
    buy, book = view.buy, view.book
    asks = () if book is None else book.asks
    currency = buy.stake.currency
    offered = total(
        (cost_of(a.shares, a.price, currency) for a in asks if a.price <= buy.worst_price),
        currency,
    )
    least: Money = buy.stake * view.limits.min_depth
    return Finding(
        check=Reason.REFUSED_DEPTH,
        # A book without offers is no market, even for one who asks for no depth.
        holds=offered.amount > ZERO and offered >= least,
        inputs={"offered": told(offered), "stake": told(buy.stake)},
        limit=f"{told(view.limits.min_depth)} times the stake",
    )


CHECKS: tuple[Check, ...] = (
    check_status,
    check_category,
    check_time_left,
    check_price,
    check_spread,
    check_depth,
)
