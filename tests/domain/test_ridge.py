"""Regression that learns slowly: a worked number, shrinkage to a prior, and cells that lend to
each other.
"""

from __future__ import annotations

import numpy as np
import pytest

from bayse_agent.domain.ridge import Rows, Shrinkage, fit, prior_fit

ONE = Shrinkage(mean=(0.5,), sd=(0.3,), cell_sd=(0.15,))


def drawn(weight: float, rows: int, *, seed: int = 1, cell: int = 0) -> Rows:
    """Rows of one feature whose true coefficient is known."""
    random = np.random.default_rng(seed)
    feature = random.normal(0.0, 1.0, rows)
    offsets = random.normal(0.0, 1.0, rows)
    chances = 1.0 / (1.0 + np.exp(-(offsets + weight * feature)))
    return Rows(
        features=feature[:, None],
        offsets=offsets,
        outcomes=(random.random(rows) < chances).astype(np.float64),
        counts=np.ones(rows),
        cells=np.full(rows, cell, dtype=np.int64),
    )


def test_fit_of_one_row_matches_the_worked_number() -> None:
    row = Rows(
        features=np.ones((1, 1)),
        offsets=np.zeros(1),
        outcomes=np.ones(1),
        counts=np.ones(1),
        cells=np.zeros(1, dtype=np.int64),
    )
    found = fit(row, Shrinkage(mean=(0.0,), sd=(1.0,), cell_sd=(1e-6,)))
    assert found.of(0).mean[0] == pytest.approx(0.4013, abs=1e-3)


def test_fit_without_rows_is_the_prior() -> None:
    found = fit(drawn(0.0, 0), ONE).of(3)
    assert found.mean[0] == 0.5
    assert found.errors[0] == pytest.approx((0.3**2 + 0.15**2) ** 0.5)


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_fit_of_many_rows_finds_the_coefficient(weight: float) -> None:
    found = fit(drawn(weight, 20_000), ONE).of(0)
    assert found.mean[0] == pytest.approx(weight, abs=4 * found.errors[0])
    assert found.errors[0] < 0.03


def test_fit_of_few_rows_stays_between_prior_and_data() -> None:
    few, many = (fit(drawn(0.0, rows), ONE).of(0).mean[0] for rows in (30, 3000))
    assert 0.0 < many < few < 0.5


def test_fit_of_one_cell_teaches_another_a_part_of_it() -> None:
    found = fit(drawn(0.0, 5000, cell=0), ONE)
    assert found.of(0).mean[0] < found.of(1).mean[0] < 0.5
    assert found.of(0).errors[0] < found.of(1).errors[0] < prior_fit(ONE).of(1).errors[0]


def test_fit_of_rows_that_count_half_is_that_of_half_the_rows() -> None:
    rows = drawn(0.0, 400)
    twice = Rows(
        features=np.concatenate([rows.features, rows.features]),
        offsets=np.concatenate([rows.offsets, rows.offsets]),
        outcomes=np.concatenate([rows.outcomes, rows.outcomes]),
        counts=np.full(800, 0.5),
        cells=np.zeros(800, dtype=np.int64),
    )
    assert fit(twice, ONE).of(0).mean == pytest.approx(fit(rows, ONE).of(0).mean, abs=1e-6)
    assert fit(twice, ONE).of(0).errors == pytest.approx(fit(rows, ONE).of(0).errors, abs=1e-6)


def test_fit_of_outcomes_that_a_feature_tells_apart_stays_finite() -> None:
    rows = Rows(
        features=np.array([[-9.0], [9.0]] * 50),
        offsets=np.zeros(100),
        outcomes=np.array([0.0, 1.0] * 50),
        counts=np.ones(100),
        cells=np.zeros(100, dtype=np.int64),
    )
    assert 0.0 < fit(rows, ONE).of(0).mean[0] < 2.0
