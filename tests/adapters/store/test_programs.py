"""Whatever is done to the books, in whatever order: opening them anew changes nothing."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.errors import BrokenInvariant, ConfigurationError, TradingStopped
from bayse_agent.domain.money import Currency
from tests.adapters.store.programs import MARKETS, Program
from tests.adapters.store.server import TEMPLATE, PostgreSQL
from tests.builders import NOON, a_control, a_tracked_market

_NUMBERS = count()
_QUICK = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""In memory, where there is such a thing: nothing here is about the disk."""
_REFUSALS = (BrokenInvariant, ConfigurationError, TradingStopped)


async def _snapshot(store: SqlStore) -> tuple[object, ...]:
    """Everything that a pass could ask of the books."""
    return (
        [await store.books(currency) for currency in Currency],
        await store.open_intents(),
        await store.tracked(),
        dict(await store.last_looks()),
        dict(await store.marks()),
        await store.control(),
        await store.limits(),
        await store.limits_version(),
        await store.signals(),
        await store.pending_commands(),
        await store.claimed_orders(),
        await store.ledger(),
        await store.funnel(),
        await store.listed_at("events"),
    )


class _Books:
    """Books that are opened anew again and again, and closed whatever happens."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opened: list[SqlStore] = []

    async def open(self) -> SqlStore:
        store = await open_store(self._url)
        self._opened.append(store)
        await store.take_lease(holder="test", at=NOON)
        return store

    async def reopened(self, store: SqlStore) -> SqlStore:
        before = await _snapshot(store)
        assert await store.check() == ()
        await store.close()
        again = await self.open()
        assert await _snapshot(again) == before
        return again

    async def close(self) -> None:
        for store in self._opened:
            await store.close()


async def _run(url: str, data: st.DataObject) -> None:
    books = _Books(url)
    try:
        store = await books.open()
        await store.set_control(a_control())
        await store.track([a_tracked_market(m) for m in MARKETS], source="events", read_at=NOON)
        program = Program(data)
        for _ in range(data.draw(st.integers(1, 16))):
            with suppress(*_REFUSALS):
                await program.step(store)
            if data.draw(st.integers(0, 11)) == 0:
                store = await books.reopened(store)
        store = await books.reopened(store)
        assert await store.check() == ()
        assert (await store.verify()).findings == ()
    finally:
        await books.close()


@settings(max_examples=settings.default.max_examples // 3)
@given(data=st.data())
def test_reopen_when_anything_was_done_then_the_same_books_balanced_and_proved(
    new_file: Path, data: st.DataObject
) -> None:
    with TemporaryDirectory(prefix="bayse-agent-", dir=_QUICK) as folder:
        shutil.copyfile(new_file, f"{folder}/books.db")
        asyncio.run(_run(f"sqlite:///{folder}/books.db", data))


@pytest.mark.torture
@settings(suppress_health_check=list(HealthCheck), max_examples=60)
@given(data=st.data())
def test_reopen_when_on_postgresql_and_anything_was_done_then_the_same_books(
    server: PostgreSQL, data: st.DataObject
) -> None:
    name = f"program_{next(_NUMBERS)}"
    server.create(name, like=TEMPLATE)
    asyncio.run(_run(server.url(name), data))
