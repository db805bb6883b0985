"""Compares our books with the venue's: cash with the wallet, positions with the holdings."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bayse_agent.domain.market import MarketId, OutcomeId
from bayse_agent.domain.money import ZERO, Currency
from bayse_agent.domain.portfolio import Portfolio
from bayse_agent.trading.agent import Agent

_Shares = dict[tuple[MarketId, OutcomeId], Decimal]


async def discrepancies(agent: Agent) -> tuple[str, ...]:
    """Where the venue's account differs from our books, in words; empty when they agree.

    Positions in markets that are past their close may be paid out at any moment: their shares are
    not compared, and the wallet may already hold what they can pay. Raises VenueError.
    """
    currency = agent.habits.currency
    portfolio = await agent.store.portfolio(currency)
    closed = await _closed(agent, agent.clock.now())
    on_their_way = sum((p.shares for p in portfolio.positions if p.market_id in closed), ZERO)
    found = [
        *await _cash(agent, portfolio, on_their_way * currency.payout),
        *await _shares(agent, portfolio, closed, currency),
    ]
    return tuple(found)


async def _closed(agent: Agent, now: datetime) -> frozenset[MarketId]:
    return frozenset(
        market.market_id for market in await agent.store.tracked() if not market.is_trading(now)
    )


async def _cash(agent: Agent, portfolio: Portfolio, on_their_way: Decimal) -> list[str]:
    wallets = [
        wallet
        for wallet in await agent.venue.wallets()
        if wallet.available.currency is portfolio.currency
    ]
    venue = sum((wallet.available.amount + wallet.pending.amount for wallet in wallets), ZERO)
    ours = portfolio.cash.amount
    tolerance = agent.habits.cash_tolerance_units * portfolio.currency.minor_unit
    if ours - tolerance <= venue <= ours + on_their_way + tolerance:
        return []
    return [f"cash: the venue has {venue}, the books {ours}"]


async def _shares(
    agent: Agent, portfolio: Portfolio, closed: frozenset[MarketId], currency: Currency
) -> list[str]:
    ours: _Shares = {(p.market_id, p.outcome_id): p.shares for p in portfolio.positions}
    theirs: _Shares = {
        (row.market_id, row.outcome_id): row.shares
        for row in await agent.venue.holdings()
        if row.currency is currency
    }
    found: list[str] = []
    for key in sorted(ours.keys() | theirs.keys()):
        here, there = ours.get(key, ZERO), theirs.get(key, ZERO)
        if key[0] not in closed and abs(here - there) > agent.habits.shares_tolerance:
            found.append(f"shares of {key[1]}: the venue has {there}, the books {here}")
    return found
