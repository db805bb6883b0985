"""UUID-shaped ids that are derived from counters and can be read back without a table."""

from __future__ import annotations

import re
from enum import IntEnum


class Kind(IntEnum):
    """What an id names."""

    USER = 1
    EVENT = 2
    MARKET = 3
    OUTCOME = 4
    ORDER = 5
    TRADE = 6
    ACTIVITY = 7
    ASSET = 8
    OPERATION = 9
    SERIES = 10
    HOLDING = 11


_SHAPE = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-8000-([0-9a-f]{12})\Z")


PARTS = 0x4000
"""How many parts an id can tell of the thing it names."""


def make(kind: Kind, number: int, group: int = 0, part: int = 0) -> str:
    """An id for the `number`-th thing of a kind, within a group (an account), or a part of it."""
    variant = 0x8000 + part
    return f"{group & 0xFFFFFFFF:08x}-{group >> 32:04x}-4{kind:03x}-{variant:04x}-{number:012x}"


def read(kind: Kind, text: str) -> tuple[int, int] | None:
    """(group, number) of a whole thing's id of that kind, or None for any other text."""
    match = _SHAPE.match(text)
    if match is None or int(match[3], 16) != kind:
        return None
    return int(match[2] + match[1], 16), int(match[4], 16)
