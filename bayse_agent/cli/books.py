"""`bayse-agent db` and `bayse-agent audit`: the books, looked after and looked into."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bayse_agent.domain.errors import ConfigurationError

T = TypeVar("T")
_NOT_SOUND = 1

Data = Annotated[Path | None, typer.Option(help="Directory that the books are in.")]
Database = Annotated[
    str | None, typer.Option(help="Address of the books: sqlite:///file or postgresql://...")
]


def verbs() -> tuple[typer.Typer, typer.Typer]:
    """The two families of verbs: `db` and `audit`."""
    database = typer.Typer(help="Look after the books: upgrade, check, back up, restore.")
    database.command("upgrade")(upgrade)
    database.command("check")(check)
    database.command("backup")(backup)
    database.command("restore")(restore)
    audit = typer.Typer(help="The journal of everything that matters, each row held to the last.")
    audit.callback()(_only_one_verb)
    audit.command("verify")(verify)
    return database, audit


def upgrade(data: Data = None, database: Database = None) -> int:
    """Bring the books up to date for this version of the program."""
    from bayse_agent.adapters.store.store import open_store

    async def run() -> None:
        await (await open_store(address(data, database))).close()

    _wait(run())
    print("The books are up to date.")
    return 0


def check(data: Data = None, database: Database = None) -> int:
    """Hold the books against themselves: rows, ledger, portfolio. Exit code 1 when they differ."""
    from bayse_agent.adapters.store.store import read_store

    async def run() -> tuple[str, ...]:
        store = await read_store(address(data, database))
        try:
            return await store.check()
        finally:
            await store.close()

    return _told(_wait(run()), "The books are sound: rows, ledger and portfolio agree.")


def backup(
    file: Annotated[Path, typer.Argument(help="The new file to copy the books into.")],
    data: Data = None,
    database: Database = None,
) -> int:
    """Copy the books into a file, while they are in use. The copy is proved before it counts."""
    from bayse_agent.adapters.store.backup import back_up

    copy = _wait(back_up(address(data, database), file))
    print(f"Backed up to {copy.file}: {copy.rows} audit rows, head {copy.head}")
    return 0


def restore(
    file: Annotated[Path, typer.Argument(help="The copy to put in the place of the books.")],
    data: Data = None,
    database: Database = None,
) -> int:
    """Go back to a copy. Trading stays halted until it is reconciled and a person resumes it."""
    from bayse_agent.adapters.clock import SystemClock
    from bayse_agent.adapters.store.backup import restore as put_back

    old = _wait(put_back(address(data, database), file, at=SystemClock().now()))
    print(f"Restored from {file}. Trading is HALTED: restored, not reconciled.")
    if old is not None:
        print(f"The books that were there are kept in {old}")
    return 0


def verify(
    data: Data = None,
    database: Database = None,
    head: Annotated[
        str | None, typer.Option(help="A head that was noted earlier: it must still be there.")
    ] = None,
) -> int:
    """Prove that nothing was changed behind the books' back. Exit code 1 when something was."""
    from bayse_agent.adapters.store.store import read_store
    from bayse_agent.adapters.store.verification import Verdict

    async def run() -> Verdict:
        store = await read_store(address(data, database))
        try:
            return await store.verify(head)
        finally:
            await store.close()

    verdict = _wait(run())
    well = f"The audit journal is sound: {verdict.rows} rows, head {verdict.head}"
    return _told(verdict.findings, well)


def _only_one_verb() -> None:
    """A family of one verb is still called by its name."""


def _told(findings: Iterable[str], well: str) -> int:
    """Print what was found, or that all is well."""
    found = list(findings)
    for words in found or [well]:
        print(words)
    return _NOT_SOUND if found else 0


def _wait(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def address(data: Path | None, database: str | None) -> str:
    """Where the books are: as asked, else as it is set."""
    if data is not None and database is not None:
        raise ConfigurationError("name the books by --data or by --database, not by both")
    if database is not None:
        return database
    if data is not None:
        return f"sqlite:///{_file_in(data)}"
    from bayse_agent.settings import Settings

    return Settings.read().database_url.get_secret_value()


def _file_in(folder: Path) -> Path:
    """The one file of books in a directory."""
    files = sorted(folder.glob("*.db"))
    if len(files) == 1:
        return files[0]
    if not files:
        # Nothing there yet: the name that runs give their books.
        return folder / "books.db"
    names = ", ".join(file.name for file in files)
    raise ConfigurationError(
        f"there are several books in {folder} ({names}): name one, --database sqlite:///{files[0]}"
    )
