"""Several looks at one market at one moment, that may rest on one forecast."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("looks") as batch:
        batch.drop_constraint("uq_looks_forecast_id", type_="unique")
        batch.drop_constraint("uq_looks_market_id_at", type_="unique")
        batch.create_index("ix_looks_market_id_at", ["market_id", "at"])
        batch.create_index("ix_looks_forecast_id", ["forecast_id"])


def downgrade() -> None:
    op.execute(
        "DELETE FROM looks WHERE id NOT IN (SELECT min(id) FROM looks GROUP BY market_id, at)"
    )
    op.execute(
        "DELETE FROM looks WHERE forecast_id IS NOT NULL AND id NOT IN "
        "(SELECT min(id) FROM looks WHERE forecast_id IS NOT NULL GROUP BY forecast_id)"
    )
    with op.batch_alter_table("looks") as batch:
        batch.drop_index("ix_looks_forecast_id")
        batch.drop_index("ix_looks_market_id_at")
        batch.create_unique_constraint("uq_looks_market_id_at", ["market_id", "at"])
        batch.create_unique_constraint("uq_looks_forecast_id", ["forecast_id"])
