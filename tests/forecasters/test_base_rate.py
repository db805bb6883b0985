"""The base rate: from our own history, and silent without enough of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bayse_agent.domain.experience import SettledForecast, SettledMarket
from bayse_agent.domain.forecast import Forecast, NoForecast
from bayse_agent.domain.market import MarketId
from bayse_agent.forecasters.base_rate import BaseRates
from tests.builders import NOON, a_context, a_tracked_market, an_event


class History:
    """Markets that ended."""

    def __init__(self, markets: Sequence[SettledMarket]) -> None:
        self.markets = list(markets)

    async def settled_forecasts(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledForecast, ...]:
        return ()

    async def settled_markets(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledMarket, ...]:
        return tuple(m for m in self.markets if since is None or m.settled_at >= since)


def ended(count: int, outcome: int = 1, *, begin: int = 0) -> list[SettledMarket]:
    return [
        SettledMarket(
            market_id=MarketId(f"m-{number}"),
            title="Up or down?",
            label1="Up",
            series="crypto-btc-15min",
            category="CRYPTO",
            settled_at=NOON - timedelta(hours=1),
            outcome=outcome,
        )
        for number in range(begin, begin + count)
    ]


CONTEXT = a_context(event=an_event(symbol=None))


async def test_forecast_with_a_history_is_its_rate() -> None:
    found = await BaseRates(History(ended(50))).forecast(CONTEXT)
    assert isinstance(found, Forecast)
    assert found.probability > 0.9
    assert found.standard_error > 0.10
    assert "50 markets like it" in found.rationale


async def test_forecast_with_little_history_is_none() -> None:
    found = await BaseRates(History(ended(4))).forecast(CONTEXT)
    assert isinstance(found, NoForecast)
    assert found.reason == "4 like it have ended, 5 are needed"


async def test_forecast_of_a_price_window_is_none() -> None:
    found = await BaseRates(History(ended(50))).forecast(a_context())
    assert isinstance(found, NoForecast)


def test_declines_price_windows_alone() -> None:
    rates = BaseRates(History(()))
    assert rates.declines(a_tracked_market()) is not None
    assert rates.declines(replace(a_tracked_market(), symbol=None)) is None


async def test_history_that_goes_on_is_read_on_once() -> None:
    history = History(ended(6))
    rates = BaseRates(history)
    await rates.forecast(CONTEXT)
    history.markets += ended(6, begin=6)
    found = await rates.forecast(replace(CONTEXT, now=NOON + timedelta(minutes=6)))
    assert isinstance(found, Forecast)
    assert "12 markets like it" in found.rationale
