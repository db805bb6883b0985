"""Complete sets: minting one share of each outcome for cash, and burning them back."""

from __future__ import annotations

from dataclasses import dataclass

from bayse_agent.domain.money import Money
from bayse_agent.simulation.exchange import checks, ids
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.ledger import CASH, share_asset
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.pools import make_pairs
from bayse_agent.simulation.exchange.records import Cause
from bayse_agent.simulation.exchange.refusal import bad_request, insufficient_shares
from bayse_agent.simulation.exchange.state import State
from bayse_agent.simulation.exchange.units import MICRO, TICKS, to_units


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOperation:
    """What was minted or burned: pairs in micro-shares, their cash in nanos."""

    id: str
    market: MarketState
    micro: int
    nanos: int


def _pairs(money: Money) -> int:
    """Pairs for a wallet amount: NGN 1,000 is 10 pairs, since one pays 100."""
    checks.amount(money.amount)
    micro = to_units(money.amount / money.currency.payout, MICRO)
    if not micro:
        raise bad_request("quantity is too small")
    return micro


def mint(state: State, account: Account, market: MarketState, money: Money) -> SetOperation:
    """Make pairs. Each leg is booked at half of what the pair cost."""
    checks.tradable(market, money.currency)
    micro = _pairs(money)
    nanos = micro * TICKS * money.currency.payout
    checks.cash(account, money.currency, nanos)
    make_pairs(state, account, market, money.currency, micro)
    for outcome in (0, 1):
        account.bought(market, outcome, money.currency, nanos // 2)
    return _operation(account, market, micro, nanos)


def burn(state: State, account: Account, market: MarketState, money: Money) -> SetOperation:
    """Turn pairs back into cash. Raises Refusal without enough free shares of both outcomes."""
    currency = money.currency
    checks.tradable(market, currency)
    micro = _pairs(money)
    if any(account.free_shares(market, outcome, currency) < micro for outcome in (0, 1)):
        raise insufficient_shares()
    nanos = micro * TICKS * currency.payout
    cost = 0
    for outcome in (0, 1):
        asset = share_asset(market.number, outcome, currency)
        state.ledger.transfer(asset, account.free, market.issuance, micro)
        cost += account.gave_up(asset, micro)
    state.ledger.transfer(CASH[currency], market.collateral, account.free, nanos)
    account.realised(
        market, currency, state.now_ms, Cause.TRADE, received_nanos=nanos, cost_nanos=cost
    )
    return _operation(account, market, micro, nanos)


def _operation(account: Account, market: MarketState, micro: int, nanos: int) -> SetOperation:
    number = ids.make(ids.Kind.OPERATION, account.next_number(), account.number)
    return SetOperation(id=number, market=market, micro=micro, nanos=nanos)
