"""Copies of the books: whole while others write, and halted once they are put back."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bayse_agent.adapters.store.backup import back_up, restore
from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.command import Command, CommandKind
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.errors import ConfigurationError, LeaseHeld
from bayse_agent.domain.money import Currency
from tests.adapters.store.acts import buy
from tests.adapters.store.server import PostgreSQL
from tests.builders import NOON, a_deposit

NGN = Currency.NGN


@pytest.fixture(autouse=True)
def programs(url: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs, as an installation would put them on the PATH."""
    if url.startswith("postgresql"):
        server: PostgreSQL = request.getfixturevalue("server")
        monkeypatch.setenv("PATH", f"{server.programs}{os.pathsep}{os.environ['PATH']}")


async def test_restore_when_more_was_written_since_then_the_books_are_as_they_were(
    url: str, store: SqlStore, tmp_path: Path
) -> None:
    await buy(store)
    before = await store.books(NGN), await store.ledger()
    copy = await back_up(url, tmp_path / "copy")
    assert (copy.rows, copy.head) == ((verdict := await store.verify()).rows, verdict.head)
    await store.add_deposit(a_deposit("5", "after"))
    await store.add_command(Command(id="c-1", kind=CommandKind.RESUME, by="tester", at=NOON))
    await store.close()
    old = await restore(url, tmp_path / "copy", at=NOON)
    again = await open_store(url)
    books, ledger = await again.books(NGN), await again.ledger()
    assert (books.portfolio, ledger) == (before[0].portfolio, before[1])
    assert (books.state, (await again.control()).reason) == (
        TradingState.HALTED,
        "restored, not reconciled",
    )
    assert await again.check() == ()
    assert (await again.verify(copy.head)).findings == ()
    assert old is not None
    assert old.exists()
    await again.close()


async def test_restore_when_a_command_waited_in_the_copy_then_it_never_runs(
    url: str, store: SqlStore, tmp_path: Path
) -> None:
    await store.add_command(Command(id="c-1", kind=CommandKind.RESUME, by="tester", at=NOON))
    await back_up(url, tmp_path / "copy")
    await store.close()
    await restore(url, tmp_path / "copy", at=NOON)
    again = await open_store(url)
    assert await again.pending_commands() == ()
    await again.close()


async def test_restore_when_the_books_are_in_use_then_refused(
    url: str, store: SqlStore, tmp_path: Path
) -> None:
    await back_up(url, tmp_path / "copy")
    with pytest.raises(LeaseHeld):
        await restore(url, tmp_path / "copy", at=NOON)
    await store.add_deposit(a_deposit("5", "still mine"))
    assert await store.check() == ()


async def test_back_up_when_others_write_meanwhile_then_a_whole_of_one_moment(
    url: str, store: SqlStore, tmp_path: Path
) -> None:
    copying = asyncio.ensure_future(back_up(url, tmp_path / "copy"))
    written = 0
    while not copying.done():
        written += 1
        await store.add_deposit(a_deposit("1", f"d-{written}"))
    copy = await copying
    assert (await store.verify(copy.head)).findings == ()
    assert await store.check() == ()


async def test_restore_when_the_file_is_no_copy_then_refused_and_the_books_stay(
    url: str, store: SqlStore, tmp_path: Path
) -> None:
    await store.close()
    (tmp_path / "letter").write_text("Dear Sir or Madam")
    with pytest.raises(ConfigurationError):
        await restore(url, tmp_path / "letter", at=NOON)
    again = await open_store(url)
    assert (await again.control()).state is TradingState.ARMED
    await again.close()


async def test_back_up_when_postgresql_has_no_programs_here_then_told_what_to_use(
    url: str, store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if url.startswith("postgresql"):
        with pytest.raises(ConfigurationError, match="PostgreSQL client"):
            await back_up(url, tmp_path / "copy")
    else:
        await back_up(url, tmp_path / "copy")
    assert (tmp_path / "copy").exists() is url.startswith("sqlite")
