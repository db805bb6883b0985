"""Takes secrets out of logs, and what could make one line of a log look like two."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

_HIDDEN = "(hidden)"
_NAMES = re.compile(
    r"authorization|cookie|signature|password|secret|token(?!s_)|api[_-]?key|private[_-]?key|dsn|"
    r"database_url|^otp$|recovery_code",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"\b(?:sk|pk|bay)_[A-Za-z0-9_\-]{6,}"  # keys of the venue's, and our own
    r"|\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]*"  # signed tokens
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # name and password in an address
    r"|(?i:(?<=bearer ))\S+"
    r"|(?<=[?&]secret=)[A-Za-z2-7=]+"  # what a telephone makes its codes from
    r"|\$argon2id\$\S+"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_DEEPEST = 4


def redacted(logger: object, name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A processor of structlog's: the same event without secrets."""
    return {key: _clean(key, value, 0) for key, value in event.items()}


def without_secrets(text: str) -> str:
    """A text in which everything that is shaped like a secret is hidden, on one line's terms."""
    return _CONTROLS.sub(_told, _SHAPES.sub(_HIDDEN, text))


def _told(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"


def _clean(key: str, value: Any, depth: int) -> Any:
    if _NAMES.search(key) and value not in (None, ""):
        return _HIDDEN
    if isinstance(value, str):
        return without_secrets(value)
    if depth >= _DEEPEST or isinstance(value, bool | int | float | None):
        return value if isinstance(value, bool | int | float | None) else _HIDDEN
    if isinstance(value, Mapping):
        return {str(name): _clean(str(name), one, depth + 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean("", one, depth + 1) for one in value]
    return without_secrets(str(value))
