"""The first books: runs, markets, forecasts, looks, intents, orders, fills, settlements, scores."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bayse_agent.adapters.store.columns import Exact, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_deposits()
    _create_listings()
    _create_markets()
    _create_runs()
    _create_forecasts()
    _create_settlements()
    _create_intents()
    _create_looks()
    _create_scores()
    _create_fills()
    _create_intent_changes()
    _create_orders()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


_TABLES = (
    "deposits",
    "listings",
    "markets",
    "runs",
    "forecasts",
    "settlements",
    "intents",
    "looks",
    "scores",
    "fills",
    "intent_changes",
    "orders",
)


def _create_deposits() -> None:
    op.create_table(
        "deposits",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=32), nullable=False),
        sa.Column("amount", Exact(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposits")),
    )


def _create_listings() -> None:
    op.create_table(
        "listings",
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.Column("read_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_listings")),
    )


def _create_markets() -> None:
    op.create_table(
        "markets",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("engine", sa.String(length=32), nullable=False),
        sa.Column("outcome1_id", sa.String(length=64), nullable=False),
        sa.Column("outcome2_id", sa.String(length=64), nullable=False),
        sa.Column("label1", sa.Text(), nullable=False),
        sa.Column("label2", sa.Text(), nullable=False),
        sa.Column("series", sa.String(length=128), nullable=True),
        sa.Column("symbol", sa.String(length=32), nullable=True),
        sa.Column("opens_at", Moment(), nullable=True),
        sa.Column("closes_at", Moment(), nullable=True),
        sa.Column("resolves_at", Moment(), nullable=True),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("winner_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_markets")),
    )
    op.create_index(op.f("ix_markets_settled_at"), "markets", ["settled_at"], unique=False)


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )


def _create_forecasts() -> None:
    op.create_table(
        "forecasts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("market_id", sa.String(length=64), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("standard_error", sa.Float(), nullable=False),
        sa.Column("market_price", Exact(), nullable=True),
        sa.Column("threshold", Exact(), nullable=True),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["market_id"], ["markets.id"], name=op.f("fk_forecasts_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecasts")),
    )
    op.create_index(op.f("ix_forecasts_market_id"), "forecasts", ["market_id"], unique=False)


def _create_settlements() -> None:
    op.create_table(
        "settlements",
        sa.Column("market_id", sa.String(length=64), nullable=False),
        sa.Column("outcome_id", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("winner_id", sa.String(length=64), nullable=True),
        sa.Column("shares", Exact(), nullable=False),
        sa.Column("payout", Exact(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.id"], name=op.f("fk_settlements_market_id")
        ),
        sa.PrimaryKeyConstraint("market_id", "outcome_id", "currency", name=op.f("pk_settlements")),
        sa.UniqueConstraint("number", name=op.f("uq_settlements_number")),
    )


def _create_intents() -> None:
    op.create_table(
        "intents",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("forecast_id", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("market_id", sa.String(length=64), nullable=False),
        sa.Column("engine", sa.String(length=32), nullable=False),
        sa.Column("outcome_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=32), nullable=False),
        sa.Column("amount", Exact(), nullable=False),
        sa.Column("worst_price", Exact(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["forecast_id"], ["forecasts.id"], name=op.f("fk_intents_forecast_id")
        ),
        sa.ForeignKeyConstraint(["market_id"], ["markets.id"], name=op.f("fk_intents_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intents")),
        sa.UniqueConstraint("number", name=op.f("uq_intents_number")),
    )
    op.create_index(op.f("ix_intents_market_id"), "intents", ["market_id"], unique=False)
    op.create_index(op.f("ix_intents_status"), "intents", ["status"], unique=False)


def _create_looks() -> None:
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("market_id", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("forecast_id", sa.String(length=64), nullable=True),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["forecast_id"], ["forecasts.id"], name=op.f("fk_looks_forecast_id")
        ),
        sa.ForeignKeyConstraint(["market_id"], ["markets.id"], name=op.f("fk_looks_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
        sa.UniqueConstraint("forecast_id", name=op.f("uq_looks_forecast_id")),
        sa.UniqueConstraint("market_id", "at", name=op.f("uq_looks_market_id_at")),
    )


def _create_scores() -> None:
    op.create_table(
        "scores",
        sa.Column("forecast_id", sa.String(length=64), nullable=False),
        sa.Column("market_id", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.Column("brier_agent", sa.Float(), nullable=False),
        sa.Column("brier_market", sa.Float(), nullable=True),
        sa.Column("log_loss_agent", sa.Float(), nullable=False),
        sa.Column("log_loss_market", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["forecast_id"], ["forecasts.id"], name=op.f("fk_scores_forecast_id")
        ),
        sa.ForeignKeyConstraint(["market_id"], ["markets.id"], name=op.f("fk_scores_market_id")),
        sa.PrimaryKeyConstraint("forecast_id", name=op.f("pk_scores")),
    )
    op.create_index(op.f("ix_scores_market_id"), "scores", ["market_id"], unique=False)


def _create_fills() -> None:
    op.create_table(
        "fills",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("intent_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("market_id", sa.String(length=64), nullable=False),
        sa.Column("outcome_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=32), nullable=False),
        sa.Column("shares", Exact(), nullable=False),
        sa.Column("price", Exact(), nullable=False),
        sa.Column("cash", Exact(), nullable=False),
        sa.Column("fee", Exact(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["intent_id"], ["intents.id"], name=op.f("fk_fills_intent_id")),
        sa.ForeignKeyConstraint(["market_id"], ["markets.id"], name=op.f("fk_fills_market_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fills")),
        sa.UniqueConstraint("number", name=op.f("uq_fills_number")),
    )
    op.create_index(op.f("ix_fills_intent_id"), "fills", ["intent_id"], unique=False)


def _create_intent_changes() -> None:
    op.create_table(
        "intent_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("intent_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("shows_absence", sa.Boolean(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intent_id"], ["intents.id"], name=op.f("fk_intent_changes_intent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intent_changes")),
    )
    op.create_index(
        op.f("ix_intent_changes_intent_id"), "intent_changes", ["intent_id"], unique=False
    )


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("intent_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("filled", Exact(), nullable=False),
        sa.Column("average_price", Exact(), nullable=True),
        sa.Column("read_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["intent_id"], ["intents.id"], name=op.f("fk_orders_intent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("intent_id", name=op.f("uq_orders_intent_id")),
    )
