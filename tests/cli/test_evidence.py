"""`bayse-agent evidence`, as a person calls it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bayse_agent.adapters.library.embedding import MiniLM
from bayse_agent.adapters.library.library import open_library
from bayse_agent.adapters.store.store import open_store
from tests.builders import NOON, an_article
from tests.cli.program import run


async def _fill(folder: Path) -> None:
    url = f"sqlite:///{folder}/books.db"
    await (await open_store(url)).close()
    library = await open_library(url, embedder=MiniLM())
    old = an_article(
        id="old",
        domain="old.example",
        title="Rain",
        text="It rained in Jos.",
        retrieved_at=NOON - timedelta(days=5),
        published_at=None,
    )
    await library.add([an_article(), old], scope="event-1")
    await library.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    asyncio.run(_fill(folder))
    return folder / "books.db"


@pytest.fixture
def at(filled: Path, tmp_path: Path) -> tuple[str, str]:
    """Where the books are, as an option: two articles are remembered for one event."""
    (tmp_path / "books.db").write_bytes(filled.read_bytes())
    return ("--data", str(tmp_path))


def test_stats_when_asked_then_it_says_how_much_is_remembered(at: tuple[str, str]) -> None:
    done = run("evidence", "stats", *at)
    assert (done.code, done.err) == (0, "")
    assert "2 chunks of 2 articles by 2 publishers, for 1 events" in done.out
    assert "retrieved from 2026-06-05 12:00 UTC to 2026-06-10 12:00 UTC" in done.out


def test_search_when_an_event_is_named_then_its_news_is_shown_nearest_first(
    at: tuple[str, str],
) -> None:
    done = run("evidence", "search", "which team is ready to play", "--event", "event-1", *at)
    assert done.code == 0
    assert done.out.index("Enyimba ready for Remo Stars") < done.out.index("no date")


def test_search_when_no_event_is_named_then_nothing_of_an_event_is_shown(
    at: tuple[str, str],
) -> None:
    assert run("evidence", "search", "rain", *at).out == "Nothing was found.\n"


def test_purge_when_a_publisher_or_a_day_is_named_then_only_that_is_forgotten(
    at: tuple[str, str],
) -> None:
    both = ("--domain", "lagosledger.example", "--before", "2026-06-06")
    assert run("evidence", "purge", *both, *at).out == "Forgot 0 chunks.\n"
    assert run("evidence", "purge", "--before", "2026-06-06", *at).out == "Forgot 1 chunks.\n"
    assert "1 chunks of 1 articles" in run("evidence", "stats", *at).out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [((), "say what to forget"), (("--before", "soon"), "a day is written as 2026-05-31")],
)
def test_purge_when_it_is_not_said_what_to_forget_then_nothing_is(
    at: tuple[str, str], arguments: tuple[str, ...], told: str
) -> None:
    done = run("evidence", "purge", *arguments, *at)
    assert done.code == 2
    assert told in done.err
    assert "2 chunks" in run("evidence", "stats", *at).out


def test_reset_when_a_person_is_sure_then_everything_is_forgotten(at: tuple[str, str]) -> None:
    assert run("evidence", "reset", "--yes", *at).out == "Forgot 2 chunks.\n"
    assert run("evidence", "stats", *at).out.startswith("0 chunks")


def test_stats_when_there_are_no_books_then_it_says_so(tmp_path: Path) -> None:
    done = run("evidence", "stats", "--data", str(tmp_path))
    assert done.code == 2
    assert "there are no books" in done.err
