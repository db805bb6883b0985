"""What the checkup says of this computer and of the books: each failure for real."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bayse_agent.adapters.store.backup import back_up
from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk import Limits
from bayse_agent.settings import Settings
from bayse_agent.settings.catalogue import entries
from bayse_agent.wiring.checkup import computer
from bayse_agent.wiring.checkup.books import COPIES, books
from bayse_agent.wiring.checkup.finding import Finding, Outcome
from bayse_agent.wiring.trader import limits_of
from tests.builders import NOON
from tests.trading.stages import begin

_OK, _WARNING, _FAILED, _NOT_CHECKED = Outcome
_PROC = Path("/proc")
"""A directory in which nobody can make a file, and whose disk has no room."""


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    for entry in entries():
        monkeypatch.delenv(entry.name, raising=False)
    monkeypatch.setenv("AGENT_MODE", "paper")
    monkeypatch.setenv("AGENT_DATA_DIR", str(tmp_path))
    return Settings.read()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sound books, with the limits that the settings have when nothing is set."""
    file = tmp_path_factory.mktemp("made") / "paper.db"

    async def make() -> None:
        store = await open_store(f"sqlite:///{file}")
        limits = Limits(trades_per_day=50)
        await begin(store, NOON, limits, Money(Decimal(100_000), Currency.NGN))
        await store.close()

    asyncio.run(make())
    return file


@pytest.fixture
def file(made: Path, tmp_path: Path) -> Path:
    """A copy of them, where the settings say that books are."""
    return Path(shutil.copy(made, tmp_path / "paper.db"))


async def look(settings: Settings) -> dict[str, Finding]:
    found = await books(settings, datetime.now(UTC))
    for one in found:
        assert one.outcome in (_OK, _NOT_CHECKED) or one.advice, "what to do must be said"
    return {one.name: one for one in found}


def _change(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as there, there:
        there.execute(statement)


async def test_books_when_there_are_none_then_nothing_is_made(
    settings: Settings, tmp_path: Path
) -> None:
    assert (await look(settings))["books"].outcome is _OK
    assert os.listdir(tmp_path) == []


async def test_books_when_sound_then_said_so_and_a_copy_is_missed(
    settings: Settings, file: Path
) -> None:
    found = await look(settings)
    assert {name: one.outcome for name, one in found.items()} == {
        "books": _OK,
        "integrity": _OK,
        "limits": _OK,
        "backups": _WARNING,
    }


async def test_books_when_a_row_was_changed_by_hand_then_failed(
    settings: Settings, file: Path
) -> None:
    _change(file, "UPDATE deposits SET amount = '999999'")
    assert (await look(settings))["integrity"].outcome is _FAILED


async def test_books_when_the_file_is_torn_then_failed_with_the_way_back(
    settings: Settings, file: Path
) -> None:
    os.truncate(file, 5_000)
    found = (await look(settings))["books"]
    assert (found.outcome, "db restore" in found.advice) == (_FAILED, True)


@pytest.mark.parametrize(("revision", "expected"), [("0009", _WARNING), ("9999", _FAILED)])
async def test_books_when_of_another_version_then_said_which_is_newer(
    settings: Settings, file: Path, revision: str, expected: Outcome
) -> None:
    _change(file, f"UPDATE alembic_version SET version_num = '{revision}'")
    assert (await look(settings))["books"].outcome is expected


async def test_books_when_the_server_is_not_there_then_failed_and_the_password_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:geheim@127.0.0.1:{port}/books")
    found = (await look(Settings.read()))["books"]
    assert found.outcome is _FAILED
    assert "geheim" not in str(found)


async def test_limits_when_a_setting_was_changed_later_then_said_that_the_books_count(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setenv("AGENT_MAX_OPEN_POSITIONS", "7")
    monkeypatch.setenv("AGENT_CATEGORIES", "crypto")
    found = (await look(Settings.read()))["limits"]
    assert found.outcome is _WARNING
    assert "AGENT_MAX_OPEN_POSITIONS is 7, there 3" in found.detail
    assert "AGENT_CATEGORIES is CRYPTO, there all" in found.detail


async def test_limits_when_they_were_changed_in_the_books_then_said_so(
    settings: Settings, file: Path
) -> None:
    store = await open_store(f"sqlite:///{file}")
    await store.take_lease(holder="test", at=NOON)
    changed = replace(limits_of(settings), max_open_markets=9)
    await store.set_limits(changed, by="me", reason="more", at=NOON)
    await store.close()
    assert "AGENT_MAX_OPEN_POSITIONS is 3, there 9" in (await look(settings))["limits"].detail


async def test_backups_when_there_is_a_fresh_or_an_old_one_then_told_apart(
    settings: Settings, file: Path
) -> None:
    folder = file.parent / COPIES
    folder.mkdir()
    copy = folder / "today.db"
    await back_up(f"sqlite:///{file}", copy)
    assert (await look(settings))["backups"].outcome is _OK
    old = (datetime.now(UTC) - timedelta(days=9)).timestamp()
    os.utime(copy, (old, old))
    found = (await look(settings))["backups"]
    assert (found.outcome, "216 hours" in found.detail) == (_WARNING, True)


def test_directory_when_it_can_be_written_by_others_or_by_nobody_then_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert computer.directory(tmp_path).outcome is _OK
    assert computer.directory(tmp_path / "later").outcome is _OK
    tmp_path.chmod(0o777)
    assert computer.directory(tmp_path).outcome is _WARNING
    assert computer.directory(_PROC).outcome is _FAILED


def test_disk_when_there_is_no_room_then_failed(tmp_path: Path) -> None:
    assert computer.disk(tmp_path / "later" / "still").outcome in (_OK, _WARNING)
    assert computer.disk(_PROC).outcome is _FAILED


def test_settings_file_when_others_can_read_it_then_a_warning(tmp_path: Path) -> None:
    assert computer.settings_file(None, tmp_path).outcome is _NOT_CHECKED
    file = tmp_path / ".env"
    file.write_text("AGENT_MODE=paper\n")
    file.chmod(0o640)
    assert "chmod 600" in computer.settings_file(file, tmp_path).advice
    file.chmod(0o600)
    assert computer.settings_file(file, tmp_path).outcome is _OK
    assert "--env-file" in computer.settings_file(None, tmp_path).advice


def test_kill_switch_when_pulled_then_a_warning_with_its_reason(tmp_path: Path) -> None:
    assert computer.kill_file(tmp_path).outcome is _OK
    (tmp_path / "HALT").write_text("the news look wrong\n")
    found = computer.kill_file(tmp_path)
    assert (found.outcome, "the news look wrong" in found.detail) == (_WARNING, True)


def test_time_zone_when_looked_at_then_told_when_the_day_ends() -> None:
    late = datetime(2026, 6, 1, 21, 30, tzinfo=UTC)
    found = computer.time_zone(ZoneInfo("Africa/Lagos"), late)
    assert "2026-06-01 22:30" in found.detail
    assert found.detail.endswith("in 1 h 30 min")


def test_port_when_it_is_taken_then_a_warning() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        assert computer.port("127.0.0.1", number).outcome is _WARNING
    assert computer.port("127.0.0.1", number).outcome is _OK


def test_dashboard_when_it_is_not_built_then_a_warning(tmp_path: Path) -> None:
    assert computer.dashboard(None).outcome is _WARNING
    assert computer.dashboard(tmp_path).outcome is _OK
