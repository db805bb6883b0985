"""The worlds to trade in."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """Which objects fill the ports: a pretend world, real prices with play money, or all real."""

    DEMO = "demo"
    PAPER = "paper"
    LIVE = "live"
