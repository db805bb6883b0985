"""Proof by e-values: worked numbers, that luck seldom proves anything, and that skill does."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.experience import SettledForecast
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.proof import (
    CAPITAL,
    PROMOTED_AT,
    Proof,
    Stage,
    Step,
    meaning_against,
    meaning_for,
    needs,
    next_stage,
    prove,
    score_of,
    side_of,
    stage,
    steps,
)
from tests.builders import NOON


def a_settled(
    chance: float, price: float | None, outcome: int, *, number: int = 0, hour: int = 0
) -> SettledForecast:
    return SettledForecast(
        forecast_id=f"f-{number}",
        look_id=f"f-{number}",
        market_id=MarketId(f"m-{number}"),
        author="pool",
        category="sports",
        time_left_s=60.0,
        made_at=NOON,
        settled_at=NOON + timedelta(hours=hour),
        probability=chance,
        standard_error=0.02,
        market_price=price,
        outcome=outcome,
    )


def a_proof(best: float = 25.0, *, now: float | None = None, against: float = 1.0) -> Proof:
    return Proof(
        steps=100,
        for_us=best if now is None else now,
        against_us=against,
        best_for_us=best,
        best_against_us=against,
    )


def lived(edge: float, count: int, seed: int) -> list[Step]:
    """Forecasts that claim five points over the price, of which `edge` points are true."""
    draw = random.Random(seed)
    settled = []
    for number in range(count):
        price, sign = draw.uniform(0.2, 0.8), draw.choice((-1, 1))
        outcome = int(draw.random() < price + sign * edge)
        settled.append(a_settled(price + sign * 0.05, price, outcome, number=number, hour=number))
    return list(steps(settled))


@pytest.mark.parametrize(
    ("chance", "price", "outcome", "gain"),
    [(0.6, 0.5, 1, 1.0), (0.6, 0.2, 1, 1.0), (0.6, 0.2, 0, -0.25), (0.4, 0.5, 0, 1.0)],
)
def test_side_of_a_forecast_matches_the_worked_numbers(
    chance: float, price: float, outcome: int, gain: float
) -> None:
    assert side_of(a_settled(chance, price, outcome)) == pytest.approx(gain)


def test_score_of_a_better_forecast_is_above_zero() -> None:
    better, worse = (score_of(a_settled(0.6, 0.5, outcome)) for outcome in (1, 0))
    assert better == pytest.approx(0.9 / 1.1)
    assert worse == pytest.approx(-1.0)


@pytest.mark.parametrize("price", [None, 0.6])
def test_forecast_at_the_market_takes_no_side(price: float | None) -> None:
    settled = a_settled(0.6, price, 1)
    assert (side_of(settled), score_of(settled)) == (None, None)
    assert steps([settled]) == ()


def test_steps_of_markets_of_one_hour_are_one() -> None:
    found = steps([a_settled(0.6, 0.5, n % 2, number=n) for n in range(10)])
    assert len(found) == 1
    assert found[0].side == pytest.approx(0.0)


def test_steps_of_looks_at_one_market_count_as_one() -> None:
    looks = [a_settled(0.6, 0.5, 1, number=1) for _ in range(9)]
    found = steps([*looks, a_settled(0.6, 0.5, 0, number=2)])
    assert found[0].side == pytest.approx(0.0)


def test_prove_without_a_step_is_one() -> None:
    found = prove([])
    assert (found.for_us, found.against_us, found.is_promoted) == (1.0, 1.0, False)


def test_prove_of_a_hundred_gains_is_proof() -> None:
    assert prove([Step(side=0.5, score=0.5)] * 100).is_promoted
    assert prove([Step(side=-0.5, score=-0.5)] * 100).is_halting


def test_prove_when_nothing_is_known_seldom_proves_anything() -> None:
    runs = [prove(lived(0.0, 300, seed)) for seed in range(100)]
    assert sum(run.is_promoted for run in runs) <= 8


def test_prove_of_a_true_edge_finds_it() -> None:
    runs = [prove(lived(0.08, 1500, seed)) for seed in range(8)]
    assert sum(run.is_promoted for run in runs) >= 7
    assert not any(run.is_halting for run in runs)


def test_prove_of_a_forecaster_that_loses_halts() -> None:
    assert sum(prove(lived(-0.08, 1500, seed)).is_halting for seed in range(8)) >= 7


@pytest.mark.parametrize(
    ("proof", "markets", "ratio", "found"),
    [
        (a_proof(19.9), 5000, 0.9, Stage.PAPER),
        (a_proof(25.0), 5000, 0.9, Stage.SMALL),
        (a_proof(25.0, now=3.0), 5000, 0.9, Stage.SMALL),
        (a_proof(25.0), 5000, 0.5, Stage.PAPER),
        (a_proof(25.0), 5000, None, Stage.PAPER),
        (a_proof(500.0), 5000, 0.9, Stage.FULL),
        (a_proof(500.0), 999, 0.9, Stage.SMALL),
        (a_proof(500.0, against=20.0), 5000, 0.9, Stage.PAPER),
    ],
)
def test_stage_is_earned_by_proof_and_by_a_realised_edge(
    proof: Proof, markets: int, ratio: float | None, found: Stage
) -> None:
    assert stage(proof, markets=markets, ratio=ratio) is found


def test_capital_grows_with_the_stage() -> None:
    assert [CAPITAL[one] for one in Stage] == [0.0, 0.25, 1.0]


@given(
    gains=st.lists(
        st.tuples(
            st.floats(min_value=-1, max_value=1, allow_nan=False),
            st.floats(min_value=-1, max_value=1, allow_nan=False),
        ),
        max_size=60,
    )
)
def test_prove_of_anything_is_above_zero_and_never_above_its_best(
    gains: list[tuple[float, float]],
) -> None:
    found = prove([Step(side=side, score=score) for side, score in gains])
    assert 0.0 < found.for_us <= found.best_for_us
    assert 0.0 < found.against_us <= found.best_against_us


@pytest.mark.torture
def test_prove_of_a_thousand_runs_without_an_edge_promotes_one_in_twenty_at_most() -> None:
    promoted = sum(prove(lived(0.0, 1500, seed)).best_for_us >= PROMOTED_AT for seed in range(1000))
    assert promoted <= 50


@pytest.mark.parametrize(
    ("best", "told"),
    [
        (1.0, "Luck alone would do as well: no proof of skill yet."),
        (4.0, "Luck alone would look this good at most 1 time in 4.0: not proof yet."),
        (1300.4, "Luck alone would look this good at most 1 time in 1,300: that is proof."),
    ],
)
def test_proof_for_us_when_told_in_words_then_it_says_how_seldom_luck_does_that(
    best: float, told: str
) -> None:
    assert meaning_for(a_proof(best)) == told


@pytest.mark.parametrize(
    ("against", "told"),
    [
        (1.0, "Nothing speaks for it that these forecasts lose money."),
        (
            8.0,
            "Forecasts that do not lose would look this bad at most 1 time in 8.0: not proof.",
        ),
        (
            1e30,
            "Forecasts that do not lose would look this bad at most 1 time in 1,000,000,000: "
            "that is proof, and it halts.",
        ),
    ],
)
def test_proof_against_us_when_told_in_words_then_it_says_what_it_does(
    against: float, told: str
) -> None:
    assert meaning_against(a_proof(against=against)) == told


def test_proof_when_nothing_was_settled_then_nothing_is_known() -> None:
    nothing = prove(())
    assert meaning_for(nothing) == meaning_against(nothing)
    assert "Nothing was settled" in meaning_for(nothing)


@given(
    best=st.floats(min_value=1, max_value=1000),
    now=st.floats(min_value=0.1, max_value=1000),
    against=st.floats(min_value=1, max_value=30),
    markets=st.integers(min_value=0, max_value=2000),
    ratio=st.none() | st.floats(min_value=-1, max_value=2),
)
def test_needs_when_all_are_met_then_that_stage_or_a_higher_one_is_earned(
    best: float, now: float, against: float, markets: int, ratio: float | None
) -> None:
    proof = a_proof(max(best, now), now=now, against=against)
    found = stage(proof, markets=markets, ratio=ratio)
    order = list(Stage)
    for wanted in Stage:
        met = all(one.is_met for one in needs(wanted, proof, markets=markets, ratio=ratio))
        assert met is (order.index(found) >= order.index(wanted))
    assert next_stage(found) is (None if found is Stage.FULL else order[order.index(found) + 1])
