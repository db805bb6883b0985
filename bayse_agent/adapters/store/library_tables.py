"""The tables of the library: what was searched for, and the chunks of articles with their vectors.

No money is in them: they may be emptied at any time, and nothing in the books refers to them.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from bayse_agent.adapters.store.columns import Moment, Words
from bayse_agent.adapters.store.tables import ID, WORD, metadata

searches = Table(
    "searches",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("key", ID, nullable=False),
    Column("source", WORD, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answer", Words),
    Index(None, "key"),
    Index(None, "source", "asked_at"),
)
"""`answer` is empty while a question is under way, and stays so when it failed: it still counts."""

chunks = Table(
    "chunks",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", ID, nullable=False, unique=True),
    Column("article_id", ID, nullable=False),
    Column("scope", ID, nullable=False),
    Column("url", Words, nullable=False),
    Column("domain", String(255), nullable=False),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("published_at", Moment),
    Column("retrieved_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("found_by", WORD, nullable=False),
    Column("embedder", String(64), nullable=False),
    Column("embedding", LargeBinary, nullable=False),
    Index(None, "scope"),
    Index(None, "domain"),
    Index(None, "expires_at"),
)

library_state = Table(
    "library_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("purges", Integer, nullable=False),
)
"""One row. `purges` counts how often something was forgotten, so that others notice."""
