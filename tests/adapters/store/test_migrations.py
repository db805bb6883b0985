"""The schema: revisions from the first one on lead to the tables as they are written down."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import resources
from itertools import count
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from bayse_agent.adapters.store.database import Database, connect
from bayse_agent.adapters.store.migrate import HEAD, move, revision, upgrade
from bayse_agent.adapters.store.store import open_store
from bayse_agent.adapters.store.tables import metadata
from bayse_agent.domain.errors import ConfigurationError, LeaseHeld, StoreUnavailable
from bayse_agent.domain.money import Currency, Money
from tests.adapters.store.acts import tamper
from tests.adapters.store.server import PostgreSQL

_NUMBERS = count()
_AT = "'2026-06-10 12:00:00.000000'"
_MARKET = (
    "INSERT INTO markets (id, event_id, title, engine, outcome1_id, outcome2_id, label1, label2, "
    f"seen_at) VALUES ('m-1', 'e-1', 'Up?', 'CLOB', 'up', 'down', 'Up', 'Down', {_AT})"
)
_FIRST_BOOKS = (
    f"INSERT INTO runs VALUES ('demo-000001', 'demo', {_AT}, '{{}}')",
    f"INSERT INTO deposits VALUES ('opening', 'NGN', '100000', {_AT})",
    _MARKET,
    "INSERT INTO forecasts (id, market_id, author, probability, standard_error, rationale, "
    f"made_at) VALUES ('f-1', 'm-1', 'test', 0.6, 0.02, '', {_AT})",
    "INSERT INTO intents (id, number, forecast_id, event_id, market_id, engine, outcome_id, side, "
    "currency, amount, worst_price, request, status, created_at, changed_at) VALUES ('i-1', 1, "
    f"'f-1', 'e-1', 'm-1', 'CLOB', 'up', 'BUY', 'NGN', '1000', '0.55', '{{\"a\":1}}', 'FILLED', "
    f"{_AT}, {_AT})",
    "INSERT INTO looks (market_id, at, reason, forecast_id, inputs) "
    f"VALUES ('m-1', {_AT}, 'traded', 'f-1', '{{}}')",
    "INSERT INTO intent_changes (intent_id, status, proof, shows_absence, at) "
    f"VALUES ('i-1', 'FILLED', 'filled', false, {_AT})",
    f"INSERT INTO orders VALUES ('o-1', 'i-1', 'filled', '10', '0.55', {_AT})",
    "INSERT INTO fills VALUES ('x-1', 1, 'i-1', 'o-1', 'm-1', 'up', 'BUY', 'NGN', '9.8', '0.55', "
    f"'550', '11', {_AT})",
    f"INSERT INTO settlements VALUES ('m-1', 'up', 'NGN', 1, 'up', '9.8', '980', {_AT})",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/books.db"
    server: PostgreSQL = request.getfixturevalue("server")
    name = f"empty_{next(_NUMBERS)}"
    server.create(name)
    return server.url(name)


@pytest.fixture
async def database(empty: str) -> AsyncIterator[Database]:
    opened = connect(empty)
    yield opened
    await opened.close()


async def _write_first_books(database: Database) -> None:
    """Books as the first revision had them: bought, settled."""

    def write(connection: Connection) -> None:
        move(connection, "0001")
        for statement in _FIRST_BOOKS:
            connection.exec_driver_sql(statement)

    await database.run_schema(write)


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_upgrade_when_the_database_is_empty_then_the_schema_is_that_of_the_tables(
    database: Database,
) -> None:
    await database.run_schema(upgrade)
    assert await database.read(_differences) == []


async def test_move_when_through_all_revisions_then_the_schema_is_that_of_the_tables(
    database: Database,
) -> None:
    await database.run_schema(lambda connection: move(connection, HEAD))
    assert await database.read(_differences) == []


def _everything(connection: Connection) -> dict[str, object]:
    """All that a SQLite database holds: tables with their parts and rows, and the triggers."""
    inspector = inspect(connection)
    found: dict[str, object] = {}
    for name in inspector.get_table_names():
        parts = [
            inspector.get_columns(name),
            inspector.get_indexes(name),
            inspector.get_foreign_keys(name),
            inspector.get_unique_constraints(name),
            inspector.get_check_constraints(name),
        ]
        told = [sorted(str(one) for one in part) for part in parts]
        rows = connection.execute(text(f"SELECT * FROM {name}")).mappings().all()
        key = str(inspector.get_pk_constraint(name))
        found[name] = (told, key, [sorted(map(str, row.items())) for row in rows])
    triggers = text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    found["triggers"] = sorted(tuple(row) for row in connection.execute(triggers))
    return found


async def test_upgrade_when_books_are_new_then_they_are_as_if_through_all_revisions(
    tmp_path: Path,
) -> None:
    founded, moved = (connect(f"sqlite:///{tmp_path}/{name}.db") for name in ("new", "old"))
    await founded.run_schema(upgrade)
    await moved.run_schema(lambda connection: move(connection, HEAD))
    assert await founded.read(_everything) == await moved.read(_everything)
    await founded.close()
    await moved.close()


async def test_upgrade_when_run_again_then_nothing_happens(database: Database) -> None:
    await database.run_schema(upgrade)
    await database.run_schema(upgrade)
    tables = await database.read(lambda connection: set(inspect(connection).get_table_names()))
    assert tables == {*metadata.tables, "alembic_version"}


async def test_move_when_down_and_up_again_then_the_same_schema(database: Database) -> None:
    await database.run_schema(upgrade)
    await database.run_schema(lambda connection: move(connection, "base"))
    left = await database.read(lambda connection: set(inspect(connection).get_table_names()))
    assert left == {"alembic_version"}
    await database.run_schema(upgrade)
    assert await database.read(_differences) == []


async def test_open_when_the_books_are_of_the_first_revision_then_ledger_and_journal_are_made(
    empty: str, database: Database
) -> None:
    await _write_first_books(database)
    store = await open_store(empty)
    assert await store.check() == ()
    verdict = await store.verify()
    assert (verdict.rows, verdict.findings) == (6, ())
    assert (await store.portfolio(Currency.NGN)).cash == Money.of("100430", Currency.NGN)
    books = await store.books(Currency.NGN)
    assert [outcome.profit for outcome in books.outcomes] == [Money.of("430", Currency.NGN)]
    (intents, _) = await store.ledger()
    assert intents[0].forecast_id == "f-1"
    await store.close()


async def test_move_when_the_books_have_rows_then_they_stay_on_the_way_down_and_up(
    empty: str, database: Database
) -> None:
    await _write_first_books(database)
    await (await open_store(empty)).close()
    await database.run_schema(lambda connection: move(connection, "0001"))
    assert await database.read(revision) == "0001"
    store = await open_store(empty)
    assert await store.check() == ()
    assert (await store.verify()).findings == ()
    assert len((await store.ledger())[1]) == 1
    await store.close()


async def test_open_when_older_books_are_traded_with_then_refused_and_left_as_they_are(
    empty: str, database: Database
) -> None:
    await _write_first_books(database)
    lock = database.liveness()
    await lock.take()
    with pytest.raises(LeaseHeld):
        await open_store(empty)
    assert await database.read(revision) == "0001"
    await lock.leave()


async def test_open_when_the_books_are_of_a_later_version_then_refused(
    empty: str, database: Database
) -> None:
    await database.run_schema(upgrade)
    await tamper(empty, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="newer"):
        await open_store(empty)


async def test_upgrade_when_it_is_cut_short_then_nothing_of_it_is_left(
    empty: str, database: Database
) -> None:
    await _write_first_books(database)

    def cut_short(connection: Connection) -> None:
        upgrade(connection)
        raise InterruptedError

    with pytest.raises(StoreUnavailable):
        await database.run_schema(cut_short)
    assert await database.read(revision) == "0001"
    store = await open_store(empty)
    assert await store.check() == ()
    await store.close()


def test_head_when_compared_with_the_revisions_then_it_is_the_last_of_them() -> None:
    from alembic.script import ScriptDirectory

    folder = resources.files("bayse_agent.adapters.store") / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == HEAD


async def test_open_when_sqlite_then_commits_survive_a_power_cut(tmp_path: Path) -> None:
    database = connect(f"sqlite:///{tmp_path}/books.db")

    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [connection.execute(text(f"PRAGMA {name}")).scalar() for name in names]

    # synchronous 2 is FULL.
    assert await database.run(pragmas) == ["wal", 2, 1, 5000]
    await database.close()
