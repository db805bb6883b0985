"""The fast pass: windows that close soon, looked at again and again until it is time, or too late.

It enters through the same gate as the scan. Between two looks it keeps nothing: a window that
should wait is simply looked at again, at the next tick or the next turn.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Bet
from bayse_agent.domain.journal import Look, TrackedMarket
from bayse_agent.domain.order import IntentSource
from bayse_agent.domain.sniping import EnterNow, when
from bayse_agent.trading.acting import act_on, decide
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.discovery import follow_windows
from bayse_agent.trading.proving import proof_of
from bayse_agent.trading.research import Seen, research
from bayse_agent.trading.scan import PassReport


async def snipe(agent: Agent) -> PassReport | None:
    """Look at the windows that close soon, and enter where now is the time. Raises VenueError."""
    at = agent.clock.now()
    control = await agent.store.control()
    if control.state is not TradingState.ARMED:
        return None
    looks: list[Look] = []
    for sight in await research(agent, await _closing_soon(agent, at)):
        bet = await _bet_now(agent, sight) if isinstance(sight, Seen) else None
        if bet is not None and isinstance(sight, Seen):
            look, is_written = await act_on(agent, sight, IntentSource.SNIPE, bet=bet)
            looks.append(look)
            if not is_written:
                await agent.store.add_looks([look])
    # Last: it may take some reads, and what moved is not to wait for them.
    await follow_windows(agent, at)
    return PassReport(name="snipe", at=at, looks=tuple(looks)) if looks else None


async def _closing_soon(agent: Agent, now: datetime) -> list[TrackedMarket]:
    """Windows of the sniped series in their last stretch, in which nothing is held or ordered."""
    rule, sniped = agent.habits.snipe, agent.habits.sniped
    portfolio = await agent.store.portfolio(agent.habits.currency)
    found: list[TrackedMarket] = []
    for market in await agent.store.tracked():
        if market.closes_at is None or market.series is None:
            continue
        left_s = (market.closes_at - now).total_seconds()
        is_wanted = not sniped or market.series in sniped
        is_near = rule.min_seconds < left_s <= rule.observe_seconds
        if is_wanted and is_near and not portfolio.holds(market.market_id):
            found.append(market)
    return found


async def _bet_now(agent: Agent, seen: Seen) -> Bet | None:
    """The bet that the rule says to enter now, if there is one. A pass never is in time."""
    context = replace(seen.context, now=agent.clock.now())
    decision = await decide(agent, context, seen.forecast)
    if not isinstance(decision, Bet):
        return None
    proof = await proof_of(agent, context.event)
    timing = when(context, decision, agent.habits.snipe, context.now, proof)
    return timing.bet if isinstance(timing, EnterNow) else None
