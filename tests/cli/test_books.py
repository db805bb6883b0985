"""`bayse-agent db` and `bayse-agent audit`, as a person calls them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.control import Control
from bayse_agent.domain.money import Currency, Money
from tests.adapters.store.acts import buy, tamper
from tests.builders import NOON, a_control, a_deposit, a_tracked_market
from tests.cli.program import run


async def _open(folder: Path) -> SqlStore:
    store = await open_store(f"sqlite:///{folder}/books.db")
    await store.take_lease(holder="test", at=NOON)
    return store


async def _fill(folder: Path) -> None:
    store = await _open(folder)
    await store.set_control(a_control())
    await store.add_deposit(a_deposit())
    await store.track([a_tracked_market()], source="events", read_at=NOON)
    await store.add_command(Command(id="c-1", kind=CommandKind.RESUME, by="tester", at=NOON))
    await buy(store)
    await store.close()


async def _look(folder: Path) -> tuple[Money, Control, CommandStatus | None]:
    store = await _open(folder)
    command = await store.command("c-1")
    found = (
        (await store.portfolio(Currency.NGN)).cash,
        await store.control(),
        None if command is None else command.status,
    )
    await store.close()
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with books in it: something was bought, and a command waits."""
    asyncio.run(_fill(tmp_path))
    return tmp_path


def test_check_when_the_books_are_sound_then_it_says_so(folder: Path) -> None:
    done = run("db", "check", "--data", str(folder))
    assert (done.code, done.err) == (0, "")
    assert "sound" in done.out


def test_check_when_a_fill_was_changed_then_told_and_exit_code_1(folder: Path) -> None:
    asyncio.run(tamper(f"sqlite:///{folder}/books.db", "UPDATE fills SET cash = '1'"))
    done = run("db", "check", "--data", str(folder))
    assert done.code == 1
    assert "cash: NGN 99450 in the ledger, 99999 folded" in done.out


def test_check_when_there_are_no_books_then_refused_and_none_are_made(tmp_path: Path) -> None:
    done = run("db", "check", "--data", str(tmp_path))
    assert done.code == 2
    assert "there are no books" in done.err
    assert list(tmp_path.iterdir()) == []


def test_verify_when_nothing_was_changed_then_the_head_is_told(folder: Path) -> None:
    done = run("audit", "verify", "--database", f"sqlite:///{folder}/books.db")
    assert done.code == 0
    assert "7 rows, head " in done.out


def test_verify_when_the_noted_head_is_gone_then_exit_code_1(folder: Path) -> None:
    done = run("audit", "verify", "--data", str(folder), "--head", "f" * 64)
    assert done.code == 1
    assert "head that was noted" in done.out


def test_verify_when_a_deposit_was_changed_then_it_is_named(folder: Path) -> None:
    asyncio.run(tamper(f"sqlite:///{folder}/books.db", "UPDATE deposits SET amount = '1'"))
    done = run("audit", "verify", "--data", str(folder))
    assert done.code == 1
    assert "the deposit opening was changed" in done.out


def test_upgrade_when_there_are_no_books_then_empty_ones(tmp_path: Path) -> None:
    assert run("db", "upgrade", "--data", str(tmp_path)).code == 0
    assert run("db", "check", "--data", str(tmp_path)).code == 0


def test_backup_when_the_books_are_in_use_then_a_whole_copy_in_one_file(folder: Path) -> None:
    copy = folder / "copies"
    copy.mkdir()

    async def meanwhile() -> int:
        store = await _open(folder)
        await store.add_deposit(a_deposit("50", "second"))
        address = f"sqlite:///{folder}/books.db"
        done = await asyncio.to_thread(run, "db", "backup", str(copy / "b"), "--database", address)
        await store.close()
        assert isinstance(done.code, int), done
        return done.code

    assert asyncio.run(meanwhile()) == 0
    assert [file.name for file in copy.iterdir()] == ["b"]
    done = run("db", "check", "--database", f"sqlite:///{copy}/b")
    assert done.code == 0


def test_backup_when_the_file_is_there_already_then_refused(folder: Path) -> None:
    (folder / "mine").write_text("precious")
    done = run("db", "backup", str(folder / "mine"), "--data", str(folder))
    assert done.code == 2
    assert (folder / "mine").read_text() == "precious"


def test_backup_when_the_books_are_not_sound_then_no_copy(folder: Path) -> None:
    asyncio.run(tamper(f"sqlite:///{folder}/books.db", "UPDATE fills SET cash = '1'"))
    done = run("db", "backup", str(folder / "copy"), "--data", str(folder))
    assert done.code == 2
    assert "not sound" in done.err
    assert not (folder / "copy").exists()


def test_restore_when_more_was_written_since_then_as_of_the_copy_and_halted(folder: Path) -> None:
    run("db", "backup", str(folder / "copy"), "--data", str(folder))

    async def more() -> None:
        store = await _open(folder)
        await store.add_deposit(a_deposit("50", "second"))
        await store.close()

    asyncio.run(more())
    done = run("db", "restore", str(folder / "copy"), "--data", str(folder))
    assert done.code == 0, done
    cash, control, command = asyncio.run(_look(folder))
    assert cash == Money.of("99450", Currency.NGN)
    assert (control.state.value, control.reason) == ("HALTED", "restored, not reconciled")
    assert command is CommandStatus.FAILED
    old = run("db", "check", "--database", f"sqlite:///{folder}/books.db.old-1")
    assert old.code == 0
    assert run("audit", "verify", "--data", str(folder)).code == 0


def test_restore_when_the_books_are_in_use_then_refused(folder: Path) -> None:
    run("db", "backup", str(folder / "copy"), "--data", str(folder))

    async def meanwhile() -> object:
        store = await _open(folder)
        done = await asyncio.to_thread(
            run, "db", "restore", str(folder / "copy"), "--data", str(folder)
        )
        await store.close()
        return done.code

    assert asyncio.run(meanwhile()) == 1
    assert asyncio.run(_look(folder))[1].epoch == 1


def test_restore_when_the_copy_is_damaged_then_refused_and_the_books_stay(folder: Path) -> None:
    run("db", "backup", str(folder / "copy"), "--data", str(folder))
    content = bytearray((folder / "copy").read_bytes())
    content[4096:8192] = b"\xff" * 4096
    (folder / "copy").write_bytes(content)
    done = run("db", "restore", str(folder / "copy"), "--data", str(folder))
    assert done.code in (1, 2)
    assert asyncio.run(_look(folder))[1].epoch == 1


def test_address_when_two_are_named_then_refused(tmp_path: Path) -> None:
    done = run("db", "check", "--data", str(tmp_path), "--database", "sqlite:///x")
    assert done.code == 2


@pytest.mark.parametrize("url", ["mysql://host/books", "nonsense", "sqlite:///:memory:x/y"])
def test_address_when_it_cannot_be_used_then_one_line_and_no_traceback(url: str) -> None:
    done = run("db", "upgrade", "--database", url)
    assert done.code in (1, 2)
    assert len(done.err.splitlines()) == 1


def test_verbs_when_the_settings_are_in_a_file_then_they_find_the_books_by_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    file = folder / "mine.env"
    file.write_text(f"DATABASE_URL=sqlite:///{folder}/books.db\n")
    copy = folder / "backups" / "today.db"
    assert run("db", "backup", str(copy), "--env-file", str(file)).code == 0
    assert run("db", "restore", str(copy), "--env-file", str(file)).code == 0
    for words in (("db", "check"), ("db", "upgrade"), ("audit", "verify"), ("score",)):
        assert run(*words, "--env-file", str(file)).code == 0, words
