"""`bayse-agent limits`: what no bet may pass, how much of it is used, and setting it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.asking import USUAL_WAIT_S, Asking, Wait, ask_for, world_time
from bayse_agent.cli.offering import example, family, offer
from bayse_agent.cli.place import AsJson, Data, Database, EnvFile, Place, place_of
from bayse_agent.cli.printing import show_json, show_table

if TYPE_CHECKING:
    from bayse_agent.domain.risk import Limits, Usage, Use


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The limits now, and how far each is used up."""

    version: int
    limits: Limits
    usage: Usage


def verbs() -> typer.Typer:
    """The family of verbs; by itself it shows the limits."""
    limits = family("Show the limits that no bet may pass, with what is used of them; set others.")
    calls = example("limits", "limits --json", 'limits set max_open_markets=5 --reason "more"')
    limits.callback(invoke_without_command=True, no_args_is_help=False, epilog=calls)(_shown)
    offer(limits, "set", _set, 'limits set max_open_markets=5 --reason "more at a time"')
    offer(limits, "history", _history, "limits history --json")
    return limits


def _shown(
    context: typer.Context,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Show the limits that no bet may pass, with what is used of them; set others."""
    if context.invoked_subcommand is not None:
        return codes.DONE
    import asyncio

    found = asyncio.run(_in_force(place_of(data, database, env_file)))
    if is_json:
        show_json(_as_json(found))
        return codes.DONE
    from bayse_agent.domain.risk import LIMIT_FIELDS, limits_text

    told = limits_text(found.limits)
    rows = [
        (row.name, told[row.name] or "all", _used(use), row.meaning)
        for row, use in zip(LIMIT_FIELDS, found.usage.uses, strict=True)
    ]
    print(f"Version {found.version}. What is marked with ! would refuse the next bet.")
    for problem in found.usage.problems:
        print(f"! the books cannot be read: {problem}")
    show_table(("limit", "value", "used", "meaning"), rows)
    return codes.DONE


def _names(incomplete: str) -> list[str]:
    """Names of limits for the shell, ready for a value."""
    from bayse_agent.domain.risk import LIMIT_FIELDS

    return [f"{one.name}=" for one in LIMIT_FIELDS if one.name.startswith(incomplete)]


def _set(
    changes: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=VALUE...",
            help="Limits by name, in the words that `limits` shows them in.",
            autocompletion=_names,
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    wait: Wait = USUAL_WAIT_S,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Put other limits in force for later bets. What cannot be a limit is told before it is asked.

    The others stay as they are.
    """
    import asyncio

    from bayse_agent.cli.stopping import pairs
    from bayse_agent.domain.command import CommandKind
    from bayse_agent.domain.risk import limits_of, limits_text

    place, wanted = place_of(data, database, env_file), pairs(changes)
    before = asyncio.run(_limits(place))
    # Raises InvalidValue for what the trader would refuse.
    limits_of({**limits_text(before), **wanted})
    how = Asking(place=place, wait_s=wait, is_json=is_json)
    return ask_for(CommandKind.SET_LIMITS, {**wanted, "reason": reason}, how)


def _history(
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many versions.")] = 20,
    before: Annotated[int | None, typer.Option(min=1, help="Only versions before this.")] = None,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Show every version of the limits, who made it, and what it changed."""
    from bayse_agent.adapters.store.reading import desk
    from bayse_agent.adapters.store.reading.reader import Cut
    from bayse_agent.cli.looking import ask, show_list

    cut = Cut(limit=limit, before=before)
    found = ask(place_of(data, database, env_file), desk.limits(cut))
    if is_json:
        show_json(found)
        return codes.DONE
    rows = [(one.version, one.at, one.made_by, one.reason, one.changed) for one in found.items]
    names = ("version", "at (UTC)", "by", "reason", "changed")
    show_list(names, rows, found.next, "No limits were ever set.")
    return codes.DONE


async def _limits(place: Place) -> Limits:
    async with place.store() as store:
        return await store.limits()


async def _in_force(place: Place) -> InForce:
    from bayse_agent.adapters.clock import SystemClock
    from bayse_agent.adapters.store.reading.desk import last_run
    from bayse_agent.adapters.store.reading.wallet import currency_of
    from bayse_agent.domain.risk import usage

    async with place.store() as store, place.reader() as reader:
        limits = await store.limits()
        books = await store.books(currency_of(await reader.ask(last_run())))
        now = await world_time(store, SystemClock().now())
        return InForce(
            version=await store.limits_version(),
            limits=limits,
            usage=usage(books, limits, now=now),
        )


def _as_json(found: InForce) -> Mapping[str, object]:
    """The answer of the service's /limits, with the use of each."""
    from bayse_agent.domain.risk import LIMIT_FIELDS, limits_text
    from bayse_agent.domain.risk.applying import effects

    told = limits_text(found.limits)
    return {
        "version": found.version,
        "limits": [
            {
                "name": row.name,
                "value": told[row.name],
                "unit": row.unit.value,
                "meaning": row.meaning,
                "effects": [{"at": one.at.value, "on": one.on} for one in effects(row.name)],
                "used": use.used,
                "most": use.most,
                "fraction": use.fraction,
                "refuses": use.refuses,
            }
            for row, use in zip(LIMIT_FIELDS, found.usage.uses, strict=True)
        ],
        "unreadable": found.usage.problems,
    }


def _used(use: Use) -> str:
    """How far a limit is used up; nothing of those on single bets, which do not fill."""
    mark = "! " if use.refuses else ""
    if use.used is None or use.most is None:
        return mark.strip()
    fraction = use.fraction
    part = "" if fraction is None else f" ({100 * fraction:.0f} %)"
    return f"{mark}{use.used:,.0f} of {use.most:,.0f}{part}"
