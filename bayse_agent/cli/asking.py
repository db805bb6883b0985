"""Asks the running trader for something: writes the wish into its books, and waits a little.

The trader takes it between two acts. What it answers decides how the program ends.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.place import Place

if TYPE_CHECKING:
    from bayse_agent.adapters.store.reading.reader import Reader
    from bayse_agent.adapters.store.reading.views import CommandView
    from bayse_agent.adapters.store.store import SqlStore
    from bayse_agent.domain.command import CommandKind

USUAL_WAIT_S = 10.0
_POLL = timedelta(milliseconds=50)
_UNKNOWN = "somebody"
_CAME_ABOUT = ("traded", "unresolved", "sent already", "executed already")
"""How an answer begins that tells of an order that went out, by now or before."""
_DEMO = "demo"

Wait = Annotated[
    float, typer.Option(min=0, max=3600, help="Seconds to wait for the trader's answer.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Whom to ask, for how long, and how to tell the answer."""

    place: Place
    wait_s: float = USUAL_WAIT_S
    is_json: bool = False


def ask_for(kind: CommandKind, arguments: Mapping[str, str], how: Asking) -> int:
    """Ask, tell the answer, and return what the program ends with."""
    return tell(answer_to(kind, arguments, how), how)


def answer_to(kind: CommandKind, arguments: Mapping[str, str], how: Asking) -> CommandView:
    """The command as it stands when the time is up, or sooner when it was answered."""
    import asyncio

    return asyncio.run(_answer_to(kind, arguments, how))


def tell(answer: CommandView, how: Asking) -> int:
    """Show an answer; returns what the program ends with."""
    from bayse_agent.cli.printing import plain, show_json

    code = code_of(answer)
    if how.is_json:
        show_json(answer)
    elif code != codes.NO_ANSWER:
        print(f"{answer.kind}: {answer.status}")
        for name, value in answer.result.items():
            print(f"  {plain(name)}: {plain(value)}")
    if code == codes.NO_ANSWER:
        waited = f"no answer within {how.wait_s:g} s"
        told = f"{answer.kind}: written down, {waited}; is the trader running?"
        print(told, file=sys.stderr if how.is_json else sys.stdout)
    return code


def code_of(answer: CommandView) -> int:
    """What the program ends with. The trader has done its part too where it looked at a bet or a
    sale and did not send it: that is a no, and where it sent some of several it failed.
    """
    from bayse_agent.domain.command import CommandStatus

    outcomes = _outcomes(answer) if answer.status == CommandStatus.DONE.value else []
    kept = [one for one in outcomes if not one.startswith(_CAME_ABOUT)]
    if kept:
        return codes.REFUSED if len(kept) == len(outcomes) else codes.FAILED
    ends = {
        CommandStatus.DONE.value: codes.DONE,
        CommandStatus.REFUSED.value: codes.REFUSED,
        CommandStatus.PENDING.value: codes.NO_ANSWER,
    }
    return ends.get(answer.status, codes.FAILED)


def _outcomes(answer: CommandView) -> list[str]:
    """What came of each order that was to be sent."""
    from bayse_agent.domain.command import CommandKind

    match answer.kind:
        case CommandKind.APPROVE.value | CommandKind.TRADE.value:
            return [answer.result.get("outcome", "")]
        case CommandKind.CLOSE.value | CommandKind.CLOSE_ALL.value:
            is_meant = answer.arguments.get("confirm") == "yes"
            each = [one for name, one in answer.result.items() if name != "positions"]
            return each if is_meant else []
    return []


async def _answer_to(kind: CommandKind, arguments: Mapping[str, str], how: Asking) -> CommandView:
    async with how.place.store() as store, how.place.reader() as reader:
        name = await _write(store, kind, arguments)
        return await _waited(reader, name, timedelta(seconds=how.wait_s))


async def _write(store: SqlStore, kind: CommandKind, arguments: Mapping[str, str]) -> str:
    """Write the command down; returns its id."""
    from bayse_agent.adapters.clock import SystemClock
    from bayse_agent.domain.command import Command, CommandKind
    from bayse_agent.domain.order import intent_id

    now = SystemClock().now()
    if kind is CommandKind.RESUME:
        # What is lifted is the stop that is there now, and none that comes later.
        arguments = {**arguments, "epoch": str((await store.control()).epoch)}
    command = Command(
        id=intent_id("cli", kind, *sorted(arguments.items()), now.isoformat()),
        kind=kind,
        by=person(),
        at=await world_time(store, now),
        arguments=arguments,
    )
    return (await store.add_command(command)).id


async def world_time(store: SqlStore, now: datetime) -> datetime:
    """When it is there: a demo has a time of its own, as far as its books reach."""
    history = await store.history()
    return history.until if history is not None and history.last.mode == _DEMO else now


async def _waited(reader: Reader, name: str, wait: timedelta) -> CommandView:
    from bayse_agent.adapters.clock import SystemClock
    from bayse_agent.adapters.store.reading.desk import command
    from bayse_agent.domain.command import CommandStatus

    clock = SystemClock()
    until = clock.now() + wait
    while True:
        found = await reader.ask(command(name))
        assert found is not None
        if found.status != CommandStatus.PENDING.value or clock.now() >= until:
            return found
        await clock.sleep_until(clock.now() + _POLL)


def person() -> str:
    """Who asks. In a container there may be nobody of that number."""
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError):
        return _UNKNOWN
