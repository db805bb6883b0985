"""The verbs of the book: place, cancel, amend. Each changes everything it means to, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

from bayse_agent.domain.market import Side
from bayse_agent.domain.order import (
    Amend,
    OrderType,
    PlaceOrder,
    SelfTrade,
    TimeInForce,
    VenueOrderStatus,
)
from bayse_agent.simulation.exchange import checks
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Book, Order, crosses
from bayse_agent.simulation.exchange.depth import (
    Taker,
    Walk,
    offers,
    reach,
    walk_cash,
    walk_size,
)
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.matching import match
from bayse_agent.simulation.exchange.records import created_kind
from bayse_agent.simulation.exchange.refusal import (
    Refusal,
    bad_request,
    no_liquidity,
    order_not_found,
    unprocessable,
)
from bayse_agent.simulation.exchange.resting import claim, rest, take_off, take_out
from bayse_agent.simulation.exchange.state import State
from bayse_agent.simulation.exchange.switches import SellUnit
from bayse_agent.simulation.exchange.units import MICRO, NANO, SHARE_STEP, TICKS, to_ms, to_units

# Names of the module's own: Python 3.11 finds members of enumerations slowly.
_BUY = Side.BUY
_LIMIT, _MARKET = OrderType.LIMIT, OrderType.MARKET
_GTC, _GTD, _FAK, _FOK = TimeInForce.GTC, TimeInForce.GTD, TimeInForce.FAK, TimeInForce.FOK
_SKIP = SelfTrade.SKIP
_IN_SHARES, _IN_CASH = SellUnit.SHARES, SellUnit.CASH
_OPEN, _PARTIAL, _FILLED = (
    VenueOrderStatus.OPEN,
    VenueOrderStatus.PARTIAL,
    VenueOrderStatus.FILLED,
)


def place_on_book(
    state: State, account: Account, market: MarketState, outcome: int, request: PlaceOrder
) -> Order:
    """Take an order on a book: check it, match it, and rest or end what is left."""
    book = state.book(market, request.currency)
    if request.type is _MARKET:
        walk = _market_walk(state, book, account, market, outcome, request)
        own_tick, size, is_whole = walk.worst_tick, walk.micro, walk.is_complete
    else:
        own_tick = 0 if request.price is None else checks.tick_of(state, request.price)
        size, is_whole = limit_size(state, request, own_tick), True
    order = Order(
        account, market, outcome, request.side, request.currency, own_tick, size, state.now_ms, 0
    )
    _describe(order, request)
    _admit(state, book, order, is_whole=is_whole)
    return _enter(state, book, order, is_whole=is_whole)


def _slippage_limit(book: Book, taker: Taker, slippage: Decimal) -> int | None:
    """The worst tick that a MARKET order's slippage allows, from the best price on offer to it."""
    best = next(offers(book, taker), None)
    if best is None:
        return None
    if taker.side is _BUY:
        return int(best[0] * (1 + slippage))
    return int(-(-best[0] * (1 - slippage) // 1))


def limit_size(state: State, request: PlaceOrder, own_tick: int) -> int:
    """Micro-shares of a LIMIT order. A buy's cash, less dust, at its price: 100 at 0.01 is 99.99.

    Raises Refusal when less than a hundredth of a share comes out.
    """
    if request.side is _BUY:
        size = _spendable(state, request.amount) // (own_tick * request.currency.payout)
    elif state.switches.sell_unit is _IN_SHARES:
        size = to_units(request.amount, MICRO)
    else:
        size = to_units(request.amount, NANO) // (own_tick * request.currency.payout)
    size = size // SHARE_STEP * SHARE_STEP
    if not size:
        raise bad_request("amount is too small")
    return size


def _spendable(state: State, amount: Decimal) -> int:
    return to_units(amount * state.spendable_part, NANO)


def _market_walk(
    state: State,
    book: Book,
    account: Account,
    market: MarketState,
    outcome: int,
    request: PlaceOrder,
) -> Walk:
    """How far a MARKET order gets on the book as it is. Raises Refusal when nowhere."""
    taker = Taker(
        side=request.side,
        outcome=outcome,
        currency=request.currency,
        fee_ppm=market.fee_ppm,
        floor_ticks=state.floor_ticks,
        account=account,
    )
    if request.max_slippage is not None:
        taker = replace(taker, limit=_slippage_limit(book, taker, request.max_slippage))
    walk = sized_walk(state, book, taker, request.amount, state.switches.sell_unit)
    if not walk.micro:
        raise no_liquidity()
    return walk


def sized_walk(
    state: State, book: Book, taker: Taker, amount: Decimal, sell_unit: SellUnit
) -> Walk:
    """Walk the book with an order's `amount`, in the unit that it has on that side."""
    if taker.side is _BUY:
        return walk_cash(book, taker, _spendable(state, amount))
    if sell_unit is _IN_CASH:
        return walk_cash(book, taker, to_units(amount, NANO))
    return walk_size(book, taker, to_units(amount, MICRO) // SHARE_STEP * SHARE_STEP)


def _describe(order: Order, request: PlaceOrder) -> None:
    order.type = request.type
    default = _FAK if request.type is _MARKET else _GTC
    order.force = request.time_in_force or default
    order.self_trade = request.self_trade or _SKIP
    order.post_only = request.post_only
    order.amount = to_units(request.amount, NANO)
    order.expires_ms = None if request.expires_at is None else to_ms(request.expires_at)


def _admit(state: State, book: Book, order: Order, *, is_whole: bool) -> None:
    """Last checks, against the account and the book. Raises Refusal."""
    account = order.account
    if order.side is _BUY:
        checks.one_sided(state, account, order.market, order.outcome, order.currency)
        checks.cash(account, order.currency, order.amount)
    else:
        checks.holding(
            account, order.market, order.outcome, order.currency, _shares_asked(state, order)
        )
    if order.post_only and _would_cross(book, order):
        raise unprocessable("post-only order would cross the book")
    if order.force is _FOK and not (is_whole and reach(book, order) >= order.size):
        raise no_liquidity()


def _shares_asked(state: State, order: Order) -> int:
    """Micro-shares that a sell must have at hand: all it asked to sell, whatever is on offer."""
    if state.switches.sell_unit is _IN_CASH:
        return order.size
    return order.amount // (NANO // MICRO) // SHARE_STEP * SHARE_STEP


def _would_cross(book: Book, order: Order) -> bool:
    for level in book.side(is_bid=not order.is_bid).walk():
        if not crosses(order, level.tick):
            return False
        if any(resting.account is not order.account for resting in level):
            return True
    return False


def _enter(state: State, book: Book, order: Order, *, is_whole: bool) -> Order:
    """Number an admitted order, match it, and rest or end what is left."""
    account = order.account
    order.sequence = account.next_number()
    if not account.is_house:
        account.orders[order.sequence] = order
    order.market.order_count += 1
    account.note(
        created_kind(order.side, is_limit=order.type is _LIMIT),
        order.market,
        order.outcome,
        order.currency,
        state.now_ms,
        order=order,
    )
    went_on = match(state, book, order)
    _finish(state, order, went_on=went_on, is_whole=is_whole)
    return order


def _finish(state: State, order: Order, *, went_on: bool, is_whole: bool) -> None:
    """Decide what becomes of the unfilled rest."""
    if order.filled == order.size:
        order.status = _FILLED if is_whole else VenueOrderStatus.CANCELLED
    elif not went_on:
        order.status = VenueOrderStatus.CANCELLED if order.filled else VenueOrderStatus.REJECTED
    elif order.force is _FAK or order.force is _FOK:
        order.status = VenueOrderStatus.CANCELLED
    else:
        order.status = _PARTIAL if order.filled else _OPEN
        rest(state, order)
        if order.force is _GTD and order.expires_ms is not None:
            state.at(order.expires_ms, partial(expire_order, state, order))


def expire_order(state: State, order: Order) -> None:
    """End a GTD order whose time has come, unless it is already gone."""
    if order.is_resting:
        take_out(state, order, VenueOrderStatus.EXPIRED)


def cancel(state: State, order: Order) -> Order:
    """Cancel a resting order. Raises Refusal when it is not resting."""
    if not order.is_resting:
        raise Refusal(409, "ORDER_NOT_CANCELLABLE", f"order is already {order.status}")
    take_out(state, order, VenueOrderStatus.CANCELLED)
    return order


def amend(state: State, changes: Sequence[tuple[Order, Amend]]) -> list[Order | Refusal]:
    """Amend resting orders, best effort, in the order given."""
    together = frozenset(order.sequence for order, _ in changes)
    answers: list[Order | Refusal] = []
    for order, change in changes:
        try:
            answers.append(_amend_one(state, order, change, together))
        except Refusal as refusal:
            answers.append(refusal)
    return answers


def _amend_one(state: State, order: Order, change: Amend, spared: frozenset[int]) -> Order:
    """Change price, size or both. Priority is kept at the same price and no larger size."""
    if not order.is_resting:
        raise order_not_found()
    tick = order.own_tick if change.new_price is None else checks.tick_of(state, change.new_price)
    size = order.size if change.new_size is None else _new_size(order, change.new_size)
    _afford(order, tick, size)
    is_kept = tick == order.own_tick and size <= order.size
    if is_kept:
        _shrink(state, order, size)
        return order
    take_off(state, order)
    order.own_tick = tick
    order.tick = tick if order.outcome == 0 else TICKS - tick
    order.size = size
    order.amount = _amount_of(order)
    order.updated_ms = state.now_ms
    mode, order.self_trade = order.self_trade, SelfTrade.CANCEL_OLDEST
    match(state, state.book(order.market, order.currency), order, spared)
    order.self_trade = mode
    if order.filled < order.size:
        order.status = _PARTIAL if order.filled else _OPEN
        rest(state, order)
    return order


def _new_size(order: Order, wanted: Decimal) -> int:
    if not wanted.is_finite() or wanted > checks.AMOUNT_HIGH:
        raise bad_request("newSize is not a number of shares")
    size = to_units(wanted, MICRO) // SHARE_STEP * SHARE_STEP
    if size <= order.filled:
        raise bad_request("newSize must be greater than the filled size")
    return size


def _afford(order: Order, tick: int, size: int) -> None:
    """The account can cover the order as amended, with what it has locked already."""
    asset, locked = claim(order)
    rest_of_it = size - order.filled
    is_buy = order.side is _BUY
    needed = rest_of_it * tick * order.currency.payout if is_buy else rest_of_it
    if order.account.free.holds(asset) + locked < needed:
        if is_buy:
            checks.cash(order.account, order.currency, needed - locked)
        else:
            checks.holding(
                order.account, order.market, order.outcome, order.currency, needed - locked
            )


def _shrink(state: State, order: Order, size: int) -> None:
    """Make an order smaller where it stands, and unlock the difference."""
    level = order.level
    if level is None:
        raise order_not_found()
    before = claim(order)
    level.total -= order.size - size
    order.size = size
    order.amount = _amount_of(order)
    order.updated_ms = state.now_ms
    asset, after = claim(order)
    state.ledger.transfer(asset, order.account.locked, order.account.free, before[1] - after)


def _amount_of(order: Order) -> int:
    """`amount` recomputed from size and price: 15 x 0.50 is 7.50 dollars; a sell's are shares."""
    if order.side is _BUY:
        return order.size * order.own_tick * order.currency.payout
    return order.size * (NANO // MICRO)
