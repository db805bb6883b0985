"""The main pass: the whole story on one screen.

The venue's truth first, then what has ended, then a look at every market that is due: forecasts
many at once, decisions and orders one at a time, in the order of the markets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bayse_agent.domain.decision import Bet, Pass, Reason
from bayse_agent.domain.journal import Look, MarketResult
from bayse_agent.domain.risk import Approved, review
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.discovery import discover
from bayse_agent.trading.execution import Act, execute
from bayse_agent.trading.reconciliation import is_fenced, reconcile
from bayse_agent.trading.research import Seen, research
from bayse_agent.trading.settlement import settle, settle_held
from bayse_agent.trading.verification import unexplained


@dataclass(frozen=True, slots=True, kw_only=True)
class PassReport:
    """What one pass did. `halt` says why it did not trade; empty when it did."""

    at: datetime
    looks: tuple[Look, ...] = ()
    ended: tuple[MarketResult, ...] = ()
    halt: tuple[str, ...] = ()


async def scan(agent: Agent) -> PassReport:
    """Run one pass. Raises VenueError when the venue cannot be read: nothing is traded then."""
    at = agent.clock.now()
    await reconcile(agent)
    ended = await settle(agent)
    halt = await unexplained(agent)
    if halt and (early := await settle_held(agent)):
        ended += early
        halt = await unexplained(agent)
    if halt:
        return PassReport(at=at, ended=ended, halt=halt)
    due = await discover(agent, at)
    looks: list[Look] = []
    unwritten: list[Look] = []
    for sight in await research(agent, due):
        look, is_written = await _act(agent, sight) if isinstance(sight, Seen) else (sight, False)
        looks.append(look)
        if not is_written:
            unwritten.append(look)
    await agent.store.add_looks(unwritten)
    return PassReport(at=at, looks=tuple(looks), ended=ended)


async def _act(agent: Agent, seen: Seen) -> tuple[Look, bool]:
    """Decide, review, execute; returns the look and whether it is written down already.

    Its data is as old as it is by now: the orders before it may have taken their time.
    """
    context, forecast = replace(seen.context, now=agent.clock.now()), seen.forecast
    portfolio = await agent.store.portfolio(agent.habits.currency)
    decision = agent.strategy.decide(context, forecast, portfolio)
    if isinstance(decision, Pass):
        return _look(seen, decision.reason, {"detail": decision.detail}), False
    if await is_fenced(agent, context.market.id):
        told = {**_case(decision), "detail": "an order that was lost here could still turn up"}
        return _look(seen, Reason.REFUSED_MARKET_HELD, told), False
    verdict = review(decision, context, portfolio, agent.limits)
    if not isinstance(verdict, Approved):
        refusals = {str(one.check): f"{one.inputs}, limit {one.limit}" for one in verdict.reasons}
        return _look(seen, verdict.reason, {**_case(decision), **refusals}), False
    act = Act(
        approved=verdict,
        forecast=forecast,
        event_id=context.event.id,
        engine=context.event.engine,
        inputs=_case(decision),
    )
    return await execute(agent, act), True


def _look(seen: Seen, reason: Reason, inputs: dict[str, str]) -> Look:
    return Look(
        market_id=seen.context.market.id,
        at=seen.context.now,
        reason=reason,
        forecast=seen.forecast,
        inputs=inputs,
    )


def _case(bet: Bet) -> dict[str, str]:
    """The numbers that a bet was decided on."""
    return {
        "outcome": bet.wish.outcome_id,
        "stake": str(bet.wish.stake.amount),
        "worst_price": str(bet.wish.worst_price),
        "market_price": str(bet.market_price),
        "effective_price": str(bet.effective_price),
        "belief": f"{bet.belief:.6f}",
        "edge": str(bet.edge),
        "confidence": f"{bet.confidence:.2f}",
    }
