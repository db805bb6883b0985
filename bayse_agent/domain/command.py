"""What a person asks of the running agent, as a row that the runner takes between two acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CommandKind(StrEnum):
    """HALT and REDUCE stop at once; RESUME needs a reason; TRANSFER books cash that a person moved.

    CLOSE gets out of one market, CLOSE_ALL out of all; both tell first what they would do. QUOTE
    tells what a TRADE would do, and does nothing.
    """

    HALT = "halt"
    REDUCE = "reduce"
    RESUME = "resume"
    APPROVE = "approve"
    REJECT = "reject"
    TRADE = "trade"
    QUOTE = "quote"
    ANALYZE = "analyze"
    CANCEL = "cancel"
    CLOSE = "close"
    CLOSE_ALL = "close_all"
    SET_LIMITS = "set_limits"
    TRANSFER = "transfer"

    @property
    def stops_trading(self) -> bool:
        """No order may be started any more once this is written down."""
        return self in (CommandKind.HALT, CommandKind.REDUCE)


class CommandStatus(StrEnum):
    """PENDING waits for the runner; DONE and REFUSED are its answers; FAILED is an error's."""

    PENDING = "PENDING"
    DONE = "DONE"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One wish of a person. The same `id` is one command, however often it is asked.

    `arguments` and `result` are texts by name; the kinds say which (see `trading/commands.py`).
    """

    id: str
    kind: CommandKind
    by: str
    at: datetime
    arguments: Mapping[str, str] = field(default_factory=dict)
    status: CommandStatus = CommandStatus.PENDING
    result: Mapping[str, str] = field(default_factory=dict)
    finished_at: datetime | None = None
