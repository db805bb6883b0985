"""What a person does with single markets: approve or reject a signal, trade, analyze, close.

Everything goes through the same gate as the agent's own acts. What a command sends has an id that
is derived from the command, so that one which is taken twice is sent once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from bayse_agent.domain.command import Command
from bayse_agent.domain.decision import ByHand, Exit
from bayse_agent.domain.errors import CommandRefused
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.liquidation import Keep, KeepReason, WayOut, way_out
from bayse_agent.domain.market import Engine, EventId, MarketId, Side
from bayse_agent.domain.order import IntentSource, Sell, intent_id
from bayse_agent.domain.portfolio import Position
from bayse_agent.domain.signal import Signal, SignalStatus
from bayse_agent.trading.acting import Case, act_on, put_forward
from bayse_agent.trading.agent import Agent, Approval
from bayse_agent.trading.execution import Result
from bayse_agent.trading.quoting import ticket, with_quote
from bayse_agent.trading.renewal import (
    SENT_ALREADY,
    end_as,
    followed,
    intent_of,
    look_again,
    renew,
)
from bayse_agent.trading.research import context_of

Answer = Mapping[str, str]
_STEP = Decimal("0.000001")


async def approve(agent: Agent, signal_id: str, *, by: str, stake: Decimal | None) -> Answer:
    """Execute a signal that still holds on fresh data, at no more than its stake."""
    name = intent_of(signal_id)
    signal = await _signal(agent, signal_id)
    if signal.status is SignalStatus.EXECUTED:
        # It was ended, and the answer to the command was lost with the process.
        told = {"outcome": "executed already", "detail": signal.note}
        return {"signal": signal.id, "status": signal.status.value, "intent": name, **told}
    _check_pending(signal)
    if await agent.store.has_intent(name):
        # It was sent, and the answer to the command was lost with the process.
        result = SENT_ALREADY
    else:
        _check_in_time(agent, signal)
        result = await put_forward(agent, await renew(agent, signal, stake))
    status = await end_as(agent, signal, result, by=by)
    if status not in (SignalStatus.EXECUTED, SignalStatus.REFUSED):
        # It ended in another way while its case was made.
        raise CommandRefused(result.detail)
    return {"signal": signal.id, "status": status.value, "intent": name, **_answer(result)}


async def reject(agent: Agent, signal_id: str, *, by: str, note: str) -> Answer:
    """Say no to a signal: it is not placed any more, neither by a person nor at its time."""
    signal = await _signal(agent, signal_id)
    _check_pending(signal)
    if await agent.store.has_intent(intent_of(signal.id)):
        # A process died before it could write down how it ended: what is out is not called back.
        status = await end_as(agent, signal, SENT_ALREADY, by="books")
        raise CommandRefused(f"the signal is {status} already")
    _check_in_time(agent, signal)
    await agent.store.end_signal(
        signal.id, status=SignalStatus.REJECTED, by=by, note=note, at=agent.clock.now()
    )
    told = {} if signal.places_at is None else {"would_have_placed_at": _moment(signal.places_at)}
    return {"signal": signal.id, "status": SignalStatus.REJECTED.value, **told}


async def trade(
    agent: Agent,
    *,
    event_id: str,
    market_id: str,
    outcome_id: str,
    stake: Decimal,
    worst_price: Decimal | None,
    command: Command,
) -> Answer:
    """Buy what a person asks for, within every limit but those on edge and confidence."""
    name = intent_id("command", command.id)
    if await agent.store.has_intent(name):
        return {"intent": name, "outcome": "sent already"}
    context = await followed(agent, EventId(event_id), MarketId(market_id))
    found = await ticket(agent, context, outcome_id, stake, worst_price)
    case = Case(
        id=name,
        proposal=ByHand(wish=found.wish, forecast_id=None, asked_by=command.by),
        context=found.context,
        source=IntentSource.HAND,
        approval=Approval.AUTOMATIC,
        cause=f"asked for by {command.by}",
    )
    return {"intent": name, **_answer(await put_forward(agent, case))}


async def analyze(agent: Agent, event_id: str, market_id: str) -> Answer:
    """Look at one market now, and act on it as the scan would."""
    sight = await look_again(agent, EventId(event_id), MarketId(market_id))
    look, is_written = await act_on(agent, sight, IntentSource.SCAN)
    if not is_written:
        await agent.store.add_looks([look])
    forecast = {} if look.forecast is None else {"forecast": str(look.forecast.probability)}
    return {"reason": look.reason.value, **forecast, **look.inputs}


async def close(agent: Agent, market_id: str, command: Command) -> Answer:
    """Sell what is held in a market; without `confirm` only say what that would bring."""
    held = [p for p in await _positions(agent) if p.market_id == market_id]
    if not held:
        raise CommandRefused(f"nothing is held in market {market_id!r}")
    return await _close(agent, held, command)


async def close_all(agent: Agent, command: Command) -> Answer:
    """The same for everything that is held."""
    return await _close(agent, await _positions(agent), command)


async def _close(agent: Agent, held: Sequence[Position], command: Command) -> Answer:
    told: dict[str, str] = {"positions": str(len(held))}
    is_confirmed = command.arguments.get("confirm", "") == "yes"
    for position in held:
        context, way = await _door(agent, position)
        if isinstance(way, Keep):
            outcome = f"{way.reason.value} {way.detail}".strip()
        elif is_confirmed and context is not None:
            outcome = await _sell(agent, context, position, way, command)
        else:
            outcome = f"would bring {way.whole.cash} for {way.whole.shares} shares"
        told[position.outcome_id] = outcome
    return told if is_confirmed else {**told, "sent": "nothing: confirm=yes sends it"}


async def _door(agent: Agent, position: Position) -> tuple[Context | None, WayOut | Keep]:
    """The way out of a position, and the context that it was read in."""
    markets = {m.market_id: m for m in await agent.store.tracked()}
    known = markets.get(position.market_id)
    if known is None:
        return None, Keep(
            market_id=position.market_id,
            outcome_id=position.outcome_id,
            reason=KeepReason.NOT_TRADING,
            detail="its market has ended",
        )
    context = await context_of(agent, known.event_id, known.market_id)
    if context.event.engine is Engine.AMM:
        count = position.shares.quantize(_STEP, ROUND_DOWN)
        context = await with_quote(agent, context, position.outcome_id, Side.SELL, count)
    return context, way_out(position, context, agent.habits.exits.max_data_age_s)


async def _sell(
    agent: Agent, context: Context, position: Position, way: WayOut, command: Command
) -> str:
    name = intent_id("command", command.id, position.outcome_id)
    if await agent.store.has_intent(name):
        return "sent already"
    wish = Sell(
        market_id=position.market_id,
        outcome_id=position.outcome_id,
        shares=way.whole.shares,
        currency=agent.habits.currency,
        worst_price=way.whole.worst_price,
    )
    case = Case(
        id=name,
        proposal=Exit(wish=wish, forecast_id=None, cause=f"asked for by {command.by}"),
        context=context,
        source=IntentSource.HAND,
        approval=Approval.AUTOMATIC,
        cause=f"asked for by {command.by}",
    )
    result = await put_forward(agent, case)
    return f"{result.reason.value} {result.detail}".strip()


async def _signal(agent: Agent, signal_id: str) -> Signal:
    found = await agent.store.signal(signal_id)
    if found is None:
        raise CommandRefused(f"no signal {signal_id!r}")
    return found


def _check_pending(signal: Signal) -> None:
    if signal.status is not SignalStatus.PENDING:
        raise CommandRefused(f"the signal is {signal.status} already")


def _check_in_time(agent: Agent, signal: Signal) -> None:
    if signal.expires_at <= agent.clock.now():
        raise CommandRefused(f"the signal expired at {signal.expires_at:%H:%M:%S}")


async def _positions(agent: Agent) -> tuple[Position, ...]:
    return (await agent.store.portfolio(agent.habits.currency)).positions


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _answer(result: Result) -> dict[str, str]:
    return {"outcome": result.reason.value, "detail": result.detail}
