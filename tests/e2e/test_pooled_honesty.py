"""Whole runs on the pool's word: where no quote is stale it hardly bets, and of a coin never."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from bayse_agent.cli.figures import figures_of
from bayse_agent.domain.experience import SettledForecast, SettledMarket
from bayse_agent.domain.money import Currency, Money
from bayse_agent.forecasters.coin import Coin
from bayse_agent.forecasters.pool import Pool
from bayse_agent.trading.runner import Runner
from bayse_agent.wiring.demo import open_demo
from bayse_agent.wiring.options import DemoOptions


@dataclass(frozen=True)
class Nothing:
    """An experience of nothing: start weights stay what they are."""

    async def settled_forecasts(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledForecast, ...]:
        return ()

    async def settled_markets(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledMarket, ...]:
        return ()


async def bets(hours: float, *, seed: int, forecaster: str, instead: Pool | None = None) -> float:
    """The share of looks that ended in a bet, at efficiency 1."""
    options = DemoOptions(
        seed=seed,
        duration=timedelta(hours=hours),
        efficiency=1.0,
        forecaster=forecaster,
        currency=Currency.NGN,
        bankroll=Money.of(100_000, Currency.NGN),
    )
    async with open_demo(options) as demo:

        async def saw(_: object) -> None:
            return None

        agent = demo.agent
        if instead is not None:
            agent = replace(agent, forecaster=instead)
        await Runner(agent, saw).run(demo.ends_at)
        figures = await figures_of(demo, 0.0)
    looks = sum(figures.funnel.values())
    assert looks >= 100
    return figures.funnel.get("traded", 0) / looks


async def test_run_on_a_coin_that_is_trusted_like_the_pricer_never_bets() -> None:
    """Its own error takes its weight away, whatever it is called."""
    coin = Coin(5)
    coin.name = "threshold"
    assert await bets(1, seed=5, forecaster="coin", instead=Pool([coin], Nothing())) == 0


@pytest.mark.torture
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [3, 7, 11, 21])
async def test_run_of_the_pool_where_no_quote_is_stale_hardly_bets(seed: int) -> None:
    assert await bets(6, seed=seed, forecaster="pool") < 0.005
