"""Believes the market: its price is the forecast that all others are measured against."""

from __future__ import annotations

from bayse_agent.domain.forecast import Context, Forecast, NoForecast, forecast_id
from bayse_agent.domain.journal import TrackedMarket
from bayse_agent.domain.money import probability


class MarketPrice:
    """Says what the market says. It has no edge, and so it never bets."""

    name = "market_price"

    def __init__(self, standard_error: float = 0.01) -> None:
        """`standard_error`: how far the price is thought to be from the best forecast."""
        self._standard_error = standard_error

    def declines(self, market: TrackedMarket) -> str | None:
        return None

    def reads_news(self, market: TrackedMarket) -> bool:
        return False

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        price = context.market_price
        if price is None:
            return NoForecast(author=self.name, reason="the market shows no price")
        return Forecast(
            id=forecast_id(self.name, context.market.id, context.now),
            market_id=context.market.id,
            author=self.name,
            probability=probability(float(price)),
            standard_error=self._standard_error,
            rationale=f"The market's own price: {price}.",
            made_at=context.now,
            market_price=price,
            threshold=context.threshold,
        )
