"""`bayse-agent config`: what is set, and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.place import AsJson, EnvFile
from bayse_agent.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from bayse_agent.settings import Settings
    from bayse_agent.settings.origins import Row

_NAME_WIDTH, _VALUE_WIDTH = 30, 40


def config(
    env_file: EnvFile = None,
    is_json: AsJson = False,
    is_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the tables of the documentation instead.")
    ] = False,
    is_example: Annotated[
        bool, typer.Option("--example", help="Print a .env file with every setting instead.")
    ] = False,
    update: Annotated[
        Path | None, typer.Option(help="For developers: make the pages of a checkout anew.")
    ] = None,
) -> int:
    """Show every setting, what it is, and where that comes from. Secrets are hidden.

    Exit code 2 when something cannot be used.
    """
    from bayse_agent.settings.catalogue import chapters, example, table

    if update is not None:
        return _update(update)
    if is_example:
        print(example(), end="")
    elif is_markdown:
        print("\n\n".join(f"## {one.title}\n\n{table(one)}" for one in chapters()))
    else:
        return _show(env_file, as_json=is_json)
    return codes.DONE


def _update(root: Path) -> int:
    from bayse_agent.settings.catalogue import example, with_tables

    page = root / "docs" / "configuration.md"
    if not page.is_file():
        raise ConfigurationError(f"{root} is no checkout: there is no {page}")
    for file, text in (
        (page, with_tables(page.read_text(encoding="utf-8"))),
        (root / ".env.example", example()),
    ):
        file.write_text(text, encoding="utf-8")
        print(f"written: {file}")
    return codes.DONE


def _show(env_file: Path | None, *, as_json: bool) -> int:
    from bayse_agent.cli.printing import show_json
    from bayse_agent.settings.origins import given, rows, unknown

    settings, problems = _read(env_file)
    warnings = unknown(env_file)
    found = rows(given(env_file), settings)
    if as_json:
        told = {
            "settings": {row.name: _told(row) for _, part in found for row in part},
            "problems": problems,
            "warnings": warnings,
        }
        show_json(told)
        return codes.BAD_INPUT if problems else codes.DONE
    for chapter, part in found:
        print(f"\n{chapter.title}")
        for row in part:
            print(f"  {row.name:<{_NAME_WIDTH}} {_cut(row.value):<{_VALUE_WIDTH}} {row.origin}")
    print()
    for warning in warnings:
        print(f"warning: {warning}")
    for problem in problems:
        print(f"cannot be used: {problem}")
    return codes.BAD_INPUT if problems else codes.DONE


def _read(env_file: Path | None) -> tuple[Settings | None, list[str]]:
    """The settings, or what is wrong with them.

    Raises ConfigurationError for a file that cannot be read.
    """
    from bayse_agent.settings import Settings, check_readable

    if env_file is not None:
        check_readable(env_file)
    try:
        return Settings.read(env_file), []
    except ConfigurationError as error:
        return None, [line.strip() for line in str(error).splitlines()[1:]]


def _told(row: Row) -> dict[str, str | bool | None]:
    return {"value": row.value, "from": row.origin, "secret": row.is_secret}


def _cut(value: str | None) -> str:
    shown = "-" if value is None else repr(value)[1:-1]
    return shown if len(shown) <= _VALUE_WIDTH else f"{shown[: _VALUE_WIDTH - 3]}..."
