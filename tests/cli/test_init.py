"""`bayse-agent init`: what it writes, what it never does, and a talk with it at a real terminal."""

from __future__ import annotations

import os
import select
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bayse_agent.settings import Mode, Settings
from bayse_agent.settings.catalogue import entries
from bayse_agent.settings.writing import file_text, problem_of
from tests.cli.program import PROGRAM, run

_PATIENCE_S = 60.0
_CANARY = "Zq7canary"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for entry in entries():
        monkeypatch.delenv(entry.name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_init_when_nobody_is_asked_then_a_demo_that_only_the_owner_can_read() -> None:
    done = run("init", "--yes")
    file = Path(".env")
    assert done.code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    settings = Settings.read(file)
    assert settings.mode is Mode.DEMO
    assert settings.app_secret is not None
    assert settings.app_secret.get_secret_value() not in done.out
    assert "bayse-agent serve --env-file .env" in done.out


def test_init_when_the_environment_says_something_then_it_is_written_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {
        "BAYSE_PUBLIC_KEY": f"pk_live_{_CANARY}",
        "BAYSE_PRIVATE_KEY": f"sk_live_{_CANARY}",
        "DATABASE_URL": f"postgresql://me:it's {_CANARY} #1\\n@db/books",
        "AGENT_CATEGORIES": "crypto, sports",
    }
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    done = run("init", "--yes", "--mode", "live", "--file", "live.env")
    assert done.code == 0
    assert _CANARY not in done.out + done.err
    written = dotenv_values("live.env")
    assert {name: written[name] for name in said} == said
    assert "doctor --env-file live.env" in done.out


def test_init_when_live_without_keys_then_all_is_told_and_nothing_written() -> None:
    done = run("init", "--yes", "--mode", "live")
    assert done.code == 2
    assert "BAYSE_PUBLIC_KEY is not set" in done.err
    assert "BAYSE_PRIVATE_KEY is not set" in done.err
    assert not Path(".env").exists()
    assert run("init", "--mode", "real").code == 2


def test_init_when_a_file_is_there_then_it_is_replaced_only_when_asked_and_kept() -> None:
    file = Path(".env")
    file.write_text("AGENT_MODE=paper\n")
    file.chmod(0o644)
    done = run("init", "--yes")
    assert (done.code, "--replace" in done.err) == (2, True)
    assert file.read_text() == "AGENT_MODE=paper\n"
    assert run("init", "--yes", "--replace").code == 0
    assert run("init", "--yes", "--replace").code == 0
    first, second = Path(".env.old-1"), Path(".env.old-2")
    assert first.read_text() == "AGENT_MODE=paper\n"
    assert {stat.S_IMODE(one.stat().st_mode) for one in (file, first, second)} == {0o600}


@pytest.mark.parametrize(
    "value", ["plain", "two words", "it's", 'a "b"', "back\\slash", "#x", "=$y"]
)
def test_file_when_a_value_is_strange_then_it_is_read_back_as_it_was(
    tmp_path: Path, value: str
) -> None:
    file = tmp_path / "one.env"
    file.write_text(file_text({"ADMIN_USERNAME": value}))
    assert dotenv_values(file)["ADMIN_USERNAME"] == value


def test_problem_when_another_setting_is_wrong_then_only_the_one_is_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STOP_LOSS_PCT", "7")
    assert problem_of("AGENT_MODE", "live") is None
    assert problem_of("AGENT_MODE", "lve") == "AGENT_MODE is 'lve': it must be demo, paper or live"
    assert problem_of("BAYSE_PRIVATE_KEY", f"pk_live_{_CANARY}") is not None
    assert _CANARY not in str(problem_of("BAYSE_PRIVATE_KEY", f"pk_live_{_CANARY}"))


class Terminal:
    """A real terminal with the program at the other end; `seen` is all that it showed."""

    def __init__(self, *arguments: str) -> None:
        self._mine, theirs = os.openpty()
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True
        )
        os.close(theirs)
        self.seen = ""
        self._asked_upto = 0

    def answer(self, question: str, text: str) -> None:
        # The blank at the end comes when it listens, and shows nothing more where it must not.
        while question not in self.seen[self._asked_upto :] or not self.seen.endswith(": "):
            self._read()
        self._asked_upto = len(self.seen)
        os.write(self._mine, f"{text}\n".encode())

    def end(self) -> int:
        try:
            while True:
                self._read()
        except OSError:
            return self.process.wait(_PATIENCE_S)

    def _read(self) -> None:
        ready, _, _ = select.select([self._mine], [], [], _PATIENCE_S)
        assert ready, f"nothing more came after: {self.seen[-300:]}"
        piece = os.read(self._mine, 4096)
        if not piece:
            raise OSError("it has ended")
        self.seen += piece.decode(errors="replace")

    def close(self) -> None:
        os.close(self._mine)
        self.process.kill()
        self.process.wait()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal("init", "--file", "mine.env")
    yield made
    made.close()


def test_init_when_talked_to_then_it_asks_again_for_what_is_wrong_and_shows_no_secret(
    terminal: Terminal,
) -> None:
    talk = (
        ("Mode", "real"),
        ("must be demo, paper or live\r\nMode", "live"),
        ("Currency", "usd"),
        ("keep books", "./books"),
        ("Public key", ""),
        ("BAYSE_PUBLIC_KEY is needed\r\nPublic key", f"sk_live_{_CANARY}"),
        ("it is the other key\r\nPublic key", f"pk_live_{_CANARY}"),
        ("Secret key", f"sk_live_{_CANARY}"),
        ("Largest stake of one bet, in USD [50]", "-5"),
        ("must be an amount above 0\r\nLargest", "25"),
        ("Markets held", ""),
        ("Bets in a day", ""),
        ("Language model", "groq"),
        ("Key for groq", f"gsk_{_CANARY}"),
        ("cost a day", "2"),
        ("Key for Tavily", ""),
        ("Who logs in", "captain"),
        ("Whom to tell", f"json://{_CANARY}@example.com"),
    )
    for question, text in talk:
        terminal.answer(question, text)
    assert terminal.end() == 0
    assert _CANARY not in terminal.seen
    assert "serve --live --env-file mine.env" in terminal.seen
    settings = Settings.read(Path("mine.env"))
    assert (settings.mode, str(settings.max_position)) == (Mode.LIVE, "USD 25.00")
    assert settings.private_key is not None
    assert settings.private_key.get_secret_value() == f"sk_live_{_CANARY}"
    assert (settings.ai_provider, settings.admin_name) == ("groq", "captain")
    assert settings.app_secret is not None
    assert settings.app_secret.get_secret_value() not in terminal.seen
