"""In which form the program logs, and how much of it goes to stderr."""

from __future__ import annotations

from enum import StrEnum

from bayse_agent.adapters.logbook import Severity


class LogFormat(StrEnum):
    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """The least level that is written."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def severity(self) -> Severity:
        return Severity(self.value)
