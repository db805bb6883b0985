"""Reads what became of an order that the venue took: its status and its fills, into the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.errors import VenueError
from bayse_agent.domain.journal import IntentChange
from bayse_agent.domain.market import Engine, Side
from bayse_agent.domain.money import ZERO, Money, Price, Shares, cost_of
from bayse_agent.domain.order import (
    Buy,
    Fill,
    FillId,
    Intent,
    IntentId,
    IntentSource,
    IntentStatus,
    OrderId,
    Trade,
    VenueOrder,
    VenueOrderStatus,
)
from bayse_agent.domain.portfolio import Activity
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.halting import stop

CLOCK_SKEW = timedelta(seconds=30)
"""How far the venue's clock may be behind ours: what it dates so much earlier can still be ours."""

_FORMULA_SLIP = Decimal("0.02")
_MICRO_SHARE = Decimal("0.000001")
_FINAL = {
    VenueOrderStatus.FILLED: IntentStatus.FILLED,
    VenueOrderStatus.CANCELLED: IntentStatus.CANCELLED,
    VenueOrderStatus.REJECTED: IntentStatus.CANCELLED,
    VenueOrderStatus.EXPIRED: IntentStatus.EXPIRED,
}


async def follow(agent: Agent, intent_id: IntentId) -> Reason:
    """Read an accepted order once and write down what is new; returns the look's reason by now.

    A read that fails changes nothing: the next pass reads again.
    """
    known = next(one for one in await agent.store.open_intents() if one.intent.id == intent_id)
    if known.order_id is None:
        return Reason.UNRESOLVED
    try:
        order = await agent.venue.order(known.order_id)
        fills = await _fills(agent, known.intent, order)
    except VenueError:
        return Reason.UNRESOLVED
    is_complete = _is_complete(known.intent, order, fills)
    status = _FINAL.get(order.status, known.status) if is_complete else known.status
    seen = {fill.id: fill for fill in known.fills}
    fresh = tuple(fill for fill in fills if fill.id not in seen)
    reason = _reason(status, fills)
    if status is not known.status or fresh:
        await agent.store.change_intent(
            IntentChange(
                intent_id=intent_id,
                status=status,
                proof=f"order {order.id} is {order.status}, {order.filled} filled",
                at=agent.clock.now(),
                order=order,
                fills=fresh,
                reason=reason,
            )
        )
    await _check_prices(agent, known.intent, fresh)
    await _check_amounts(agent, known.intent, (*known.fills, *fresh))
    for fill in fills:
        await _check_told_before(agent, fill, seen.get(fill.id, fill))
    return reason


async def _check_amounts(agent: Agent, intent: Intent, fills: Sequence[Fill]) -> None:
    """Stop when the venue filled more than an order was for."""
    wish = intent.wish
    if isinstance(wish, Buy):
        most, found = wish.stake.amount, sum((fill.cash.amount for fill in fills), ZERO)
        unit = intent.currency.minor_unit
    else:
        most, found = wish.shares, sum((fill.shares for fill in fills), ZERO)
        unit = _MICRO_SHARE
    if intent.source is not IntentSource.EXTERNAL and found > most + unit * max(1, len(fills)):
        reason = f"order {fills[0].order_id} was filled for {found}, more than the {most} asked for"
        await stop(agent, reason=reason, by="execution")


async def _check_told_before(agent: Agent, fill: Fill, before: Fill) -> None:
    """Stop when a fill that is in the books is told with another amount: the first one stands."""
    if (fill.shares, fill.cash) != (before.shares, before.cash):
        reason = f"fill {fill.id} is told with another amount: {fill.cash}, was {before.cash}"
        await stop(agent, reason=reason, by="execution")


async def _check_prices(agent: Agent, intent: Intent, fills: Sequence[Fill]) -> None:
    """Stop when the venue went past the price that an order was good for.

    On a book the limit was the venue's to keep. A formula knows no limit: there a quote may have
    moved before the order came, which is told but for a little of it.
    """
    if intent.source is IntentSource.EXTERNAL:
        return
    is_book, worst = intent.engine is Engine.CLOB, intent.wish.worst_price
    slack = _MICRO_SHARE if is_book else worst * _FORMULA_SLIP
    sign = 1 if isinstance(intent.wish, Buy) else -1
    for fill in fills:
        if sign * (fill.price - worst) > slack:
            state = TradingState.HALTED if is_book else TradingState.REDUCING
            reason = f"order {fill.order_id} was filled at {fill.price}, good for {worst}"
            await stop(agent, reason=reason, by="execution", state=state)


def _reason(status: IntentStatus, fills: Sequence[Fill]) -> Reason:
    if fills:
        return Reason.TRADED
    return Reason.UNRESOLVED if status.is_live else Reason.UNFILLED


def _is_complete(intent: Intent, order: VenueOrder, fills: Sequence[Fill]) -> bool:
    """Whether the fills that could be read add up to what the order says was filled."""
    gross = sum((_gross(intent, fill) for fill in fills), ZERO)
    return abs(gross - order.filled) <= _MICRO_SHARE * max(1, len(fills))


def _gross(intent: Intent, fill: Fill) -> Decimal:
    """Shares of a fill before a buyer's fee was withheld; a formula tells them after it."""
    if intent.engine is Engine.AMM or fill.side is Side.SELL:
        return fill.shares
    return fill.shares + fill.fee.amount / (fill.price * fill.cash.currency.payout)


async def _fills(agent: Agent, intent: Intent, order: VenueOrder) -> list[Fill]:
    if order.filled == ZERO:
        return []
    if intent.engine is Engine.AMM:
        return await _pool_fills(agent, intent, order)
    # A list that grows while it is read tells a line twice; one whose filter is not heeded tells
    # the trades of others.
    fills: dict[FillId, Fill] = {}
    number, last = 1, 1
    while number <= last:
        page = await agent.market_data.trades(
            order_id=order.id, page=number, size=agent.habits.page_size
        )
        for trade in page.items:
            if order.id in (trade.taker_order_id, trade.maker_order_id):
                fills.setdefault(trade.id, fill_of(intent, order.id, trade))
        number, last = number + 1, page.last
    return sorted(fills.values(), key=lambda fill: (fill.at, fill.id))


def fill_of(intent: Intent, order_id: OrderId, trade: Trade) -> Fill:
    """A trade on a book, as our side of it enters the books.

    NGN, 100 shares bought at 0.50 with a fee of 250: NGN 5,000 paid, 95 shares kept. Sold: 100
    shares given, NGN 4,750 received. The resting side pays no fee.
    """
    is_taker = trade.taker_order_id == order_id
    price = trade.taker_price if is_taker else trade.maker_price
    currency = intent.currency
    fee = Money(trade.taker_fee if is_taker else ZERO, currency)
    value = cost_of(trade.size, price, currency)
    is_buy = isinstance(intent.wish, Buy)
    kept = trade.size
    if is_buy:
        withheld = (fee.amount / (price * currency.payout)).quantize(_MICRO_SHARE)
        kept = Shares(trade.size - withheld)
    return Fill(
        id=trade.id,
        intent_id=intent.id,
        order_id=order_id,
        market_id=intent.market_id,
        outcome_id=intent.wish.outcome_id,
        side=Side.BUY if is_buy else Side.SELL,
        shares=kept,
        price=price,
        cash=value if is_buy else value - fee,
        fee=fee,
        at=trade.at,
    )


async def _pool_fills(agent: Agent, intent: Intent, order: VenueOrder) -> list[Fill]:
    """A formula fills an order in one piece; the account's history tells its cash exactly."""
    kind = "buys" if isinstance(intent.wish, Buy) else "sells"
    number, last = 1, 1
    while number <= last:
        page = await agent.venue.activities(kind=kind, page=number, size=agent.habits.page_size)
        for activity in page.items:
            cash = activity.amount if kind == "buys" else activity.amount_earned
            if activity.order_id == order.id and cash is not None:
                return [_pool_fill(intent, order, activity, cash)]
            if activity.at < intent.created_at - CLOCK_SKEW:
                return []
        number, last = number + 1, page.last
    return []


def _pool_fill(intent: Intent, order: VenueOrder, line: Activity, cash: Decimal) -> Fill:
    currency = intent.currency
    return Fill(
        id=FillId(order.id),
        intent_id=intent.id,
        order_id=order.id,
        market_id=intent.market_id,
        outcome_id=intent.wish.outcome_id,
        side=Side.BUY if isinstance(intent.wish, Buy) else Side.SELL,
        shares=order.filled,
        price=Price((cash / (order.filled * currency.payout)).quantize(_MICRO_SHARE)),
        cash=Money(cash, currency),
        fee=Money(line.fee or ZERO, currency),
        at=line.at,
    )
