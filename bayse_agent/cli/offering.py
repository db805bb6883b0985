"""Puts verbs into the program, each with an example of how it is called."""

from __future__ import annotations

from collections.abc import Callable

import typer

PROGRAM = "bayse-agent"


def family(about: str) -> typer.Typer:
    """Verbs that belong together, under one name."""
    # Plain help: the one with boxes takes half of the start, and tells the same.
    return typer.Typer(help=about, no_args_is_help=True, rich_markup_mode=None)


def offer(app: typer.Typer, name: str, verb: Callable[..., object], *examples: str) -> None:
    """Add a verb. `examples`: what follows the program's name, as somebody would type it."""
    app.command(name, epilog=example(*examples))(verb)


def example(*calls: str) -> str:
    """The end of a help page: how it is called, one call a line."""
    # The mark keeps the lines as they are.
    return "\n".join(("\b", "Example:", *(f"  $ {PROGRAM} {call}" for call in calls)))
