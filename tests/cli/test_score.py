"""`bayse-agent score`: the same cards on the screen, as JSON and as a page of their own."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.program import run


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The books of two hours in the pretend world."""
    folder = tmp_path_factory.mktemp("demo")
    done = run("demo", "--seed", "5", "--duration", "2h", "--data", str(folder), "--json")
    assert done.code == 0, done.err
    return folder


def test_score_as_json_has_a_card_by_author_category_and_horizon(books: Path) -> None:
    done = run("score", "--data", str(books), "--json")
    cards = json.loads(done.out)["cards"]
    groups = [card["group"] for card in cards if card["author"] == "threshold"]
    assert groups[0] == ""
    assert any(group.startswith("category ") for group in groups)
    assert "horizon short" in groups
    whole = next(one for one in cards if (one["author"], one["group"]) == ("threshold", ""))
    assert whole["n"] > 100
    assert whole["brier"]["agent"] < 0.25
    assert whole["e_value"]["for_us"] > 0
    assert whole["stage"] == "paper"


def test_score_on_the_screen_shows_figures_and_bars(books: Path) -> None:
    done = run("score", "--data", str(books))
    assert done.code == 0
    assert "threshold" in done.out
    assert "e-value" in done.out
    assert "█" in done.out


def test_score_as_a_page_needs_nothing_from_elsewhere(books: Path, tmp_path: Path) -> None:
    file = tmp_path / "score.html"
    assert run("score", "--data", str(books), "--html", str(file)).code == 0
    text = file.read_text()
    assert "<script" not in text
    assert "src=" not in text
    assert "href=" not in text
    begin, end = text.index("<svg"), text.index("</svg>") + len("</svg>")
    assert ElementTree.fromstring(text[begin:end]).tag.endswith("svg")


def test_score_as_two_things_at_once_is_bad_input(books: Path, tmp_path: Path) -> None:
    done = run("score", "--data", str(books), "--json", "--html", str(tmp_path / "x.html"))
    assert done.code == 2


def test_score_of_books_that_are_not_there_is_bad_input(tmp_path: Path) -> None:
    assert run("score", "--data", str(tmp_path)).code == 2


def test_score_into_a_folder_that_is_not_there_is_bad_input(books: Path, tmp_path: Path) -> None:
    done = run("score", "--data", str(books), "--html", str(tmp_path / "none" / "x.html"))
    assert done.code == 2
    assert "cannot be written" in done.err
