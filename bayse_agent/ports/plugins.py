"""What a plug-in is: a forecaster prices markets, a strategy turns its price into a bet."""

from __future__ import annotations

from typing import Protocol

from bayse_agent.domain.decision import Decision
from bayse_agent.domain.forecast import Context, Forecast, NoForecast
from bayse_agent.domain.journal import TrackedMarket
from bayse_agent.domain.sizing import Purse


class Forecaster(Protocol):
    """A plug-in that prices markets. One file in `forecasters/`."""

    name: str

    def declines(self, market: TrackedMarket) -> str | None:
        """Why a market is none of its business, whatever may be read of it; else None.

        Nothing is then read of that market.
        """

    def reads_news(self, market: TrackedMarket) -> bool:
        """Whether a forecast of the market rests on what was written about it."""

    async def forecast(self, context: Context) -> Forecast | NoForecast: ...


class Strategy(Protocol):
    """A plug-in that turns a forecast into a bet or a pass. Pure. One file in `strategies/`."""

    name: str

    def decide(self, context: Context, forecast: Forecast, purse: Purse) -> Decision: ...
