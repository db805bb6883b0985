"""Whether the agent may trade: the trading state, who set it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TradingState(StrEnum):
    """ARMED trades, REDUCING only gets out of what it has, HALTED sends no order at all.

    Cancelling, reading and settling go on in every state.
    """

    ARMED = "ARMED"
    REDUCING = "REDUCING"
    HALTED = "HALTED"

    @property
    def strictness(self) -> int:
        """0 for ARMED, 1 for REDUCING, 2 for HALTED."""
        return _STRICTNESS[self]


_STRICTNESS = {TradingState.ARMED: 0, TradingState.REDUCING: 1, TradingState.HALTED: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One change of the trading state. `epoch` counts the changes from 1, and never goes back.

    `by` is a person's name, a part of the agent (`reconciliation`, `risk`), `file` or `signal`.
    """

    epoch: int
    state: TradingState
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to trade with these books, held by one process at a time.

    `token` grows with each holder: what was written under an older one is known by it.
    """

    token: int
    holder: str
    since: datetime
