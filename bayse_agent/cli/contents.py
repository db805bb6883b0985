"""The list of all verbs, for a help page that need not describe every option of every one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer
from typer.models import CommandInfo


class Contents(typer.Typer):
    """Takes in verbs and families as the program does, and keeps names and first words only."""

    def __init__(self, program: typer.Typer) -> None:
        super().__init__(rich_markup_mode=None)
        self.info, self.registered_callback = program.info, program.registered_callback
        self._families: list[CommandInfo] = []

    def command(self, name: str | None = None, **told: Any) -> Callable[[Any], Any]:
        def take(verb: Any) -> Any:
            self.registered_commands.append(_row(name, verb.__doc__))
            return verb

        return take

    def add_typer(self, family: typer.Typer, *, name: str | None = None, **told: Any) -> None:  # type: ignore[override]
        self._families.append(_row(name, family.info.help))

    def close(self) -> None:
        """Families come last, as they do in the program."""
        self.registered_commands += self._families


def _row(name: str | None, about: str | None) -> CommandInfo:
    return CommandInfo(name=name, help=about, callback=_nothing)


def _nothing() -> None:
    """Nobody calls it: this is for the help page."""
