"""Books to write in: opened, leased and armed."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.migrate import upgrade
from bayse_agent.adapters.store.store import SqlStore, open_store
from tests.builders import NOON, a_control, a_deposit, a_tracked_market


@pytest.fixture(scope="session")
async def new_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty file of books, to be copied: making the tables is the slowest part of a test."""
    file = tmp_path_factory.mktemp("template") / "books.db"
    database = connect(f"sqlite:///{file}")
    await database.run_schema(upgrade)
    await database.close()
    return file


@pytest.fixture
def url(tmp_path: Path, new_books: Path) -> str:
    shutil.copyfile(new_books, tmp_path / "books.db")
    return f"sqlite:///{tmp_path}/books.db"


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
