"""What an order must be before the exchange thinks about it. Each check raises its Refusal."""

from __future__ import annotations

from decimal import Decimal

from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import OrderType, PlaceOrder, TimeInForce
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.refusal import (
    Refusal,
    bad_request,
    insufficient_balance,
    insufficient_shares,
    unprocessable,
)
from bayse_agent.simulation.exchange.state import State
from bayse_agent.simulation.exchange.switches import Policy
from bayse_agent.simulation.exchange.units import TICKS, to_ms, to_units

LEAST = {Currency.NGN: Decimal(100), Currency.USD: Decimal(1)}
"""The platform's floor for a buy; a market may ask for more."""
PRICE_LOW, PRICE_HIGH = Decimal("0.01"), Decimal("0.99")
SLIPPAGE_HIGH = Decimal("0.50")
AMOUNT_HIGH = Decimal(10) ** 12
_NOTHING = Decimal(0)
# Names of the module's own: Python 3.11 finds members of enumerations slowly.
_CLOB = Engine.CLOB
_LIMIT, _MARKET = OrderType.LIMIT, OrderType.MARKET
_GTD = TimeInForce.GTD
_REJECT = Policy.REJECT


def amount(value: Decimal) -> None:
    if not value.is_finite() or value <= _NOTHING:
        raise bad_request("amount must be greater than 0")
    if value > AMOUNT_HIGH:
        raise bad_request("amount is too large")


def tradable(market: MarketState, currency: Currency) -> None:
    """The market is open, in a currency that it trades in."""
    if not market.is_open:
        raise Refusal(400, "MARKET_CLOSED", "market is not open for trading")
    if currency not in market.event.spec.currencies:
        raise bad_request(f"currency {currency} is not supported by this market")


def tick_of(state: State, price: Decimal) -> int:
    """The tick of a limit price, which must lie in 0.01..0.99 and on the grid."""
    if price.is_finite() and (known := state.ticks.get(price)) is not None:
        return known
    if not price.is_finite() or not PRICE_LOW <= price <= PRICE_HIGH:
        raise bad_request("price must be between 0.01 and 0.99")
    if price % state.switches.tick or (price * TICKS) % 1:
        raise bad_request(f"price must be a multiple of {state.switches.tick.normalize():f}")
    tick = state.ticks[price] = to_units(price, TICKS)
    return tick


def shape(state: State, market: MarketState, request: PlaceOrder) -> None:
    """The fields of an order fit together."""
    amount(request.amount)
    tradable(market, request.currency)
    _slippage(request.max_slippage)
    is_book = market.event.spec.engine is _CLOB
    if request.type is _LIMIT and request.price is None:
        raise unprocessable("price is required for LIMIT orders")
    if not is_book and request.type is _LIMIT and request.price is not None:
        tick_of(state, request.price)
    if is_book and request.type is _MARKET:
        if state.switches.market_on_book is Policy.REJECT:
            raise bad_request("MARKET orders are not supported on CLOB markets")
        if request.post_only:
            raise unprocessable("postOnly is only valid for LIMIT orders")
    if request.time_in_force is _GTD:
        _expiry(state, request)


def _slippage(value: Decimal | None) -> None:
    if value is not None and not (value.is_finite() and 0 <= value <= SLIPPAGE_HIGH):
        raise bad_request("max slippage must be between 0 and 0.50")


def _expiry(state: State, request: PlaceOrder) -> None:
    if request.expires_at is None:
        raise unprocessable("expiresAt is required for GTD orders")
    if to_ms(request.expires_at) <= state.now_ms:
        raise unprocessable("expiresAt must be in the future")


def minimum(market: MarketState, currency: Currency, amount: Decimal) -> None:
    """A buy is at least the platform's and the market's minimum."""
    least = max(LEAST[currency], market.spec.minimum_order.get(currency, _NOTHING))
    if amount < least:
        text = f"Minimum buy amount is {currency} {least:,.2f}"
        raise Refusal(400, "MINIMUM_AMOUNT", text)


def one_sided(
    state: State, account: Account, market: MarketState, outcome: int, currency: Currency
) -> None:
    """Nobody buys one outcome while holding the other, where the venue forbids it."""
    if state.switches.both_sides is _REJECT and account.shares(market, 1 - outcome, currency):
        raise bad_request("holding both outcomes of one market is not allowed")


def cash(account: Account, currency: Currency, nanos: int) -> None:
    if not account.is_house and account.cash(currency) < nanos:
        raise insufficient_balance(currency)


def holding(
    account: Account, market: MarketState, outcome: int, currency: Currency, micro: int
) -> None:
    if not account.is_house and account.free_shares(market, outcome, currency) < micro:
        raise insufficient_shares()
