"""From a look to an order: decide, review, and either send it or leave it to a person.

Scan, snipe, exits and commands all come through here, one at a time: there is one way to an order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bayse_agent.domain import risk
from bayse_agent.domain.decision import Bet, ByHand, Pass, Proposal, Reason
from bayse_agent.domain.errors import VenueError
from bayse_agent.domain.forecast import Context, Forecast
from bayse_agent.domain.journal import Look
from bayse_agent.domain.money import Money
from bayse_agent.domain.news import kept_of
from bayse_agent.domain.order import IntentId, IntentSource, intent_id
from bayse_agent.domain.signal import Patience, Signal, SignalStatus, waits_until
from bayse_agent.domain.sizing import Purse
from bayse_agent.domain.sniping import too_late
from bayse_agent.trading.agent import Agent, Approval
from bayse_agent.trading.execution import Act, Result, execute
from bayse_agent.trading.proving import proof_of
from bayse_agent.trading.reconciliation import is_fenced
from bayse_agent.trading.research import Seen
from bayse_agent.trading.upkeep import keep_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A proposal on its way to an order. `id` names the intent that it may become.

    `approval`: whose word it still needs. `look`: the look that it ends, when it comes from one.
    `signal_id`: the signal that it was, if any: nothing is sent of one that has ended.
    """

    id: IntentId
    proposal: Proposal
    context: Context
    source: IntentSource
    approval: Approval
    forecast: Forecast | None = None
    cause: str = ""
    look: Look | None = None
    signal_id: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)


async def act_on(
    agent: Agent, seen: Seen | Look, source: IntentSource, *, bet: Bet | None = None
) -> tuple[Look, bool]:
    """Decide on a market that was looked at; returns its look, and whether it is written down.

    Its data is as old as it is by now: the orders before it may have taken their time. `bet`: what
    was decided just now, by who asked first whether it is time. A look that ended before there was
    anything to decide on stays as it is.
    """
    if isinstance(seen, Look):
        return seen, False
    context = replace(seen.context, now=agent.clock.now())
    decision = bet or await decide(agent, context, seen.forecast)
    look = Look(
        market_id=context.market.id,
        at=context.now,
        reason=Reason.NO_EDGE,
        forecast=seen.forecast,
        inputs=kept_of(context.news),
    )
    if isinstance(decision, Pass):
        told = {**look.inputs, "detail": decision.detail}
        return replace(look, reason=decision.reason, inputs=told), False
    look = replace(look, inputs={**look.inputs, **numbers_of(decision)})
    wish = decision.wish
    result = await put_forward(
        agent,
        Case(
            id=intent_id(seen.forecast.id, wish.market_id, wish.outcome_id, "Buy"),
            proposal=decision,
            context=context,
            source=source,
            approval=agent.habits.approval,
            forecast=seen.forecast,
            look=look,
            inputs=look.inputs,
        ),
    )
    inputs = {**look.inputs, "detail": result.detail} if result.detail else look.inputs
    return replace(look, reason=result.reason, inputs=inputs), result.is_written


async def decide(agent: Agent, context: Context, forecast: Forecast) -> Bet | Pass:
    """What the strategy makes of a forecast, within what the limits leave."""
    currency, limits = agent.habits.currency, await agent.store.limits()
    # Most looks end without a bet however much there is: what there really is need not be counted.
    most = limits.max_stake.get(currency, Money.zero(currency))
    portfolio = await agent.store.portfolio(currency)
    generous = Purse(bankroll=portfolio.bankroll, ceiling=most)
    decision = agent.strategy.decide(context, forecast, generous)
    if isinstance(decision, Pass):
        return decision
    purse = risk.purse(context, await agent.store.books(currency), limits)
    return agent.strategy.decide(context, forecast, purse)


async def put_forward(agent: Agent, case: Case) -> Result:
    """Review a proposal and carry it out, or leave it to a person."""
    market_id = case.proposal.wish.market_id
    is_entry = isinstance(case.proposal, Bet | ByHand)
    if is_entry and await is_fenced(agent, market_id):
        detail = "an order that was lost here could still turn up"
        return Result(reason=Reason.REFUSED_MARKET_HELD, detail=detail)
    if (
        isinstance(case.proposal, Bet)
        and (late := await _too_late(agent, case.context)) is not None
    ):
        return Result(reason=Reason.REFUSED_TIME_LEFT, detail=late)
    stale = await (why_books_do_not_hold(agent) if is_entry else _why_not_begun(agent))
    if stale:
        return Result(reason=Reason.HALTED, detail=stale)
    if (over := await _why_over(agent, case)) is not None:
        return Result(reason=Reason.STALE_DATA, detail=over)
    context = replace(case.context, now=agent.clock.now())
    books = await agent.store.books(agent.habits.currency)
    verdict = risk.review(case.proposal, context, books, await agent.store.limits())
    if isinstance(verdict, risk.Refused):
        told = "; ".join(f"{one.check}: {one}" for one in verdict.reasons)
        return Result(reason=verdict.reason, detail=told)
    if case.approval is not Approval.AUTOMATIC:
        return await _ask(agent, case)
    return await execute(
        agent,
        Act(
            id=case.id,
            approved=verdict,
            event_id=context.event.id,
            engine=context.event.engine,
            source=case.source,
            forecast=case.forecast,
            cause=case.cause,
            look=case.look,
        ),
    )


async def _why_over(agent: Agent, case: Case) -> str | None:
    """Why a case can go no further whose signal has ended: reading the account takes its time, and
    what has lapsed by then is ended there.
    """
    signal = None if case.signal_id is None else await agent.store.signal(case.signal_id)
    if signal is None or signal.status is SignalStatus.PENDING:
        return None
    return f"the signal is {signal.status} by now: {signal.note}"


async def _too_late(agent: Agent, context: Context) -> str | None:
    """Why a market is too near to its close for a bet, whichever pass or person puts it forward."""
    proof = await proof_of(agent, context.event)
    return too_late(context, agent.habits.snipe, agent.clock.now(), proof)


def numbers_of(bet: Bet) -> dict[str, str]:
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


async def why_books_do_not_hold(agent: Agent) -> str:
    """Read the venue again when the last reconciliation is old; empty when the books hold."""
    last = await _reconciled_at(agent)
    fresh = timedelta(seconds=agent.habits.fresh_books_s)
    if last is not None and agent.clock.now() - last <= fresh:
        return ""
    return await _why_not_equal(agent)


async def _why_not_begun(agent: Agent) -> str:
    """The same for what any order needs: that books and venue were found equal once in this run."""
    return "" if await _reconciled_at(agent) is not None else await _why_not_equal(agent)


async def _reconciled_at(agent: Agent) -> datetime | None:
    """When books and venue were last found equal, by this process: what one before it has found
    is no proof, as nobody knows what came of its last order.
    """
    books = await agent.store.books(agent.habits.currency)
    last, begun = books.reconciled_at, books.begun_at
    return last if last is not None and begun is not None and last >= begun else None


async def _why_not_equal(agent: Agent) -> str:
    try:
        found = await keep_up(agent)
    except VenueError as error:
        return f"the account cannot be read: {error}"
    return "; ".join(found.differences)


async def _was_rejected(agent: Agent, case: Case) -> bool:
    """Whether a person has turned the same down so lately that asking again would be nagging."""
    wish = case.proposal.wish
    since = agent.clock.now() - timedelta(seconds=agent.habits.refusal_s)
    return any(
        (one.wish.market_id, one.wish.outcome_id, type(one.wish))
        == (wish.market_id, wish.outcome_id, type(wish))
        and one.decided_at is not None
        and one.decided_at > since
        for one in await agent.store.signals(SignalStatus.REJECTED)
    )


async def _ask(agent: Agent, case: Case) -> Result:
    """Write down a signal that waits: for a person, or for its time."""
    now = agent.clock.now()
    wish = case.proposal.wish
    waiting = await agent.store.signals(SignalStatus.PENDING)
    if any((one.wish.market_id, type(one.wish)) == (wish.market_id, type(wish)) for one in waiting):
        return Result(reason=Reason.AWAITING_APPROVAL, detail="one waits already")
    if await _was_rejected(agent, case):
        return Result(reason=Reason.AWAITING_APPROVAL, detail="a person said no a while ago")
    if case.look is not None:
        await agent.store.add_looks([replace(case.look, reason=Reason.AWAITING_APPROVAL)])
    closes_at = case.context.event.closes_at
    places_at, expires_at = waits_until(now, closes_at, case.approval, _patience(agent))
    signal = await agent.store.add_signal(
        Signal(
            id=intent_id("signal", case.id),
            source=case.source,
            event_id=case.context.event.id,
            engine=case.context.event.engine,
            wish=wish,
            forecast_id=None if case.look is None or case.forecast is None else case.forecast.id,
            made_at=now,
            expires_at=expires_at,
            places_at=places_at,
            inputs=case.inputs,
            note=case.cause,
        )
    )
    is_written = case.look is not None
    detail = f"signal {signal.id}"
    return Result(reason=Reason.AWAITING_APPROVAL, detail=detail, is_written=is_written)


def _patience(agent: Agent) -> Patience:
    habits = agent.habits
    return Patience(
        word=timedelta(seconds=habits.signal_ttl_s),
        no=timedelta(seconds=habits.delay_s),
        grace=timedelta(seconds=habits.overdue_s),
        before_close=timedelta(seconds=habits.snipe.min_seconds),
    )
