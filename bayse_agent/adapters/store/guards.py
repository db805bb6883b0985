"""What is made sure of inside a writing transaction: whose turn it is, whether trading goes on.

The one row of the lease is what all writers hold on to, so that a new holder or a command that
stops trading comes either before a change or after it, never in the middle.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.desk_rows import control_of
from bayse_agent.adapters.store.standing import NEVER_ARMED
from bayse_agent.domain.command import CommandKind, CommandStatus
from bayse_agent.domain.control import Control, Lease, TradingState
from bayse_agent.domain.errors import BrokenInvariant, LeaseHeld, TradingStopped
from bayse_agent.domain.order import Buy, Intent, IntentStatus

_LIVE = [status.value for status in IntentStatus if status.is_live]
_STOPS = [kind.value for kind in CommandKind if kind.stops_trading]
# SQLite locks the whole file for a writer, and leaves these words out.
_TOKEN = select(tables.lease.c.token).with_for_update(read=True)
_TURN = select(tables.lease.c.token).with_for_update()
_MODE = (
    select(tables.runs.c.mode)
    .order_by(tables.runs.c.started_at.desc(), tables.runs.c.id.desc())
    .limit(1)
)
_CONTROL = select(tables.control).order_by(tables.control.c.epoch.desc()).limit(1)
_STOP = (
    select(tables.commands.c.kind, tables.commands.c.id)
    .where(tables.commands.c.status == CommandStatus.PENDING.value)
    .where(tables.commands.c.kind.in_(_STOPS))
    .limit(1)
)

_intents = tables.intents.c
_AT_A_GLANCE = select(
    select(func.max(tables.control.c.epoch)).scalar_subquery().label("epoch"),
    _STOP.with_only_columns(tables.commands.c.id).scalar_subquery().label("stop"),
    select(_intents.id).where(_intents.id == bindparam("intent")).scalar_subquery().label("known"),
    select(_intents.id)
    .where(_intents.market_id == bindparam("market"), _intents.status.in_(_LIVE))
    .limit(1)
    .scalar_subquery()
    .label("beside"),
)


def held(lease: Lease | None) -> Lease:
    """Raises LeaseHeld when the process has not taken the lease."""
    if lease is None:
        raise LeaseHeld("the lease on these books was not taken: they may only be read")
    return lease


def check_lease(connection: Connection, lease: Lease | None) -> None:
    """Raises LeaseHeld when the process has not taken the lease, or another has since."""
    ours = held(lease).token
    token = connection.execute(_TOKEN).scalar_one()
    if token != ours:
        raise LeaseHeld(f"another process took the lease on these books: {token} is its number")


def wait_for_turn(connection: Connection) -> None:
    """Let whoever writes finish, and nobody begin before this transaction ends."""
    connection.execute(_TURN)


def renew_lease(connection: Connection, holder: str, at: datetime) -> Lease:
    """Put a new holder's number on the books: whoever had them before cannot write any more."""
    wait_for_turn(connection)
    lease = tables.lease
    change = update(lease).values(token=lease.c.token + 1, holder=holder, since=at)
    token = connection.execute(change.returning(lease.c.token)).scalar_one()
    return Lease(token=token, holder=holder, since=at)


def control(connection: Connection) -> Control:
    """The trading state in force."""
    row = connection.execute(_CONTROL).first()
    return NEVER_ARMED if row is None else control_of(row)


def mode(connection: Connection) -> str | None:
    """The mode of the last run; None before the first."""
    return connection.execute(_MODE).scalar()


def check_intent(connection: Connection, intent: Intent, known: Control) -> Control:
    """Raises TradingStopped unless the intent's order may go out now, and BrokenInvariant when it
    is known already, or a buy finds a live one beside it.

    One question for what is nearly always well; only what is not is looked at closely. `known`:
    the trading state as this process knows it.
    """
    given = {"intent": intent.id, "market": intent.market_id}
    found = connection.execute(_AT_A_GLANCE, given).one()
    is_armed = known.state is TradingState.ARMED and found.epoch == known.epoch
    if is_armed and (found.stop, found.known, found.beside) == (None, None, None):
        return known
    state = check_may_trade(connection, intent)
    check_is_new(connection, intent)
    return state


def check_may_trade(connection: Connection, intent: Intent) -> Control:
    """Raises TradingStopped unless the intent's order may go out now."""
    state = control(connection)
    is_buy = isinstance(intent.wish, Buy)
    if state.state is TradingState.HALTED or (is_buy and state.state is TradingState.REDUCING):
        raise TradingStopped(f"trading is {state.state.value}: {state.reason}")
    stop = connection.execute(_STOP).first()
    if stop is not None:
        raise TradingStopped(f"the command {stop.kind} ({stop.id!r}) waits to be taken")
    return state


def check_is_new(connection: Connection, intent: Intent) -> None:
    """Raises BrokenInvariant when the intent is known, or a buy finds a live one beside it."""
    intents = tables.intents.c
    if connection.execute(select(intents.id).where(intents.id == intent.id)).first():
        raise BrokenInvariant(f"the intent {intent.id!r} is written down already")
    if not isinstance(intent.wish, Buy):
        return
    beside = select(intents.id).where(
        intents.market_id == intent.market_id, intents.status.in_(_LIVE)
    )
    found = connection.execute(beside.limit(1)).scalar()
    if found is not None:
        raise BrokenInvariant(f"the intent {found!r} is live in the market {intent.market_id!r}")
