"""The audit journal: one row for everything that matters, each holding on to the one before.

A row's hash covers the row and the hash before it, and its body repeats what the books say of the
thing. Whoever changes one of them later is found out by the other (`verification.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256

from sqlalchemy import Connection, Table, insert, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.columns import cleaned
from bayse_agent.domain.command import CommandStatus
from bayse_agent.domain.control import Lease
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.signal import SignalStatus

START = "0" * 64
"""What the first row holds on to."""

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A kind of thing that is audited: which table has it, by which keys, and what is repeated.

    `is_there`: whether a row of the table has this part yet.
    """

    kind: str
    table: Table
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    is_there: Callable[[Values], bool] = lambda row: True

    def name(self, values: Values) -> str:
        return ":".join(str(values[key]) for key in self.keys)

    def body(self, values: Values) -> str:
        return canonical({column: values.get(column) for column in self.columns})


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One row to be."""

    kind: str
    subject: str
    body: str
    at: datetime


def canonical(values: Values) -> str:
    """Values as the one JSON text that they have, whatever database they went through."""
    plain = {name: _plain(value) for name, value in values.items()}
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> object:
    match value:
        case str():
            return cleaned(value)
        case Decimal():
            return format(value.normalize(), "f")
        case datetime():
            return moment(value)
        case bytes():
            return f"sha256:{sha256(value).hexdigest()}"
        case None | bool() | int():
            return value
    raise BrokenInvariant(f"not to be audited: {value!r}")


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def hash_of(number: int, note: Note, mode: str, previous: str) -> str:
    """The hash of a row: over everything in it, and the hash before."""
    parts = [number, moment(note.at), mode, note.kind, note.subject, note.body, previous]
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def note(kind: str, values: Values, at: datetime) -> Note:
    """What a kind's row in the books says of it."""
    subject = SUBJECTS[kind]
    return Note(kind=kind, subject=subject.name(values), body=subject.body(values), at=at)


_audit = tables.audit.c
_INSERT = insert(tables.audit)
_HEAD = select(_audit.number, _audit.hash).order_by(_audit.number.desc()).limit(1)


def head(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last row; 0 and the start when there is none."""
    row = connection.execute(_HEAD).first()
    return (0, START) if row is None else (row.number, row.hash)


def append(connection: Connection, mode: str, notes: Sequence[Note]) -> None:
    """Write rows at the end of the journal, in the transaction of what they tell of."""
    number, previous = head(connection)
    rows = []
    for one in notes:
        number += 1
        digest = hash_of(number, one, mode, previous)
        rows.append(
            {
                "number": number,
                "at": one.at,
                "mode": mode,
                "kind": one.kind,
                "subject": one.subject,
                "body": one.body,
                "previous": previous,
                "hash": digest,
            }
        )
        previous = digest
    if rows:
        connection.execute(_INSERT, rows)


def _columns(table: Table, *but: str) -> tuple[str, ...]:
    return tuple(column.name for column in table.c if column.name not in but)


def _is_finished(row: Values) -> bool:
    return row["status"] != CommandStatus.PENDING.value


def _is_decided(row: Values) -> bool:
    return row["status"] != SignalStatus.PENDING.value


_END_OF_COMMAND = ("status", "result", "finished_at")
_END_OF_SIGNAL = ("status", "decided_by", "decided_at", "note")

SUBJECTS = {
    subject.kind: subject
    for subject in (
        Subject(kind="run", table=tables.runs, keys=("id",), columns=_columns(tables.runs)),
        Subject(
            kind="deposit", table=tables.deposits, keys=("id",), columns=_columns(tables.deposits)
        ),
        Subject(
            kind="control", table=tables.control, keys=("epoch",), columns=_columns(tables.control)
        ),
        Subject(
            kind="limits", table=tables.limits, keys=("version",), columns=_columns(tables.limits)
        ),
        Subject(
            kind="command",
            table=tables.commands,
            keys=("id",),
            columns=_columns(tables.commands, "number", *_END_OF_COMMAND),
        ),
        Subject(
            kind="command_end",
            table=tables.commands,
            keys=("id",),
            columns=_END_OF_COMMAND,
            is_there=_is_finished,
        ),
        Subject(
            kind="signal",
            table=tables.signals,
            keys=("id",),
            columns=_columns(tables.signals, "number", *_END_OF_SIGNAL),
        ),
        Subject(
            kind="signal_end",
            table=tables.signals,
            keys=("id",),
            columns=_END_OF_SIGNAL,
            is_there=_is_decided,
        ),
        Subject(
            kind="intent",
            table=tables.intents,
            keys=("id",),
            # What became of it is told by its changes.
            columns=_columns(tables.intents, "status", "changed_at"),
        ),
        Subject(
            kind="intent_change",
            table=tables.intent_changes,
            keys=("id",),
            columns=_columns(tables.intent_changes),
        ),
        Subject(kind="fill", table=tables.fills, keys=("id",), columns=_columns(tables.fills)),
        Subject(
            kind="settlement",
            table=tables.settlements,
            keys=("market_id", "outcome_id", "currency"),
            columns=_columns(tables.settlements),
        ),
    )
}
LEASE = "lease"
"""The one kind that has no row for each of its changes: its table has the last one only."""


def note_of_lease(lease: Lease) -> Note:
    body = canonical({"token": lease.token, "holder": lease.holder, "since": lease.since})
    return Note(kind=LEASE, subject=str(lease.token), body=body, at=lease.since)
