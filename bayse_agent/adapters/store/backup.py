"""Copies of the books: made while they are in use, proved before they count, and put back."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bayse_agent.adapters.store import dump
from bayse_agent.adapters.store.database import address_of, file_of
from bayse_agent.adapters.store.failures import is_damage, told
from bayse_agent.adapters.store.lease import FileLock
from bayse_agent.adapters.store.reopening import halt_restored
from bayse_agent.adapters.store.store import read_store
from bayse_agent.domain.errors import ConfigurationError, StoreUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is in a copy that was proved: where it is, and how long and at what its journal ends."""

    file: Path
    rows: int
    head: str


async def back_up(url: str, target: Path) -> Copy:
    """Copy the books into a new file, whoever uses them. The file is there whole or not at all.

    Raises ConfigurationError when the file is there already, or cannot be made.
    """
    address = address_of(url)
    _check_free(target)
    with _passing(target) as passing:
        source = file_of(address)
        if source is None:
            rows, head = await dump.back_up(address, passing)
        else:
            await asyncio.to_thread(copy_file, _existing(source), passing)
            rows, head = await prove(passing)
            await asyncio.to_thread(_fold_log, passing)
        _keep(passing, target)
    return Copy(file=target, rows=rows, head=head)


async def restore(url: str, source: Path, *, at: datetime) -> Path | None:
    """Put a copy in the place of the books, and halt them until they are reconciled.

    Returns where the books that were there are now; None when there were none. Raises
    ConfigurationError for a file that is no sound copy, and LeaseHeld while the books are in use.
    """
    address = address_of(url)
    _existing(source)
    file = file_of(address)
    if file is None:
        dumped = _free_name(source.with_name(f"{address.database}.dump"))
        await dump.restore(address, source, dumped, at=at)
        return dumped
    lock = FileLock(file)
    await lock.take()
    try:
        with _passing(file) as passing:
            await asyncio.to_thread(copy_file, source, passing)
            await prove(passing)
            await halt_restored(f"sqlite:///{passing}", at=at)
            await asyncio.to_thread(_fold_log, passing)
            old = _put_aside(file)
            _keep(passing, file)
        return old
    finally:
        await lock.leave()


async def prove(file: Path) -> tuple[int, str]:
    """Length and head of a copy's journal. Raises ConfigurationError when it is not sound."""
    store = await read_store(f"sqlite:///{file}")
    try:
        findings = [*await store.check(), *(verdict := await store.verify()).findings]
    finally:
        await store.close()
    if findings:
        raise ConfigurationError(f"the copy is not sound: {findings[0]}")
    return verdict.rows, verdict.head


def _check_free(file: Path) -> None:
    if file.exists():
        raise ConfigurationError(f"{file} is there already: name another file")


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise ConfigurationError(f"there are no books at {file}")
    return file


def copy_file(source: Path, target: Path) -> None:
    """SQLite's own copying: a whole that was there at one moment, however long it takes.

    Raises ConfigurationError for a file that it cannot make sense of.
    """
    try:
        with told(), closing(_reading(source)) as books, closing(sqlite3.connect(target)) as copy:
            # All at once: a reader is in nobody's way, and in parts it would begin anew at each
            # write.
            books.backup(copy)
    except StoreUnavailable as error:
        if is_damage(error):
            raise ConfigurationError(f"{source} is not sound: {error}") from error
        raise


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)


def _fold_log(file: Path) -> None:
    """Make a copy one file, without a log beside it."""
    with told(), closing(sqlite3.connect(file)) as books:
        books.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _passing(target: Path) -> Iterator[Path]:
    """A file beside the target that is gone afterwards, unless it was kept."""
    passing = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield passing
    except OSError as error:
        raise ConfigurationError(f"cannot write {target}: {error}") from error
    finally:
        for name in ("", "-wal", "-shm", "-journal", ".lease"):
            passing.with_name(passing.name + name).unlink(missing_ok=True)


def _keep(passing: Path, target: Path) -> None:
    """Give a finished file its name, so that a power cut leaves the old or the new one."""
    with passing.open("rb") as file:
        os.fsync(file.fileno())
    passing.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _put_aside(file: Path) -> Path | None:
    """Give the old books another name, their log with them: it must never meet the new ones."""
    if not file.exists():
        return None
    old = _free_name(file)
    for name in ("-wal", "-shm"):
        beside = file.with_name(file.name + name)
        if beside.exists():
            beside.replace(old.with_name(old.name + name))
    file.replace(old)
    return old


def _free_name(file: Path) -> Path:
    number = 1
    while (old := file.with_name(f"{file.name}.old-{number}")).exists():
        number += 1
    return old
