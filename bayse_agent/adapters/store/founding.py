"""Makes new SQLite books at once: the very tables that the revisions make one after another.

Importing what runs revisions and running them all takes most of a second, at every first start.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
)

from bayse_agent.adapters.store import access_tables as access_tables
from bayse_agent.adapters.store import library_tables as library_tables
from bayse_agent.adapters.store import mind_tables, tables

_APPEND_ONLY = ("audit", "fills", "intent_changes", "postings", "settlements")
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def may_be_founded(connection: Connection) -> bool:
    """Whether the database is SQLite's, with nothing in it."""
    return connection.dialect.name == "sqlite" and not inspect(connection).get_table_names()


def found(connection: Connection, revision: str) -> None:
    """Make all tables as they are at the newest revision, in an empty database of SQLite's."""
    mind_tables.metadata.create_all(connection, checkfirst=False)
    for table in _APPEND_ONLY:
        for act in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER append_only_{table}_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    connection.execute(insert(tables.lease), {"id": 1, "token": 0, "holder": "", "since": None})
    _VERSION.create(connection)
    connection.execute(insert(_VERSION), {"version_num": revision})
