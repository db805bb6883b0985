"""The pages that are made from the settings: they are current, whole, and true."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.settings import Settings
from bayse_agent.settings.catalogue import chapters, entries, example, table, with_tables

_ROOT = Path(__file__).parents[2]
_PAGE = _ROOT / "docs" / "configuration.md"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for entry in entries():
        monkeypatch.delenv(entry.name, raising=False)


def test_documentation_when_made_anew_then_it_is_the_one_that_is_there() -> None:
    page = _PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page, "./dev config-docs makes it anew"


def test_example_when_made_anew_then_it_is_the_one_that_is_there() -> None:
    file = _ROOT / ".env.example"
    assert file.read_text(encoding="utf-8") == example(), "./dev config-docs makes it anew"


@pytest.mark.parametrize("entry", list(entries()), ids=lambda entry: entry.name)
def test_setting_when_declared_then_it_says_what_is_allowed_and_what_it_is_for(entry) -> None:  # type: ignore[no-untyped-def]
    assert entry.allowed
    assert len(entry.meaning) >= 10, f"say what {entry.name} is for, where it is declared"
    assert not entry.meaning.endswith(".")


def test_chapters_when_put_together_then_every_setting_is_in_one() -> None:
    names = [entry.name for chapter in chapters() for entry in chapter.entries]
    assert sorted(names) == sorted(entry.name for entry in entries())
    assert len(set(names)) == len(names) > 80


def test_secrets_when_counted_then_their_kind_and_their_list_agree() -> None:
    assert {entry.name for entry in entries() if entry.is_secret} == Settings.SECRETS


def test_example_when_every_line_counts_then_nothing_changes(tmp_path: Path) -> None:
    lines = [line.removeprefix("#") for line in example().splitlines() if _assigns(line)]
    assert len(lines) == len(list(entries()))
    file = tmp_path / ".env"
    file.write_text("\n".join(lines) + "\n")
    assert Settings.read(file) == Settings.read()


def _assigns(line: str) -> bool:
    name, sign, _ = line.removeprefix("#").partition("=")
    return bool(sign) and name in {entry.name for entry in entries()}


def test_example_when_read_as_it_is_then_nothing_is_set(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(example())
    assert Settings.read(file) == Settings.read()
    assert max(len(line) for line in example().splitlines() if line.startswith("# ")) <= 80


def test_tables_when_a_mark_is_missing_then_said_so() -> None:
    page = _PAGE.read_text(encoding="utf-8")
    with pytest.raises(ConfigurationError, match="settings:venue"):
        with_tables(page.replace("<!-- /settings:venue -->", ""))


def test_table_when_a_setting_is_secret_then_it_says_so() -> None:
    text = "\n".join(table(chapter) for chapter in chapters())
    assert "| `BAYSE_PRIVATE_KEY` (secret) |" in text
    assert "| `AGENT_TIMEZONE` |" in text
