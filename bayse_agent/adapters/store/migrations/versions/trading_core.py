"""The trading core: lease, trading state, commands, limits, signals, equity, sealed requests."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from bayse_agent.adapters.store.columns import Exact, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WITH_MODE = ("looks", "intents", "fills", "settlements")
_NO_MODE = ""


def upgrade() -> None:
    _create_lease()
    _create_control()
    _create_limits()
    _create_commands()
    _create_signals()
    _create_equity()
    _create_touches()
    _create_marks()
    op.add_column("markets", sa.Column("category", sa.Text(), nullable=True))
    _widen_intents()
    _widen_looks()
    for table in ("fills", "settlements"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(_mode())
    _set_modes()


def downgrade() -> None:
    # What no forecast stands behind has no place in the first books.
    for table in ("fills", "intent_changes", "orders"):
        op.execute(
            f"DELETE FROM {table} WHERE intent_id IN "
            "(SELECT id FROM intents WHERE forecast_id IS NULL)"
        )
    for table in ("fills", "settlements"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("mode")
    with op.batch_alter_table("looks") as batch:
        batch.drop_constraint("fk_looks_intent_id", type_="foreignkey")
        batch.drop_constraint("uq_looks_intent_id", type_="unique")
        batch.drop_column("intent_id")
        batch.drop_column("mode")
    _narrow_intents()
    with op.batch_alter_table("markets") as batch:
        batch.drop_column("category")
    for table in (
        "marks",
        "touches",
        "equity",
        "signals",
        "commands",
        "limits",
        "control",
        "lease",
    ):
        op.drop_table(table)


def _mode() -> sa.Column[Any]:
    return sa.Column("mode", sa.String(length=32), nullable=False, server_default=_NO_MODE)


def _widen_intents() -> None:
    """Intents get where they come from, what was sent, and under which guards."""
    with op.batch_alter_table("intents") as batch:
        batch.alter_column("forecast_id", existing_type=sa.String(length=64), nullable=True)
        batch.add_column(
            sa.Column("source", sa.String(length=32), nullable=False, server_default="scan")
        )
        for name in ("cause", "route"):
            batch.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("key", sa.Text(), nullable=True))
        batch.add_column(sa.Column("body", sa.LargeBinary(), nullable=True))
        for name in ("lease_token", "control_epoch", "limits_version"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(_mode())
    _move_requests()
    with op.batch_alter_table("intents") as batch:
        batch.alter_column("body", existing_type=sa.LargeBinary(), nullable=False)
        batch.drop_column("request")


def _move_requests() -> None:
    """The first books kept the request as text: its bytes are those that were sent."""
    connection = op.get_bind()
    intents = sa.table(
        "intents", sa.column("id"), sa.column("request"), sa.column("body", sa.LargeBinary())
    )
    for row in connection.execute(sa.select(intents.c.id, intents.c.request)).all():
        body = row.request.encode()
        connection.execute(sa.update(intents).where(intents.c.id == row.id).values(body=body))


def _narrow_intents() -> None:
    connection = op.get_bind()
    op.execute("DELETE FROM intents WHERE forecast_id IS NULL")
    with op.batch_alter_table("intents") as batch:
        batch.add_column(sa.Column("request", sa.Text(), nullable=False, server_default=""))
    intents = sa.table(
        "intents", sa.column("id"), sa.column("request"), sa.column("body", sa.LargeBinary())
    )
    for row in connection.execute(sa.select(intents.c.id, intents.c.body)).all():
        text = row.body.decode(errors="replace")
        connection.execute(sa.update(intents).where(intents.c.id == row.id).values(request=text))
    with op.batch_alter_table("intents") as batch:
        batch.alter_column("forecast_id", existing_type=sa.String(length=64), nullable=False)
        batch.alter_column("request", existing_type=sa.Text(), server_default=None)
        for name in (
            "source",
            "cause",
            "route",
            "key",
            "body",
            "lease_token",
            "control_epoch",
            "limits_version",
            "mode",
        ):
            batch.drop_column(name)


def _widen_looks() -> None:
    with op.batch_alter_table("looks") as batch:
        batch.add_column(sa.Column("intent_id", sa.String(length=64), nullable=True))
        batch.add_column(_mode())
        batch.create_foreign_key("fk_looks_intent_id", "intents", ["intent_id"], ["id"])
        batch.create_unique_constraint("uq_looks_intent_id", ["intent_id"])
    op.execute(
        "UPDATE looks SET intent_id = "
        "(SELECT id FROM intents WHERE intents.forecast_id = looks.forecast_id)"
    )


def _set_modes() -> None:
    """Books are of one mode: the one of their runs."""
    for table in _WITH_MODE:
        op.execute(f"UPDATE {table} SET mode = coalesce((SELECT max(mode) FROM runs), '')")
        with op.batch_alter_table(table) as batch:
            batch.alter_column("mode", existing_type=sa.String(length=32), server_default=None)
    with op.batch_alter_table("intents") as batch:
        for name, kind in (
            ("source", sa.String(length=32)),
            ("cause", sa.Text()),
            ("route", sa.Text()),
            ("lease_token", sa.Integer()),
            ("control_epoch", sa.Integer()),
            ("limits_version", sa.Integer()),
        ):
            batch.alter_column(name, existing_type=kind, server_default=None)


def _create_lease() -> None:
    lease = op.create_table(
        "lease",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lease")),
    )
    op.bulk_insert(lease, [{"id": 1, "token": 0, "holder": "", "since": None}])


def _create_control() -> None:
    op.create_table(
        "control",
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_control")),
    )


def _create_limits() -> None:
    op.create_table(
        "limits",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_limits")),
    )


def _create_commands() -> None:
    op.create_table(
        "commands",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_commands")),
        sa.UniqueConstraint("id", name=op.f("uq_commands_id")),
    )
    op.create_index(op.f("ix_commands_status"), "commands", ["status"], unique=False)


def _create_signals() -> None:
    op.create_table(
        "signals",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("engine", sa.String(length=32), nullable=False),
        sa.Column("market_id", sa.String(length=64), nullable=False),
        sa.Column("outcome_id", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=32), nullable=False),
        sa.Column("amount", Exact(), nullable=False),
        sa.Column("worst_price", Exact(), nullable=False),
        sa.Column("forecast_id", sa.String(length=64), nullable=True),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_signals")),
        sa.UniqueConstraint("id", name=op.f("uq_signals_id")),
    )
    op.create_index(op.f("ix_signals_status"), "signals", ["status"], unique=False)


def _create_equity() -> None:
    op.create_table(
        "equity",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("value", Exact(), nullable=False),
        sa.Column("cash", Exact(), nullable=False),
        sa.Column("wallet", Exact(), nullable=False),
        sa.Column("deposits", Exact(), nullable=False),
        sa.Column("best_profit", Exact(), nullable=True),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_equity")),
    )
    op.create_index(op.f("ix_equity_currency"), "equity", ["currency"], unique=False)


def _create_touches() -> None:
    op.create_table(
        "touches",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("market_id", sa.String(length=64), nullable=False),
        sa.Column("outcome_id", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("source_at", Moment(), nullable=False),
        sa.Column("bid", Exact(), nullable=True),
        sa.Column("bid_shares", Exact(), nullable=True),
        sa.Column("ask", Exact(), nullable=True),
        sa.Column("ask_shares", Exact(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_touches")),
    )
    op.create_index(op.f("ix_touches_outcome_id"), "touches", ["outcome_id"], unique=False)


def _create_marks() -> None:
    op.create_table(
        "marks",
        sa.Column("market_id", sa.String(length=64), nullable=False),
        sa.Column("outcome_id", sa.String(length=64), nullable=False),
        sa.Column("price", Exact(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("market_id", "outcome_id", name=op.f("pk_marks")),
    )
