"""Lengths of time as people write them: 30m, 6h, 2d, 1h30m."""

from __future__ import annotations

import re
from datetime import timedelta

from bayse_agent.domain.errors import InvalidValue

_PART = re.compile(r"([0-9]+)([dhms])")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
LONGEST = timedelta(days=366)


def duration(text: str) -> timedelta:
    """Read a length of time. Raises InvalidValue when it is none, is zero or above 366 days."""
    if not _WHOLE.fullmatch(text):
        raise InvalidValue(f"not a length of time: {text!r} (write 30m, 6h, 2d or 1h30m)")
    parts = _PART.findall(text)
    units = [unit for _, unit in parts]
    if len(set(units)) < len(units):
        raise InvalidValue(f"the same unit twice in {text!r}")
    if any(len(count) > 9 for count, _ in parts):
        raise InvalidValue(f"too long: {text!r} (at most {LONGEST.days}d)")
    length = timedelta(**{_UNITS[unit]: int(count) for count, unit in parts})
    if not length:
        raise InvalidValue(f"no time at all: {text!r}")
    if length > LONGEST:
        raise InvalidValue(f"too long: {text!r} (at most {LONGEST.days}d)")
    return length


def told(length: timedelta) -> str:
    """A length of time in the same notation: 90 minutes are 1h30m."""
    left = int(length.total_seconds())
    parts: list[str] = []
    for unit, seconds in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
