"""`bayse-agent approve`, `reject`, `cancel` and `close-all`: a person's word on single things."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.asking import USUAL_WAIT_S, Asking, Wait, answer_to, ask_for, code_of, tell
from bayse_agent.cli.place import AsJson, Data, Database, EnvFile, Place, place_of
from bayse_agent.domain.errors import InvalidValue

Signal = Annotated[str, typer.Argument(help="Its id, as `signals` shows it.", show_default=False)]
_LARGEST = 10**12


def approve(
    signal: Signal,
    stake: Annotated[
        str | None, typer.Option(help="Stake no more than this; at most the signal's.")
    ] = None,
    wait: Wait = USUAL_WAIT_S,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Say yes to a signal: it is placed if it still holds on fresh data, within every limit."""
    from bayse_agent.domain.command import CommandKind

    arguments = {"signal": signal}
    if stake is not None:
        arguments["stake"] = _stake(stake)
    how = Asking(place=place_of(data, database, env_file), wait_s=wait, is_json=is_json)
    return ask_for(CommandKind.APPROVE, arguments, how)


def reject(
    signal: Signal,
    reason: Annotated[str, typer.Option(help="Why not; it is kept.")] = "",
    wait: Wait = USUAL_WAIT_S,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Say no to a signal."""
    from bayse_agent.domain.command import CommandKind

    how = Asking(place=place_of(data, database, env_file), wait_s=wait, is_json=is_json)
    return ask_for(CommandKind.REJECT, {"signal": signal, "reason": reason}, how)


def cancel(
    order: Annotated[str, typer.Argument(help="Its id at the venue, or ours.")],
    wait: Wait = USUAL_WAIT_S,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Take a resting order back."""
    from bayse_agent.domain.command import CommandKind

    place = place_of(data, database, env_file)
    how = Asking(place=place, wait_s=wait, is_json=is_json)
    return ask_for(CommandKind.CANCEL, {"order": _at_the_venue(place, order)}, how)


def close_all(
    is_sure: Annotated[
        bool, typer.Option("--yes", help="Sell at once, without showing first what it brings.")
    ] = False,
    wait: Wait = USUAL_WAIT_S,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Sell everything that is held. What it would bring is shown first, and asked about.

    Where nobody can be asked (no terminal, or --json) nothing is sold without --yes.
    """
    from bayse_agent.domain.command import CommandKind

    place = place_of(data, database, env_file)
    how = Asking(place=place, wait_s=wait, is_json=is_json)
    if not is_sure:
        preview = answer_to(CommandKind.CLOSE_ALL, {}, how)
        code = tell(preview, how)
        if code_of(preview) != codes.DONE or preview.result.get("positions") == "0":
            return code
        if is_json or not sys.stdin.isatty():
            print("Nothing was sold: say --yes to sell.", file=sys.stderr)
            return codes.DONE
        if not typer.confirm("Sell all of it now?", err=True):
            print("Nothing was sold.")
            return codes.REFUSED
    return ask_for(CommandKind.CLOSE_ALL, {"confirm": "yes"}, how)


def _at_the_venue(place: Place, order: str) -> str:
    """The venue's name of an order: what is asked for may be ours."""
    from bayse_agent.adapters.store.reading.orders import order as query
    from bayse_agent.cli.looking import ask

    found = ask(place, query(order))
    return order if found is None or found.order_id is None else found.order_id


def _stake(text: str) -> str:
    """A sum as the trader reads it. Raises InvalidValue for what is none."""
    from decimal import Decimal

    try:
        found = Decimal(text.replace(",", ""))
    except ArithmeticError:
        raise InvalidValue(f"--stake must be a sum of money, not {text!r}") from None
    if not (found.is_finite() and 0 < found < _LARGEST):
        raise InvalidValue(f"--stake must be above 0, not {text!r}")
    return f"{found:f}"
