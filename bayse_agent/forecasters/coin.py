"""Knows nothing and says so: the forecaster that must never be allowed to bet."""

from __future__ import annotations

from hashlib import sha256

from bayse_agent.domain.forecast import Context, Forecast, NoForecast, forecast_id
from bayse_agent.domain.journal import TrackedMarket
from bayse_agent.domain.money import probability

UNIFORM_SD = 0.29
"""Standard deviation of a number drawn evenly from 0 to 1: one over the root of twelve."""


class Coin:
    """Draws a probability evenly from 0 to 1, from the seed, the market and the time."""

    name = "coin"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def declines(self, market: TrackedMarket) -> str | None:
        return None

    def reads_news(self, market: TrackedMarket) -> bool:
        return False

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        text = f"{self._seed}\x1f{context.market.id}\x1f{context.now.isoformat()}"
        drawn = int.from_bytes(sha256(text.encode()).digest()[:6]) / (2**48 - 1)
        return Forecast(
            id=forecast_id(self.name, context.market.id, context.now),
            market_id=context.market.id,
            author=self.name,
            probability=probability(drawn),
            standard_error=UNIFORM_SD,
            rationale="Drawn by lot.",
            made_at=context.now,
            market_price=context.market_price,
            threshold=context.threshold,
        )
