"""Copies of books that are in PostgreSQL, made by its own programs."""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL

from bayse_agent.adapters.store.reopening import halt_restored
from bayse_agent.adapters.store.server_database import ServerLock
from bayse_agent.adapters.store.store import read_store
from bayse_agent.domain.errors import ConfigurationError

_MISSING = (
    "the books are in PostgreSQL, and its program {name} is not on the PATH: install the "
    "PostgreSQL client, or use the backups of whoever runs the server"
)


async def back_up(address: URL, passing: Path) -> tuple[int, str]:
    """Dump the books into a file; returns length and head of the journal that is in it at least."""
    store = await read_store(address.render_as_string(hide_password=False))
    try:
        verdict = await store.verify()
    finally:
        await store.close()
    if verdict.findings:
        raise ConfigurationError(f"the books are not sound: {verdict.findings[0]}")
    await _run("pg_dump", address, "--format=custom", f"--file={passing}")
    await _run("pg_restore", None, "--list", str(passing))
    return verdict.rows, verdict.head


async def restore(address: URL, source: Path, old: Path, *, at: datetime) -> None:
    """Put a dump in the place of the books, all of it or nothing, and halt them."""
    url = address.render_as_string(hide_password=False)
    await _run("pg_restore", None, "--list", str(source))
    lock = ServerLock(address)
    await lock.take()
    try:
        await _run("pg_dump", address, "--format=custom", f"--file={old}")
        options = ("--clean", "--if-exists", "--no-owner", "--single-transaction")
        await _run("pg_restore", address, *options, str(source))
    finally:
        await lock.leave()
    await halt_restored(url, at=at)


async def _run(name: str, address: URL | None, *arguments: str) -> None:
    """Run one of PostgreSQL's programs. A password is told in its environment alone."""
    program = shutil.which(name)
    if program is None:
        raise ConfigurationError(_MISSING.format(name=name))
    surroundings = dict(os.environ)  # noqa: TID251 (passed on to the program as it is)
    where: list[str] = []
    if address is not None:
        plain = address.set(drivername="postgresql", password=None)
        where = [f"--dbname={plain.render_as_string()}"]
        if address.password is not None:
            surroundings["PGPASSWORD"] = str(address.password)
    process = await asyncio.create_subprocess_exec(
        program,
        *where,
        *arguments,
        env=surroundings,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaint = await process.communicate()
    if process.returncode != 0:
        words = " ".join(complaint.decode(errors="replace").split())
        raise ConfigurationError(f"{name} failed: {words[:500]}")
