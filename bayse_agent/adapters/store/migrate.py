"""Brings a database to the newest schema, revision by revision, inside one transaction."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bayse_agent.adapters.store import access_tables as access_tables
from bayse_agent.adapters.store import library_tables as library_tables
from bayse_agent.adapters.store import mind_tables
from bayse_agent.adapters.store.adoption import adopt
from bayse_agent.adapters.store.founding import found, may_be_founded
from bayse_agent.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext, RevisionStep
    from alembic.script import ScriptDirectory

HEAD = "0013"
"""The newest revision: books that have it need nothing."""
_WITHOUT_LEDGER = ("0001", "0002")
_KNOWN = (*_WITHOUT_LEDGER, "0003", "0004", "0005", "0006", "0007", "0008", "0010", "0012", HEAD)


def revision(connection: Connection) -> str | None:
    """The revision that a database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(connection: Connection) -> None:
    """Bring the books up to date. What older ones lack is made from what they have.

    Raises ConfigurationError for books of a newer bayse-agent.
    """
    before = revision(connection)
    if before == HEAD:
        return
    if before is not None and before not in _KNOWN:
        raise ConfigurationError(
            f"these books are of a newer bayse-agent (revision {before!r}): update it to open them"
        )
    if may_be_founded(connection):
        found(connection, HEAD)
        return
    move(connection, HEAD)
    if before in _WITHOUT_LEDGER:
        adopt(connection)


def move(connection: Connection, target: str) -> None:
    """Run the revisions up or down to `target`; `base` is an empty database."""
    # Alembic is slow to import, and only needed here.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    directory = resources.files("bayse_agent.adapters.store") / "migrations"
    script = ScriptDirectory(str(directory))

    def steps(current: str, _: MigrationContext) -> list[RevisionStep]:
        return _steps(script, current, target)

    with EnvironmentContext(Config(), script, fn=steps, destination_rev=target) as environment:
        environment.configure(
            connection=connection,
            target_metadata=mind_tables.metadata,
            render_as_batch=True,
            transactional_ddl=True,
        )
        environment.run_migrations()


def _steps(script: ScriptDirectory, current: str, target: str) -> list[RevisionStep]:
    is_down = target == "base" or (bool(current) and target < str(_one(current)))
    return (
        script._downgrade_revs(target, current)
        if is_down
        else script._upgrade_revs(target, current)
    )


def _one(current: object) -> object:
    return current[0] if isinstance(current, tuple) and current else current
