"""`bayse-agent export`: a whole list of the books as a file for a spreadsheet or a script."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.place import AsJson, Data, Database, EnvFile, Place, place_of
from bayse_agent.cli.printing import show_json
from bayse_agent.cli.progress import counting
from bayse_agent.domain.errors import ConfigurationError, InvalidValue

if TYPE_CHECKING:
    from bayse_agent.adapters.store.reading.exporting import Whole

_STDOUT = Path("-")


class Format(StrEnum):
    """CSV, or one JSON array."""

    CSV = "csv"
    JSON = "json"


class What(StrEnum):
    """The lists that there are."""

    ORDERS = "orders"
    FILLS = "fills"
    SETTLEMENTS = "settlements"
    LEDGER = "ledger"
    EQUITY = "equity"
    DECISIONS = "decisions"
    SIGNALS = "signals"
    COMMANDS = "commands"
    AUDIT = "audit"


def export(
    what: Annotated[What, typer.Argument(help="Which list.")],
    out: Annotated[Path, typer.Option(help="The file to write; - is stdout.")],
    form: Annotated[
        Format | None, typer.Option("--format", help="By the file's name when left out, else csv.")
    ] = None,
    is_forced: Annotated[
        bool, typer.Option("--force", help="Take the place of a file that is there.")
    ] = False,
    is_json: AsJson = False,
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
) -> int:
    """Write a whole list to a file, newest first. The file is there whole, or not at all.

    With --json it is told on stdout what was written.
    """
    import asyncio

    if out == _STDOUT and is_json:
        raise InvalidValue("--json tells about the file on stdout: name one by --out")
    form = form or (Format.JSON if out.suffix.lower() == ".json" else Format.CSV)
    place = place_of(data, database, env_file)
    with _file(out, is_forced=is_forced) as file:
        rows = asyncio.run(_export(place, what, form, file))
    if is_json:
        show_json({"what": what, "format": form, "file": str(out), "rows": rows})
    elif out != _STDOUT:
        print(f"Written to {out}: {rows:,} {'row' if rows == 1 else 'rows'} of {what}")
    return codes.DONE


async def _export(place: Place, what: What, form: Format, file: TextIO) -> int:
    """Write all of it part by part; returns how many rows that were."""
    from bayse_agent.adapters.store.reading.desk import last_run
    from bayse_agent.adapters.store.reading.exporting import WHOLES
    from bayse_agent.adapters.store.reading.wallet import currency_of

    whole = WHOLES[what.value]
    write = _write_csv if form is Format.CSV else _write_json
    async with place.reader() as reader:
        currency = currency_of(await reader.ask(last_run()))
        total = await reader.ask(whole.count())
        with counting(f"exporting {what}", total) as tell:
            return await write(whole, whole.parts(reader, currency), file, tell)


async def _write_csv(
    whole: Whole,
    parts: AsyncIterator[tuple[Any, ...]],
    file: TextIO,
    tell: Callable[[int], None],
) -> int:
    from bayse_agent.adapters.store.reading.sheet import body, head

    count = 0
    file.write(head(whole.view))
    async for rows in parts:
        file.write(body(rows))
        count += len(rows)
        tell(count)
    return count


async def _write_json(
    whole: Whole,
    parts: AsyncIterator[tuple[Any, ...]],
    file: TextIO,
    tell: Callable[[int], None],
) -> int:
    from pydantic_core import to_jsonable_python

    count = 0
    file.write("[")
    async for rows in parts:
        for row in rows:
            file.write(",\n" if count else "\n")
            file.write(json.dumps(to_jsonable_python(row)))
            count += 1
        tell(count)
    file.write("\n]\n")
    return count


@contextmanager
def _file(out: Path, *, is_forced: bool) -> Iterator[TextIO]:
    """What to write to. Under its own name a file is there only once it is whole and on the disk.

    Raises ConfigurationError for what cannot be written.
    """
    if out == _STDOUT:
        yield sys.stdout
        return
    if out.exists() and not is_forced:
        raise ConfigurationError(f"{out} is there already: name another file, or say --force")
    passing = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        # Line ends are those of the format, on every system.
        with passing.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        passing.replace(out)
    except OSError as error:
        raise ConfigurationError(f"cannot write {out}: {error.strerror}") from error
    finally:
        passing.unlink(missing_ok=True)
