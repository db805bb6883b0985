"""The orders pass: the venue's truth first, then what has ended, then books against account.

Every other pass begins with it; after a crash it is the recovery. While books and venue differ
nothing is bought, and a difference that stays is a halt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bayse_agent.domain.books import Equity
from bayse_agent.domain.journal import MarketResult
from bayse_agent.domain.order import Intent
from bayse_agent.domain.portfolio import worth_of
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.external import adopt_external, is_due
from bayse_agent.trading.halting import stop
from bayse_agent.trading.lapsing import end_lapsed
from bayse_agent.trading.proving import note_closings
from bayse_agent.trading.reconciliation import reconcile
from bayse_agent.trading.settlement import settle, settle_held
from bayse_agent.trading.verification import Comparison, compare

_EXTERNALS = timedelta(minutes=5)
_DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What has ended since, and where books and venue differ; empty when they agree.

    `adopted`: orders placed elsewhere that were taken into the books.
    """

    at: datetime
    ended: tuple[MarketResult, ...]
    differences: tuple[str, ...]
    adopted: tuple[Intent, ...] = ()


async def keep_up(agent: Agent) -> Upkeep:
    """Bring the books up to what the venue says. Raises VenueError when it cannot be read."""
    at = agent.clock.now()
    await reconcile(agent)
    adopted = await adopt_external(agent) if await is_due(agent, _EXTERNALS) else ()
    await note_closings(agent)
    ended = await settle(agent)
    found = await compare(agent)
    if found.differences and (early := await settle_held(agent)):
        ended += early
        found = await compare(agent)
    if found.differences and (more := await adopt_external(agent)):
        adopted += more
        ended += await settle(agent)
        found = await compare(agent)
    if found.differences:
        await _bear_difference(agent, found)
    else:
        await _value(agent, found)
    await end_lapsed(agent)
    for look in agent.guards:
        await look(agent)
    return Upkeep(at=at, ended=ended, differences=found.differences, adopted=adopted)


async def _bear_difference(agent: Agent, found: Comparison) -> None:
    """A payout may be on its way for a moment; what differs for longer is not understood.

    It counts from when they were first seen to differ: the last time that they agreed may be
    longer ago than that, with nobody having looked in between.
    """
    now = agent.clock.now()
    books = await agent.store.books(agent.habits.currency)
    begun = books.begun_at or now
    agreed = books.reconciled_at or begun
    since = await agent.store.listed_at(_DIFFERENCE)
    if since is None or since < max(agreed, begun):
        since = now
        await agent.store.track([], source=_DIFFERENCE, read_at=now)
    if (now - since).total_seconds() >= agent.habits.difference_s:
        await stop(agent, reason="; ".join(found.differences), by="reconciliation")


async def _value(agent: Agent, found: Comparison) -> None:
    """Write down what everything is worth, now that books and venue agree."""
    portfolio, now = await agent.store.portfolio(agent.habits.currency), agent.clock.now()
    trading = {one.market_id for one in await agent.store.tracked() if one.is_trading(now)}
    worth = worth_of(portfolio, found.holdings, trading)
    await agent.store.add_equity(
        Equity(at=now, value=portfolio.cash + worth, cash=portfolio.cash, wallet=found.wallet)
    )
