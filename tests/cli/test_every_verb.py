"""What every verb of the program has in common; and that the page of them is as they are."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from bayse_agent.cli import CHAPTERS, build
from bayse_agent.cli.manual import page, verbs
from bayse_agent.cli.offering import PROGRAM
from tests.cli.program import run

_PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
_ALL: dict[str, Any] = dict(verbs())
_FAMILIES = {name for name, verb in _ALL.items() if hasattr(verb, "commands")}
_SINGLE = sorted(_ALL.keys() - _FAMILIES)
_WITHOUT_JSON = {
    # They go on until they are stopped, or ask a person.
    *("serve", "run", "api", "exchange", "init"),
    # They print a document, or do one thing that is done or not.
    *("openapi", "manual", "health", "tokens revoke", "tokens password", "tokens factor-off"),
}
_ASKED_FOR = (
    "init serve run api demo exchange scan status positions orders signals explain why approve "
    "reject cancel score limits halt resume close-all export config doctor db audit tokens "
    "notify-test version ask reduce evidence openapi"
)


def _options(name: str) -> set[str]:
    return {text for one in _ALL[name].params for text in one.opts}


def test_program_when_listed_then_it_has_every_verb() -> None:
    assert set(_ASKED_FOR.split()) <= _ALL.keys()


@pytest.mark.parametrize("name", [*_SINGLE, "limits"])
def test_help_when_shown_then_it_says_what_it_does_with_calls_that_can_be_made(name: str) -> None:
    verb = _ALL[name]
    assert verb.help
    calls = [line.split(" $ ", 1)[1] for line in verb.epilog.splitlines() if " $ " in line]
    assert calls
    for call in calls:
        program, *words = shlex.split(call)
        assert program == PROGRAM
        assert " ".join(words).startswith(name)
        called, left = name, words[len(name.split()) :]
        if left and f"{name} {left[0]}" in _ALL:
            called, left = f"{name} {left[0]}", left[1:]
        # It raises for an option that there is not, and for an argument that is missing.
        _ALL[called].make_context(called, left)


@pytest.mark.parametrize("name", _SINGLE)
def test_verb_when_it_answers_then_it_does_so_in_json_too(name: str) -> None:
    assert "--json" in _options(name) or name in _WITHOUT_JSON


@pytest.mark.parametrize("name", _SINGLE)
def test_verb_when_called_with_what_there_is_not_then_code_2_and_one_line(name: str) -> None:
    done = run(*name.split(), "--no-such-option")
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert done.err.startswith(f"{PROGRAM}: ")


_READING = ("positions", "orders", "signals", "why", "limits", "limits history", "status", "score")


@pytest.mark.parametrize("name", [*_READING, "db check", "audit verify", "evidence stats"])
def test_verb_when_there_are_no_books_then_code_2_one_line_and_none_are_made(
    name: str, tmp_path: Path
) -> None:
    done = run(*name.split(), "--data", str(tmp_path))
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "there are no books" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["positions", "limits", "score", "db check", "tokens list"])
def test_verb_when_books_are_named_twice_then_code_2(name: str) -> None:
    done = run(*name.split(), "--data", "a", "--database", "sqlite:///b")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "not by both" in done.err


@pytest.mark.parametrize("names", [names for names, _ in CHAPTERS])
def test_build_when_one_verb_is_wanted_then_it_is_there_with_its_chapter(
    names: tuple[str, ...],
) -> None:
    made = typer.main.get_command(build(names[0])).commands  # type: ignore[attr-defined]
    verbs_of_it = {name for name in names if not name.startswith("--")}
    assert verbs_of_it <= made.keys() < _ALL.keys()


def test_help_when_of_the_whole_program_then_it_is_the_same_however_it_is_asked_for() -> None:
    short, whole = run("--help"), run()
    assert (short.code, short.out) == (0, whole.out)
    assert all(f"  {name} " in short.out for name in _ALL if " " not in name)


def test_page_of_commands_when_compared_then_it_is_what_the_program_says() -> None:
    told = "make it anew: bayse-agent manual docs/commands.md"
    assert _PAGE.read_text(encoding="utf-8") == page(), told


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_when_a_shell_asks_then_verbs_options_and_limits(
    monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    def complete(line: str) -> str:
        words = line.split(" ")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        monkeypatch.setenv("_TYPER_COMPLETE_WORD_TO_COMPLETE", words[-1])
        monkeypatch.setenv("_BAYSE_AGENT_COMPLETE", f"complete_{shell}")
        return run().out

    assert "positions" in complete(f"{PROGRAM} pos")
    assert "--market" in complete(f"{PROGRAM} orders --ma")
    assert "max_open_markets=" in complete(f"{PROGRAM} limits set max_open")
    assert "settlements" in complete(f"{PROGRAM} export set")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_show_completion_when_asked_then_the_shells_own_script(
    monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    # The shell is named here, and not found out.
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    done = run("--show-completion", shell)
    assert (done.code, f"_BAYSE_AGENT_COMPLETE=complete_{shell}" in done.out) == (0, True)
