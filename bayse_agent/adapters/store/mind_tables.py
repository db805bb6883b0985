"""The tables of what models cost, and of what they were asked and answered.

They complete the metadata of the books.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from bayse_agent.adapters.store.columns import Exact, Moment, Words
from bayse_agent.adapters.store.tables import ID, WORD
from bayse_agent.adapters.store.tables import metadata as metadata

spending = Table(
    "spending",
    metadata,
    Column("id", ID, primary_key=True),
    Column("day", WORD, nullable=False),
    Column("month", WORD, nullable=False),
    Column("model", Words, nullable=False),
    Column("purpose", WORD, nullable=False),
    Column("market_id", ID, nullable=False),
    Column("reserved", Exact, nullable=False),
    Column("reserved_at", Moment, nullable=False),
    Column("cost", Exact),
    Column("tokens_in", Integer),
    Column("tokens_out", Integer),
    Column("settled_at", Moment),
    Index(None, "month"),
    Index(None, "market_id"),
)
"""One row a call. Without a cost it counts with all that was reserved."""

spent = Table(
    "spent",
    metadata,
    Column("period", WORD, primary_key=True),
    Column("amount", Exact, nullable=False),
    Column("calls", Integer, nullable=False),
)
"""The sum of a day or a month, as the caps see it: always that of its rows."""

answers = Table(
    "answers",
    metadata,
    Column("prompt_id", ID, primary_key=True),
    Column("answer_id", ID, nullable=False),
    Column("model", String(200), nullable=False),
    Column("prompt", Words, nullable=False),
    Column("answer", Words, nullable=False),
    Column("at", Moment, nullable=False),
)
