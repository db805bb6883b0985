"""The exits pass: sells what the exit rule says to sell, through the same gate as everything."""

from __future__ import annotations

from datetime import datetime

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.market import MarketId, OutcomeId
from bayse_agent.domain.order import IntentSource, intent_id
from bayse_agent.trading.acting import Case, put_forward
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.exits import ExitCase, find_exits
from bayse_agent.trading.scan import PassReport


async def run_exits(agent: Agent) -> PassReport | None:
    """Look at every open position, and sell where there is a reason. Raises VenueError."""
    at = agent.clock.now()
    portfolio = await agent.store.portfolio(agent.habits.currency)
    control = await agent.store.control()
    if not portfolio.positions or control.state is TradingState.HALTED:
        return None
    told: list[str] = []
    for found in await find_exits(agent):
        result = await put_forward(agent, _case(agent, found, at))
        told.append(f"{found.exit.trigger}: {result.reason.value} {result.detail}".strip())
    return PassReport(name="exits", at=at, told=tuple(told)) if told else None


async def find_exit(agent: Agent, market_id: MarketId, outcome_id: OutcomeId) -> Case | None:
    """The exit that the rule wants now for one position, or None."""
    for found in await find_exits(agent):
        wish = found.exit.wish
        if (wish.market_id, wish.outcome_id) == (market_id, outcome_id):
            return _case(agent, found, agent.clock.now())
    return None


def _case(agent: Agent, found: ExitCase, at: datetime) -> Case:
    wish = found.exit.wish
    # A forecast that was made for the exit alone is not in the books: the cause has its numbers.
    is_written = found.look is None
    return Case(
        id=intent_id("exit", wish.market_id, wish.outcome_id, wish.shares, at.isoformat()),
        proposal=found.exit,
        context=found.context,
        source=IntentSource.EXIT,
        approval=agent.habits.approval,
        forecast=found.forecast if is_written else None,
        cause=f"{found.exit.trigger}: {found.exit.cause}",
        inputs={"cause": found.exit.cause},
    )
