"""What was set for the agent's spending and its capital, as far as pages tell it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bayse_agent.ports import SpendingCaps


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Nothing of it is secret. `zone`: whose days and months the caps are of.

    `searches_a_day`: questions that one search service is asked in 24 hours. `goes_by_proof`:
    stakes of real money grow with what was proven.
    """

    caps: SpendingCaps
    zone: ZoneInfo
    searches_a_day: int
    goes_by_proof: bool
