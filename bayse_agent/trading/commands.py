"""What a person asked for, carried out between two acts, with an answer for each.

halt, reduce      reason
resume            reason, state (ARMED or REDUCING; ARMED when left out), epoch (of the stop that
                  the person has seen: a later one is not lifted)
approve           signal, stake (not above the signal's; all of it when left out)
reject            signal, reason
trade             event, market, outcome, stake, worst_price (what the book asks, when left out)
quote             as trade: told what that would be, and nothing is sent
analyze           event, market
cancel            order
close             market, confirm (`yes` sends; anything else tells what would be sent)
close_all         confirm
set_limits        reason, and any limit by its name
transfer          amount (negative: taken out), reason

A command that cannot be carried out is answered REFUSED with the reason, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from decimal import Decimal

from structlog.contextvars import bound_contextvars

from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.errors import (
    CommandRefused,
    InvalidValue,
    LeaseHeld,
    StoreUnavailable,
    VenueError,
)
from bayse_agent.domain.journal import Deposit
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import intent_id
from bayse_agent.domain.risk import limits_of, limits_text
from bayse_agent.domain.risk.limits import LARGEST
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.by_hand import analyze, approve, close, close_all, reject, trade
from bayse_agent.trading.following import follow
from bayse_agent.trading.halting import stop, take_back
from bayse_agent.trading.quoting import quote_trade
from bayse_agent.trading.upkeep import keep_up

Answer = Mapping[str, str]
_LEAST = Decimal("0.000001")
_MEANT_FOR = timedelta(minutes=15)
_OF_THE_MOMENT = frozenset(
    {
        CommandKind.RESUME,
        CommandKind.TRADE,
        CommandKind.QUOTE,
        CommandKind.CLOSE,
        CommandKind.CLOSE_ALL,
    }
)
_ABOUT = ("signal", "order", "market")
_Handler = Callable[[Agent, Command], Awaitable[Answer]]


async def take_stops(agent: Agent) -> int:
    """Carry out the waiting commands that stop trading; returns how many there were.

    They may be taken while another pass is under way: they only make the state stricter.
    """
    waiting = [c for c in await agent.store.pending_commands() if c.kind.stops_trading]
    for command in waiting:
        await carry_out(agent, command)
    return len(waiting)


async def take_commands(agent: Agent) -> int:
    """Carry out every waiting command, stops first; returns how many there were."""
    waiting = await agent.store.pending_commands()
    for command in sorted(waiting, key=lambda command: not command.kind.stops_trading):
        await carry_out(agent, command)
    return len(waiting)


async def carry_out(agent: Agent, command: Command) -> None:
    """Carry out one command and write down its answer.

    What dies of a bug is answered too, and then told on: if it waited on, it would be taken again
    and again, and nothing behind it ever. Only a stop waits until it was carried out, and whatever
    waits for books that cannot be written.
    """
    about = {f"{name}_id": command.arguments.get(name) for name in _ABOUT}
    told = {name: value for name, value in about.items() if value is not None}
    # Whatever is logged on the way says what it is about.
    with bound_contextvars(command_id=command.id, **told):
        await _carry_out(agent, command)


async def _carry_out(agent: Agent, command: Command) -> None:
    status = CommandStatus.DONE
    try:
        await _check_in_time(agent, command)
        answer = await _HANDLERS[command.kind](agent, command)
    except (CommandRefused, InvalidValue) as error:
        status, answer = CommandStatus.REFUSED, {"reason": str(error)}
    except VenueError as error:
        status, answer = CommandStatus.FAILED, {"reason": str(error)}
    except (LeaseHeld, StoreUnavailable):
        raise
    except Exception as error:
        if not command.kind.stops_trading:
            told = {"reason": f"{type(error).__name__}: {error}"}
            await _finish(agent, command, CommandStatus.FAILED, told)
        raise
    await _finish(agent, command, status, answer)


async def _check_in_time(agent: Agent, command: Command) -> None:
    """What was asked for while nobody took it is no longer meant when somebody does, days later.

    Raises CommandRefused. One that was begun is carried to its end.
    """
    age = agent.clock.now() - command.at
    if command.kind not in _OF_THE_MOMENT or age <= _MEANT_FOR:
        return
    if not await agent.store.has_intent(intent_id("command", command.id)):
        raise CommandRefused(f"it was asked for {age} ago, and not taken until now: ask again")


async def _finish(agent: Agent, command: Command, status: CommandStatus, answer: Answer) -> None:
    await agent.store.finish_command(command.id, status=status, result=answer, at=agent.clock.now())


async def _halt(agent: Agent, command: Command) -> Answer:
    return await _stop(agent, command, TradingState.HALTED)


async def _reduce(agent: Agent, command: Command) -> Answer:
    return await _stop(agent, command, TradingState.REDUCING)


async def _stop(agent: Agent, command: Command, state: TradingState) -> Answer:
    reason = command.arguments.get("reason") or "asked for"
    control = await stop(agent, reason=reason, by=command.by, state=state)
    return {"state": control.state.value, **await take_back(agent, control.state)}


async def _resume(agent: Agent, command: Command) -> Answer:
    reason = _argument(command, "reason")
    state = _state(command.arguments.get("state", TradingState.ARMED.value))
    if (why := agent.kill_switch.pulled()) is not None:
        raise CommandRefused(f"the kill switch is still pulled: {why}")
    before = await agent.store.control()
    found = await keep_up(agent)
    if found.differences:
        raise CommandRefused(f"books and venue differ: {'; '.join(found.differences)}")
    if found.adopted and state is TradingState.ARMED:
        # Where it is HALTED already their REDUCING changes nothing, and would be lifted unseen.
        causes = ", ".join(intent.market_id for intent in found.adopted)
        raise CommandRefused(f"orders that were placed elsewhere were found, in {causes}")
    since = await agent.store.control()
    seen = command.arguments.get("epoch", str(before.epoch))
    if since.epoch != before.epoch or seen != str(before.epoch):
        # Nobody has seen that one yet.
        raise CommandRefused(f"meanwhile it is {since.state}: {since.reason}")
    change = Control(
        epoch=before.epoch + 1, state=state, reason=reason, by=command.by, at=agent.clock.now()
    )
    await agent.store.set_control(change)
    return {"state": state.value, "was": before.state.value, "because": before.reason}


async def _cancel(agent: Agent, command: Command) -> Answer:
    order_id = _argument(command, "order")
    for known in await agent.store.open_intents():
        if known.order_id == order_id:
            reply = await agent.venue.cancel(known.order_id)
            await follow(agent, known.intent.id)
            return {"order": order_id, "answer": str(getattr(reply, "status", reply))}
    raise CommandRefused(f"no open order {order_id!r}")


async def _set_limits(agent: Agent, command: Command) -> Answer:
    changes = dict(command.arguments)
    reason = changes.pop("reason", "")
    if not reason:
        raise CommandRefused("a change of limits needs a reason")
    before = dict(limits_text(await agent.store.limits()))
    after = limits_of({**before, **changes})
    version = await agent.store.set_limits(
        after, by=command.by, reason=reason, at=agent.clock.now()
    )
    told = limits_text(after)
    changed = {
        name: f"{before[name]} -> {told[name]}" for name in told if before[name] != told[name]
    }
    return {"version": str(version), **changed}


async def _transfer(agent: Agent, command: Command) -> Answer:
    _argument(command, "reason")
    amount = _decimal(_argument(command, "amount"))
    if amount == 0 or abs(amount) >= LARGEST or amount != amount.quantize(_LEAST):
        raise CommandRefused(f"no such sum can have been moved: {amount}")
    money = Money(amount, agent.habits.currency)
    # It may be entered already, and the answer to the command was lost with the process.
    if not await agent.store.has_deposit(command.id):
        await agent.store.add_deposit(Deposit(id=command.id, amount=money, at=agent.clock.now()))
    portfolio = await agent.store.portfolio(agent.habits.currency)
    return {"cash": str(portfolio.cash), "deposits": str(portfolio.deposits)}


async def _approve(agent: Agent, command: Command) -> Answer:
    stake = command.arguments.get("stake")
    return await approve(
        agent,
        _argument(command, "signal"),
        by=command.by,
        stake=None if stake is None else _decimal(stake),
    )


async def _reject(agent: Agent, command: Command) -> Answer:
    note = command.arguments.get("reason", "")
    return await reject(agent, _argument(command, "signal"), by=command.by, note=note)


async def _trade(agent: Agent, command: Command) -> Answer:
    worst = command.arguments.get("worst_price")
    return await trade(
        agent,
        event_id=_argument(command, "event"),
        market_id=_argument(command, "market"),
        outcome_id=_argument(command, "outcome"),
        stake=_decimal(_argument(command, "stake")),
        worst_price=None if worst is None else _decimal(worst),
        command=command,
    )


async def _quote(agent: Agent, command: Command) -> Answer:
    worst = command.arguments.get("worst_price")
    return await quote_trade(
        agent,
        event_id=_argument(command, "event"),
        market_id=_argument(command, "market"),
        outcome_id=_argument(command, "outcome"),
        stake=_decimal(_argument(command, "stake")),
        worst_price=None if worst is None else _decimal(worst),
        by=command.by,
    )


async def _analyze(agent: Agent, command: Command) -> Answer:
    return await analyze(agent, _argument(command, "event"), _argument(command, "market"))


async def _close(agent: Agent, command: Command) -> Answer:
    return await close(agent, _argument(command, "market"), command)


async def _close_all(agent: Agent, command: Command) -> Answer:
    return await close_all(agent, command)


_HANDLERS: Mapping[CommandKind, _Handler] = {
    CommandKind.HALT: _halt,
    CommandKind.REDUCE: _reduce,
    CommandKind.RESUME: _resume,
    CommandKind.APPROVE: _approve,
    CommandKind.REJECT: _reject,
    CommandKind.TRADE: _trade,
    CommandKind.QUOTE: _quote,
    CommandKind.ANALYZE: _analyze,
    CommandKind.CANCEL: _cancel,
    CommandKind.CLOSE: _close,
    CommandKind.CLOSE_ALL: _close_all,
    CommandKind.SET_LIMITS: _set_limits,
    CommandKind.TRANSFER: _transfer,
}


def _argument(command: Command, name: str) -> str:
    found = command.arguments.get(name, "").strip()
    if not found:
        raise CommandRefused(f"{command.kind} needs {name!r}")
    return found


def _state(text: str) -> TradingState:
    try:
        state = TradingState(text.upper())
    except ValueError:
        raise CommandRefused(f"no trading state {text!r}") from None
    if state is TradingState.HALTED:
        raise CommandRefused("a resume cannot halt: ask for halt")
    return state


def _decimal(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except ArithmeticError:
        raise CommandRefused(f"not a number: {text!r}") from None
    if not found.is_finite():
        raise CommandRefused(f"not a number: {text!r}")
    return found
