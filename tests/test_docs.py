"""The documentation: its links lead somewhere, and every command in it is one of the program's."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from bayse_agent.cli import build

_ROOT = Path(__file__).parents[1]
_PAGES = (_ROOT / "README.md", *sorted((_ROOT / "docs").glob("*.md")))
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_BLOCK = re.compile(r"```(?:\w*)\n(.*?)```", re.DOTALL)
_INLINE = re.compile(r"`(bayse-agent [^`]*)`")


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_links_when_followed_then_there_is_something(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text()) if "://" not in link]
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


def test_index_when_read_then_every_page_is_in_it() -> None:
    index = (_ROOT / "docs" / "README.md").read_text()
    names = {page.name for page in (_ROOT / "docs").glob("*.md")} - {"README.md"}
    assert {name for name in names if f"({name})" not in index} == set()


def _calls(page: Path) -> Iterator[list[str]]:
    """What follows the program's name, wherever a page gives a command."""
    text = page.read_text()
    lines = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
    for line in (*lines, *_INLINE.findall(_BLOCK.sub("", text))):
        before, name, after = line.partition("bayse-agent ")
        is_call = not before or (before.endswith((" ", "/", "$ ")) and "docker run" not in before)
        if not name or not is_call or "#" in before or line.startswith("From "):
            continue
        try:
            words = shlex.split(re.split(r" {2,}#|; | && |\| ", after)[0], comments=True)
        except ValueError:
            continue
        if words and re.fullmatch(r"[a-z-]+", words[0]):
            yield words


# The page of commands is made of the program itself.
_BY_HAND = [page for page in _PAGES if page.name != "commands.md"]
_CALLS = sorted({(page.name, *words) for page in _BY_HAND for words in _calls(page)})


def test_calls_when_gathered_then_there_are_many() -> None:
    assert len(_CALLS) > 60


@pytest.mark.parametrize("page_and_words", _CALLS, ids=" ".join)
def test_call_when_documented_then_the_program_has_the_verb_and_its_options(
    page_and_words: tuple[str, ...],
) -> None:
    words = list(page_and_words[1:])
    if words[0].startswith("--"):
        return
    verb = typer.main.get_command(build(words[0]))
    while hasattr(verb, "commands") and words and not words[0].startswith("-"):
        assert words[0] in verb.commands, f"no verb {words[0]!r}"
        verb = verb.commands[words.pop(0)]
    known = {name for one in verb.params for name in (*one.opts, *one.secondary_opts)}
    given = {word.split("=")[0] for word in words if re.match(r"--[a-z]", word)}
    assert given - {"--help"} <= known
