"""The verbs of the formula market: an order is a quote that is taken.

`offer` works out to the last digit what a trade would be; placing an order takes the offer of
that moment, so a quote and the trade that follows it cannot differ while nothing moved between.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import OrderType, PlaceOrder, TimeInForce, VenueOrderStatus
from bayse_agent.simulation.exchange import checks
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.amm import Pool
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.fees import PPM
from bayse_agent.simulation.exchange.ledger import CASH, share_asset
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.records import Cause, created_kind
from bayse_agent.simulation.exchange.refusal import Refusal, bad_request, insufficient_shares
from bayse_agent.simulation.exchange.state import State
from bayse_agent.simulation.exchange.switches import SellUnit
from bayse_agent.simulation.exchange.units import MICRO, NANO, TICKS, to_units


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the pool would do. `nanos` is all that the trader pays, or gets; the fee is inside."""

    side: Side
    outcome: int
    micro: int
    nanos: int
    fee_nanos: int
    exceeds_liability: bool


def offer(
    state: State,
    market: MarketState,
    outcome: int,
    side: Side,
    currency: Currency,
    amount: Decimal,
    sell_unit: SellUnit,
) -> Offer:
    """The trade that an amount would make now. Raises Refusal when none can come of it."""
    pool = state.pool(market, currency)
    fee = _fee_fraction(state, market, pool, outcome)
    if side is Side.BUY:
        return _buying(pool, outcome, to_units(amount, NANO), fee)
    if sell_unit is SellUnit.SHARES:
        return _selling(pool, outcome, to_units(amount, MICRO), fee)
    gross = to_units(amount / (1 - fee), NANO)
    micro = pool.shares_to_sell_for(outcome, gross)
    if micro is None:
        raise bad_request("no liquidity: the pool cannot pay that much")
    return _selling(pool, outcome, micro, fee)


def _fee_fraction(state: State, market: MarketState, pool: Pool, outcome: int) -> Decimal:
    """The fee as a part of the cash: rate x max(1 - P, floor), P the price before the trade."""
    rate = Decimal(market.fee_ppm) / PPM
    return rate * max(1 - pool.price(outcome), Decimal(state.floor_ticks) / TICKS)


def _buying(pool: Pool, outcome: int, nanos: int, fee: Decimal) -> Offer:
    fee_nanos = int(nanos * fee)
    micro = pool.shares_for(outcome, nanos - fee_nanos)
    if micro <= 0:
        raise bad_request("amount is too small")
    return Offer(
        side=Side.BUY,
        outcome=outcome,
        micro=micro,
        nanos=nanos,
        fee_nanos=fee_nanos,
        exceeds_liability=pool.exceeds(pool.moved(outcome, micro)),
    )


def _selling(pool: Pool, outcome: int, micro: int, fee: Decimal) -> Offer:
    gross = -pool.cost_of(outcome, -micro) if micro > 0 else 0
    if gross <= 0:
        raise bad_request("amount is too small")
    fee_nanos = -int(-gross * fee // 1)
    return Offer(
        side=Side.SELL,
        outcome=outcome,
        micro=micro,
        nanos=gross - fee_nanos,
        fee_nanos=fee_nanos,
        exceeds_liability=pool.exceeds(pool.moved(outcome, -micro)),
    )


def place_on_pool(
    state: State, account: Account, market: MarketState, outcome: int, request: PlaceOrder
) -> Order:
    """Take the pool's offer for an order, at once and in full, or refuse."""
    if request.side is Side.BUY:
        checks.one_sided(state, account, market, outcome, request.currency)
        checks.cash(account, request.currency, to_units(request.amount, NANO))
    taken = offer(
        state,
        market,
        outcome,
        request.side,
        request.currency,
        request.amount,
        state.switches.sell_unit,
    )
    return take_offer(state, account, market, request, taken)


def take_offer(
    state: State, account: Account, market: MarketState, request: PlaceOrder, taken: Offer
) -> Order:
    """Fill an order at an offer's terms, whoever made it. Raises Refusal for what is not to be."""
    if taken.exceeds_liability:
        raise Refusal(400, "MAX_LIABILITY", "trade goes over the maximum liability of this market")
    if account.free_shares(market, taken.outcome, request.currency) < taken.micro and (
        request.side is Side.SELL and not account.is_house
    ):
        raise insufficient_shares()
    _within_limit(request, taken)
    order = Order(
        account,
        market,
        taken.outcome,
        request.side,
        request.currency,
        0,
        taken.micro,
        state.now_ms,
        account.next_number(),
    )
    order.type = request.type
    order.force = request.time_in_force or TimeInForce.FOK
    order.amount = to_units(request.amount, NANO)
    order.status = VenueOrderStatus.FILLED
    order.filled, order.cash, order.fee = taken.micro, taken.nanos, taken.fee_nanos
    order.fill_count = 1
    trade(state, account, market, request.currency, taken)
    _remember(state, order, taken)
    return order


def _within_limit(request: PlaceOrder, taken: Offer) -> None:
    """A LIMIT order's price bounds the average price, fee included."""
    if request.type is not OrderType.LIMIT or request.price is None:
        return
    average = Decimal(taken.nanos) / (taken.micro * (NANO // MICRO) * request.currency.payout)
    is_worse = average > request.price if request.side is Side.BUY else average < request.price
    if is_worse:
        raise bad_request("no liquidity at that price")


def trade(
    state: State, account: Account, market: MarketState, currency: Currency, taken: Offer
) -> None:
    """Move the cash, the fee and the shares of an offer, and the pool's price with them."""
    pool, maker, transfer = (
        state.pool(market, currency),
        state.maker_of_pools,
        state.ledger.transfer,
    )
    cash = CASH[currency]
    own = share_asset(market.number, taken.outcome, currency)
    market.accounts[maker.number] = maker
    market.accounts[account.number] = account
    if taken.side is Side.BUY:
        transfer(cash, account.free, maker.free, taken.nanos - taken.fee_nanos)
        transfer(cash, account.free, state.venue.free, taken.fee_nanos)
        _stock(state, market, currency, taken.outcome, taken.micro)
        transfer(own, maker.free, account.free, taken.micro)
        pool.net = pool.moved(taken.outcome, taken.micro)
    else:
        transfer(own, account.free, maker.free, taken.micro)
        transfer(cash, maker.free, account.free, taken.nanos)
        transfer(cash, maker.free, state.venue.free, taken.fee_nanos)
        pool.net = pool.moved(taken.outcome, -taken.micro)


def _stock(state: State, market: MarketState, currency: Currency, outcome: int, micro: int) -> None:
    """Make the pairs that the pool lacks to hand out so many shares."""
    maker = state.maker_of_pools
    lacking = micro - maker.free_shares(market, outcome, currency)
    if lacking > 0:
        make_pairs(state, maker, market, currency, lacking)


def make_pairs(
    state: State, account: Account, market: MarketState, currency: Currency, micro: int
) -> None:
    """Turn cash into one share of each outcome: a pair costs exactly what one of them pays."""
    cost = micro * TICKS * currency.payout
    state.ledger.transfer(CASH[currency], account.free, market.collateral, cost)
    for outcome in (0, 1):
        asset = share_asset(market.number, outcome, currency)
        state.ledger.transfer(asset, market.issuance, account.free, micro)
    market.accounts[account.number] = account


def _remember(state: State, order: Order, taken: Offer) -> None:
    """Write the trade into the market's figures, the account's costs and its history."""
    account, market, currency = order.account, order.market, order.currency
    market.order_count += 1
    volume = market.volume_nanos
    volume[currency] = volume.get(currency, 0) + taken.nanos
    if account.is_house:
        return
    account.orders[order.sequence] = order
    if order.side is Side.BUY:
        account.bought(market, order.outcome, currency, taken.nanos)
    else:
        asset = share_asset(market.number, order.outcome, currency)
        cost = account.gave_up(asset, taken.micro)
        account.realised(
            market,
            currency,
            state.now_ms,
            Cause.TRADE,
            received_nanos=taken.nanos,
            cost_nanos=cost,
        )
    account.note(
        created_kind(order.side, is_limit=False),
        market,
        order.outcome,
        currency,
        state.now_ms,
        order=order,
        micro=taken.micro,
        cash_nanos=taken.nanos,
        fee_nanos=taken.fee_nanos,
    )
    if state.observers:
        state.changed(order)


def move_to(
    state: State, account: Account, market: MarketState, currency: Currency, probability: Decimal
) -> None:
    """Let a house account trade the pool to a price of outcome1, fee-free, exactly there.

    The target state depends on the target alone and not on where the pool was, so the pool is the
    same whoever looked at it on the way. For the same reason it does not count as volume.
    """
    pool = state.pool(market, currency)
    distance = pool.net_at(probability) - pool.net
    if not distance:
        return
    outcome, micro = (0, distance) if distance > 0 else (1, -distance)
    taken = Offer(
        side=Side.BUY,
        outcome=outcome,
        micro=micro,
        nanos=pool.cost_of(outcome, micro),
        fee_nanos=0,
        exceeds_liability=False,
    )
    trade(state, account, market, currency, taken)
