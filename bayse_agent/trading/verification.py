"""Compares our books with the venue's: cash with the wallet, positions with the holdings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bayse_agent.domain.market import Event, Market, MarketId, MarketStatus, OutcomeId
from bayse_agent.domain.money import ZERO, Currency, Money, total
from bayse_agent.domain.order import Buy, Intent
from bayse_agent.domain.portfolio import Holding, Portfolio
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.following import CLOCK_SKEW

_LOWEST_PRICE = Decimal("0.01")
"""What a share costs at the least: an order in doubt may have bought so cheaply, and won."""
_PAYOUTS = frozenset({"PAYOUT_WIN", "PAYOUT_LOSS", "BUY_REFUND"})
_Shares = dict[tuple[MarketId, OutcomeId], Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The venue's account as it was read, and where it differs from our books, in words."""

    wallet: Money
    holdings: tuple[Holding, ...]
    differences: tuple[str, ...]


async def discrepancies(agent: Agent) -> tuple[str, ...]:
    """Where the venue's account differs from our books, in words; empty when they agree.

    Positions in markets that are past their close may be paid out at any moment: their shares are
    not compared, and the wallet may already hold what they can pay. Raises VenueError.
    """
    return (await _compare(agent, ())).differences


async def compare(agent: Agent) -> Comparison:
    """The same, less what the orders that are out, or may be, could have changed by now."""
    portfolio = await agent.store.portfolio(agent.habits.currency)
    return await _compare(agent, portfolio.live)


async def proves_absence(agent: Agent, intent: Intent) -> bool:
    """Whether the venue's account proves that an order which it does not list never took effect.

    While the market trades, what it bought would show among the holdings. After that shares turn
    into cash among other cash, so only the lines that the market's end paid can tell: until it has
    ended nothing is proven. Raises VenueError.
    """
    tracked = {market.market_id: market for market in await agent.store.tracked()}
    market = tracked.get(intent.market_id)
    is_trading = market is not None and market.is_trading(agent.clock.now())
    if is_trading and not await discrepancies(agent):
        return True
    event = await agent.market_data.event(intent.event_id, currency=intent.currency)
    ended = event.market(intent.market_id)
    if ended is None or not has_ended(event, ended):
        return False
    # A market may end before its time: what was held there is paid out, whatever its dates say.
    if (await _compare(agent, (), frozenset({intent.market_id}))).differences:
        return False
    return not await _was_paid(agent, intent)


def has_ended(event: Event, market: Market) -> bool:
    """Whether the venue has announced a winner, or voided the market."""
    return market.winner is not None or MarketStatus.CANCELLED in (event.status, market.status)


async def _was_paid(agent: Agent, intent: Intent) -> bool:
    """Whether the end of the market paid more shares of the intent's outcome than the books hold.

    True as well when the account's history shows nothing at all: an empty list proves nothing.
    """
    wish = intent.wish
    portfolio = await agent.store.portfolio(intent.currency)
    held = sum((p.shares for p in portfolio.positions if p.outcome_id == wish.outcome_id), ZERO)
    number, last, is_empty = 1, 1, True
    while number <= last:
        page = await agent.venue.activities(page=number, size=agent.habits.page_size)
        for line in page.items:
            is_empty = False
            is_its = line.market_id == wish.market_id and line.outcome_id == wish.outcome_id
            if is_its and line.kind in _PAYOUTS and (line.size is None or line.size > held):
                return True
        if page.items and page.items[-1].at < intent.created_at - CLOCK_SKEW:
            break
        number, last = number + 1, page.last
    return is_empty


async def _compare(
    agent: Agent, under_way: Sequence[Intent], ended: frozenset[MarketId] = frozenset()
) -> Comparison:
    portfolio = await agent.store.portfolio(agent.habits.currency)
    closed = ended | await _closed(agent, agent.clock.now())
    left_out = closed | {intent.market_id for intent in under_way}
    wallet = await _wallet(agent, portfolio.currency)
    holdings = tuple(
        row for row in await agent.venue.holdings() if row.currency is portfolio.currency
    )
    return Comparison(
        wallet=wallet,
        holdings=holdings,
        differences=(
            *_cash(agent, portfolio, wallet, closed, under_way),
            *_shares(agent, portfolio, holdings, left_out),
        ),
    )


async def _wallet(agent: Agent, currency: Currency) -> Money:
    """Cash at the venue, with what its resting orders lock."""
    wallets = [one for one in await agent.venue.wallets() if one.available.currency is currency]
    return total((wallet.available + wallet.pending for wallet in wallets), currency)


async def _closed(agent: Agent, now: datetime) -> frozenset[MarketId]:
    return frozenset(
        market.market_id for market in await agent.store.tracked() if not market.is_trading(now)
    )


def _cash(
    agent: Agent,
    portfolio: Portfolio,
    wallet: Money,
    closed: frozenset[MarketId],
    under_way: Sequence[Intent],
) -> list[str]:
    payout = portfolio.currency.payout
    shares = sum((p.shares for p in portfolio.positions if p.market_id in closed), ZERO)
    sold = sum((i.wish.shares for i in under_way if not isinstance(i.wish, Buy)), ZERO)
    most_spent = sum((intent.reserved.amount for intent in under_way), ZERO)
    staked = sum(
        (intent.reserved.amount for intent in under_way if intent.market_id in closed), ZERO
    )
    most_received = (shares + sold) * payout + staked / _LOWEST_PRICE
    ours, venue = portfolio.cash.amount, wallet.amount
    tolerance = agent.habits.cash_tolerance_units * portfolio.currency.minor_unit
    if ours - most_spent - tolerance <= venue <= ours + most_received + tolerance:
        return []
    return [f"cash: the venue has {venue}, the books {ours}"]


def _shares(
    agent: Agent,
    portfolio: Portfolio,
    holdings: Sequence[Holding],
    left_out: frozenset[MarketId],
) -> list[str]:
    ours: _Shares = {(p.market_id, p.outcome_id): p.shares for p in portfolio.positions}
    theirs: _Shares = {(row.market_id, row.outcome_id): row.shares for row in holdings}
    found: list[str] = []
    for key in sorted(ours.keys() | theirs.keys()):
        here, there = ours.get(key, ZERO), theirs.get(key, ZERO)
        if key[0] not in left_out and abs(here - there) > agent.habits.shares_tolerance:
            found.append(f"shares of {key[1]}: the venue has {there}, the books {here}")
    return found
