"""Books to write in: opened, leased and armed, on SQLite and on a PostgreSQL of our own."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from subprocess import SubprocessError
from tempfile import TemporaryDirectory

import pytest

from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.migrate import upgrade
from bayse_agent.adapters.store.store import SqlStore, open_store
from tests.adapters.store.server import TEMPLATE, PostgreSQL, place
from tests.builders import NOON, a_control, a_deposit, a_tracked_market

BACKENDS = ("sqlite", "postgresql")


def _make_tables(url: str) -> None:
    async def make() -> None:
        database = connect(url)
        await database.run_schema(upgrade)
        await database.close()

    asyncio.run(make())


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty file of books, to be copied: making the tables is the slowest part of a test."""
    file = tmp_path_factory.mktemp("template") / "books.db"
    _make_tables(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSQL]:
    """A PostgreSQL server with a database of empty books, to be copied."""
    # Not in pytest's own folder: the server may run as another user, who cannot get in there.
    name = "bayse-agent-postgresql-"
    folder = TemporaryDirectory(prefix=name, dir=place(), ignore_cleanup_errors=True)
    try:
        started = PostgreSQL.start(Path(folder.name))
    except (ImportError, OSError, RuntimeError, SubprocessError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"NOT TESTED ON POSTGRESQL: no server could be started here: {error}")
    started.create(TEMPLATE)
    _make_tables(started.url(TEMPLATE))
    yield started
    started.stop()
    folder.cleanup()


_NUMBERS = count()


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of empty books, made for one test."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("new_file"), tmp_path / "books.db")
        yield f"sqlite:///{tmp_path}/books.db"
        return
    running: PostgreSQL = request.getfixturevalue("server")
    name = f"books_{next(_NUMBERS)}"
    running.create(name, like=TEMPLATE)
    yield running.url(name)
    running.drop(name)


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    """Books with a deposit and a market in them."""
    opened = await open_store(url)
    await opened.take_lease(holder="test", at=NOON)
    await opened.set_control(a_control())
    await opened.add_deposit(a_deposit())
    await opened.track([a_tracked_market()], source="events", read_at=NOON)
    yield opened
    await opened.close()
