"""The ways in which a run can be shown."""

from __future__ import annotations

from enum import Enum


class View(Enum):
    """A screen that is kept up to date, plain lines of progress, or one JSON object at the end."""

    SCREEN = "screen"
    LINES = "lines"
    JSON = "json"
