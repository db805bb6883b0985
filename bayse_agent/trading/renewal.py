"""A waiting signal's case made anew: whoever lets it out, it must hold on the data of that moment.

It goes out under an id that is derived from the signal, so that one signal is one order at most.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bayse_agent.domain.decision import Bet, Pass, Reason
from bayse_agent.domain.errors import CommandRefused
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.journal import Look, TrackedMarket, tracked
from bayse_agent.domain.market import EventId, MarketId
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import Buy, IntentId, Sell, intent_id
from bayse_agent.domain.signal import Signal, SignalStatus
from bayse_agent.trading.acting import Case, decide, numbers_of
from bayse_agent.trading.agent import Agent, Approval
from bayse_agent.trading.execution import Result
from bayse_agent.trading.leaving import find_exit
from bayse_agent.trading.research import Seen, context_of, research

SENT_ALREADY = Result(reason=Reason.UNRESOLVED, detail="sent already", is_written=True)
"""How a signal ends that was sent by a process which died before it could say so."""


def intent_of(signal_id: str) -> IntentId:
    """The intent that a signal becomes."""
    return intent_id("signal", signal_id)


async def end_as(agent: Agent, signal: Signal, result: Result, *, by: str) -> SignalStatus:
    """Write down how a signal ended that was put forward; returns its status.

    One that has ended meanwhile, before anything was sent, stays as it is.
    """
    now = await agent.store.signal(signal.id)
    if now is not None and now.status is not SignalStatus.PENDING and not result.is_written:
        return now.status
    status = SignalStatus.EXECUTED if result.is_written else SignalStatus.REFUSED
    note = f"{result.reason.value} {result.detail}".strip()
    await agent.store.end_signal(signal.id, status=status, by=by, note=note, at=agent.clock.now())
    return status


async def renew(agent: Agent, signal: Signal, stake: Decimal | None = None) -> Case:
    """The signal's case made anew on fresh data, at no more than its stake, or a person's.

    Raises CommandRefused when it no longer holds, and VenueError.
    """
    wish, name = signal.wish, intent_of(signal.id)
    if isinstance(wish, Sell):
        exit_case = await find_exit(agent, wish.market_id, wish.outcome_id)
        if exit_case is None:
            raise CommandRefused("there is no reason to sell it any more")
        return replace(exit_case, id=name, approval=Approval.AUTOMATIC, signal_id=signal.id)
    sight = await look_again(agent, signal.event_id, wish.market_id)
    if not isinstance(sight, Seen):
        raise CommandRefused(f"the market cannot be judged now: {sight.reason}")
    context = replace(sight.context, now=agent.clock.now())
    decision = await decide(agent, context, sight.forecast)
    if isinstance(decision, Pass):
        raise CommandRefused(f"the case no longer holds: {decision.reason} {decision.detail}")
    if decision.wish.outcome_id != wish.outcome_id:
        raise CommandRefused("the case is for the other outcome by now")
    bet = _lowered(decision, wish, stake)
    numbers = numbers_of(bet)
    look = Look(
        market_id=wish.market_id,
        at=context.now,
        reason=Reason.AWAITING_APPROVAL,
        forecast=sight.forecast,
        inputs=numbers,
    )
    return Case(
        id=name,
        proposal=bet,
        context=context,
        source=signal.source,
        approval=Approval.AUTOMATIC,
        forecast=sight.forecast,
        look=look,
        signal_id=signal.id,
        inputs=numbers,
    )


def _lowered(bet: Bet, signalled: Buy, stake: Decimal | None) -> Bet:
    """The bet at the least of what it, the signal and the person say."""
    least = min(bet.wish.stake, signalled.stake)
    if stake is not None:
        least = min(least, Money(stake, least.currency))
    return replace(bet, wish=replace(bet.wish, stake=least))


async def look_again(agent: Agent, event_id: EventId, market_id: MarketId) -> Seen | Look:
    """One market looked at now, whenever it was looked at before."""
    await followed(agent, event_id, market_id)
    (sight,) = await research(agent, [await _tracked(agent, market_id)])
    return sight


async def _tracked(agent: Agent, market_id: MarketId) -> TrackedMarket:
    for market in await agent.store.tracked():
        if market.market_id == market_id:
            return market
    raise CommandRefused(f"market {market_id!r} has ended")


async def followed(agent: Agent, event_id: EventId, market_id: MarketId) -> Context:
    """The market as of now, remembered from here on."""
    context = await context_of(agent, event_id, market_id)
    now = agent.clock.now()
    market = tracked(context.event, context.market, now)
    await agent.store.track([market], source="by hand", read_at=now)
    return context
