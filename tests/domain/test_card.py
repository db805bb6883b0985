"""Score cards: what is compared with what, and what is left open when nobody can know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bayse_agent.domain.card import card, cards, executable
from bayse_agent.domain.experience import SettledForecast
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.proof import Stage
from bayse_agent.domain.scoring import ScoredRow, calibration, decompose, mean_brier
from tests.builders import NOON


def a_settled(number: int, chance: float, outcome: int) -> SettledForecast:
    return SettledForecast(
        forecast_id=f"f-{number}",
        look_id=f"f-{number}",
        market_id=MarketId(f"m-{number}"),
        author="pool",
        category="Sports",
        time_left_s=60.0,
        made_at=NOON,
        settled_at=NOON + timedelta(hours=number),
        probability=chance,
        standard_error=0.02,
        market_price=0.5,
        outcome=outcome,
        bid=0.48,
        ask=0.52,
        later_price=0.55,
    )


ROWS = [
    a_settled(n, 0.7 if n % 2 else 0.3, int(n % 20 not in (0, 1, 2, 3)) if n % 2 else 0)
    for n in range(40)
]


@pytest.mark.parametrize(("chance", "price"), [(0.7, 0.52), (0.3, 0.48), (0.5, 0.5)])
def test_executable_price_is_the_nearest_that_could_be_traded_at(
    chance: float, price: float
) -> None:
    assert executable(a_settled(1, chance, 1)) == price


def test_executable_price_without_a_book_is_not_known() -> None:
    assert executable(replace(a_settled(1, 0.7, 1), ask=None)) is None


def test_card_compares_with_the_middle_and_with_what_could_be_traded() -> None:
    found = card("pool", "", [a_settled(1, 0.7, 1), a_settled(2, 0.7, 1)])
    assert found.brier is not None
    assert found.executable is not None
    assert found.brier.difference == pytest.approx(0.09 - 0.25)
    assert found.executable.difference == pytest.approx(0.09 - 0.48**2)


def test_card_holds_the_realised_edge_to_the_claimed_one() -> None:
    found = card("pool", "", [a_settled(1, 0.7, 1), a_settled(2, 0.7, 0)]).edge
    assert found is not None
    assert found.claimed == pytest.approx(0.18)
    assert found.realised == pytest.approx(-0.02)
    assert found.ratio == pytest.approx(-0.02 / 0.18)


def test_card_counts_a_price_that_came_towards_the_forecast() -> None:
    found = card("pool", "", [a_settled(1, 0.7, 1), a_settled(2, 0.7, 1)]).drift
    assert found is not None
    assert found.mean == pytest.approx(0.05)


def test_card_of_unpriced_forecasts_leaves_everything_open() -> None:
    blind = replace(a_settled(1, 0.7, 1), market_price=None, bid=None)
    found = card("pool", "", [blind])
    assert (found.rows, found.brier, found.edge, found.drift, found.line) == (0,) + (None,) * 4
    assert found.stage is Stage.PAPER


def test_card_of_an_under_confident_forecaster_has_a_steep_line() -> None:
    found = card("pool", "", ROWS).line
    assert found is not None
    assert found.slope > 1.2


def test_cards_are_by_author_then_category_then_horizon() -> None:
    found = [(one.author, one.group) for one in cards([a_settled(1, 0.7, 1)])]
    assert found == [("pool", ""), ("pool", "category sports"), ("pool", "horizon short")]


def test_cards_without_forecasts_are_none() -> None:
    assert cards([]) == ()


def test_decompose_adds_up_to_the_brier_score() -> None:
    rows = [
        ScoredRow(
            market_id=one.market_id,
            probability=one.probability,
            market_price=None,
            outcome=float(one.outcome),
        )
        for one in ROWS
    ]
    found = decompose(rows)
    assert found is not None
    total = found.reliability - found.resolution + found.uncertainty
    assert total == pytest.approx(mean_brier(rows))
    assert found.calibration_error == pytest.approx(
        sum(one.count * abs(one.mean_forecast - one.observed) for one in calibration(rows)) / 40
    )


def test_decompose_without_rows_is_none() -> None:
    assert decompose([]) is None
