"""What was set for the agent's spending and its capital, as far as pages tell it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from bayse_agent.ports import SpendingCaps


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Nothing of it is secret. `zone`: whose days and months the caps are of.

    `look_usd`: what a whole look that asks models is reckoned to cost. `searcher`: the service of
    which `searches_a_day` questions are asked in 24 hours, None without one. `goes_by_proof`:
    stakes of real money grow with what was proven.
    """

    caps: SpendingCaps
    zone: ZoneInfo
    look_usd: Decimal
    searcher: str | None
    searches_a_day: int
    goes_by_proof: bool
