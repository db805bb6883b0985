"""Says how often markets like this one came true in our own settled history."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from bayse_agent.domain.base_rates import BaseRate, Likeness, Tally, base_rate, counted, likeness
from bayse_agent.domain.experience import Bookmark, lesson_at
from bayse_agent.domain.forecast import Context, Forecast, NoForecast, forecast_id
from bayse_agent.domain.journal import TrackedMarket, tracked
from bayse_agent.domain.money import probability
from bayse_agent.ports import Experience

_WINDOW = "the chance of a price window moves with its price"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRateSettings:
    """`fewest`: markets of its template or series that must have ended. `own_error`: how far one
    market is from the rate of its likes. `refresh_s`: how often history is read on, in seconds of
    world time. `most`: markets that are read at once.
    """

    fewest: int = 5
    own_error: float = 0.10
    refresh_s: float = 300.0
    most: int = 50_000


class BaseRates:
    """Knows nothing of a market but what became of its likes."""

    name = "base_rate"

    def __init__(self, experience: Experience, settings: BaseRateSettings | None = None) -> None:
        self._experience = experience
        self._settings = settings or BaseRateSettings()
        self._tally = Tally()
        self._bookmark = Bookmark()
        self._read_at: datetime | None = None
        self._turn = asyncio.Lock()

    def declines(self, market: TrackedMarket) -> str | None:
        return None if market.symbol is None else _WINDOW

    def reads_news(self, market: TrackedMarket) -> bool:
        return False

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        if context.event.symbol is not None:
            return NoForecast(author=self.name, reason=_WINDOW)
        await self._read_on(context.now)
        market = tracked(context.event, context.market, context.now)
        like = likeness(market.title, market.label1, market.series, market.category)
        found = base_rate(self._tally, like)
        if found.alike < self._settings.fewest:
            return NoForecast(
                author=self.name,
                reason=f"{found.alike} like it have ended, {self._settings.fewest} are needed",
            )
        return self._told(context, like, found)

    async def _read_on(self, now: datetime) -> None:
        async with self._turn:
            moment = lesson_at(now, self._settings.refresh_s)
            if moment == self._read_at:
                return
            self._read_at = moment
            settled = await self._experience.settled_markets(
                since=self._bookmark.since, most=self._settings.most
            )
            before = [one for one in settled if one.settled_at < moment]
            fresh, self._bookmark = self._bookmark.fresh(before)
            self._tally = counted(self._tally, fresh)

    def _told(self, context: Context, like: Likeness, found: BaseRate) -> Forecast:
        error = (found.standard_error**2 + self._settings.own_error**2) ** 0.5
        return Forecast(
            id=forecast_id(self.name, context.market.id, context.now),
            market_id=context.market.id,
            author=self.name,
            probability=probability(found.probability),
            standard_error=error,
            rationale=(
                f"Of {found.alike} markets like it ({like.template!r}, series {like.series!r}) "
                f"{100 * found.probability:.0f} % would be expected to end so."
            ),
            made_at=context.now,
            market_price=context.market_price,
            threshold=context.threshold,
        )
