"""The ledger and the audit journal, and the database's own refusal to change what is written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bayse_agent.adapters.store.columns import Exact, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("audit", "fills", "intent_changes", "postings", "settlements")
_FORBIDDEN = ("UPDATE", "DELETE")
_REFUSE = """
CREATE FUNCTION bayse_agent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""


def upgrade() -> None:
    _create_postings()
    _create_audit()
    op.add_column("intent_changes", sa.Column("order_id", sa.String(length=64), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in _APPEND_ONLY:
        if is_postgresql:
            op.execute(f"DROP TRIGGER append_only_{table} ON {table}")
            op.execute(f"DROP TRIGGER append_only_{table}_all ON {table}")
        else:
            for act in _FORBIDDEN:
                op.execute(f"DROP TRIGGER append_only_{table}_{act.lower()}")
    if is_postgresql:
        op.execute("DROP FUNCTION bayse_agent_append_only()")
    with op.batch_alter_table("intent_changes") as batch:
        batch.drop_column("order_id")
    op.drop_table("audit")
    op.drop_table("postings")


def _guard_sqlite() -> None:
    for table in _APPEND_ONLY:
        for act in _FORBIDDEN:
            op.execute(
                f"CREATE TRIGGER append_only_{table}_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _guard_postgresql() -> None:
    op.execute(_REFUSE)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only_{table} BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION bayse_agent_append_only()"
        )
        op.execute(
            f"CREATE TRIGGER append_only_{table}_all BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION bayse_agent_append_only()"
        )


def _create_postings() -> None:
    op.create_table(
        "postings",
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("market_id", sa.String(length=64), nullable=True),
        sa.Column("outcome_id", sa.String(length=64), nullable=True),
        sa.Column("currency", sa.String(length=32), nullable=False),
        sa.Column("amount", Exact(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("entry", "line", name=op.f("pk_postings")),
        sa.UniqueConstraint(
            "cause", "subject", "line", name=op.f("uq_postings_cause_subject_line")
        ),
    )


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
