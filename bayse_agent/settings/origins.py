"""Where each setting comes from: the environment, a `.env` file, or nowhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values

from bayse_agent.settings import Settings
from bayse_agent.settings.catalogue import Chapter, Entry, chapters, text_of
from bayse_agent.settings.kinds import HIDDEN, has_secret

ENVIRONMENT, DEFAULT = "environment", "default"
PASSED_OVER = frozenset({"AGENT_EVENT_PAGES", "JWT_ALGORITHM"})
"""Names of the original system that are taken for known, and have no effect."""
_ALIKE = 0.86


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was said of a setting, and where. Secrets are in it as they are: it is not for show."""

    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One setting as it may be shown. `value` is None where nothing holds."""

    name: str
    value: str | None
    origin: str
    is_secret: bool


def given(env_file: Path | None) -> Mapping[str, Given]:
    """What is said of each setting, by its name. The environment goes before the file, and an empty
    value counts as not said.
    """
    file = {} if env_file is None else dotenv_values(env_file, encoding="utf-8")
    said: dict[str, Given] = {}
    known = {entry.name for chapter in chapters() for entry in chapter.entries}
    for origin, values in ((str(env_file), file), (ENVIRONMENT, os.environ)):
        for name, value in values.items():
            if name.upper() in known and value:
                said[name.upper()] = Given(value=value, origin=origin)
    return said


def rows(
    said: Mapping[str, Given], settings: Settings | None
) -> tuple[tuple[Chapter, list[Row]], ...]:
    """Every setting, chapter by chapter, as it holds; without settings, as it was said."""
    return tuple(
        (chapter, [_row(entry, said.get(entry.name), settings) for entry in chapter.entries])
        for chapter in chapters()
    )


def _row(entry: Entry, said: Given | None, settings: Settings | None) -> Row:
    if said is None:
        value = entry.default if entry.shown is None else entry.shown
    elif settings is None:
        value = said.value
    else:
        value = text_of(getattr(settings, entry.field)) or said.value
    if said is not None and (entry.is_secret or has_secret(said.value)):
        value = HIDDEN
    origin = DEFAULT if said is None else said.origin
    return Row(name=entry.name, value=value, origin=origin, is_secret=entry.is_secret)


def unknown(env_file: Path | None) -> tuple[str, ...]:
    """What was perhaps meant for a setting and is none: in the file whatever is not known, in the
    environment what is written almost like one.
    """
    names = [entry.name for chapter in chapters() for entry in chapter.entries]
    known = {*names, *PASSED_OVER}
    file = {} if env_file is None else dotenv_values(env_file, encoding="utf-8")
    told = []
    for name in sorted({*file, *os.environ}):
        if name.upper() in known:
            continue
        alike = get_close_matches(name.upper(), names, n=1, cutoff=_ALIKE)
        if alike:
            told.append(f"{name} is no setting: is {alike[0]} meant?")
        elif name in file:
            told.append(f"{name} in {env_file} is no setting of bayse-agent, and has no effect")
    return tuple(told)
