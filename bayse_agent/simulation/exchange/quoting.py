"""Quotes: what an order of so much would do now. Not binding, and nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bayse_agent.domain.market import Engine, Side
from bayse_agent.domain.money import Currency
from bayse_agent.simulation.exchange import checks
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.depth import Taker
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.orders import sized_walk
from bayse_agent.simulation.exchange.pools import offer
from bayse_agent.simulation.exchange.refusal import no_liquidity
from bayse_agent.simulation.exchange.state import State
from bayse_agent.simulation.exchange.units import MICRO, NANO


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteResult:
    """A quote. `micro` are the shares that change hands, net of a buyer's fee on a book.

    `nanos` is the cash: all of it for a buy, net of the fee for a sell. `fee_nanos` is what is
    shown as a fee: nothing on a formula market, where it is inside the price. `market_price` is
    the outcome's price before the trade.
    """

    market: MarketState
    outcome: int
    side: Side
    currency: Currency
    amount: Decimal
    micro: int
    nanos: int
    fee_nanos: int
    market_price: Decimal
    is_complete: bool
    exceeds_liability: bool

    @property
    def price(self) -> Decimal:
        """Cash a share, fee included, in parts of its payout."""
        return Decimal(self.nanos) / (self.micro * (NANO // MICRO) * self.currency.payout)


def quote(
    state: State,
    account: Account | None,
    market: MarketState,
    outcome: int,
    side: Side,
    amount: Decimal,
    currency: Currency,
) -> QuoteResult:
    """Quote an amount. Raises Refusal when the market is not open or has nothing to offer."""
    checks.amount(amount)
    checks.tradable(market, currency)
    if market.event.spec.engine is Engine.AMM:
        return _from_pool(state, market, outcome, side, amount, currency)
    taker = Taker(
        side=side,
        outcome=outcome,
        currency=currency,
        fee_ppm=market.fee_ppm,
        floor_ticks=state.floor_ticks,
        account=account,
    )
    book = state.book(market, currency)
    walk = sized_walk(state, book, taker, amount, state.switches.quote_sell_unit)
    price = state.marginal(market, outcome, currency)
    if not walk.micro or price is None:
        raise no_liquidity()
    is_buy = side is Side.BUY
    return QuoteResult(
        market=market,
        outcome=outcome,
        side=side,
        currency=currency,
        amount=amount,
        micro=walk.micro - walk.fee_micro,
        nanos=walk.nanos if is_buy else walk.nanos - walk.fee_nanos,
        fee_nanos=walk.fee_nanos,
        market_price=price,
        is_complete=walk.is_complete,
        exceeds_liability=False,
    )


def _from_pool(
    state: State,
    market: MarketState,
    outcome: int,
    side: Side,
    amount: Decimal,
    currency: Currency,
) -> QuoteResult:
    unit = state.switches.quote_sell_unit
    taken = offer(state, market, outcome, side, currency, amount, unit)
    return QuoteResult(
        market=market,
        outcome=outcome,
        side=side,
        currency=currency,
        amount=amount,
        micro=taken.micro,
        nanos=taken.nanos,
        fee_nanos=0,
        market_price=state.pool(market, currency).price(outcome),
        is_complete=True,
        exceeds_liability=taken.exceeds_liability,
    )
