"""What people are told of when it happens, and how loudly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """INFO is worth knowing, WARNING worth a look, ALARM wants a person now."""

    INFO = "info"
    WARNING = "warning"
    ALARM = "alarm"

    def is_at_least(self, other: Level) -> bool:
        order = list(Level)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message. `title` says it all in a line."""

    level: Level
    title: str
    text: str
