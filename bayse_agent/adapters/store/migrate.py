"""Brings a database to the newest schema, revision by revision, inside one transaction."""

from __future__ import annotations

from importlib import resources

from sqlalchemy import Connection

from bayse_agent.adapters.store.tables import metadata


def upgrade(connection: Connection, target: str = "heads") -> None:
    """Run the revisions that the database has not seen yet, up to `target`."""
    # Alembic is slow to import, and only needed here.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext, RevisionStep
    from alembic.script import ScriptDirectory

    directory = resources.files("bayse_agent.adapters.store") / "migrations"
    script = ScriptDirectory(str(directory))

    def steps(revision: str, _: MigrationContext) -> list[RevisionStep]:
        return script._upgrade_revs(target, revision)

    with EnvironmentContext(Config(), script, fn=steps, destination_rev=target) as environment:
        environment.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            transactional_ddl=True,
        )
        environment.run_migrations()
