"""What is drawn over a market: our fills and forecasts, its prices, and those of its underlying."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from bayse_agent.adapters.store.reading.charting import (
    Chart,
    FillPoint,
    ForecastPoint,
    PricePoint,
    chart,
    thinned,
)
from bayse_agent.adapters.store.reading.views import MarketView
from bayse_agent.api.house import InHouse
from bayse_agent.api.trouble import ANYWHERE, Unfit
from bayse_agent.domain.errors import FeedStale
from bayse_agent.domain.forecast import Underlying
from bayse_agent.domain.market import Symbol
from bayse_agent.ports import PriceFeed

router = APIRouter(tags=["decisions"])
_WITHIN_S = 3.0
_LEAD_S = 900.0
_MINUTE = timedelta(minutes=1)


class UnderlyingPoint(BaseModel):
    at: datetime
    price: Decimal


class UnderlyingOut(BaseModel):
    """The asset that a price window settles on, from a quarter of an hour before it to its end.

    The feed keeps a day of minutes; what it has not seen is missing, and `points` is empty where
    it has seen nothing of the window. `threshold`: what must be reached for outcome1, where known.
    """

    symbol: str
    threshold: Decimal | None
    points: list[UnderlyingPoint]


class ChartOut(BaseModel):
    """What is drawn over a market, each list oldest first. Prices and forecasts are of outcome1;
    a fill has its own outcome's price too. `underlying` is empty for what is no price window.
    """

    market: MarketView
    fills: list[FillPoint]
    fills_left_out: int
    forecasts: list[ForecastPoint]
    prices: list[PricePoint]
    underlying: UnderlyingOut | None


@router.get("/followed/{market_id}/chart", response_model=ChartOut, responses=ANYWHERE)
async def market_chart(
    house: InHouse, market_id: str, points: Annotated[int, Query(ge=2, le=1000)] = 300
) -> ChartOut:
    """Our fills, our forecasts and the prices that we saw, in at most so many points a line."""
    found = await house.parts.reader.ask(chart(market_id, points=points))
    if found is None:
        raise Unfit(404, "not_found", "this market was never followed")
    return ChartOut(
        market=found.market,
        fills=list(found.fills),
        fills_left_out=found.fills_left_out,
        forecasts=list(found.forecasts),
        prices=list(found.prices),
        underlying=await _underlying(house.parts.feed, found, points),
    )


async def _underlying(feed: PriceFeed | None, found: Chart, points: int) -> UnderlyingOut | None:
    symbol = found.market.symbol
    if symbol is None:
        return None
    seen: list[UnderlyingPoint] = []
    if feed is not None:
        try:
            async with asyncio.timeout(_WITHIN_S):
                seen = list(_within(await feed.underlying(Symbol(symbol)), found.market))
        except (FeedStale, TimeoutError):
            # It is told as what it is: nothing was seen.
            seen = []
    return UnderlyingOut(
        symbol=symbol, threshold=found.threshold, points=list(thinned(seen, points))
    )


def _within(asset: Underlying, market: MarketView) -> Iterable[UnderlyingPoint]:
    """The closes of minutes, and the ticks since the last of them, around the window."""
    opens_at, closes_at = market.opens_at, market.closes_at
    ticks = [(tick.at, tick.price) for tick in asset.recent]
    first = ticks[0][0] if ticks else None
    ends = ((bar.at + _MINUTE, bar.close) for bar in asset.bars)
    bars = [(at, price) for at, price in ends if first is None or at < first]
    for at, price in (*bars, *ticks):
        is_early = opens_at is not None and (opens_at - at).total_seconds() > _LEAD_S
        if not is_early and (closes_at is None or at <= closes_at):
            yield UnderlyingPoint(at=at, price=price)
