"""What a user may say about a demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bayse_agent.domain.money import Currency, Money
from bayse_agent.trading.agent import Approval


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What a user may say about a demo. `speed` is world seconds a second; None is unpaced.

    `data`: where the run is kept, to go on from another time; None is nowhere. `given`: the names
    of those that the user asked for; a run that goes on keeps its own for the others.
    `approval`: whose word a bet still needs. `word_s`: how long it waits for a person's, `delay_s`
    for his no, in seconds of the world.
    """

    seed: int
    duration: timedelta
    efficiency: float
    forecaster: str
    currency: Currency
    bankroll: Money
    tape: Path | None = None
    speed: float | None = None
    data: Path | None = None
    given: frozenset[str] = frozenset()
    approval: Approval = Approval.AUTOMATIC
    word_s: float = 3 * 3600.0
    delay_s: float = 300.0
