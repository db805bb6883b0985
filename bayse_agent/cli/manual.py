"""`bayse-agent manual`: every verb with its options and examples, told by the program itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.offering import PROGRAM
from bayse_agent.domain.errors import ConfigurationError

_SHARED = {
    "--json": "answer with one JSON value on stdout, with the names of the service's answers",
    "--data": "directory that the books are in, such as that of `demo --data`",
    "--database": "address of the books: `sqlite:///file` or `postgresql://...`",
    "--env-file": "read settings from this file, too",
    "--wait": "seconds to wait for the trader's answer, 10 by default",
}
"""Options that mean the same everywhere: told once."""
_OPENING = """\
# Commands

Every verb of `bayse-agent`, as `--help` tells it. This page is made by `bayse-agent manual`, and
held to the program by a test.

Verbs that look read the books, and need no running trader. Verbs that act write down what you
ask for; the running trader takes it between two acts and answers. Where no books are named, they
are those of the settings ([configuration.md](configuration.md)).

Answers go to stdout, complaints and progress to stderr; a complaint is one line. Colours and bars
are for terminals alone, and `NO_COLOR` is heeded. Tables fit the terminal; where they cannot, each
row is told in lines of its own.

`bayse-agent --install-completion` teaches your shell (bash, zsh, fish) the verbs, their options and
the names of limits; `--show-completion` prints what that would install.
"""


def manual(
    out: Annotated[Path | None, typer.Argument(help="The file to write; stdout without.")] = None,
) -> int:
    """Write the page of all verbs."""
    if out is None:
        print(page(), end="")
        return codes.DONE
    try:
        out.write_text(page(), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot write {out}: {error.strerror}") from error
    print(f"Written to {out}")
    return codes.DONE


def page() -> str:
    """The whole page."""
    parts = [_OPENING, _exit_codes(), _shared()]
    parts += [_section(name, verb) for name, verb in verbs()]
    return "\n".join(parts)


def verbs() -> Iterator[tuple[str, Any]]:
    """Every verb by its whole name, those of a family after the family itself."""
    from bayse_agent.cli import build

    return _below("", typer.main.get_command(build()))


def _below(name: str, group: Any) -> Iterator[tuple[str, Any]]:
    for word, verb in group.commands.items():
        full = f"{name} {word}".strip()
        yield full, verb
        if hasattr(verb, "commands"):
            yield from _below(full, verb)


def _exit_codes() -> str:
    rows = [(str(code), meaning) for code, meaning in codes.MEANINGS.items()]
    return f"## Exit codes\n\n{_table(('code', 'meaning'), rows)}"


def _shared() -> str:
    rows = [(f"`{name}`", meaning) for name, meaning in _SHARED.items()]
    return f"## Options that many verbs have\n\n{_table(('option', 'meaning'), rows)}"


def _section(name: str, verb: Any) -> str:
    """One verb: what it does, how it is called, its options, examples."""
    usage = " ".join((f"{PROGRAM} {name}", *_pieces(verb)))
    about = "\n\n".join(" ".join(part.split()) for part in (verb.help or "").split("\n\n"))
    text = f"## {name}\n\n{about.strip()}\n\n```\n{usage}\n```\n"
    rows = [_row(one) for one in verb.params if _name(one) not in {*_SHARED, "--help"}]
    if rows:
        text += f"\n{_table(('option', 'meaning'), rows)}"
    if shared := [f"`{_name(one)}`" for one in verb.params if _name(one) in _SHARED]:
        text += f"\nAlso {', '.join(shared)}.\n"
    if verb.epilog:
        calls = "\n".join(line[2:] for line in verb.epilog.splitlines() if line.startswith("  "))
        text += f"\n```\n{calls}\n```\n"
    return text


def _pieces(verb: Any) -> Iterator[str]:
    """What follows the name: arguments, and that there are options."""
    if any(one.param_type_name == "option" for one in verb.params):
        yield "[OPTIONS]"
    for one in verb.params:
        if one.param_type_name == "argument":
            yield _placeholder(one)
    if hasattr(verb, "commands"):
        yield "VERB"


def _placeholder(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    many = "..." if argument.nargs == -1 and not name.endswith("...") else ""
    return f"{name}{many}" if argument.required else f"[{name}{many}]"


def _row(one: Any) -> tuple[str, str]:
    is_needed = one.required and one.param_type_name == "option"
    told = [one.help or "", "(needed)" if is_needed else "", _default(one)]
    return f"`{_name(one)}`", " ".join(part for part in told if part)


def _name(one: Any) -> str:
    """An option's own, an argument's placeholder."""
    return _placeholder(one) if one.param_type_name == "argument" else str(one.opts[0])


def _default(one: Any) -> str:
    value = getattr(one.default, "value", one.default)
    if value is None or value is False or value == "" or one.required:
        return ""
    return f"Default: `{value}`."


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(map(_cell, row))} |\n" for row in lines)


def _cell(text: str) -> str:
    """A text that stays in its cell."""
    return text.replace("|", "\\|")
