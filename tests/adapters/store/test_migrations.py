"""The schema: revisions from the first one on lead to the tables as they are written down."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.migrate import upgrade
from bayse_agent.adapters.store.tables import metadata


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_upgrade_when_the_database_is_empty_then_the_schema_is_that_of_the_tables(
    tmp_path: Path,
) -> None:
    database = connect(f"sqlite:///{tmp_path}/books.db")
    await database.run_schema(upgrade)
    assert await database.run(_differences) == []
    await database.close()


async def test_upgrade_when_run_again_then_nothing_happens(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/books.db")
    await database.run_schema(upgrade)
    await database.run_schema(upgrade)
    tables = await database.run(lambda connection: set(inspect(connection).get_table_names()))
    assert tables == {*metadata.tables, "alembic_version"}
    await database.close()


async def test_open_when_sqlite_then_commits_survive_a_power_cut(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/books.db")

    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [connection.execute(text(f"PRAGMA {name}")).scalar() for name in names]

    # synchronous 2 is FULL.
    assert await database.run(pragmas) == ["wal", 2, 1, 5000]
    await database.close()
