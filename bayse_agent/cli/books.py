"""`bayse-agent db` and `bayse-agent audit`: the books, looked after and looked into."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bayse_agent.cli import codes
from bayse_agent.cli.offering import family, offer
from bayse_agent.cli.place import AsJson, Data, Database, EnvFile, address
from bayse_agent.cli.printing import show_json
from bayse_agent.cli.progress import working

T = TypeVar("T")


def verbs() -> tuple[typer.Typer, typer.Typer]:
    """The two families of verbs: `db` and `audit`."""
    database = family("Look after the books: upgrade, check, back up, restore.")
    offer(database, "upgrade", upgrade, "db upgrade --data run")
    offer(database, "check", check, "db check --json")
    offer(database, "backup", backup, "db backup books-2026-06-01.db")
    offer(database, "restore", restore, "db restore books-2026-06-01.db")
    audit = family("The journal of everything that matters, each row held to the last.")
    audit.callback()(_only_one_verb)
    offer(audit, "verify", verify, "audit verify", "audit verify --head 5f0c...e1")
    return database, audit


def upgrade(
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
    is_json: AsJson = False,
) -> int:
    """Bring the books up to date for this version of the program."""
    from bayse_agent.adapters.store.migrate import HEAD
    from bayse_agent.adapters.store.store import open_store

    async def run() -> None:
        await (await open_store(address(data, database, env_file))).close()

    _wait("upgrading the books", run())
    if is_json:
        show_json({"revision": HEAD})
    else:
        print("The books are up to date.")
    return codes.DONE


def check(
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
    is_json: AsJson = False,
) -> int:
    """Hold the books against themselves: rows, ledger, portfolio. Exit code 1 when they differ."""
    from bayse_agent.adapters.store.store import read_store

    async def run() -> tuple[str, ...]:
        store = await read_store(address(data, database, env_file))
        try:
            return await store.check()
        finally:
            await store.close()

    findings = _wait("checking the books", run())
    if is_json:
        show_json({"findings": findings})
        return _code(findings)
    return _told(findings, "The books are sound: rows, ledger and portfolio agree.")


def backup(
    file: Annotated[Path, typer.Argument(help="The new file to copy the books into.")],
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
    is_json: AsJson = False,
) -> int:
    """Copy the books into a file, while they are in use. The copy is proved before it counts."""
    from bayse_agent.adapters.store.backup import back_up

    copy = _wait("copying and proving", back_up(address(data, database, env_file), file))
    if is_json:
        show_json({"file": str(copy.file), "rows": copy.rows, "head": copy.head})
    else:
        print(f"Backed up to {copy.file}: {copy.rows} audit rows, head {copy.head}")
    return codes.DONE


def restore(
    file: Annotated[Path, typer.Argument(help="The copy to put in the place of the books.")],
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
    is_json: AsJson = False,
) -> int:
    """Go back to a copy. Trading stays halted until it is reconciled and a person resumes it."""
    from bayse_agent.adapters.clock import SystemClock
    from bayse_agent.adapters.store.backup import restore as put_back

    work = put_back(address(data, database, env_file), file, at=SystemClock().now())
    old = _wait("proving the copy and putting it in place", work)
    if is_json:
        show_json({"file": str(file), "old": None if old is None else str(old), "state": "HALTED"})
        return codes.DONE
    print(f"Restored from {file}. Trading is HALTED: restored, not reconciled.")
    if old is not None:
        print(f"The books that were there are kept in {old}")
    return codes.DONE


def verify(
    data: Data = None,
    database: Database = None,
    env_file: EnvFile = None,
    head: Annotated[
        str | None, typer.Option(help="A head that was noted earlier: it must still be there.")
    ] = None,
    is_json: AsJson = False,
) -> int:
    """Prove that nothing was changed behind the books' back. Exit code 1 when something was."""
    from bayse_agent.adapters.store.store import read_store
    from bayse_agent.adapters.store.verification import Verdict

    async def run() -> Verdict:
        store = await read_store(address(data, database, env_file))
        try:
            return await store.verify(head)
        finally:
            await store.close()

    verdict = _wait("reading the journal", run())
    if is_json:
        show_json(verdict)
        return _code(verdict.findings)
    well = f"The audit journal is sound: {verdict.rows} rows, head {verdict.head}"
    return _told(verdict.findings, well)


def _only_one_verb() -> None:
    """A family of one verb is still called by its name."""


def _told(findings: tuple[str, ...], well: str) -> int:
    """Print what was found, or that all is well."""
    for words in findings or (well,):
        print(words)
    return _code(findings)


def _code(findings: tuple[str, ...]) -> int:
    return codes.FAILED if findings else codes.DONE


def _wait(what: str, work: Coroutine[Any, Any, T]) -> T:
    import asyncio

    with working(what):
        return asyncio.run(work)
