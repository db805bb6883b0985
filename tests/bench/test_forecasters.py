"""Forecasters of known skill: weights near the oracle's, and no bets on who knows nothing."""

from __future__ import annotations

from typing import Any

import pytest

from bench.forecasters import (
    SETUPS,
    measure_edge,
    measure_promotions,
    measure_weights,
    skill_of,
    weights_of,
)


def measured(name: str, runs: int = 6, oracle: int = 20_000) -> dict[str, Any]:
    return dict(measure_weights(SETUPS[name], runs=runs, settled=500, oracle=oracle))


@pytest.mark.parametrize("name", ["informative", "informative_llm"])
def test_weights_after_500_forecasts_are_near_the_oracles(name: str) -> None:
    found = measured(name)
    assert found["mean"][0] == pytest.approx(found["oracle"][0], abs=0.05)
    assert found["mean_absolute_deviation"][0] < 0.08


@pytest.mark.parametrize("name", ["no_skill", "no_skill_sure"])
def test_bets_on_who_knows_nothing_stop(name: str) -> None:
    found = measured(name)
    assert found["bets_of_100_before"] > 50
    assert found["mean"][0] < 0.08
    assert found["bets_of_100_after"] < 5


def test_weight_of_an_over_confident_copy_of_the_market_goes_to_nothing() -> None:
    few, many = (
        weights_of(skill_of(SETUPS["over_confident_copy"], count, 1))[0] for count in (500, 5000)
    )
    assert few < 0.25
    assert many < 0.06


def test_luck_is_seldom_promoted() -> None:
    assert measure_promotions(runs=25, markets=300)["false_promotions"] <= 0.12


def test_a_true_edge_is_found() -> None:
    found = measure_edge(0.08, runs=6, markets=1200)
    assert found["found"] >= 0.8
    assert found["median_n"] is not None


@pytest.mark.torture
@pytest.mark.timeout(3600)
def test_full_counts_hold() -> None:
    assert measure_promotions(runs=1000, markets=1500)["false_promotions"] <= 0.05
    for name in ("informative", "informative_llm", "over_confident_informative"):
        found = measured(name, runs=60, oracle=100_000)
        assert found["mean_absolute_deviation"][0] <= 0.05
    assert measure_edge(0.05, runs=30, markets=4000)["found"] == 1.0
