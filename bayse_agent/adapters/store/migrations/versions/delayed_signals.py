"""When a waiting signal is placed by itself, unless a person says no before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bayse_agent.adapters.store.columns import Moment

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signals") as batch:
        batch.add_column(sa.Column("places_at", Moment(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("signals") as batch:
        batch.drop_column("places_at")
