"""Whole runs in the pretend world: no edge, no bets; an edge, and it is found and taken."""

from __future__ import annotations

import time
from datetime import timedelta
from decimal import Decimal

import pytest

from bayse_agent.cli.figures import Figures, figures_of
from bayse_agent.domain.money import Currency, Money
from bayse_agent.trading.runner import Runner
from bayse_agent.wiring.demo import open_demo
from bayse_agent.wiring.options import DemoOptions

LEAST_LOOKS = 500


async def lived(seed: int, hours: float, *, efficiency: float, forecaster: str) -> Figures:
    """A demo run to its end, and its figures."""
    options = DemoOptions(
        seed=seed,
        duration=timedelta(hours=hours),
        efficiency=efficiency,
        forecaster=forecaster,
        currency=Currency.NGN,
        bankroll=Money.of(100_000, Currency.NGN),
    )
    begun = time.monotonic()
    async with open_demo(options) as demo:

        async def saw(_: object) -> None:
            return None

        await Runner(demo.agent, saw).run(demo.ends_at)
        return await figures_of(demo, time.monotonic() - begun)


def share_of_bets(figures: Figures) -> float:
    looks = sum(figures.funnel.values())
    assert looks >= LEAST_LOOKS
    return figures.funnel.get("traded", 0) / looks


@pytest.mark.parametrize("seed", [3, 11])
async def test_run_where_no_quote_is_stale_hardly_bets(seed: int) -> None:
    figures = await lived(seed, 3, efficiency=1.0, forecaster="threshold")
    assert share_of_bets(figures) < 0.01


@pytest.mark.parametrize("efficiency", [0.0, 1.0])
async def test_run_on_a_coins_word_hardly_bets(efficiency: float) -> None:
    figures = await lived(5, 2, efficiency=efficiency, forecaster="coin")
    assert share_of_bets(figures) < 0.01


@pytest.mark.parametrize("seed", [3, 11])
async def test_run_where_quotes_are_stale_forecasts_better_than_they_do(seed: int) -> None:
    figures = await lived(seed, 3, efficiency=0.2, forecaster="threshold")
    assert share_of_bets(figures) > 0.01
    assert figures.scores.brier_agent < figures.scores.brier_market


@pytest.mark.torture
@pytest.mark.timeout(3600)
async def test_runs_where_quotes_are_stale_earn_after_fees() -> None:
    """Over a month of days the edge outweighs the luck, which a day's result mostly is."""
    earned = Decimal(0)
    for seed in range(30):
        day = await lived(seed, 24, efficiency=0.2, forecaster="threshold")
        earned += day.pnl.amount
    assert earned > 0


@pytest.mark.torture
@pytest.mark.timeout(3600)
async def test_days_where_no_quote_is_stale_hardly_bet() -> None:
    for seed in range(10):
        figures = await lived(seed, 24, efficiency=1.0, forecaster="threshold")
        assert share_of_bets(figures) < 0.01
