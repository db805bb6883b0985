"""What language models cost, what they were asked, and what they answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bayse_agent.adapters.store.columns import Exact, Moment, Words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("day", sa.String(32), nullable=False),
        sa.Column("month", sa.String(32), nullable=False),
        sa.Column("model", Words(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("market_id", sa.String(64), nullable=False),
        sa.Column("reserved", Exact(), nullable=False),
        sa.Column("reserved_at", Moment(), nullable=False),
        sa.Column("cost", Exact(), nullable=True),
        sa.Column("tokens_in", sa.Integer(), nullable=True),
        sa.Column("tokens_out", sa.Integer(), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_spending"),
    )
    op.create_index("ix_spending_month", "spending", ["month"])
    op.create_index("ix_spending_market_id", "spending", ["market_id"])
    op.create_table(
        "spent",
        sa.Column("period", sa.String(32), nullable=False),
        sa.Column("amount", Exact(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("period", name="pk_spent"),
    )
    op.create_table(
        "answers",
        sa.Column("prompt_id", sa.String(64), nullable=False),
        sa.Column("answer_id", sa.String(64), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("prompt", Words(), nullable=False),
        sa.Column("answer", Words(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("prompt_id", name="pk_answers"),
    )


def downgrade() -> None:
    for table in ("answers", "spent", "spending"):
        op.drop_table(table)
