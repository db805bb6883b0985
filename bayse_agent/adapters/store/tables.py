"""The tables of the agent's books. Each change here is a new revision under `migrations/`.

Unique keys make double entry impossible: an intent, a fill, a settlement can be written once.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

from bayse_agent.adapters.store.columns import Exact, Moment, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(64)
WORD = String(32)

runs = Table(
    "runs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("mode", WORD, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("options", Words, nullable=False),
)

deposits = Table(
    "deposits",
    metadata,
    Column("id", ID, primary_key=True),
    Column("currency", WORD, nullable=False),
    Column("amount", Exact, nullable=False),
    Column("at", Moment, nullable=False),
)

listings = Table(
    "listings",
    metadata,
    Column("source", String(128), primary_key=True),
    Column("read_at", Moment, nullable=False),
)

markets = Table(
    "markets",
    metadata,
    Column("id", ID, primary_key=True),
    Column("event_id", ID, nullable=False),
    Column("title", Words, nullable=False),
    Column("engine", WORD, nullable=False),
    Column("outcome1_id", ID, nullable=False),
    Column("outcome2_id", ID, nullable=False),
    Column("label1", Words, nullable=False),
    Column("label2", Words, nullable=False),
    Column("series", String(128)),
    Column("symbol", WORD),
    Column("opens_at", Moment),
    Column("closes_at", Moment),
    Column("resolves_at", Moment),
    Column("seen_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("winner_id", ID),
    Column("category", Words),
    Index(None, "settled_at"),
)

forecasts = Table(
    "forecasts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("market_id", ID, ForeignKey("markets.id"), nullable=False),
    Column("author", String(64), nullable=False),
    Column("probability", Float, nullable=False),
    Column("standard_error", Float, nullable=False),
    Column("market_price", Exact),
    Column("threshold", Exact),
    Column("rationale", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("pool_id", ID, ForeignKey("forecasts.id")),
    Column("weight", Float),
    Column("is_pooled", Boolean, nullable=False, server_default=false()),
    Column("prompts", Words, nullable=False, server_default="[]"),
    Column("without", Words, nullable=False, server_default="[]"),
    Index(None, "market_id"),
    Index(None, "pool_id"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("forecast_id", ID, ForeignKey("forecasts.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("snippet_id", ID, nullable=False),
    Column("url", Words, nullable=False),
    Column("domain", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("published_at", Moment),
    Column("retrieved_at", Moment, nullable=False),
    Column("found_by", Words, nullable=False),
    Column("claim", Words, nullable=False),
    Column("quote", Words, nullable=False),
    Column("stance", Integer, nullable=False),
    Column("contribution", Float, nullable=False),
)

looks = Table(
    "looks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("market_id", ID, ForeignKey("markets.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", WORD, nullable=False),
    Column("forecast_id", ID, ForeignKey("forecasts.id")),
    Column("inputs", Words, nullable=False),
    Column("intent_id", ID, ForeignKey("intents.id"), unique=True),
    Column("mode", WORD, nullable=False),
    Index(None, "market_id", "at"),
    Index(None, "forecast_id"),
)

intents = Table(
    "intents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("forecast_id", ID, ForeignKey("forecasts.id")),
    Column("event_id", ID, nullable=False),
    Column("market_id", ID, ForeignKey("markets.id"), nullable=False),
    Column("engine", WORD, nullable=False),
    Column("outcome_id", ID, nullable=False),
    Column("side", WORD, nullable=False),
    Column("currency", WORD, nullable=False),
    Column("amount", Exact, nullable=False),
    Column("worst_price", Exact, nullable=False),
    Column("status", WORD, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("source", WORD, nullable=False),
    Column("cause", Words, nullable=False),
    Column("route", Words, nullable=False),
    Column("key", Words),
    Column("body", LargeBinary, nullable=False),
    Column("lease_token", Integer, nullable=False),
    Column("control_epoch", Integer, nullable=False),
    Column("limits_version", Integer, nullable=False),
    Column("mode", WORD, nullable=False),
    Index(None, "status"),
    Index(None, "market_id"),
)

intent_changes = Table(
    "intent_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("intent_id", ID, ForeignKey("intents.id"), nullable=False),
    Column("status", WORD, nullable=False),
    Column("proof", Words, nullable=False),
    Column("shows_absence", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("order_id", ID),
    Index(None, "intent_id"),
)

orders = Table(
    "orders",
    metadata,
    Column("id", ID, primary_key=True),
    Column("intent_id", ID, ForeignKey("intents.id"), nullable=False, unique=True),
    Column("status", WORD, nullable=False),
    Column("filled", Exact, nullable=False),
    Column("average_price", Exact),
    Column("read_at", Moment, nullable=False),
)

fills = Table(
    "fills",
    metadata,
    Column("id", ID, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("intent_id", ID, ForeignKey("intents.id"), nullable=False),
    Column("order_id", ID, nullable=False),
    Column("market_id", ID, ForeignKey("markets.id"), nullable=False),
    Column("outcome_id", ID, nullable=False),
    Column("side", WORD, nullable=False),
    Column("currency", WORD, nullable=False),
    Column("shares", Exact, nullable=False),
    Column("price", Exact, nullable=False),
    Column("cash", Exact, nullable=False),
    Column("fee", Exact, nullable=False),
    Column("at", Moment, nullable=False),
    Column("mode", WORD, nullable=False),
    Index(None, "intent_id"),
)

settlements = Table(
    "settlements",
    metadata,
    Column("market_id", ID, ForeignKey("markets.id"), primary_key=True),
    Column("outcome_id", ID, primary_key=True),
    Column("currency", WORD, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("winner_id", ID),
    Column("shares", Exact, nullable=False),
    Column("payout", Exact, nullable=False),
    Column("at", Moment, nullable=False),
    Column("mode", WORD, nullable=False),
)

scores = Table(
    "scores",
    metadata,
    Column("forecast_id", ID, ForeignKey("forecasts.id"), primary_key=True),
    Column("market_id", ID, ForeignKey("markets.id"), nullable=False),
    Column("outcome", Integer, nullable=False),
    Column("brier_agent", Float, nullable=False),
    Column("brier_market", Float),
    Column("log_loss_agent", Float, nullable=False),
    Column("log_loss_market", Float),
    Index(None, "market_id"),
)

lease = Table(
    "lease",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("token", Integer, nullable=False),
    Column("holder", Words, nullable=False),
    Column("since", Moment),
)
"""One row. Whoever writes holds on to it while he does, so that nobody else can take it."""

control = Table(
    "control",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("state", WORD, nullable=False),
    Column("reason", Words, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

limits = Table(
    "limits",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Words, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

commands = Table(
    "commands",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(128), nullable=False, unique=True),
    Column("kind", WORD, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("arguments", Words, nullable=False),
    Column("status", WORD, nullable=False),
    Column("result", Words, nullable=False),
    Column("finished_at", Moment),
    Index(None, "status"),
)

signals = Table(
    "signals",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", ID, nullable=False, unique=True),
    Column("source", WORD, nullable=False),
    Column("event_id", ID, nullable=False),
    Column("engine", WORD, nullable=False),
    Column("market_id", ID, nullable=False),
    Column("outcome_id", ID, nullable=False),
    Column("side", WORD, nullable=False),
    Column("currency", WORD, nullable=False),
    Column("amount", Exact, nullable=False),
    Column("worst_price", Exact, nullable=False),
    Column("forecast_id", ID),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("inputs", Words, nullable=False),
    Column("status", WORD, nullable=False),
    Column("decided_by", Words),
    Column("decided_at", Moment),
    Column("note", Words, nullable=False),
    Column("mode", WORD, nullable=False),
    Column("places_at", Moment),
    Index(None, "status"),
)

equity = Table(
    "equity",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("currency", WORD, nullable=False),
    Column("at", Moment, nullable=False),
    Column("value", Exact, nullable=False),
    Column("cash", Exact, nullable=False),
    Column("wallet", Exact, nullable=False),
    Column("deposits", Exact, nullable=False),
    Column("best_profit", Exact),
    Column("mode", WORD, nullable=False),
    Index(None, "currency"),
)
"""`best_profit`: the highest value less deposits that was confirmed. A transfer leaves it alone."""

touches = Table(
    "touches",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("market_id", ID, nullable=False),
    Column("outcome_id", ID, nullable=False),
    Column("currency", WORD, nullable=False),
    Column("at", Moment, nullable=False),
    Column("source_at", Moment, nullable=False),
    Column("bid", Exact),
    Column("bid_shares", Exact),
    Column("ask", Exact),
    Column("ask_shares", Exact),
    Index(None, "outcome_id"),
)

marks = Table(
    "marks",
    metadata,
    Column("market_id", ID, primary_key=True),
    Column("outcome_id", ID, primary_key=True),
    Column("price", Exact, nullable=False),
    Column("at", Moment, nullable=False),
)

postings = Table(
    "postings",
    metadata,
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("cause", WORD, nullable=False),
    Column("subject", Words, nullable=False),
    Column("account", WORD, nullable=False),
    Column("market_id", ID),
    Column("outcome_id", ID),
    Column("currency", WORD, nullable=False),
    Column("amount", Exact, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("cause", "subject", "line"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("mode", WORD, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("subject", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

APPEND_ONLY = ("audit", "fills", "intent_changes", "postings", "settlements")
"""Tables of which the database itself lets nobody change or delete a row."""
