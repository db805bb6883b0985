"""A file that only grows: sealed lines, each on the disk before anybody hears of it.

A line is a JSON object that ends with a checksum over itself and all before it, so that one that
was changed, lost or moved is noticed. One program at a time holds the file. A last line that was
not finished was never answered to anybody: it is dropped.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import structlog

from bayse_agent.domain.errors import BrokenInvariant, ConfigurationError

if sys.platform != "win32":
    import fcntl

_LINE = re.compile(rb'(\{.+),"check":"([0-9a-f]{16})"\}')


class SealedLines:
    """The file, held open and locked. `lines` are those that it had when it was opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seal = b""
        self._failure: str | None = None
        with _as_configuration(path):
            is_new = not path.exists()
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            self._file = os.fdopen(handle, "r+b", buffering=0)
        try:
            self._lock()
            if is_new:
                _sync_folder(path.parent)
            self.lines = tuple(self._read())
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        self._file.close()

    def append(self, text: bytes) -> None:
        """Put a JSON object on the disk, as one line.

        Raises BrokenInvariant when it cannot be, and ever after: nothing may follow a torn line.
        """
        if self._failure is not None:
            raise BrokenInvariant(self._failure)
        seal = _sealed(self._seal, text)
        line = b'%s,"check":"%s"}\n' % (text.removesuffix(b"}"), seal)
        try:
            if self._file.write(line) != len(line):
                raise OSError("the disk took a part of it only")
            os.fsync(self._file.fileno())
        except (OSError, ValueError) as error:
            self._failure = f"cannot write to {self.path}: {error}"
            raise BrokenInvariant(self._failure) from error
        self._seal = seal

    def damaged(self, number: int, why: str) -> ConfigurationError:
        """The error to raise for a line that cannot be right."""
        return ConfigurationError(
            f"{self.path} is damaged in line {number}: {why}. Put a copy of the whole directory "
            "in its place, or begin in a new one"
        )

    def _lock(self) -> None:
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigurationError(
                f"{self.path} is in use: another program is running in that directory"
            ) from error

    def _read(self) -> Iterator[bytes]:
        with _as_configuration(self.path):
            content = self._file.read()
        *lines, rest = content.split(b"\n")
        for number, line in enumerate(lines, start=1):
            found = _LINE.fullmatch(line)
            text = b"" if found is None else found[1] + b"}"
            seal = _sealed(self._seal, text)
            if found is None or seal != found[2]:
                raise self.damaged(number, "its checksum is wrong: a line was changed or lost")
            self._seal = seal
            yield text
        if rest:
            structlog.get_logger("paper").warning(
                "unfinished_line_dropped", file=str(self.path), line=len(lines) + 1
            )
            with _as_configuration(self.path):
                self._file.truncate(len(content) - len(rest))
                self._file.seek(0, os.SEEK_END)


def _sealed(before: bytes, text: bytes) -> bytes:
    return blake2b(before + text, digest_size=8).hexdigest().encode()


@contextmanager
def _as_configuration(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(f"cannot use {path}: {error}") from error


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file survive a power cut, where folders can be opened for that."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
