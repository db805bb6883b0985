"""The table of how price windows closed, and what their settlement proved of the venue's rule."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, String, Table

from bayse_agent.adapters.store.columns import Moment
from bayse_agent.adapters.store.tables import ID, WORD, metadata

closings = Table(
    "window_closings",
    metadata,
    Column("market_id", ID, ForeignKey("markets.id"), primary_key=True),
    Column("series", String(128), nullable=False),
    Column("symbol", WORD, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("last_price", Float, nullable=False),
    Column("average", Float, nullable=False),
    Column("noted_at", Moment, nullable=False),
    Column("held", WORD),
    Column("threshold", Float),
    Column("close_value", Float),
    Column("outcome1_won", Boolean),
    Column("proved_at", Moment),
    Index(None, "series", "symbol", "closes_at"),
)
"""`held` is empty until the window is settled; empty `series` and `symbol` are none."""
