"""Meeting: an incoming order against the book, fill by fill, with the money moving at each."""

from __future__ import annotations

from bayse_agent.domain.market import Side
from bayse_agent.domain.order import SelfTrade, VenueOrderStatus
from bayse_agent.simulation.exchange import fees
from bayse_agent.simulation.exchange.book import Book, Order, crosses
from bayse_agent.simulation.exchange.ledger import CASH, Holder, share_asset
from bayse_agent.simulation.exchange.records import (
    ActivityKind,
    Cause,
    TradeRecord,
)
from bayse_agent.simulation.exchange.resting import take_out
from bayse_agent.simulation.exchange.state import State
from bayse_agent.simulation.exchange.units import TICKS

# Names of the module's own: Python 3.11 finds members of enumerations slowly.
_BUY = Side.BUY
_FILLED, _PARTIAL = VenueOrderStatus.FILLED, VenueOrderStatus.PARTIAL
_BOUGHT, _SOLD = ActivityKind.BUY_TRADE_FILL, ActivityKind.SELL_TRADE_FILL
_BY_TRADE = Cause.TRADE


def match(state: State, book: Book, taker: Order, spared: frozenset[int] = frozenset()) -> bool:
    """Trade an incoming order against the other side, at the makers' prices, down to its limit.

    `spared` are orders of the same account that are passed over whatever the self-trade mode.
    Returns False when meeting an own order stopped it.
    """
    side = book.asks if taker.is_bid else book.bids
    bits = side.bits
    while taker.filled < taker.size and (tick := side.best_of(bits)) is not None:
        if not crosses(taker, tick):
            break
        maker = side.levels[tick].head
        while maker is not None and taker.filled < taker.size:
            following = maker.next
            if maker.account is not taker.account:
                _fill(state, book, taker, maker)
            elif maker.sequence not in spared and not _meet_own(state, taker, maker):
                return False
            maker = following
        bits ^= 1 << tick
    return True


def _meet_own(state: State, taker: Order, maker: Order) -> bool:
    """Apply the self-trade mode; returns whether the incoming order goes on."""
    mode = taker.self_trade
    if mode in (SelfTrade.CANCEL_OLDEST, SelfTrade.CANCEL_BOTH):
        take_out(state, maker, VenueOrderStatus.CANCELLED)
    return mode in (SelfTrade.SKIP, SelfTrade.CANCEL_OLDEST)


def _fill(state: State, book: Book, taker: Order, maker: Order) -> None:
    """One match at the maker's price: money, shares, fee, and the record of it."""
    micro = min(taker.size - taker.filled, maker.size - maker.filled)
    taker_tick = maker.tick if taker.outcome == 0 else TICKS - maker.tick
    _move(state, taker, maker, micro, taker_tick)
    fee_micro, fee_nanos = _take_fee(state, taker, micro, taker_tick)
    _leave_queue(maker, micro)
    _account_for(state, maker, micro, maker.own_tick, 0, 0)
    _account_for(state, taker, micro, taker_tick, fee_micro, fee_nanos)
    trade = TradeRecord(taker, maker, taker.fill_count, micro, taker_tick, fee_nanos, state.now_ms)
    market = taker.market
    market.trades.append(trade)
    for order in (taker, maker):
        if not order.account.is_house:
            order.account.trades.append(trade)
    if state.observers:
        state.changed(trade)
    book.last_tick, book.last_side = maker.tick, taker.side
    currency = taker.currency
    volume = market.volume_nanos
    volume[currency] = volume.get(currency, 0) + micro * taker_tick * currency.payout


def _move(state: State, taker: Order, maker: Order, micro: int, taker_tick: int) -> None:
    """Move cash and shares between the two, through the market's pots where pairs are made."""
    taker_pot = taker.account.free
    maker_pot = maker.account.free if maker.account.is_house else maker.account.locked
    if taker.currency is not maker.currency:
        _against_venue(state, taker, taker_pot, micro, taker_tick)
        _against_venue(state, maker, maker_pot, micro, maker.own_tick)
    elif taker.outcome == maker.outcome:
        transfer, currency = state.ledger.transfer, taker.currency
        asset = share_asset(taker.market.number, taker.outcome, currency)
        cash = micro * taker_tick * currency.payout
        if taker.side is _BUY:
            transfer(CASH[currency], taker_pot, maker.account.free, cash)
            transfer(asset, maker_pot, taker.account.free, micro)
        else:
            transfer(CASH[currency], maker_pot, taker.account.free, cash)
            transfer(asset, taker_pot, maker.account.free, micro)
    else:
        _with_market(state, taker, taker_pot, micro, taker_tick)
        _with_market(state, maker, maker_pot, micro, maker.own_tick)


def _with_market(state: State, order: Order, pot: Holder, micro: int, tick: int) -> None:
    """One leg of a pair that is made or unmade: cash for shares with the market itself."""
    market, currency = order.market, order.currency
    asset = share_asset(market.number, order.outcome, currency)
    cash = micro * tick * currency.payout
    if order.side is _BUY:
        state.ledger.transfer(CASH[currency], pot, market.collateral, cash)
        state.ledger.transfer(asset, market.issuance, order.account.free, micro)
    else:
        state.ledger.transfer(asset, pot, market.issuance, micro)
        state.ledger.transfer(CASH[currency], market.collateral, order.account.free, cash)


def _against_venue(state: State, order: Order, pot: Holder, micro: int, tick: int) -> None:
    """One leg of a match across currencies: the venue stands between, in the order's currency."""
    market, currency, venue = order.market, order.currency, state.venue
    own = share_asset(market.number, order.outcome, currency)
    cash, rest = micro * tick * currency.payout, micro * (TICKS - tick) * currency.payout
    transfer = state.ledger.transfer
    market.accounts[venue.number] = venue
    if order.side is _BUY:
        other = share_asset(market.number, 1 - order.outcome, currency)
        transfer(CASH[currency], pot, market.collateral, cash)
        transfer(CASH[currency], venue.free, market.collateral, rest)
        transfer(own, market.issuance, order.account.free, micro)
        transfer(other, market.issuance, venue.free, micro)
    else:
        transfer(own, pot, venue.free, micro)
        transfer(CASH[currency], venue.free, order.account.free, cash)


def _take_fee(state: State, taker: Order, micro: int, tick: int) -> tuple[int, int]:
    """Withhold the taker's fee; returns it as (micro-shares kept, worth in nanos)."""
    market, currency = taker.market, taker.currency
    parts = fees.fraction_parts(market.fee_ppm, tick, state.floor_ticks)
    if not parts:
        return 0, 0
    if taker.side is _BUY:
        kept = fees.share_of(micro, parts)
        asset = share_asset(market.number, taker.outcome, currency)
        state.ledger.transfer(asset, taker.account.free, state.venue.free, kept)
        market.accounts[state.venue.number] = state.venue
        return kept, kept * tick * currency.payout
    cash = fees.share_of(micro * tick * currency.payout, parts)
    state.ledger.transfer(CASH[currency], taker.account.free, state.venue.free, cash)
    return 0, cash


def _leave_queue(maker: Order, micro: int) -> None:
    """Take matched shares off the maker's level, and the maker off it when it is done."""
    level = maker.level
    if level is None:
        return
    if maker.filled + micro == maker.size:
        level.side.remove(maker)
        if not maker.account.is_house:
            maker.market.user_orders -= 1
    else:
        level.total -= micro


def _account_for(
    state: State, order: Order, micro: int, tick: int, fee_micro: int, fee_nanos: int
) -> None:
    """Write a fill into the order, the account's costs and its history."""
    account, market, currency = order.account, order.market, order.currency
    cash = micro * tick * currency.payout
    order.filled += micro
    order.cash += cash
    order.fee += fee_nanos
    order.fill_count += 1
    order.updated_ms = state.now_ms
    is_done = order.filled == order.size
    order.status = _FILLED if is_done else _PARTIAL
    market.accounts[account.number] = account
    if account.is_house:
        return
    if order.side is _BUY:
        account.bought(market, order.outcome, currency, cash)
    else:
        asset = share_asset(market.number, order.outcome, currency)
        cost = account.gave_up(asset, micro)
        received = cash - fee_nanos
        account.realised(
            market, currency, state.now_ms, _BY_TRADE, received_nanos=received, cost_nanos=cost
        )
    account.note(
        _BOUGHT if order.side is _BUY else _SOLD,
        market,
        order.outcome,
        currency,
        state.now_ms,
        order=order,
        micro=micro - fee_micro,
        tick=tick,
        cash_nanos=cash,
        fee_nanos=fee_nanos,
    )
    if state.observers:
        state.changed(order)
