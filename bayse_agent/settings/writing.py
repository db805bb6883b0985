"""Writes a `.env` file that only its owner can read, and keeps a copy of the one that was there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.settings import Settings
from bayse_agent.settings.catalogue import example

_ONLY_OWNER = 0o600
_PLAIN = re.compile(r"[A-Za-z0-9_./:,@+=~-]*")
_HEAD = "# Settings of bayse-agent: keep this file to yourself. docs/configuration.md says more."


def problem_of(name: str, value: str) -> str | None:
    """What is wrong with one value of a setting, in words without secrets; None when nothing is."""
    try:
        Settings(_env_file=None, **{name: value})  # type: ignore[call-arg, arg-type]
    except ConfigurationError as error:
        # Whatever else may be wrong, in the environment say, is not asked here.
        mine = (line for line in str(error).splitlines() if line.startswith(f"  {name} is "))
        return next((line.strip() for line in mine), None)
    return None


def check_together(values: Mapping[str, str]) -> None:
    """Raises ConfigurationError for values that cannot be used together."""
    Settings(_env_file=None, **dict(values))  # type: ignore[call-arg, arg-type]


def file_text(values: Mapping[str, str]) -> str:
    """The lines of a file: every setting with what it is for, and those values that are given."""
    lines = [_HEAD]
    for line in example().splitlines()[3:]:
        name, sign, _ = line.removeprefix("#").partition("=")
        is_given = sign and name in values and not line.startswith("# ")
        lines.append(f"{name}={_quoted(values[name])}" if is_given else line)
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def write(file: Path, text: str) -> Path | None:
    """Put the text into the file, whole or not at all. Returns where the old one is kept now.

    Raises ConfigurationError when it cannot be written.
    """
    passing = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OWNER)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
        old = _put_aside(file)
        passing.replace(file)
    except OSError as error:
        raise ConfigurationError(f"cannot write {file}: {error.strerror}") from error
    finally:
        passing.unlink(missing_ok=True)
    return old


def _put_aside(file: Path) -> Path | None:
    if not file.exists():
        return None
    number = 1
    while (old := file.with_name(f"{file.name}.old-{number}")).exists():
        number += 1
    file.rename(old)
    old.chmod(_ONLY_OWNER)
    return old
