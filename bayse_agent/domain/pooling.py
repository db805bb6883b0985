"""Pools forecasts with the market's price, each with the weight that its measured skill has earned.

In log-odds: logit p = logit m + sum_i w_i (c_i - logit m), with m the market's price and
c_i = a_i + b_i logit q_i a member's own forecast after calibration (Platt), cut to what lies
between the market and the member: nothing goes further from the price than somebody said, nor to
the other side of it. Calibration and weights are learned from settled forecasts for every member
in every cell (category x horizon), shrunk from the cell to the member and from the member to the
prior, and the prior says that the market is right but for a start weight. There is no intercept:
without a member the pool is the market's price.

Source of the formula: Satopaa et al., Combining multiple probability predictions using a simple
logit model (2014); the market is not sharpened, as it stands in the pool itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, isfinite, log
from types import MappingProxyType

import numpy as np

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.experience import Cell
from bayse_agent.domain.ridge import Estimate, Fit, Floats, Shrinkage, prior_fit

SUREST = 0.01
"""A member is never taken to be surer than this far from 0 and 1, unless the market itself is."""
_LEAST_PRICE = 1e-4

START_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"threshold": 0.5, "llm": 0.2, "base_rate": 0.1}
)
USUAL_ERRORS: Mapping[str, float] = MappingProxyType(
    {"threshold": 0.03, "llm": 0.15, "base_rate": 0.10}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPrior:
    """What is believed of members before they have a record.

    `start_weights` by member; others have 0. `weight_sd`, `cell_weight_sd`: how far a member's
    weight may be from that, and a cell's from the member's; `intercept_sd`, `slope_sd` and the two
    of cells likewise of its calibration, which starts at none (0 and 1). `mispricing_sd`: how far
    the market is from the truth at a price of one half, in probability. `usual_errors`: the error
    of a member that its start weight was set for; one that is less sure than that counts for less.
    `least_slope`: a calibration slope below which a forecaster is taken to know less and less.
    `honest_slope`: start weights are for those with at least this one; who was found to exaggerate
    begins with less, and must earn the rest.
    """

    start_weights: Mapping[str, float] = field(default_factory=lambda: START_WEIGHTS)
    usual_errors: Mapping[str, float] = field(default_factory=lambda: USUAL_ERRORS)
    usual_error: float = 0.10
    weight_sd: float = 0.30
    cell_weight_sd: float = 0.15
    intercept_sd: float = 0.10
    cell_intercept_sd: float = 0.05
    slope_sd: float = 0.25
    cell_slope_sd: float = 0.15
    mispricing_sd: float = 0.03
    least_slope: float = 0.25
    honest_slope: float = 0.75

    def __post_init__(self) -> None:
        for weight in self.start_weights.values():
            if not (isfinite(weight) and 0 <= weight <= 1):
                raise InvalidValue(f"a start weight outside 0 to 1: {weight!r}")
        spreads = (self.weight_sd, self.cell_weight_sd, self.intercept_sd, self.cell_intercept_sd)
        others = (self.slope_sd, self.cell_slope_sd, self.mispricing_sd, self.usual_error)
        slopes = (self.least_slope, self.honest_slope)
        for number in (*spreads, *others, *slopes, *self.usual_errors.values()):
            if not (isfinite(number) and number > 0):
                raise InvalidValue(f"a spread that is not above 0: {number!r}")

    def weights(self, slopes: Mapping[str, float]) -> Shrinkage:
        """The prior of the weights of several members with the slopes that were found of them.

        threshold with a slope of 0.375, half of an honest one, begins with a quarter of 0.5.
        """
        authors = tuple(slopes)
        return Shrinkage(
            mean=tuple(
                self.start_weights.get(author, 0.0)
                * min(1.0, max(0.0, slope) / self.honest_slope) ** 2
                for author, slope in slopes.items()
            ),
            sd=(self.weight_sd,) * len(authors),
            cell_sd=(self.cell_weight_sd,) * len(authors),
        )

    @property
    def calibration(self) -> Shrinkage:
        """The prior of a member's intercept and slope."""
        return Shrinkage(
            mean=(0.0, 1.0),
            sd=(self.intercept_sd, self.slope_sd),
            cell_sd=(self.cell_intercept_sd, self.cell_slope_sd),
        )

    def sureness(self, author: str, standard_error: float) -> float:
        """What a member's own error leaves of its weight, 1 at its usual error and below.

        (t^2 + u^2) / (t^2 + s^2): threshold (u = 0.03) with an error of 0.06 is 0.4.
        """
        usual = self.usual_errors.get(author, self.usual_error)
        market = self.mispricing_sd**2
        return (market + usual**2) / (market + max(usual, standard_error) ** 2)

    def resolve(self, slope: float) -> float:
        """What a calibration slope leaves of a weight: 1 from `least_slope`, 0 at none and below.

        Who knows nothing must not be the occasion to pull the market's price to the base rate.
        """
        return min(1.0, max(0.0, slope) / self.least_slope) ** 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one member says of outcome1, and its own standard error, in probability."""

    author: str
    probability: float
    standard_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """What was learned of the members: calibration of each, and their weights together.

    `cells` are the codes of cells in the fits; `markets` counts settled markets behind them.
    """

    authors: tuple[str, ...]
    prior: PoolPrior
    calibrations: Mapping[str, Fit]
    weights: Fit
    cells: Mapping[Cell, int]
    markets: int = 0

    def code(self, kind: Cell) -> int:
        return self.cells.get(kind, -1)

    def calibration(self, author: str, kind: Cell) -> Estimate:
        """Intercept and slope of a member in a cell."""
        return self.calibrations[author].of(self.code(kind))

    def weight(self, author: str, kind: Cell) -> tuple[float, float]:
        """A member's weight in a cell, at its usual error, and the weight's standard error."""
        estimate = self.weights.of(self.code(kind))
        place = self.authors.index(author)
        slope = float(self.calibration(author, kind).mean[1])
        worth = max(0.0, float(estimate.mean[place])) * self.prior.resolve(slope)
        return min(1.0, worth), float(estimate.errors[place])

    def is_proven(self, author: str, kind: Cell) -> bool:
        """Whether a weight rests on what was settled and not on the prior: its error is at most
        half of what it was before any data.
        """
        before = self.prior.weight_sd**2 + self.prior.cell_weight_sd**2
        _, error = self.weight(author, kind)
        return error**2 <= before / 4


def no_skill_known(authors: Sequence[str], prior: PoolPrior) -> Skill:
    """What is believed of members without any record."""
    return Skill(
        authors=tuple(authors),
        prior=prior,
        calibrations={author: prior_fit(prior.calibration) for author in authors},
        weights=prior_fit(prior.weights(dict.fromkeys(authors, 1.0))),
        cells={},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """The pool's posterior of the chance that outcome1 wins.

    `standard_error`, in probability: what the members' errors, the market's own, and what is not
    known of weights and calibration leave open. `weights` by member; the market has the rest.
    `unproven`: members with a weight that rests on the prior and not on a record.
    """

    probability: float
    standard_error: float
    weights: Mapping[str, float]
    unproven: tuple[str, ...]

    @property
    def market_weight(self) -> float:
        return 1.0 - sum(self.weights.values())

    @property
    def is_proven(self) -> bool:
        """Whether somebody has a weight, and everybody who has one has earned it."""
        return any(self.weights.values()) and not self.unproven


def logit(probability: float) -> float:
    """Log-odds: 0.5 is 0, 0.731 is 1."""
    return log(probability / (1.0 - probability))


def from_logit(value: float) -> float:
    """The probability of log-odds, never quite 0 or 1."""
    return 1.0 / (1.0 + exp(-min(max(value, -30.0), 30.0)))


def price_logit(price: float) -> float:
    """The log-odds of a market's price, which may be 0 or 1."""
    return logit(min(max(price, _LEAST_PRICE), 1.0 - _LEAST_PRICE))


def opinion_logit(probability: float, market_price: float) -> float:
    """The log-odds of a member's forecast, cut to what anybody may be sure of."""
    least = max(_LEAST_PRICE, min(SUREST, market_price))
    most = min(1.0 - _LEAST_PRICE, max(1.0 - SUREST, market_price))
    return logit(min(max(probability, least), most))


def between(calibrated: float, market: float, said: float) -> float:
    """A calibrated opinion, cut to what lies between the market and what was said; log-odds."""
    return min(max(calibrated, min(market, said)), max(market, said))


def pool(market_price: float, opinions: Sequence[Opinion], kind: Cell, skill: Skill) -> Pooled:
    """The market's price, moved towards each member by the weight it has earned.

    threshold alone at its start weight of 0.5, with 0.60 against a price of 0.50: logit p =
    0.5 x 0.4055, p = 0.5505. Raises InvalidValue for numbers that are no probabilities.
    """
    _check(market_price, opinions)
    base = price_logit(market_price)
    factors = [_factor(one, kind, skill) for one in opinions]
    calibrated = [_calibrated(one, market_price, kind, skill) for one in opinions]
    weights = _weights(opinions, factors, kind, skill)
    center = base + sum(w * (c - base) for w, c in zip(weights, calibrated, strict=True))
    shared = 1.0 - sum(weights)
    market_error = shared * 4.0 * skill.prior.mispricing_sd
    variance = market_error**2
    variance += _weights_variance(opinions, factors, calibrated, base, kind, skill)
    for one, weight in zip(opinions, weights, strict=True):
        variance += weight**2 * _own_variance(one, market_price, kind, skill)
    probability = from_logit(center)
    return Pooled(
        probability=probability,
        standard_error=probability * (1.0 - probability) * variance**0.5,
        weights={one.author: weight for one, weight in zip(opinions, weights, strict=True)},
        unproven=tuple(
            one.author
            for one, weight in zip(opinions, weights, strict=True)
            if weight > 0 and not skill.is_proven(one.author, kind)
        ),
    )


def moved(probability: float, market_weight: float, before: float, after: float) -> float:
    """A pooled probability once the market's price in it has moved: what pooling with the new
    price would have given.

    0.60 with half of the weight on a price that falls from 0.50 to 0.45: 0.5757.
    """
    share = min(max(market_weight, 0.0), 1.0)
    if before == after or share == 0.0 or not 0.0 < probability < 1.0:
        return probability
    return from_logit(logit(probability) + share * (price_logit(after) - price_logit(before)))


def _check(market_price: float, opinions: Sequence[Opinion]) -> None:
    if not (isfinite(market_price) and 0.0 <= market_price <= 1.0):
        raise InvalidValue(f"a market price outside 0 to 1: {market_price!r}")
    for one in opinions:
        readable = isfinite(one.probability) and 0.0 <= one.probability <= 1.0
        if not (readable and isfinite(one.standard_error) and one.standard_error >= 0.0):
            raise InvalidValue(f"an opinion that cannot be one: {one!r}")
    if len({one.author for one in opinions}) < len(opinions):
        raise InvalidValue("a member with two opinions")


def _factor(one: Opinion, kind: Cell, skill: Skill) -> float:
    """What is left of a member's weight here: by its own error, and by what it ever resolved."""
    slope = float(skill.calibration(one.author, kind).mean[1])
    return skill.prior.sureness(one.author, one.standard_error) * skill.prior.resolve(slope)


def _calibrated(one: Opinion, market_price: float, kind: Cell, skill: Skill) -> float:
    intercept, slope = skill.calibration(one.author, kind).mean
    said = opinion_logit(one.probability, market_price)
    calibrated = float(intercept) + max(0.0, float(slope)) * said
    return between(calibrated, price_logit(market_price), said)


def _weights(
    opinions: Sequence[Opinion], factors: Sequence[float], kind: Cell, skill: Skill
) -> list[float]:
    """Weights from 0 to 1 that never sum to more than 1: nobody is bet against, and the market
    is never counted less than not at all.
    """
    learned = skill.weights.of(skill.code(kind)).mean
    found = [
        max(0.0, float(learned[skill.authors.index(one.author)])) * factor
        for one, factor in zip(opinions, factors, strict=True)
    ]
    most = max(1.0, sum(found))
    return [weight / most for weight in found]


def _weights_variance(
    opinions: Sequence[Opinion],
    factors: Sequence[float],
    calibrated: Sequence[float],
    base: float,
    kind: Cell,
    skill: Skill,
) -> float:
    """What not knowing the weights leaves open, in squared log-odds: d' Sigma d."""
    reach: Floats = np.zeros(len(skill.authors))
    for one, factor, value in zip(opinions, factors, calibrated, strict=True):
        reach[skill.authors.index(one.author)] = factor * (value - base)
    return float(reach @ skill.weights.of(skill.code(kind)).covariance @ reach)


def _own_variance(one: Opinion, market_price: float, kind: Cell, skill: Skill) -> float:
    """A member's own error and its calibration's, in squared log-odds."""
    estimate = skill.calibration(one.author, kind)
    said = opinion_logit(one.probability, market_price)
    chance = from_logit(said)
    slope = max(0.0, float(estimate.mean[1]))
    own = slope * one.standard_error / (chance * (1.0 - chance))
    reach: Floats = np.array([1.0, said])
    return own**2 + float(reach @ estimate.covariance @ reach)
