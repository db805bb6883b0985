"""Tells whether the process that trades with the books still lives: a lock that dies with it.

Files carry a lock of the kernel's, PostgreSQL one of the server's, which is in `server_database`.
Both are let go when the process ends, however it ends, and held on to while it is merely slow or
stopped.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Protocol

from bayse_agent.domain.errors import LeaseHeld

HELD = "another process trades with these books"


class Liveness(Protocol):
    """A lock that one living process can hold."""

    async def take(self) -> None:
        """Take the lock, if it is not ours already. Raises LeaseHeld when another has it."""

    async def leave(self) -> None: ...


class Unshared:
    """For books that no other process can reach."""

    async def take(self) -> None:
        return

    async def leave(self) -> None:
        return


class FileLock:
    """A lock on a file beside the books."""

    def __init__(self, books: Path) -> None:
        # Two names of the same file must lead to the same lock.
        real = books.resolve()
        self._path = real.with_name(f"{real.name}.lease")
        self._file: int | None = None

    async def take(self) -> None:
        if self._file is not None:
            return
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(file)
        except OSError as error:
            os.close(file)
            raise LeaseHeld(HELD) from error
        self._file = file

    async def leave(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
