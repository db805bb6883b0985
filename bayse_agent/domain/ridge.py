"""Logistic regression that learns slowly: every cell's coefficients are drawn towards common ones,
and those towards a prior, so that without data nothing is believed but the prior.

The model, with rows i in cells k: logit P(y_i = 1) = offset_i + x_i . b_k, b_k ~ N(u, T),
u ~ N(prior, S), T and S diagonal. Its mode is found by Newton steps (the problem is convex), the
errors are those of the normal curve there (Laplace). Rows touch one cell each, so that a step
costs a solution of one small system a cell (a Schur complement), whatever the number of rows.
Source: Gelman and Hill, Data Analysis Using Regression and Multilevel Models, chapters 12 to 14.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_MOST_STEPS = 30
_CLOSE_ENOUGH = 1e-8
_MOST_HALVINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrinkage:
    """What is believed before any data, a number for each coefficient.

    `sd`: how far the common coefficients may be from `mean`; `cell_sd`: a cell's from those.
    """

    mean: tuple[float, ...]
    sd: tuple[float, ...]
    cell_sd: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What was seen: features (rows x coefficients), offsets in log-odds, outcomes 0 or 1, how much
    a row counts, and the code of the cell that it is in.
    """

    features: Floats
    offsets: Floats
    outcomes: Floats
    counts: Floats
    cells: Codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Coefficients and the covariance of their errors."""

    mean: Floats
    covariance: Floats

    @property
    def errors(self) -> Floats:
        """Standard errors of the coefficients."""
        return np.asarray(np.sqrt(np.diag(self.covariance)), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Coefficients of every cell that has rows, and of one that has none (`unseen`)."""

    cells: Mapping[int, Estimate]
    unseen: Estimate

    def of(self, cell: int) -> Estimate:
        return self.cells.get(cell, self.unseen)


def prior_fit(prior: Shrinkage) -> Fit:
    """What is believed before any data."""
    covariance: Floats = np.diag(np.square(prior.sd) + np.square(prior.cell_sd))
    mean: Floats = np.array(prior.mean, dtype=np.float64)
    return Fit(cells={}, unseen=Estimate(mean=mean, covariance=covariance))


def fit(rows: Rows, prior: Shrinkage) -> Fit:
    """The most likely coefficients and their errors.

    One coefficient, prior 0 +- 1 with no cells of its own, and one row with x = 1 that came true:
    the mode solves b = 1 - sigma(b), which is 0.4013.
    """
    if not len(rows.outcomes):
        return prior_fit(prior)
    problem = _Problem(rows, prior)
    found = problem.start()
    value = problem.value(found)
    for _ in range(_MOST_STEPS):
        step = problem.step(found)
        found, value, moved = problem.advanced(found, value, step)
        if moved < _CLOSE_ENOUGH:
            break
    return problem.told(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """Common coefficients, and those of each cell (cells x coefficients)."""

    common: Floats
    cells: Floats


class _Problem:
    """The rows in the order of their cells, and what makes the curve over coefficients."""

    def __init__(self, rows: Rows, prior: Shrinkage) -> None:
        order = np.argsort(rows.cells, kind="stable")
        self._codes, begins, self._index = np.unique(
            rows.cells[order], return_index=True, return_inverse=True
        )
        self._parts = [
            slice(int(begin), int(end))
            for begin, end in zip(begins, [*begins[1:], len(order)], strict=True)
        ]
        self._x, self._y = rows.features[order], rows.outcomes[order]
        self._offsets, self._counts = rows.offsets[order], rows.counts[order]
        self._mean = np.asarray(prior.mean, dtype=np.float64)
        self._common_precision = 1.0 / np.square(prior.sd)
        self._cell_precision = 1.0 / np.square(prior.cell_sd)

    def start(self) -> _Place:
        return _Place(self._mean.copy(), np.tile(self._mean, (len(self._codes), 1)))

    def value(self, place: _Place) -> float:
        """Minus the logarithm of the posterior, but for a constant."""
        eta = self._eta(place)
        likelihood = float(self._counts @ (np.logaddexp(0.0, eta) - self._y * eta))
        apart = place.cells - place.common
        prior = float(self._common_precision @ np.square(place.common - self._mean))
        return likelihood + 0.5 * (prior + float((np.square(apart) @ self._cell_precision).sum()))

    def step(self, place: _Place) -> _Place:
        """The Newton step: cells solved out first, then the common coefficients, then back."""
        chances = 1.0 / (1.0 + np.exp(-self._eta(place)))
        residuals = self._counts * (chances - self._y)
        apart = self._cell_precision * (place.cells - place.common)
        slopes = apart + np.stack([self._x[p].T @ residuals[p] for p in self._parts])
        common_slope = self._common_precision * (place.common - self._mean) - apart.sum(axis=0)
        inverses, schur = self._systems(chances)
        coupled = np.einsum("kij,kj->ki", inverses, slopes)
        right = -common_slope - self._cell_precision * coupled.sum(axis=0)
        common = np.linalg.solve(schur, right)
        cells = -coupled + np.einsum("kij,j->ki", inverses, self._cell_precision * common)
        return _Place(common, cells)

    def advanced(self, place: _Place, value: float, step: _Place) -> tuple[_Place, float, float]:
        """The step, or as much of it as goes downhill; and how far that was."""
        part = 1.0
        for _ in range(_MOST_HALVINGS):
            there = _Place(place.common + part * step.common, place.cells + part * step.cells)
            if (lower := self.value(there)) <= value:
                return there, lower, part * float(np.abs(step.cells).max())
            part /= 2
        return place, value, 0.0

    def told(self, place: _Place) -> Fit:
        chances = 1.0 / (1.0 + np.exp(-self._eta(place)))
        inverses, schur = self._systems(chances)
        common = np.linalg.inv(schur)
        spread = inverses * self._cell_precision
        covariances = inverses + spread @ common @ spread.transpose(0, 2, 1)
        unseen: Floats = np.asarray(common + np.diag(1.0 / self._cell_precision), dtype=np.float64)
        return Fit(
            cells={
                int(code): Estimate(mean=mean, covariance=covariance)
                for code, mean, covariance in zip(
                    self._codes, place.cells, covariances, strict=True
                )
            },
            unseen=Estimate(mean=place.common, covariance=unseen),
        )

    def _eta(self, place: _Place) -> Floats:
        own = place.cells[self._index]
        return np.asarray(self._offsets + np.einsum("ij,ij->i", self._x, own), dtype=np.float64)

    def _systems(self, chances: Floats) -> tuple[Floats, Floats]:
        """Of each cell the inverse of its own curvature, and what is left for the common ones."""
        curvature = self._counts * chances * (1.0 - chances)
        hessians = np.stack([(self._x[p].T * curvature[p]) @ self._x[p] for p in self._parts])
        inverses = np.linalg.inv(hessians + np.diag(self._cell_precision))
        # T^-1 - T^-1 A T^-1 summed over the cells, plus the prior's own precision.
        left = len(self._parts) * np.diag(self._cell_precision) - (
            self._cell_precision[:, None] * inverses.sum(axis=0) * self._cell_precision
        )
        return np.asarray(inverses, dtype=np.float64), left + np.diag(self._common_precision)
