"""Scores of forecasts: worked numbers, and a comparison that counts markets and not looks."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.scoring import (
    ScoredRow,
    brier,
    calibration,
    compare_brier,
    compare_log_loss,
    log_loss,
    mean_brier,
    mean_log_loss,
)


def a_row(
    chance: float, outcome: float = 1.0, price: float | None = 0.5, market: str = "m"
) -> ScoredRow:
    return ScoredRow(
        market_id=MarketId(market), probability=chance, market_price=price, outcome=outcome
    )


def test_brier_of_seventy_percent_that_came_true() -> None:
    assert brier(0.7, 1.0) == pytest.approx(0.09)


def test_log_loss_of_an_even_chance_is_the_logarithm_of_two() -> None:
    assert log_loss(0.5, 0.0) == pytest.approx(log(2))


def test_log_loss_of_a_wrong_certainty_is_bounded() -> None:
    assert log_loss(1.0, 0.0) == pytest.approx(-log(1e-3))


@pytest.mark.parametrize(("chance", "outcome"), [(1.1, 1.0), (float("nan"), 1.0), (0.5, 0.5)])
def test_scores_of_impossible_numbers_raise(chance: float, outcome: float) -> None:
    with pytest.raises(InvalidValue):
        brier(chance, outcome)
    with pytest.raises(InvalidValue):
        log_loss(chance, outcome)


def test_means_without_rows_are_none() -> None:
    assert (mean_brier(()), mean_log_loss(())) == (None, None)


def test_means_average_over_rows() -> None:
    rows = [a_row(0.5), a_row(1.0)]
    assert mean_brier(rows) == pytest.approx(0.125)
    assert mean_log_loss(rows) == pytest.approx((log(2) - log(0.999)) / 2)


def test_calibration_puts_a_certainty_into_the_last_bin() -> None:
    (only,) = calibration([a_row(1.0), a_row(0.95, 0.0)])
    assert (only.low, only.high, only.count) == (0.9, 1.0, 2)
    assert (only.mean_forecast, only.observed) == (pytest.approx(0.975), 0.5)


def test_compare_brier_leaves_out_rows_without_a_market_price() -> None:
    found = compare_brier([a_row(0.7), a_row(0.0, price=None)])
    assert found is not None
    assert (found.rows, found.agent, found.market) == (1, pytest.approx(0.09), 0.25)
    assert found.difference == pytest.approx(-0.16)
    assert found.standard_error is None


def test_compare_without_a_shared_row_is_none() -> None:
    assert compare_log_loss([a_row(0.5, price=None)]) is None


def test_compare_of_two_markets_has_the_error_of_their_mean() -> None:
    found = compare_brier([a_row(0.7, market="a"), a_row(0.4, market="b")])
    assert found is not None
    # The differences are -0.16 and 0.11: their sample deviation over the root of two.
    assert found.standard_error == pytest.approx(0.27 / 2)


def test_compare_counts_repeated_looks_at_a_market_once() -> None:
    once = [a_row(0.7, market="a"), a_row(0.6, 0.0, market="b"), a_row(0.2, market="c")]
    single, repeated = compare_brier(once), compare_brier(once * 10)
    assert single is not None
    assert repeated is not None
    assert repeated.markets == 3
    assert repeated.standard_error == pytest.approx(single.standard_error)


chances = st.floats(min_value=0, max_value=1)


@given(rows=st.lists(st.builds(a_row, chances, st.sampled_from([0.0, 1.0])), min_size=1))
def test_calibration_keeps_every_row_inside_its_bin(rows: list[ScoredRow]) -> None:
    table = calibration(rows)
    assert sum(part.count for part in table) == len(rows)
    assert all(part.low <= part.mean_forecast <= part.high + 1e-9 for part in table)
