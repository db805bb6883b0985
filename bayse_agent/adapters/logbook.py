"""The last lines of the program's own log, kept in memory for whoever looks at its pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from heapq import merge
from itertools import count, islice
from typing import Any

import structlog

_LONGEST = 2_000
_MOST_FIELDS = 40


class Severity(StrEnum):
    """How bad a line is, from the least on."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `number` counts all lines since the start; `fields` have what was told with it."""

    number: int
    at: datetime
    level: Severity
    event: str
    fields: Mapping[str, str] = field(default_factory=dict)


class Logbook:
    """A processor of structlog's that keeps what passes it: so many warnings and worse, and as many
    of the rest, which cannot push those out. Put it behind whatever takes secrets out.
    """

    def __init__(self, most: int = 500) -> None:
        self._numbers = count(1)
        self._rings: tuple[deque[Line], deque[Line]] = (deque(maxlen=most), deque(maxlen=most))
        self.written = 0

    def __call__(
        self, logger: object, name: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        line = _line(next(self._numbers), event)
        self._rings[line.level.rank >= Severity.WARNING.rank].append(line)
        self.written = line.number
        return event

    @property
    def kept(self) -> int:
        return sum(len(ring) for ring in self._rings)

    def last(
        self,
        limit: int,
        *,
        least: Severity = Severity.INFO,
        before: int | None = None,
        about: str | None = None,
    ) -> tuple[Line, ...]:
        """The last lines that are at least so bad, newest first, of those numbered below `before`.

        `about`: only those that have it as the value of a field, such as an intent's id.
        """
        # Copies: another thread may be writing.
        both = [reversed(tuple(ring)) for ring in self._rings]
        newest = merge(*both, key=lambda line: line.number, reverse=True)
        wanted = (
            line
            for line in newest
            if line.level.rank >= least.rank
            and (before is None or line.number < before)
            and (about is None or about in line.fields.values())
        )
        return tuple(islice(wanted, limit))


class Quiet:
    """A processor of structlog's that lets nothing through below a level."""

    def __init__(self, least: Severity) -> None:
        self._least = least

    def __call__(
        self, logger: object, name: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        if _severity(event.get("level")).rank < self._least.rank:
            raise structlog.DropEvent
        return event


def _line(number: int, event: Mapping[str, Any]) -> Line:
    told = {
        name: str(value)[:_LONGEST]
        for name, value in islice(event.items(), _MOST_FIELDS)
        if name not in ("event", "level", "timestamp") and value is not None
    }
    return Line(
        number=number,
        at=_moment(event.get("timestamp")),
        level=_severity(event.get("level")),
        event=str(event.get("event", ""))[:_LONGEST],
        fields=told,
    )


def _severity(word: object) -> Severity:
    """A level as structlog names it; one that is not known is taken seriously."""
    if word == "debug":
        return Severity.INFO
    text = {"exception": "error", "fatal": "critical", "warn": "warning"}.get(str(word), str(word))
    return Severity(text) if text in set(Severity) else Severity.WARNING


def _moment(text: object) -> datetime:
    """The time that was stamped on a line; one that has none was never."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, tz=UTC)
