"""Verbs that ask the running trader for something, and wait a little for its answer.

Each writes a command into the books, which the trader takes between two acts; `halt` pulls the
kill switch as well, which works even when the books do not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.errors import BayseAgentError, InvalidValue

_Reason = Annotated[str, typer.Option(help="Why; it is kept.")]
_EnvFile = Annotated[Path | None, typer.Option(help="Read settings from this file, too.")]
_PATIENCE = timedelta(seconds=10)
_POLL = timedelta(milliseconds=100)
NO_ANSWER = 3


def halt(reason: _Reason = "asked for at the command line", env_file: _EnvFile = None) -> int:
    """Stop trading at once: nothing is sent any more, and what rests is taken back."""
    from bayse_agent.adapters.kill_switch import FileKillSwitch
    from bayse_agent.settings import Settings

    switch = FileKillSwitch(Settings.read(env_file).data_dir)
    switch.pull(reason)
    print(f"the kill switch is pulled: {switch.file}")
    try:
        return _ask(CommandKind.HALT, {"reason": reason}, env_file)
    except BayseAgentError as error:
        print(f"the books cannot be written ({error}), but the file alone stops it too")
        return 0


def reduce(reason: _Reason = "asked for at the command line", env_file: _EnvFile = None) -> int:
    """Buy nothing more; go on getting out of what is held."""
    return _ask(CommandKind.REDUCE, {"reason": reason}, env_file)


def resume(
    reason: Annotated[str, typer.Option(help="Why it may trade again; it is kept.")],
    state: Annotated[str, typer.Option(help="ARMED, or REDUCING to get out only.")] = "ARMED",
    env_file: _EnvFile = None,
) -> int:
    """Let it trade again, once books and venue were found equal."""
    from bayse_agent.adapters.kill_switch import FileKillSwitch
    from bayse_agent.settings import Settings

    switch = FileKillSwitch(Settings.read(env_file).data_dir)
    if switch.release():
        print(f"the kill switch is released: {switch.file}")
    return _ask(CommandKind.RESUME, {"reason": reason, "state": state}, env_file)


def ask(
    what: Annotated[str, typer.Argument(help=", ".join(kind.value for kind in CommandKind))],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="name=value, as many as the command needs.")
    ] = None,
    env_file: _EnvFile = None,
) -> int:
    """Ask the running trader for anything: approve, reject, trade, close, set_limits, ...

    For instance: ask close_all confirm=yes, or ask set_limits max_open_markets=5 reason=more.
    """
    try:
        kind = CommandKind(what)
    except ValueError:
        names = ", ".join(kind.value for kind in CommandKind)
        raise InvalidValue(f"no command {what!r}: there are {names}") from None
    pairs = [text.partition("=") for text in arguments or []]
    if wrong := [name for name, sign, _ in pairs if not sign]:
        raise InvalidValue(f"not name=value: {wrong[0]!r}")
    return _ask(kind, {name: value for name, _, value in pairs}, env_file)


def _ask(kind: CommandKind, arguments: Mapping[str, str], env_file: Path | None) -> int:
    return asyncio.run(_asked(kind, arguments, env_file))


async def _asked(kind: CommandKind, arguments: Mapping[str, str], env_file: Path | None) -> int:
    from getpass import getuser

    from bayse_agent.adapters.clock import SystemClock
    from bayse_agent.adapters.store.store import open_store
    from bayse_agent.domain.order import intent_id
    from bayse_agent.settings import Settings

    settings, clock = Settings.read(env_file), SystemClock()
    store = await open_store(settings.database_url.get_secret_value())
    try:
        now = clock.now()
        if kind is CommandKind.RESUME:
            # What is lifted is the stop that is there now, and none that comes later.
            arguments = {**arguments, "epoch": str((await store.control()).epoch)}
        command = await store.add_command(
            Command(
                id=intent_id("cli", kind, *sorted(arguments.items()), now.isoformat()),
                kind=kind,
                by=getuser(),
                at=now,
                arguments=arguments,
            )
        )
        while clock.now() < now + _PATIENCE:
            found = await store.command(command.id)
            if found is not None and found.status is not CommandStatus.PENDING:
                return _told(found)
            await clock.sleep_until(clock.now() + _POLL)
    finally:
        await store.close()
    print(f"{kind}: written down, no answer within {_PATIENCE.seconds} s; is the trader running?")
    return NO_ANSWER


def _told(command: Command) -> int:
    print(f"{command.kind}: {command.status}")
    for name, value in command.result.items():
        print(f"  {name}: {value}")
    return 0 if command.status is CommandStatus.DONE else 1
