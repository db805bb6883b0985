"""The library: searches, and chunks of articles with their vectors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bayse_agent.adapters.store.columns import Moment, Words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "searches",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("answer", Words(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_searches"),
    )
    op.create_index("ix_searches_key", "searches", ["key"])
    op.create_index("ix_searches_source_asked_at", "searches", ["source", "asked_at"])
    op.create_table(
        "chunks",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("article_id", sa.String(64), nullable=False),
        sa.Column("scope", sa.String(64), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("domain", sa.String(255), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("text", Words(), nullable=False),
        sa.Column("published_at", Moment(), nullable=True),
        sa.Column("retrieved_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("found_by", sa.String(32), nullable=False),
        sa.Column("embedder", sa.String(64), nullable=False),
        sa.Column("embedding", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_chunks"),
        sa.UniqueConstraint("id", name="uq_chunks_id"),
    )
    for column in ("scope", "domain", "expires_at"):
        op.create_index(f"ix_chunks_{column}", "chunks", [column])
    op.create_table(
        "library_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purges", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_library_state"),
    )


def downgrade() -> None:
    # Made by the library itself where the database knows vectors.
    op.execute("DROP TABLE IF EXISTS chunk_vectors")
    for table in ("library_state", "chunks", "searches"):
        op.drop_table(table)
