"""Orders that wait: locking what they may cost, and taking them out again."""

from __future__ import annotations

from bayse_agent.domain.market import Side
from bayse_agent.domain.order import VenueOrderStatus
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.ledger import CASH, share_asset
from bayse_agent.simulation.exchange.records import ActivityKind
from bayse_agent.simulation.exchange.state import State

_BUY = Side.BUY


def claim(order: Order) -> tuple[int, int]:
    """(asset, units) that the unfilled rest of an order may still take from its account."""
    rest = order.size - order.filled
    if order.side is _BUY:
        return CASH[order.currency], rest * order.own_tick * order.currency.payout
    return share_asset(order.market.number, order.outcome, order.currency), rest


def rest(state: State, order: Order) -> None:
    """Put the unfilled part of an order on the book, and lock what it may cost."""
    account = order.account
    if not account.is_house:
        asset, units = claim(order)
        state.ledger.transfer(asset, account.free, account.locked, units)
        order.market.user_orders += 1
    state.book(order.market, order.currency).side(is_bid=order.is_bid).add(order)


def take_off(state: State, order: Order) -> None:
    """Take an order off the book and unlock what it had locked, whatever becomes of it."""
    level = order.level
    if level is None:
        return
    level.side.remove(order)
    account = order.account
    if not account.is_house:
        asset, units = claim(order)
        state.ledger.transfer(asset, account.locked, account.free, units)
        order.market.user_orders -= 1


_HISTORY = {
    (Side.BUY, VenueOrderStatus.CANCELLED): ActivityKind.BUY_LIMIT_ORDER_CANCELLED,
    (Side.BUY, VenueOrderStatus.EXPIRED): ActivityKind.BUY_LIMIT_ORDER_EXPIRED,
    (Side.SELL, VenueOrderStatus.CANCELLED): ActivityKind.SELL_LIMIT_ORDER_CANCELLED,
    (Side.SELL, VenueOrderStatus.EXPIRED): ActivityKind.SELL_LIMIT_ORDER_EXPIRED,
}


def take_out(state: State, order: Order, status: VenueOrderStatus) -> None:
    """End a resting order as cancelled or expired, give back what it locked, and say so."""
    returned = claim(order)[1]
    take_off(state, order)
    order.status = status
    order.updated_ms = state.now_ms
    is_buy = order.side is _BUY
    order.account.note(
        _HISTORY[order.side, status],
        order.market,
        order.outcome,
        order.currency,
        state.now_ms,
        order=order,
        micro=None if is_buy else returned,
        cash_nanos=returned if is_buy else None,
    )
