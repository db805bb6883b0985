"""The file that a local exchange's state is in: what the world was made of, then every write.

One JSON object a line, each sealed with a checksum over itself and all before it, so that a line
that was changed, lost or moved is noticed. A write is on the disk before the venue answers it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import structlog

from bayse_agent.domain.errors import BrokenInvariant, ConfigurationError
from bayse_agent.domain.money import Currency, Money
from bayse_agent.ports import Venue
from bayse_agent.simulation.writes import Answer, Verb, Write, asking

if sys.platform != "win32":
    import fcntl

_FORMAT = 1
_SEAL = "check"
_STOP = "stop"
_UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError)
"""What reading a line raises that is not what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeFile:
    """A tape, and how to know it again."""

    path: Path
    sha256: str
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a world was made of. `switches`: by name, those that are not as documented."""

    seed: int
    start_ms: int
    efficiency: float
    switches: Mapping[str, str]
    tape: TapeFile | None
    account: str
    deposit: Money


class WriteLog:
    """One run's log, held open and locked: no two programs write to one.

    `origin` is None until `begin`. `reached_ms` is the last moment of world time told of.
    A last line that was not finished was never answered: it is dropped.
    """

    def __init__(self, file: Path) -> None:
        self._path = file
        self._told: list[tuple[Write, Callable[[Venue], Awaitable[Answer]]]] = []
        self._lines: list[int] = []
        self._repeated = 0
        self._seal = ""
        self.origin: Origin | None = None
        self.reached_ms = 0
        with _as_configuration(file):
            self._file = os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
        try:
            self._lock()
            self._read()
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        self._file.close()

    def begin(self, origin: Origin) -> None:
        """Write the first line."""
        self._append({"format": _FORMAT, **_origin_text(origin)})
        _sync_folder(self._path.parent)
        self.origin = origin

    def told(self) -> Iterator[tuple[Write, Callable[[Venue], Awaitable[Answer]]]]:
        """The writes that were there when the log was opened, each with how to ask it again."""
        return iter(self._told)

    @property
    def order_ids(self) -> frozenset[str]:
        """The orders that the exchange took before the log was opened."""
        return frozenset(
            write.answer["id"]
            for write, _ in self._told
            if write.verb is Verb.PLACE and "id" in write.answer
        )

    def note(self, write: Write) -> None:
        """Put a write on the disk. While those of the log are asked again, compare instead.

        Raises ConfigurationError for one that is answered in another way than it was, and
        BrokenInvariant when it cannot be written: the exchange may then not answer it.
        """
        if self._repeated == len(self._told):
            told = {"arguments": dict(write.arguments), "answer": dict(write.answer)}
            self._append({"at_ms": write.at_ms, "verb": write.verb.value, **told})
            return
        before = self._told[self._repeated][0]
        if write != before:
            raise ConfigurationError(
                f"{self._path}, line {self._lines[self._repeated]}: the exchange answered "
                f"{_plain(before)} then and {_plain(write)} now: the program was changed since"
            )
        self._repeated += 1

    def stop(self, at_ms: int) -> None:
        """Note how far world time has come."""
        self._append({"at_ms": at_ms, "verb": _STOP})

    def _append(self, values: dict[str, object]) -> None:
        seal = _seal(self._seal, values)
        line = f"{_dumped({**values, _SEAL: seal})}\n".encode()
        try:
            if self._file.write(line) != len(line):
                raise OSError("the disk took a part of it only")
            os.fsync(self._file.fileno())
        except OSError as error:
            raise BrokenInvariant(f"cannot write to {self._path}: {error}") from error
        self._seal = seal

    # -- reading -----------------------------------------------------------------------------

    def _lock(self) -> None:
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigurationError(
                f"{self._path} is in use: another program is running in that directory"
            ) from error

    def _read(self) -> None:
        with _as_configuration(self._path):
            content = self._file.read()
        *lines, rest = content.split(b"\n")
        for number, line in enumerate(lines, start=1):
            self._take(number, line)
        if rest:
            structlog.get_logger("write_log").warning(
                "unfinished_line_dropped", file=str(self._path), line=len(lines) + 1
            )
            with _as_configuration(self._path):
                self._file.truncate(len(content) - len(rest))
                self._file.seek(0, os.SEEK_END)

    def _take(self, number: int, line: bytes) -> None:
        values = self._opened(number, line)
        try:
            if number == 1:
                self.origin = _origin(values)
                self.reached_ms = self.origin.start_ms
                return
            at_ms = int(values["at_ms"])
            if at_ms < self.reached_ms:
                raise ValueError("time goes back")
            self.reached_ms = at_ms
            if values["verb"] != _STOP:
                write = _write(values)
                self._told.append((write, asking(write.verb, write.arguments)))
                self._lines.append(number)
        except _UNREADABLE as error:
            raise self._damaged(number, f"{type(error).__name__}: {error}") from error

    def _opened(self, number: int, line: bytes) -> dict[str, Any]:
        """The values of a line whose seal is whole."""
        try:
            values = json.loads(line)
            seal = values.pop(_SEAL)
        except (AttributeError, *_UNREADABLE) as error:
            raise self._damaged(number, "it is no sealed JSON object") from error
        if seal != _seal(self._seal, values):
            raise self._damaged(number, "its checksum is wrong: a line was changed or lost")
        self._seal = seal
        return dict(values)

    def _damaged(self, number: int, why: str) -> ConfigurationError:
        return ConfigurationError(
            f"{self._path} is damaged in line {number}: {why}. Put a copy of the whole directory "
            "in its place, or begin in a new one"
        )


def tape_file(path: Path, symbol: str) -> TapeFile:
    """A tape by its content. Raises ConfigurationError when it cannot be read."""
    with _as_configuration(path):
        return TapeFile(path=path, sha256=sha256(path.read_bytes()).hexdigest(), symbol=symbol)


@contextmanager
def _as_configuration(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(f"cannot use {file}: {error}") from error


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file survive a power cut, where folders can be opened for that."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _dumped(values: Mapping[str, object]) -> str:
    return json.dumps(values, separators=(",", ":"))


def _seal(before: str, values: Mapping[str, object]) -> str:
    return blake2b(f"{before}{_dumped(values)}".encode(), digest_size=8).hexdigest()


def _plain(write: Write) -> str:
    return f"{write.verb} at {write.at_ms} with {_dumped(dict(write.answer))}"


def _write(values: Mapping[str, Any]) -> Write:
    return Write(
        at_ms=values["at_ms"],
        verb=Verb(values["verb"]),
        arguments=values["arguments"],
        answer=values["answer"],
    )


def _origin_text(origin: Origin) -> dict[str, object]:
    tape = origin.tape
    return {
        "seed": origin.seed,
        "start_ms": origin.start_ms,
        "efficiency": origin.efficiency,
        "switches": dict(origin.switches),
        "tape": tape and {"path": str(tape.path), "sha256": tape.sha256, "symbol": tape.symbol},
        "account": origin.account,
        "deposit": str(origin.deposit.amount),
        "currency": origin.deposit.currency.value,
    }


def _origin(values: Mapping[str, Any]) -> Origin:
    if values["format"] != _FORMAT:
        raise ValueError(f"format {values['format']!r} is of another version of the program")
    tape = values["tape"]
    return Origin(
        seed=values["seed"],
        start_ms=values["start_ms"],
        efficiency=values["efficiency"],
        switches=values["switches"],
        tape=tape
        and TapeFile(path=Path(tape["path"]), sha256=tape["sha256"], symbol=tape["symbol"]),
        account=values["account"],
        deposit=Money.of(values["deposit"], Currency(values["currency"])),
    )
