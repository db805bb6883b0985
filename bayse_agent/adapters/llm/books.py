"""What a model keeps its accounts with."""

from __future__ import annotations

from dataclasses import dataclass

from bayse_agent.ports.mind import AnswerArchive, Spending
from bayse_agent.ports.world import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Where money and answers are written down."""

    spending: Spending
    archive: AnswerArchive
    clock: Clock
