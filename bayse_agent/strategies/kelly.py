"""Takes what is on offer when the edge after fees is real, with at most half of Kelly's stake."""

from __future__ import annotations

from dataclasses import dataclass, field

from bayse_agent.domain.decision import Bet, Pass
from bayse_agent.domain.forecast import Context, Forecast
from bayse_agent.domain.sizing import Purse, SizingRule, size


@dataclass(frozen=True, slots=True, kw_only=True)
class KellySettings:
    """How stakes are found. The limits come with the purse."""

    rule: SizingRule = field(default_factory=SizingRule)


class Kelly:
    """A taker: buys the outcome that is worth more than it costs, or passes."""

    name = "kelly"

    def __init__(self, settings: KellySettings) -> None:
        self._settings = settings

    def decide(self, context: Context, forecast: Forecast, purse: Purse) -> Bet | Pass:
        """Pure: the same arguments give the same decision."""
        return size(context, forecast, purse, self._settings.rule)
