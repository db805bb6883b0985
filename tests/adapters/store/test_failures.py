"""Storage that fails: nothing acknowledged is lost, and memory says what the disk says."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.server_database import ATTEMPTS
from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.errors import (
    BayseAgentError,
    BrokenInvariant,
    ConfigurationError,
    StoreUnavailable,
)
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Currency, Money
from tests.adapters.store.acts import buy, live_through_everything, plan
from tests.adapters.store.server import TEMPLATE, PostgreSQL
from tests.builders import NOON, a_control, a_deposit, a_sealed_order, a_tracked_market, an_intent

NGN = Currency.NGN


@pytest.fixture
def file(tmp_path: Path, new_file: Path) -> Path:
    shutil.copyfile(new_file, tmp_path / "books.db")
    return tmp_path / "books.db"


@pytest.fixture
async def books(file: Path) -> AsyncIterator[SqlStore]:
    """SQLite books with a deposit and a market in them."""
    store = await open_store(f"sqlite:///{file}")
    await _begin(store)
    yield store
    await store.close()


async def _begin(store: SqlStore) -> None:
    await store.take_lease(holder="test", at=NOON)
    await store.set_control(a_control())
    await store.add_deposit(a_deposit())
    await store.track([a_tracked_market()], source="events", read_at=NOON)


async def _set(store: SqlStore, pragma: str) -> None:
    """Change how the store's own connection behaves."""
    await store._database.read(lambda connection: connection.exec_driver_sql(f"PRAGMA {pragma}"))


async def _fill_up(store: SqlStore) -> None:
    """Use up the room that is left in the last pages."""
    for number in range(400):
        await store.add_deposit(a_deposit("0", f"filler-{number}"))


async def _cash(store: SqlStore) -> Money:
    return (await store.portfolio(NGN)).cash


async def test_write_when_the_disk_is_full_then_unavailable_and_well_again_with_space(
    books: SqlStore,
) -> None:
    await _set(books, "max_page_count = 1")
    titles = [a_tracked_market(f"market-{number}") for number in range(2, 400)]
    with pytest.raises(StoreUnavailable):
        await books.track(titles, source="events", read_at=NOON)
    assert len(await books.tracked()) == 1
    assert await books.check() == ()
    await _set(books, "max_page_count = 1000000")
    await books.track(titles, source="events", read_at=NOON)
    assert len(await books.tracked()) == 399
    assert await books.check() == ()


async def test_add_intent_when_the_disk_is_full_then_nothing_is_reserved(books: SqlStore) -> None:
    await _set(books, "max_page_count = 1")
    with pytest.raises(StoreUnavailable):
        await _fill_up(books)
    with pytest.raises(StoreUnavailable):
        await plan(books)
    assert (await books.portfolio(NGN)).reserved == Money.zero(NGN)
    assert await books.check() == ()


async def test_write_when_another_holds_the_file_locked_then_unavailable_until_it_lets_go(
    file: Path, books: SqlStore
) -> None:
    await _set(books, "busy_timeout = 20")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            await books.add_deposit(a_deposit("5", "second"))
        assert await _cash(books) == Money.of("100000", NGN)
        other.execute("ROLLBACK")
    await books.add_deposit(a_deposit("5", "second"))
    assert await books.check() == ()


async def test_write_when_the_file_may_only_be_read_then_unavailable(books: SqlStore) -> None:
    await _set(books, "query_only = ON")
    with pytest.raises(StoreUnavailable, match="readonly"):
        await books.add_deposit(a_deposit("5", "second"))
    assert await _cash(books) == Money.of("100000", NGN)


async def test_write_when_whoever_waits_for_it_gives_up_then_memory_says_what_the_disk_says(
    store: SqlStore,
) -> None:
    for number in range(5):
        task = asyncio.ensure_future(store.add_deposit(a_deposit("5", f"given-up-{number}")))
        for _ in range(number):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _cash(store)
        assert await store.check() == ()


async def test_writes_when_asked_all_at_once_then_each_takes_its_turn(store: SqlStore) -> None:
    acts = [store.add_deposit(a_deposit("1", f"d-{number}")) for number in range(20)]
    await asyncio.gather(*acts, buy(store))
    assert (await store.portfolio(NGN)).deposits == Money.of("100020", NGN)
    assert await store.check() == ()
    assert (await store.verify()).findings == ()


async def test_open_when_the_header_is_damaged_then_refused_with_the_way_out(
    file: Path, books: SqlStore
) -> None:
    await books.close()
    with file.open("r+b") as content:
        content.write(b"\xff" * 100)
    with pytest.raises(ConfigurationError, match="db restore"):
        await open_store(f"sqlite:///{file}")


async def test_open_when_pages_are_damaged_then_refused_with_the_way_out(
    file: Path, books: SqlStore
) -> None:
    await live_through_everything(books)
    await books.close()
    with file.open("r+b") as content:
        middle = content.seek(0, os.SEEK_END) // 2
        content.seek(middle // 4096 * 4096)
        content.write(b"\xff" * 4096 * 4)
    with pytest.raises(ConfigurationError, match="db restore"):
        await open_store(f"sqlite:///{file}")


@pytest.fixture
def unreadable(lived_file: Path, tmp_path: Path) -> Path:
    """Books with a byte that begins a character of two in the middle of each table's definition."""
    file = tmp_path / "flipped.db"
    file.write_bytes(lived_file.read_bytes().replace(b"CREATE TABLE ", b"CREATE TABL\xc9 "))
    return file


async def test_open_when_the_schema_is_no_text_any_more_then_refused_with_the_way_out(
    unreadable: Path,
) -> None:
    with pytest.raises(ConfigurationError, match="db restore"):
        await open_store(f"sqlite:///{unreadable}")


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=settings.default.max_examples // 2,
)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_open_when_a_bit_was_flipped_then_found_or_of_no_account(
    lived_file: Path, tmp_path: Path, place: float, bit: int
) -> None:
    content = bytearray(lived_file.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    flipped = tmp_path / "flipped.db"
    flipped.write_bytes(content)
    found = asyncio.run(_read(flipped))
    assert found is None or found == asyncio.run(_read(lived_file))
    for beside in tmp_path.glob("flipped.db*"):
        beside.unlink()


@pytest.fixture(scope="module")
def lived_file(tmp_path_factory: pytest.TempPathFactory, new_file: Path) -> Path:
    """Books that much was written in, closed."""
    file = tmp_path_factory.mktemp("lived") / "books.db"
    shutil.copyfile(new_file, file)

    async def live() -> None:
        store = await open_store(f"sqlite:///{file}")
        await _begin(store)
        await live_through_everything(store)
        await store.close()

    asyncio.run(live())
    return file


async def _read(file: Path) -> object:
    """What the books say of orders and money; None when they say that they are not sound."""
    try:
        store = await open_store(f"sqlite:///{file}")
    except BayseAgentError:
        return None
    try:
        if [*await store.check(), *(await store.verify()).findings]:
            return None
        return await store.ledger(), await store.books(NGN), await store.control()
    except (BayseAgentError, ValueError):
        return None
    finally:
        await store.close()


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory, new_file: Path) -> tuple[Path, list[int]]:
    """Books whose log was never folded in, and how long it was after each deposit."""
    folder = tmp_path_factory.mktemp("torn")
    shutil.copyfile(new_file, folder / "books.db")
    log, lengths = folder / "books.db-wal", []

    async def write() -> None:
        store = await open_store(f"sqlite:///{folder}/books.db")
        await store.take_lease(holder="test", at=NOON)
        for number in range(12):
            await store.add_deposit(a_deposit("1", f"d-{number}"))
            lengths.append(log.stat().st_size)
        for name in ("books.db", "books.db-wal"):
            shutil.copyfile(folder / name, folder / f"kept-{name}")
        await store.close()

    asyncio.run(write())
    return folder, lengths


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=settings.default.max_examples // 2,
)
@given(cut=st.floats(0, 1))
def test_open_when_the_log_was_cut_anywhere_then_all_that_was_written_by_then_is_there(
    torn: tuple[Path, list[int]], tmp_path: Path, cut: float
) -> None:
    folder, lengths = torn
    log = (folder / "kept-books.db-wal").read_bytes()
    end = int(cut * len(log))
    shutil.copyfile(folder / "kept-books.db", tmp_path / "cut.db")
    (tmp_path / "cut.db-wal").write_bytes(log[:end])

    async def count() -> Money:
        store = await open_store(f"sqlite:///{tmp_path}/cut.db")
        assert await store.check() == ()
        assert (await store.verify()).findings == ()
        cash = await _cash(store)
        await store.close()
        return cash

    acknowledged = sum(length <= end for length in lengths)
    assert asyncio.run(count()) == Money.of(acknowledged, NGN)
    for beside in tmp_path.glob("cut.db*"):
        beside.unlink()


async def test_text_when_it_holds_what_no_database_takes_then_kept_all_the_same(
    store: SqlStore,
) -> None:
    await store.set_control(replace(a_control(epoch=2), reason="half a \ud800 and a \x00"))
    assert (await store.verify()).findings == ()


async def test_postgresql_when_its_connections_are_cut_then_the_next_piece_of_work_goes(
    server: PostgreSQL,
) -> None:
    await asyncio.to_thread(server.create, "cut_connections", like=TEMPLATE)
    store = await open_store(server.url("cut_connections"))
    await _begin(store)
    await asyncio.to_thread(
        server.execute,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = 'cut_connections' AND application_name = 'bayse-agent'",
    )
    await store.add_deposit(a_deposit("5", "second"))
    assert await store.check() == ()
    await store.close()


class _Undone:
    """Work that the database undoes `times` times because others are in its way."""

    def __init__(self, code: str, times: int) -> None:
        self.left = times
        self._raise = f"DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '{code}'; END $$"

    def __call__(self, connection: Connection) -> str:
        if self.left:
            self.left -= 1
            connection.exec_driver_sql(self._raise)
        return "done"


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03"])
async def test_postgresql_when_it_asks_to_try_again_then_it_is_tried_a_few_times(
    server: PostgreSQL, code: str
) -> None:
    database = connect(server.url("postgres"))
    assert await database.run(_Undone(code, ATTEMPTS - 1)) == "done"
    hopeless = _Undone(code, 100)
    with pytest.raises(StoreUnavailable):
        await database.run(hopeless)
    assert hopeless.left == 100 - ATTEMPTS
    await database.close()


async def test_open_when_nobody_listens_then_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await open_store(f"postgresql://postgres@/books?host={tmp_path}")


async def test_add_intent_when_its_market_was_never_tracked_then_broken_invariant(
    store: SqlStore,
) -> None:
    intent = an_intent()
    elsewhere = replace(
        intent,
        market_id=MarketId("market-9"),
        wish=replace(intent.wish, market_id=MarketId("market-9")),
        forecast_id=None,
    )
    with pytest.raises(BrokenInvariant):
        await store.add_intent(elsewhere, sealed=a_sealed_order(), look=None)
    assert await store.check() == ()
