"""The tables of who may use the service, and of what came in through its doors."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from bayse_agent.adapters.store.columns import Moment, Words
from bayse_agent.adapters.store.tables import ID, WORD
from bayse_agent.adapters.store.tables import metadata as metadata

people = Table(
    "people",
    metadata,
    Column("name", ID, primary_key=True),
    Column("password_hash", Words, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("person", ID, ForeignKey("people.name"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("refresh_hash", String(64), nullable=False),
    Column("stepped_up_at", Moment),
    Column("ended_at", Moment),
    Column("ended_why", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Index(None, "person"),
)
"""One login each. Only the newest refresh token of a session is good."""

second_factors = Table(
    "second_factors",
    metadata,
    Column("person", ID, ForeignKey("people.name"), primary_key=True),
    Column("seed", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("used_step", Integer, nullable=False),
)
"""What codes are made from, together with the service's own secret: alone it is worth nothing.

`used_step`: the newest half minute whose code was taken; it and older ones are not taken again.
"""

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("person", ID, ForeignKey("people.name"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment),
)
"""Ways in for who has lost his second factor, each good once: what is kept of one is its hash."""

tokens = Table(
    "tokens",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Words, nullable=False),
    Column("scope", WORD, nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("made_by", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)
"""Keys of scripts: what is kept of one is its hash."""

doorbells = Table(
    "doorbells",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("at", Moment, nullable=False),
    Index(None, "at"),
)
"""Webhooks that came, by their ids, so that none counts twice."""

clearings = Table(
    "clearings",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("signals_to", Integer, nullable=False),
    Column("intents_to", Integer, nullable=False),
)
"""Signals up to these numbers are not listed any more. They stay in the books."""

access_log = Table(
    "access_log",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("who", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("detail", Words, nullable=False),
)

followers = Table(
    "followers",
    metadata,
    Column("name", ID, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("state", Words, nullable=False),
)
"""How far into the audit journal somebody has read who must not miss a row, nor tell it twice."""
