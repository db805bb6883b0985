"""Forecasts that are made of others, and the evidence that they rest on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bayse_agent.adapters.store.columns import Moment, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ADDED = ("pool_id", "weight", "is_pooled", "prompts", "without")


def upgrade() -> None:
    with op.batch_alter_table("forecasts") as batch:
        batch.add_column(sa.Column("pool_id", sa.String(64), nullable=True))
        batch.add_column(sa.Column("weight", sa.Float(), nullable=True))
        batch.add_column(
            sa.Column("is_pooled", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("prompts", Words(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("without", Words(), nullable=False, server_default="[]"))
        batch.create_foreign_key("fk_forecasts_pool_id", "forecasts", ["pool_id"], ["id"])
        batch.create_index("ix_forecasts_pool_id", ["pool_id"])
    op.create_table(
        "evidence",
        sa.Column("forecast_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("snippet_id", sa.String(64), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("domain", Words(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("retrieved_at", Moment(), nullable=False),
        sa.Column("found_by", Words(), nullable=False),
        sa.Column("claim", Words(), nullable=False),
        sa.Column("quote", Words(), nullable=False),
        sa.Column("stance", sa.Integer(), nullable=False),
        sa.Column("contribution", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("forecast_id", "number", name="pk_evidence"),
        sa.ForeignKeyConstraint(["forecast_id"], ["forecasts.id"], name="fk_evidence_forecast_id"),
    )


def downgrade() -> None:
    op.drop_table("evidence")
    # Parts of a pool are no forecasts of their own in older books.
    parts = "SELECT id FROM forecasts WHERE pool_id IS NOT NULL"
    op.execute(f"DELETE FROM scores WHERE forecast_id IN ({parts})")
    op.execute("DELETE FROM forecasts WHERE pool_id IS NOT NULL")
    with op.batch_alter_table("forecasts") as batch:
        batch.drop_index("ix_forecasts_pool_id")
        batch.drop_constraint("fk_forecasts_pool_id", type_="foreignkey")
        for name in _ADDED:
            batch.drop_column(name)
