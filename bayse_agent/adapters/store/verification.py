"""Finds what was changed behind the books' back: journal against journal, journal against books."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.audit import LEASE, START, SUBJECTS, Note, Subject, canonical
from bayse_agent.adapters.store.audit import hash_of as audit_hash
from bayse_agent.domain.order import IntentStatus

_Bodies = dict[str, dict[str, str]]
"""What the journal says, by kind and subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an audit found, in words; nothing when all is well.

    `rows` is how long the journal is, `head` the hash of its last row: whoever has written that
    down elsewhere can tell whether the end of the journal was cut off or made anew.
    """

    rows: int
    head: str
    findings: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    """The journal, as it was read."""

    findings: list[str] = field(default_factory=list)
    bodies: _Bodies = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    hashes: set[str] = field(default_factory=set)
    lease: str | None = None
    rows: int = 0
    head: str = START


def verify(connection: Connection, head: str | None = None) -> Verdict:
    """Compute the chain anew, and hold every row against what it speaks of.

    `head` is one that was noted earlier: a row with that hash must be there.
    """
    reading = _read(connection)
    found = list(reading.findings)
    for subject in SUBJECTS.values():
        found += _compare(connection, subject, reading.bodies.get(subject.kind, {}))
    if head is not None and head not in reading.hashes:
        found.append(
            f"no audit row has the head that was noted, {head}: rows were lost or made anew"
        )
    found += _standing_of_intents(connection, reading)
    found += _orders(connection, reading)
    found += _lease(connection, reading)
    return Verdict(rows=reading.rows, head=reading.head, findings=tuple(found))


def _read(connection: Connection) -> _Reading:
    reading = _Reading()
    query = select(tables.audit).order_by(tables.audit.c.number)
    for row in connection.execute(query):
        expected = reading.rows + 1
        if row.number != expected:
            reading.findings.append(f"audit row {expected} is missing: {row.number} follows")
        note = Note(kind=row.kind, subject=row.subject, body=row.body, at=row.at)
        if row.previous != reading.head:
            reading.findings.append(f"audit row {row.number} does not follow the one before it")
        if row.hash != audit_hash(row.number, note, row.mode, row.previous):
            reading.findings.append(f"audit row {row.number} was changed: {row.kind} {row.subject}")
        reading.rows, reading.head = row.number, row.hash
        reading.hashes.add(row.hash)
        _take(reading, note)
    return reading


def _take(reading: _Reading, note: Note) -> None:
    """Keep what a row says, by what it speaks of."""
    if note.kind == LEASE:
        reading.lease = note.body
        return
    if note.kind not in SUBJECTS:
        reading.findings.append(f"an audit row of an unknown kind: {note.kind} {note.subject}")
        return
    bodies = reading.bodies.setdefault(note.kind, {})
    if note.subject in bodies:
        reading.findings.append(f"two audit rows tell of the {_named(note.kind)} {note.subject}")
    bodies[note.subject] = note.body
    if note.kind == "intent_change":
        told = _parsed(note.body)
        reading.statuses[str(told.get("intent_id"))] = str(told.get("status"))
        if told.get("order_id") is not None:
            reading.orders[str(told["order_id"])] = str(told.get("intent_id"))


def _compare(connection: Connection, subject: Subject, bodies: dict[str, str]) -> Iterator[str]:
    """Rows that are not as the journal says, that it does not know, and that are gone."""
    left, name = dict(bodies), _named(subject.kind)
    for row in connection.execute(select(subject.table)).mappings():
        values = dict(row)
        if not subject.is_there(values):
            continue
        key = subject.name(values)
        body = left.pop(key, None)
        if body is None:
            yield f"no audit row tells of the {name} {key}: it was inserted"
            continue
        told = _parsed(body)
        # Columns that came later are not in older rows.
        found = canonical({column: values.get(column) for column in told})
        if found != body:
            yield f"the {name} {key} was changed: {_difference(told, _parsed(found))}"
    for key in left:
        yield f"the {name} {key} is missing: the journal tells of it"


def _standing_of_intents(connection: Connection, reading: _Reading) -> Iterator[str]:
    intents = tables.intents.c
    for row in connection.execute(select(intents.id, intents.status).order_by(intents.number)):
        told = reading.statuses.get(row.id, IntentStatus.PENDING.value)
        if row.status != told:
            yield f"the intent {row.id} was changed: status is {row.status}, was {told}"


def _orders(connection: Connection, reading: _Reading) -> Iterator[str]:
    """Orders against the changes that told of them, where these say which order it was."""
    left = dict(reading.orders)
    orders = tables.orders.c
    for row in connection.execute(select(orders.id, orders.intent_id)):
        told = left.pop(row.id, None)
        if told is not None and told != row.intent_id:
            yield f"the order {row.id} was changed: it is of {row.intent_id}, was of {told}"
    for order_id in left:
        yield f"the order {order_id} is missing: the journal tells of it"


def _lease(connection: Connection, reading: _Reading) -> Iterator[str]:
    row = connection.execute(select(tables.lease)).mappings().first()
    if row is None:
        yield "the lease is missing"
    elif reading.lease is not None:
        found = canonical({name: row[name] for name in ("token", "holder", "since")})
        if found != reading.lease:
            yield f"the lease was changed: {_difference(_parsed(reading.lease), _parsed(found))}"
    elif row["token"] != 0:
        yield "the lease was changed: the journal tells of no holder"


def _parsed(body: str) -> dict[str, object]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _difference(told: dict[str, object], found: dict[str, object]) -> str:
    parts = [
        f"{name} is {found.get(name)!r}, was {told[name]!r}"
        for name in told
        if told[name] != found.get(name)
    ]
    return ", ".join(parts) or "it is not as it was written"


def _named(kind: str) -> str:
    return kind.replace("_", " ")
