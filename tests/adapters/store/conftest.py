"""Books to write in: opened, leased and armed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bayse_agent.adapters.store.store import SqlStore, open_store
from tests.builders import NOON, a_control, a_deposit, a_tracked_market


@pytest.fixture
def url(tmp_path: Path) -> str:
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
