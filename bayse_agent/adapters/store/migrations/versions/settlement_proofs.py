"""How price windows closed, and what their settlement proved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bayse_agent.adapters.store.columns import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLE = "window_closings"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("market_id", sa.String(64), nullable=False),
        sa.Column("series", sa.String(128), nullable=False),
        sa.Column("symbol", sa.String(32), nullable=False),
        sa.Column("closes_at", Moment(), nullable=False),
        sa.Column("last_price", sa.Float(), nullable=False),
        sa.Column("average", sa.Float(), nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        sa.Column("held", sa.String(32), nullable=True),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("close_value", sa.Float(), nullable=True),
        sa.Column("outcome1_won", sa.Boolean(), nullable=True),
        sa.Column("proved_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("market_id", name="pk_window_closings"),
        sa.ForeignKeyConstraint(["market_id"], ["markets.id"], name="fk_window_closings_market_id"),
    )
    op.create_index(
        "ix_window_closings_series_symbol_closes_at", _TABLE, ["series", "symbol", "closes_at"]
    )


def downgrade() -> None:
    op.drop_table(_TABLE)
