"""Reads the audit journal on from where it was last found sound, a little at a time.

The whole of it takes long once the books are, and is held up by nobody's trading. What was found
sound is noted in a file beside the books and not in them: whoever changes the books, puts older
ones in their place or cuts off the end of the journal does not have the note agree.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Integer, RowMapping, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.audit import (
    LEASE,
    START,
    SUBJECTS,
    Note,
    Subject,
    canonical,
    hash_of,
)
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.errors import ConfigurationError

AT_ONCE = 100
"""Rows read in one turn: whoever wants to write waits no longer than that takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the journal was found sound: the number and the hash of its last row by then."""

    number: int = 0
    head: str = START


class Rereader:
    """Goes on from the mark in a file, and notes there how far it came."""

    def __init__(self, store: SqlStore, file: Path) -> None:
        self._store = store
        self._file = file

    async def go_on(self) -> tuple[str, ...]:
        """Read to the end of the journal; what is wrong there, in words. Then the mark stays
        where it was.

        Raises ConfigurationError for a mark that cannot be read.
        """
        mark = self.mark()
        while True:
            after, findings = await self._store.reading(partial(reread, mark=mark, count=AT_ONCE))
            if findings and after == mark:
                # It is told once, and what is there now read from its beginning the next time.
                self._file.unlink(missing_ok=True)
            if findings or after == mark:
                return findings
            self._note(after)
            mark = after

    def mark(self) -> Mark:
        if not self._file.exists():
            return Mark()
        try:
            told = json.loads(self._file.read_text())
            return Mark(number=int(told["number"]), head=str(told["head"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(f"the mark in {self._file} cannot be read") from error

    def _note(self, mark: Mark) -> None:
        passing = self._file.with_suffix(".new")
        passing.write_text(json.dumps({"number": mark.number, "head": mark.head}))
        os.replace(passing, self._file)


def reread(connection: Connection, mark: Mark, count: int) -> tuple[Mark, tuple[str, ...]]:
    """The next rows after a mark, against each other and the books; where that leads, and what
    is wrong with them.
    """
    findings: list[str] = []
    audit = tables.audit
    if mark.number and _hash_at(connection, mark.number) != mark.head:
        return mark, (
            f"audit row {mark.number} was found sound before, and is gone or made anew:"
            " the journal was cut off or changed, or these are older books",
        )
    number, head = mark.number, mark.head
    query = select(audit).where(audit.c.number > number).order_by(audit.c.number).limit(count)
    for row in connection.execute(query):
        if row.number != number + 1:
            findings.append(f"audit row {number + 1} is missing: {row.number} follows")
        if row.previous != head:
            findings.append(f"audit row {row.number} does not follow the one before it")
        note = Note(kind=row.kind, subject=row.subject, body=row.body, at=row.at)
        if row.hash != hash_of(row.number, note, row.mode, row.previous):
            findings.append(f"audit row {row.number} was changed: {row.kind} {row.subject}")
        findings += _against_the_books(connection, note)
        number, head = row.number, row.hash
    return Mark(number=number, head=head), tuple(findings)


def _hash_at(connection: Connection, number: int) -> str | None:
    audit = tables.audit.c
    return connection.execute(select(audit.hash).where(audit.number == number)).scalar()


def _against_the_books(connection: Connection, note: Note) -> Iterator[str]:
    subject = SUBJECTS.get(note.kind)
    if note.kind == LEASE:
        return
    name = f"{note.kind.replace('_', ' ')} {note.subject}"
    if subject is None:
        yield f"an audit row of an unknown kind: {name}"
        return
    row = _row(connection, subject, note.subject)
    if row is None:
        yield f"the {name} is missing: the journal tells of it"
    elif _told_of(row, note.body) != note.body:
        yield f"the {name} was changed since the journal told of it"


def _told_of(row: RowMapping, body: str) -> str:
    """What the books say now of the columns that a row of the journal repeats."""
    try:
        columns = json.loads(body)
    except ValueError:
        return ""
    return canonical({column: row.get(column) for column in columns})


def _row(connection: Connection, subject: Subject, name: str) -> RowMapping | None:
    columns = [subject.table.c[key] for key in subject.keys]
    parts = [name] if len(columns) == 1 else name.split(":")
    query = select(subject.table)
    for column, part in zip(columns, parts, strict=True):
        query = query.where(column == (int(part) if isinstance(column.type, Integer) else part))
    return connection.execute(query).mappings().first()
