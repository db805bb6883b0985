"""Signals that wait no longer: nobody decided in time, or what they waited for may not be any more.

A delayed signal is placed at its time or not at all. It was promised to a person who saw trading
go on: what was stopped meanwhile, and a trader that asks in another way by now, take it back.
"""

from __future__ import annotations

from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.order import intent_id
from bayse_agent.domain.signal import Approval, Signal, SignalStatus
from bayse_agent.trading.agent import Agent


async def end_lapsed(agent: Agent) -> None:
    """End every waiting signal whose time is over."""
    for signal in await agent.store.signals(SignalStatus.PENDING):
        if (why := await why_lapsed(agent, signal)) is not None:
            await lapse(agent, signal, why)


async def why_lapsed(agent: Agent, signal: Signal) -> str | None:
    """Why a waiting signal can wait no longer; None while it can."""
    if signal.places_at is None:
        is_over = signal.expires_at <= agent.clock.now()
        return "nobody decided" if is_over else None
    if agent.habits.approval is not Approval.DELAYED:
        return "bets are not placed after a delay any more"
    if (stopped := _stopped_since(signal, await agent.store.control())) is not None:
        return stopped
    is_over = signal.expires_at <= agent.clock.now()
    return "its time went by, and it is not placed late" if is_over else None


async def lapse(agent: Agent, signal: Signal, why: str) -> None:
    """End a signal whose time is over; as executed, when its order is out.

    The process that sent it may have died before it could say so.
    """
    is_sent = await agent.store.has_intent(intent_id("signal", signal.id))
    await agent.store.end_signal(
        signal.id,
        status=SignalStatus.EXECUTED if is_sent else SignalStatus.EXPIRED,
        by="time",
        note="sent already" if is_sent else why,
        at=agent.clock.now(),
    )


def _stopped_since(signal: Signal, control: Control) -> str | None:
    """Whether trading was stopped after a signal was made, also when it goes on again."""
    if control.state is TradingState.ARMED and control.at <= signal.made_at:
        return None
    return f"trading was stopped while it waited: {control.reason}"
