"""What must hold on the exchange after every operation, whatever it was."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from bayse_agent.domain.market import Engine, Side
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import TimeInForce, VenueOrderStatus
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Book, Order
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.ledger import CASH, Entry, share_asset
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.resting import claim
from bayse_agent.simulation.exchange.units import TICKS

Balances = dict[tuple[int, int], int]


class Replay:
    """The journal replayed from nothing, entry by entry as they are written."""

    def __init__(self, journal: list[Entry]) -> None:
        self._journal = journal
        self._next = 0
        self.balances: Balances = {}

    def catch_up(self) -> Balances:
        balances = self.balances
        for asset, source, target, units in self._journal[self._next :]:
            assert units > 0
            balances[source, asset] = balances.get((source, asset), 0) - units
            balances[target, asset] = balances.get((target, asset), 0) + units
        self._next = len(self._journal)
        return {key: units for key, units in balances.items() if units}


def check(exchange: Exchange, replay: Replay, amended: Collection[Order] = ()) -> None:
    """Raise AssertionError where an invariant does not hold.

    `amended` orders were given a new amount on the way, and may have spent more before.
    """
    _check_ledger(exchange, replay)
    for market in exchange.state.markets:
        _check_backing(market)
        for book in market.books.values():
            _check_book(book)
        resting = [order for book in market.books.values() for order in book.orders()]
        assert market.user_orders == sum(not order.account.is_house for order in resting)
        assert market.is_open or market.event.status == "paused" or not resting
    for account in exchange.state.accounts.values():
        _check_account(account, amended)


def _check_ledger(exchange: Exchange, replay: Replay) -> None:
    held = {
        (holder.number, asset): units
        for holder in exchange.state.ledger.holders
        for asset, units in holder.balances.items()
        if units
    }
    assert held == replay.catch_up()
    totals: dict[int, int] = {}
    for (_, asset), units in held.items():
        totals[asset] = totals.get(asset, 0) + units
    assert not any(totals.values()), "an asset does not sum to zero"


def _check_backing(market: MarketState) -> None:
    for currency in Currency:
        outstanding = [
            -market.issuance.holds(share_asset(market.number, outcome, currency))
            for outcome in (0, 1)
        ]
        collateral = market.collateral.holds(CASH[currency])
        if market.status in ("resolved", "cancelled"):
            assert outstanding == [0, 0]
            assert collateral == 0
        else:
            assert outstanding[0] == outstanding[1] >= 0
            assert collateral == outstanding[0] * TICKS * currency.payout


def _check_book(book: Book) -> None:
    for side in (book.bids, book.asks):
        assert side.bits == sum(1 << tick for tick in side.levels)
        for tick, level in side.levels.items():
            orders = list(level)
            assert orders, "an empty level"
            assert level.head is orders[0]
            assert level.tail is orders[-1]
            assert all(after.previous is before for before, after in pairwise(orders))
            assert level.total == sum(order.remaining for order in orders)
            for order in orders:
                assert (order.level, order.tick, order.is_bid) == (level, tick, side.is_bid)
                assert order.remaining > 0
                assert not order.status.is_final
    for bid in book.bids.walk():
        for ask in book.asks.walk():
            if bid.tick >= ask.tick:
                owners = {order.account for order in (*bid, *ask)}
                assert len(owners) == 1, "the book is crossed"


def _check_account(account: Account, amended: Collection[Order]) -> None:
    if account.is_house:
        assert not any(account.locked.balances.values())
        return
    assert all(units >= 0 for units in account.free.balances.values())
    claims: dict[int, int] = {}
    for order in account.orders.values():
        _check_order(order)
        if order.side is Side.BUY and order not in amended:
            assert order.cash <= order.amount, "a buy spent more than its amount"
        if order.is_resting:
            asset, units = claim(order)
            claims[asset] = claims.get(asset, 0) + units
    locked = {asset: units for asset, units in account.locked.balances.items() if units}
    assert locked == {asset: units for asset, units in claims.items() if units}
    for asset, market, outcome, currency in account.held():
        assert account.shares(market, outcome, currency) > 0, f"an empty row {asset}"
    rows = {asset for asset, *_ in account.held()}
    owned = {
        asset
        for holder in (account.free, account.locked)
        for asset, units in holder.balances.items()
        if units and asset > max(CASH.values())
    }
    assert rows == owned == set(account.costs)
    assert all(cost >= 0 for cost in account.costs.values())


def _check_order(order: Order) -> None:
    assert 0 <= order.filled <= order.size
    assert order.is_resting == (not order.status.is_final)
    if order.market.event.spec.engine is Engine.CLOB:
        rate = order.market.fee_ppm
        assert 0 <= order.fee <= order.cash * rate // 1_000_000 + 10_000 * order.fill_count * 100
    if order.force is TimeInForce.FOK:
        assert order.filled in (0, order.size)
        assert order.status is VenueOrderStatus.FILLED or not order.filled


def digest(exchange: Exchange) -> tuple[object, ...]:
    """Everything that a refusal must leave as it was, and that a seed must reproduce."""
    state = exchange.state
    return (
        state.now_ms,
        tuple(
            tuple(sorted((asset, units) for asset, units in holder.balances.items() if units))
            for holder in state.ledger.holders
        ),
        tuple(
            (
                account.sequence,
                len(account.activities),
                len(account.results),
                len(account.trades),
                tuple(account.costs.items()),
                tuple(_told(order) for order in account.orders.values()),
            )
            for account in state.accounts.values()
        ),
        tuple(_listed(market) for market in state.markets),
    )


def _told(order: Order) -> tuple[object, ...]:
    return (
        order.sequence,
        order.status,
        order.own_tick,
        order.size,
        order.filled,
        order.cash,
        order.fee,
        order.amount,
        order.updated_ms,
    )


def _listed(market: MarketState) -> tuple[object, ...]:
    return (
        market.status,
        market.event.status,
        market.winner,
        market.event.close_value,
        market.order_count,
        market.user_orders,
        tuple((c, units) for c, units in sorted(market.volume_nanos.items()) if units),
        tuple((c, pool.net) for c, pool in sorted(market.pools.items()) if pool.net != pool.start),
        tuple((trade.micro, trade.index) for trade in market.trades),
        tuple(
            (
                currency,
                tuple((order.sequence, order.remaining, order.tick) for order in book.orders()),
            )
            for currency, book in sorted(market.books.items())
            if book.bids.bits or book.asks.bits
        ),
    )
