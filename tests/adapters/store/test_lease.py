"""The lease between processes: one writes, a dead one frees it at once, a stopped one keeps it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bayse_agent.adapters.store.database import connect
from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.errors import LeaseHeld
from bayse_agent.domain.money import Currency, Money
from tests.builders import NOON, a_deposit

ROOT = Path(__file__).resolve().parents[3]
ATTEMPTS = 200
"""A server needs a moment to see that a process is gone."""


@contextmanager
def _holder(url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that tried to take the lease, and what it said."""
    command = [sys.executable, str(Path(__file__).with_name("holder.py")), url]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait(timeout=30)
        process.stdin.close()
        process.stdout.close()


async def _take(store: SqlStore) -> int:
    for _ in range(ATTEMPTS):
        try:
            return (await store.take_lease(holder="test", at=NOON)).token
        except LeaseHeld:
            continue
    raise AssertionError("the lease was never free")


async def test_take_lease_when_another_process_holds_it_then_refused_until_it_is_killed(
    url: str,
) -> None:
    store = await open_store(url)
    with _holder(url) as (process, said):
        assert said == "held"
        with pytest.raises(LeaseHeld):
            await store.take_lease(holder="test", at=NOON)
        process.kill()
        process.wait(timeout=30)
        assert await _take(store) == 2
    await store.close()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be stopped here")
async def test_take_lease_when_the_holder_is_stopped_then_it_keeps_the_lease(url: str) -> None:
    store = await open_store(url)
    with _holder(url) as (process, said):
        assert said == "held"
        os.kill(process.pid, signal.SIGSTOP)
        with pytest.raises(LeaseHeld):
            await store.take_lease(holder="test", at=NOON)
        os.kill(process.pid, signal.SIGCONT)
    await store.close()


async def test_take_lease_when_held_here_then_another_process_is_refused(
    url: str, store: SqlStore
) -> None:
    with _holder(url) as (_, said):
        assert said == "refused"
    await store.add_deposit(a_deposit("5", "still mine"))
    assert (await store.portfolio(Currency.NGN)).cash == Money.of("100005", Currency.NGN)


async def test_write_when_another_took_the_lease_after_the_lock_was_lost_then_lease_held(
    url: str, store: SqlStore
) -> None:
    await _lose_lock(url)
    second = await open_store(url)
    assert await _take(second) == 2
    with pytest.raises(LeaseHeld):
        await store.add_deposit(a_deposit("5", "too late"))
    await second.add_deposit(a_deposit("7", "mine now"))
    assert await second.check() == ()
    await second.close()


async def _lose_lock(url: str) -> None:
    """What a careless person, or a broken connection, can do to a lock."""
    if url.startswith("sqlite"):
        os.unlink(f"{url.removeprefix('sqlite:///')}.lease")
        return
    database = connect(url)
    await database.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'bayse-agent lease' AND datname = current_database()"
        ).all()
    )
    await database.close()


async def test_take_lease_when_the_books_have_a_second_name_then_the_same_lease(
    tmp_path: Path, new_file: Path
) -> None:
    shutil.copyfile(new_file, tmp_path / "books.db")
    os.symlink(tmp_path / "books.db", tmp_path / "other.db")
    first = await open_store(f"sqlite:///{tmp_path}/books.db")
    second = await open_store(f"sqlite:///{tmp_path}/other.db")
    await first.take_lease(holder="first", at=NOON)
    with pytest.raises(LeaseHeld):
        await second.take_lease(holder="second", at=NOON)
    await first.close()
    await second.close()


async def test_take_lease_when_in_memory_then_each_opening_is_its_own() -> None:
    stores = [await open_store("sqlite://") for _ in range(2)]
    for store in stores:
        await store.take_lease(holder="test", at=NOON)
        await store.add_deposit(a_deposit())
        assert await store.check() == ()
        await store.close()
