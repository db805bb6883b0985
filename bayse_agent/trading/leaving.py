"""The exits pass: sells what the exit rule says to sell, through the same gate as everything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.journal import TriedSale
from bayse_agent.domain.market import MarketId, OutcomeId
from bayse_agent.domain.order import IntentSource, intent_id
from bayse_agent.trading.acting import Case, put_forward
from bayse_agent.trading.agent import Agent, Approval
from bayse_agent.trading.execution import Result
from bayse_agent.trading.exits import ExitCase, find_exits
from bayse_agent.trading.scan import PassReport

_REMEMBERED = timedelta(hours=24)
_LONGEST = timedelta(minutes=15)
_MOST_DOUBLED = 16


async def run_exits(agent: Agent) -> PassReport | None:
    """Look at every open position, and sell where there is a reason. Raises VenueError."""
    at = agent.clock.now()
    portfolio = await agent.store.portfolio(agent.habits.currency)
    control = await agent.store.control()
    if not portfolio.positions or control.state is TradingState.HALTED:
        return None
    told: list[str] = []
    found_now = await find_exits(agent)
    tried = await _tried(agent, found_now, at)
    for found in found_now:
        if _is_too_soon(agent, found, tried, at):
            continue
        result = await put_forward(agent, _case(agent, found, at))
        told.append(_told(found, result))
    return PassReport(name="exits", at=at, told=tuple(told)) if told else None


def _told(found: ExitCase, result: Result) -> str:
    """What became of a sale, for people."""
    market, wish = found.context.market, found.exit.wish
    outcome = market.outcome(wish.outcome_id)
    label = wish.outcome_id if outcome is None else outcome.label
    event, trigger = found.context.event.title, found.exit.trigger.replace("_", " ")
    what = f"{wish.shares.normalize():f} shares of {label}, {trigger}: {event}"
    if result.reason is Reason.TRADED:
        return f"sold {what}"
    return f"did not sell {what} ({result.reason}, {result.detail})"


async def _tried(agent: Agent, found: Sequence[ExitCase], at: datetime) -> tuple[TriedSale, ...]:
    if not found:
        return ()
    markets = [one.position.market_id for one in found]
    return await agent.store.tried_sales(markets, since=at - _REMEMBERED)


def _is_too_soon(agent: Agent, found: ExitCase, tried: Sequence[TriedSale], at: datetime) -> bool:
    """Whether a sale of it went for nothing a moment ago: the first may be tried again by the next
    pass, from then on each time after twice as long.
    """
    place = (found.position.market_id, found.position.outcome_id)
    mine = [one for one in reversed(tried) if (one.market_id, one.outcome_id) == place]
    in_vain = list(takewhile(lambda one: not one.is_filled, mine))
    if not in_vain:
        return False
    every = timedelta(seconds=agent.habits.schedule.exits_s)
    # A pass may begin a little early: half an interval is let pass.
    pause = min(every * (1 << min(len(in_vain) - 1, _MOST_DOUBLED)), _LONGEST) - every / 2
    return at - in_vain[0].at < pause


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
        approval=_approval(agent),
        forecast=found.forecast if is_written else None,
        cause=f"{found.exit.trigger}: {found.exit.cause}",
        inputs={"cause": found.exit.cause},
    )


def _approval(agent: Agent) -> Approval:
    """A way out is never put off: a person's time to say no is for money that goes at risk."""
    asked = agent.habits.approval
    return Approval.AUTOMATIC if asked is Approval.DELAYED else asked
