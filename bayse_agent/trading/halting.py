"""Stops: sets the trading state stricter, and takes back the orders that rest at the venue.

Stricter is always allowed, and at once. Only a person makes it looser again: see `commands.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import structlog

from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.errors import BrokenInvariant, VenueError
from bayse_agent.domain.journal import OpenIntent
from bayse_agent.domain.market import Side
from bayse_agent.domain.order import Buy, IntentStatus, VenueOrder
from bayse_agent.ports import KillSwitch, Store
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.concurrent import each

KILL_SWITCH = "kill switch"
_AT_ONCE = 15


async def stop(
    agent: Agent, *, reason: str, by: str, state: TradingState = TradingState.HALTED
) -> Control:
    """Make the trading state at least as strict as `state`; the first reason stands."""
    while True:
        before = await agent.store.control()
        if before.state.strictness >= state.strictness:
            return before
        change = Control(
            epoch=before.epoch + 1, state=state, reason=reason, by=by, at=agent.clock.now()
        )
        try:
            await agent.store.set_control(change)
        except BrokenInvariant:
            # Loop and watch may want it at once: whoever comes second looks again.
            if (await agent.store.control()).epoch == before.epoch:
                raise
        else:
            return change


async def heed_kill_switch(agent: Agent) -> bool:
    """Halt when the switch is pulled, and take back what rests; whether it is pulled."""
    why = agent.kill_switch.pulled()
    if why is None:
        return False
    before = await agent.store.control()
    if before.state is not TradingState.HALTED:
        await stop(agent, reason=why, by=KILL_SWITCH)
        told = await take_back(agent, TradingState.HALTED)
        structlog.get_logger("halting").warning("kill_switch", reason=why, **told)
    return True


async def why_held_back(store: Store, kill_switch: KillSwitch, side: Side) -> str | None:
    """Why an order that is written down, and has not left yet, must not; None when it may."""
    if (pulled := kill_switch.pulled()) is not None:
        return pulled
    control = await store.control()
    is_buy = side is Side.BUY
    if control.state is TradingState.HALTED or (is_buy and control.state is TradingState.REDUCING):
        return f"trading is {control.state}: {control.reason}"
    stops = [one for one in await store.pending_commands() if one.kind.stops_trading]
    return f"the command {stops[0].kind} waits to be taken" if stops else None


async def take_back(agent: Agent, state: TradingState) -> Mapping[str, str]:
    """Cancel what rests at the venue: in HALTED every order, in REDUCING every buy.

    Returns how many were cancelled and how many are left, each with its reason. What the
    cancelled ones had filled before is read by the next reconciliation.
    """
    resting = [
        known
        for known in await agent.store.open_intents()
        if known.order_id is not None
        and known.status in (IntentStatus.OPEN, IntentStatus.CANCELLING)
        and (state is TradingState.HALTED or isinstance(known.intent.wish, Buy))
    ]
    left = [why for why in await each(resting, partial(_cancel, agent), at_once=_AT_ONCE) if why]
    told = {"cancelled": str(len(resting) - len(left)), "left": str(len(left))}
    return {**told, "why": "; ".join(left)} if left else told


async def _cancel(agent: Agent, known: OpenIntent) -> str:
    """Why an order could not be cancelled; empty when it is gone."""
    assert known.order_id is not None
    try:
        reply = await agent.venue.cancel(known.order_id)
    except VenueError as error:
        return f"{known.order_id}: {error}"
    if isinstance(reply, VenueOrder):
        return "" if reply.status.is_final else f"{known.order_id} is {reply.status}"
    return f"{known.order_id}: {reply}"
