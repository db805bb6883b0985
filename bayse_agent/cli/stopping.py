"""`bayse-agent halt`, `reduce`, `resume`, and `ask` for anything else that the trader takes.

`halt` pulls the kill switch as well, which works even when the books do not.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.asking import USUAL_WAIT_S, Asking, Wait, ask_for
from bayse_agent.cli.place import AsJson, Data, Database, EnvFile, check_one, place_of
from bayse_agent.domain.errors import BayseAgentError, InvalidValue

if TYPE_CHECKING:
    from bayse_agent.adapters.kill_switch import FileKillSwitch

_Reason = Annotated[str, typer.Option(help="Why; it is kept.")]
_BY_DEFAULT = "asked for at the command line"


def halt(
    reason: _Reason = _BY_DEFAULT,
    wait: Wait = USUAL_WAIT_S,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Stop trading at once: nothing is sent any more, and what rests is taken back."""
    from bayse_agent.adapters.kill_switch import FileKillSwitch
    from bayse_agent.cli.printing import show_json
    from bayse_agent.domain.command import CommandKind

    check_one(data, database)
    # Which of several books are meant may not be clear; where the switch is, is.
    folder = place_of(None, database, env_file).folder if data is None else data
    switch = FileKillSwitch(folder)
    # With --json there is one JSON value on stdout, and nothing else.
    out = sys.stderr if is_json else sys.stdout
    is_pulled = _pull(switch, reason, out)
    try:
        place = place_of(data, database, env_file)
        how = Asking(place=place, wait_s=wait, is_json=is_json)
        return ask_for(CommandKind.HALT, {"reason": reason}, how)
    except BayseAgentError as error:
        if not is_pulled:
            raise
        told = f"the books cannot be written ({error}), but the file alone stops it too"
        if is_json:
            show_json({"kind": "halt", "status": "PENDING", "kill_switch": True, "detail": told})
        else:
            print(told)
        return codes.DONE


def _pull(switch: FileKillSwitch, reason: str, out: TextIO) -> bool:
    """Pull the kill switch; False where that cannot be: the books alone must tell it then."""
    try:
        switch.pull(reason)
    except OSError as error:
        told = f"the kill switch {switch.file} CANNOT be pulled: {error.strerror}"
        print(told, file=sys.stderr, flush=True)
        return False
    print(f"the kill switch is pulled: {switch.file}", file=out, flush=True)
    return True


def reduce(
    reason: _Reason = _BY_DEFAULT,
    wait: Wait = USUAL_WAIT_S,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Buy nothing more; go on getting out of what is held."""
    from bayse_agent.domain.command import CommandKind

    how = Asking(place=place_of(data, database, env_file), wait_s=wait, is_json=is_json)
    return ask_for(CommandKind.REDUCE, {"reason": reason}, how)


def resume(
    reason: Annotated[str, typer.Option(help="Why it may trade again; it is kept.")],
    state: Annotated[str, typer.Option(help="ARMED, or REDUCING to get out only.")] = "ARMED",
    wait: Wait = USUAL_WAIT_S,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Let it trade again, once books and venue were found equal."""
    from bayse_agent.adapters.kill_switch import FileKillSwitch
    from bayse_agent.domain.command import CommandKind

    if state.upper() not in ("ARMED", "REDUCING"):
        raise InvalidValue(f"--state must be ARMED or REDUCING, not {state!r}")
    place = place_of(data, database, env_file)
    switch = FileKillSwitch(place.folder)
    if switch.release():
        out = sys.stderr if is_json else sys.stdout
        print(f"the kill switch is released: {switch.file}", file=out, flush=True)
    how = Asking(place=place, wait_s=wait, is_json=is_json)
    return ask_for(CommandKind.RESUME, {"reason": reason, "state": state}, how)


def ask(
    what: Annotated[str, typer.Argument(help="approve, trade, close, set_limits, ...")],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="name=value, as many as the command needs.")
    ] = None,
    wait: Wait = USUAL_WAIT_S,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Ask the running trader for anything, by the names of its commands.

    halt, reduce, resume, approve, reject, trade, analyze, cancel, close, close_all, set_limits,
    transfer. Most of them have a verb of their own.
    """
    from bayse_agent.domain.command import CommandKind

    try:
        kind = CommandKind(what)
    except ValueError:
        names = ", ".join(kind.value for kind in CommandKind)
        raise InvalidValue(f"no command {what!r}: there are {names}") from None
    how = Asking(place=place_of(data, database, env_file), wait_s=wait, is_json=is_json)
    return ask_for(kind, pairs(arguments or []), how)


def pairs(texts: list[str]) -> dict[str, str]:
    """Values by name, from name=value texts. Raises InvalidValue for one that is none."""
    found = [text.partition("=") for text in texts]
    if wrong := [name for name, sign, _ in found if not sign]:
        raise InvalidValue(f"not name=value: {wrong[0]!r}")
    return {name.strip(): value for name, _, value in found}
