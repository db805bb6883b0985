"""What liquidity providers do: quote a whole ladder at once, take, move a pool.

House accounts are not checked for funds and keep no history. Their orders are numbered by market
and by the `stamp` they bring, so that no id depends on how often a market was looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import OrderType, TimeInForce
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Book, Order
from bayse_agent.simulation.exchange.ledger import CASH
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.matching import match
from bayse_agent.simulation.exchange.state import State
from bayse_agent.simulation.exchange.units import TICKS

_BUY = Side.BUY

Rung = tuple[int, int]
"""(tick in outcome1's terms, micro-shares)."""


def sequence_of(stamp: int, currency: Currency, index: int) -> int:
    """An order's number within a house account's orders in one market (index below 256)."""
    return (stamp << 9) + (CASH[currency] << 8) + index


def _group(account: Account, market: MarketState) -> int:
    """A house account's orders are numbered in each market by themselves."""
    return (account.number << 32) + market.number


def quote_ladder(
    state: State,
    account: Account,
    market: MarketState,
    currency: Currency,
    bids: Sequence[Rung],
    asks: Sequence[Rung],
    stamp: int,
) -> None:
    """Replace everything the account has resting in a book by a new ladder.

    Both sides are buys, of outcome1 and of outcome2: nobody sells what it does not have. Rungs
    that cross somebody's resting order trade with it first.
    """
    book = state.book(market, currency)
    group, number = _group(account, market), sequence_of(stamp, currency, 0)
    at_ms = state.now_ms
    key = (account.number, currency)
    for order in market.ladders.get(key, ()):
        if order.level is not None:
            order.level.side.remove(order)
    ladder: list[Order] = []
    for outcome, rungs in ((0, bids), (1, asks)):
        for tick, micro in rungs:
            own_tick = tick if outcome == 0 else TICKS - tick
            order = Order(
                account, market, outcome, _BUY, currency, own_tick, micro, at_ms, number, group
            )
            number += 1
            ladder.append(order)
            enter(state, book, order)
    market.ladders[key] = ladder


def enter(state: State, book: Book, order: Order) -> None:
    """Match a house order where users' orders wait, and rest what is left."""
    if order.market.user_orders:
        match(state, book, order)
    if order.filled < order.size:
        (book.bids if order.is_bid else book.asks).add(order)


def take(
    state: State,
    account: Account,
    market: MarketState,
    currency: Currency,
    outcome: int,
    limit_tick: int,
    micro: int,
    sequence: int,
) -> None:
    """Buy up to so many shares of an outcome at its limit or better, and leave nothing behind."""
    order = Order(
        account,
        market,
        outcome,
        _BUY,
        currency,
        limit_tick,
        micro,
        state.now_ms,
        sequence,
        _group(account, market),
    )
    order.type, order.force = OrderType.LIMIT, TimeInForce.FAK
    match(state, state.book(market, currency), order)
    market.order_count += 1
