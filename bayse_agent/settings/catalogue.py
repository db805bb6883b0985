"""Every setting as people read of it: its pages are made from the declarations, never by hand.

`./dev config-docs` writes `.env.example` and the tables of `docs/configuration.md` anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from textwrap import wrap
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.settings import Settings, variable

NOT_SET = "not set"
_WIDTH = 78

_CHAPTERS: Mapping[str, tuple[str, str]] = {
    "AGENT_MODE": ("world", "Which world"),
    "BAYSE_PUBLIC_KEY": ("venue", "The venue"),
    "AGENT_AUTO_TRADE": ("trading", "Trading"),
    "AI_PROVIDER": ("models", "Language models"),
    "SEARCH_PROVIDER": ("news", "News"),
    "APP_SECRET_KEY": ("service", "The service"),
}
"""The variable that each chapter begins with: it goes on, in the order of the declarations, up to
where the next one begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One setting. `default` is its text in a `.env` file, None where there is none; `shown` says
    in words what holds then.
    """

    name: str
    field: str
    default: str | None
    shown: str | None
    allowed: str
    meaning: str
    is_secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Settings that belong together. `key` is what its marks in the documentation are named by."""

    key: str
    title: str
    entries: tuple[Entry, ...]


def chapters() -> tuple[Chapter, ...]:
    """All settings, chapter by chapter."""
    found: dict[str, list[Entry]] = {key: [] for key, _ in _CHAPTERS.values()}
    current: list[Entry] | None = None
    for entry in entries():
        if entry.name in _CHAPTERS:
            current = found[_CHAPTERS[entry.name][0]]
        if current is None:
            raise ConfigurationError(f"{entry.name} is in no chapter of the settings")
        current.append(entry)
    return tuple(
        Chapter(key=key, title=title, entries=tuple(found[key]))
        for key, title in _CHAPTERS.values()
    )


def entries() -> Iterator[Entry]:
    """All settings, in the order of their declarations."""
    for name, field in Settings.model_fields.items():
        told = field.json_schema_extra
        told = told if isinstance(told, dict) else {}
        yield Entry(
            name=variable(field),
            field=name,
            default=text_of(field.default),
            shown=None if told.get("shown") is None else str(told["shown"]),
            allowed=str(told.get("allowed", "")),
            meaning=str(told.get("meaning", "")),
            is_secret=holds_secret(field),
        )


def holds_secret(field: FieldInfo) -> bool:
    """Whether the value of a setting is to be shown to nobody."""
    return _has_secret(field.annotation)


def _has_secret(kind: Any) -> bool:
    return kind is SecretStr or any(_has_secret(part) for part in get_args(kind))


def text_of(value: object) -> str | None:
    """A value as it is written in a `.env` file; None for nothing."""
    if value is None or value == ():
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return ",".join(str(item) for item in value)
    return str(value)


def table(chapter: Chapter) -> str:
    """A chapter as a table of Markdown."""
    rows = ["| variable | meaning | allowed | default |", "|---|---|---|---|"]
    for entry in chapter.entries:
        secret = " (secret)" if entry.is_secret else ""
        allowed = _cell(entry.allowed)
        meaning = _cell(entry.meaning)
        rows.append(f"| `{entry.name}`{secret} | {meaning} | {allowed} | {_default(entry)} |")
    return "\n".join(rows)


def _default(entry: Entry) -> str:
    if entry.shown is not None:
        return _cell(entry.shown)
    return NOT_SET if entry.default is None else f"`{_cell(entry.default)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def with_tables(page: str) -> str:
    """A page with its tables made anew: each stands between the marks of its chapter.

    Raises ConfigurationError when the marks of a chapter are missing.
    """
    for chapter in chapters():
        begin, end = _marks(chapter.key)
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        fresh = f"{begin}\n{table(chapter)}\n{end}"
        page, count = pattern.subn(fresh.replace("\\", r"\\"), page)
        if count != 1:
            raise ConfigurationError(f"the page must have {begin} and {end}, once each")
    return page


def _marks(key: str) -> tuple[str, str]:
    made = "made by ./dev config-docs, do not edit"
    return f"<!-- settings:{key} ({made}) -->", f"<!-- /settings:{key} -->"


def example() -> str:
    """A `.env` file that sets nothing: every setting as a comment, with what holds without it."""
    lines = [
        "# Settings of bayse-agent. Copy this to .env (`chmod 600 .env`), or let",
        "# `bayse-agent init` write one. Made by ./dev config-docs from the code;",
        "# docs/configuration.md says more.",
    ]
    for chapter in chapters():
        lines += ["", f"# ---- {chapter.title} ".ljust(_WIDTH, "-")]
        for entry in chapter.entries:
            lines += ["", *_commented(entry)]
    return "\n".join(lines) + "\n"


def _commented(entry: Entry) -> list[str]:
    about = f"{entry.meaning.rstrip('.')}. Allowed: {entry.allowed}."
    if entry.shown is not None:
        about += f" Without it: {_plain(entry.shown)}."
    value = "" if entry.shown is not None and entry.default is not None else entry.default or ""
    return [*(f"# {line}" for line in _wrapped(about)), f"#{entry.name}={value}"]


def _plain(text: str) -> str:
    """Words without the marks of Markdown."""
    return re.sub(r"\[([^]]*)]\([^)]*\)", r"\1", text).replace("`", "")


def _wrapped(text: str) -> list[str]:
    return wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
