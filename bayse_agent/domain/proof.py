"""Proof of skill that may be looked at every day: e-values for us and against us, and the capital
that they earn.

An e-value is the money of somebody who bets on a claim at fair odds and begins with 1: if the claim
is wrong it ever reaches 20 with a chance of at most 5 %, however often one looks (Ville).
e_t = prod(1 + lambda d_t), averaged over several lambdas in (0, 1/2], with d_t in [-1, 1] and not
above 0 on average if the claim is wrong. Sources: Ramdas et al., Game-theoretic statistics and safe
anytime-valid inference (2022); Choe and Ramdas, Comparing sequential forecasters (2021).

Two claims are bet on with half of the money each: that siding with the forecast at the market's
price earns something, and that the forecast scores better than the price. Markets that are settled
in one hour hang together, so that they are one bet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from math import exp, log, log1p
from types import MappingProxyType

from bayse_agent.domain.experience import SettledForecast

PROMOTED_AT = 20.0
HALTED_AT = 20.0
FULL_AT = 400.0
FULL_MARKETS = 1000
LEAST_RATIO = 0.5
_LAMBDAS = (0.02, 0.05, 0.1, 0.2, 0.5)
_LEAST_GAP = 1e-6
_TELLING = 1.5
"""An e-value below this tells nobody anything."""


class Stage(StrEnum):
    """How far proof has come: bets for practice, small ones, or full ones."""

    PAPER = "paper"
    SMALL = "small"
    FULL = "full"


CAPITAL: Mapping[Stage, float] = MappingProxyType(
    {Stage.PAPER: 0.0, Stage.SMALL: 0.25, Stage.FULL: 1.0}
)
"""The part of the usual stakes, and of their cap, that each stage may put at risk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one hour's markets said, each in [-1, 1]: siding with the forecast (`side`), and its
    score against the market's (`score`). Above 0 speaks for us.
    """

    side: float
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """E-values after every step so far, for us and against us, and the highest ones ever.

    Proof counts once it was reached, as the bound holds for the highest value, too.
    """

    steps: int
    for_us: float
    against_us: float
    best_for_us: float
    best_against_us: float
    path: tuple[float, ...] = ()

    @property
    def is_promoted(self) -> bool:
        return self.best_for_us >= PROMOTED_AT

    @property
    def is_halting(self) -> bool:
        """Whether it is proven that we lose: trading must stop."""
        return self.best_against_us >= HALTED_AT


def side_of(forecast: SettledForecast) -> float | None:
    """What siding with a forecast at the market's price brought, as a part of what it could cost
    or bring at most: from -1 to 1, None where there is no side.

    0.60 at a price of 0.50 that came true is 1.0; at a price of 0.20 it is 1.0, and lost -0.25.
    """
    price = forecast.market_price
    if price is None or abs(forecast.probability - price) < _LEAST_GAP:
        return None
    sign = 1.0 if forecast.probability > price else -1.0
    return sign * (forecast.outcome - price) / max(price, 1.0 - price)


def score_of(forecast: SettledForecast) -> float | None:
    """How much better than the market a forecast scored (Brier), as a part of the most that was
    possible at that distance: from -1 to 1, None where they said the same.
    """
    price, said = forecast.market_price, forecast.probability
    if price is None or abs(said - price) < _LEAST_GAP:
        return None
    most = abs(said - price) * max(said + price, 2.0 - said - price)
    gained = (price - forecast.outcome) ** 2 - (said - forecast.outcome) ** 2
    return min(1.0, max(-1.0, gained / most))


def steps(forecasts: Iterable[SettledForecast]) -> tuple[Step, ...]:
    """What was settled, an hour at a time, oldest first; each market counts once in its hour."""
    ordered = sorted(forecasts, key=lambda one: (one.settled_at, one.market_id))
    found: list[Step] = []
    for _, hour in groupby(ordered, key=lambda one: f"{one.settled_at:%Y%m%d%H}"):
        step = _step(list(hour))
        if step is not None:
            found.append(step)
    return tuple(found)


def prove(taken: Sequence[Step]) -> Proof:
    """The e-values of a row of steps.

    No step is 1 for and against; a hundred steps of half a gain each are proof for us.
    """
    ours, theirs = _Purse(), _Purse()
    path: list[float] = []
    best = [1.0, 1.0]
    for step in taken:
        ours.bet(step.side, step.score)
        theirs.bet(-step.side, -step.score)
        path.append(ours.worth)
        best = [max(best[0], ours.worth), max(best[1], theirs.worth)]
    return Proof(
        steps=len(taken),
        for_us=ours.worth,
        against_us=theirs.worth,
        best_for_us=best[0],
        best_against_us=best[1],
        path=tuple(path),
    )


def proof_of(forecasts: Iterable[SettledForecast], author: str) -> Proof:
    """The proof for and against one forecaster."""
    return prove(steps(one for one in forecasts if one.author == author))


def stage(proof: Proof, *, markets: int, ratio: float | None) -> Stage:
    """The stage that proof has earned: `ratio` is the realised over the claimed edge.

    Evidence against us takes everything back.
    """
    if proof.is_halting or not proof.is_promoted or ratio is None or ratio <= LEAST_RATIO:
        return Stage.PAPER
    is_full = proof.for_us >= FULL_AT and markets >= FULL_MARKETS
    return Stage.FULL if is_full else Stage.SMALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that a stage asks for: `have` of `want`, None where nobody knows yet."""

    name: str
    have: float | None
    want: float
    is_met: bool


def next_stage(now: Stage) -> Stage | None:
    """The stage after one; None after the last."""
    order = list(Stage)
    return None if now is order[-1] else order[order.index(now) + 1]


def needs(wanted: Stage, proof: Proof, *, markets: int, ratio: float | None) -> tuple[Need, ...]:
    """What a stage asks for, and how far it is met: all met is what `stage` calls earned."""
    if wanted is Stage.PAPER:
        return ()
    against = proof.best_against_us
    found = [
        _least("e-value for us, the best so far", proof.best_for_us, PROMOTED_AT),
        Need(
            name="realised part of the claimed edge",
            have=ratio,
            want=LEAST_RATIO,
            is_met=ratio is not None and ratio > LEAST_RATIO,
        ),
        Need(
            name="e-value against us, at its worst, below",
            have=against,
            want=HALTED_AT,
            is_met=not proof.is_halting,
        ),
    ]
    if wanted is Stage.FULL:
        found.append(_least("e-value for us now", proof.for_us, FULL_AT))
        found.append(_least("settled markets", float(markets), float(FULL_MARKETS)))
    return tuple(found)


def _least(name: str, have: float, want: float) -> Need:
    return Need(name=name, have=have, want=want, is_met=have >= want)


def meaning_for(proof: Proof) -> str:
    """What the e-value for us says, in one sentence."""
    if proof.steps == 0:
        return "Nothing was settled yet, so nothing is known."
    if proof.best_for_us < _TELLING:
        return "Luck alone would do as well: no proof of skill yet."
    told = f"Luck alone would look this good at most 1 time in {_times(proof.best_for_us)}"
    return f"{told}: that is proof." if proof.is_promoted else f"{told}: not proof yet."


def meaning_against(proof: Proof) -> str:
    """What the e-value against us says, in one sentence."""
    if proof.steps == 0:
        return "Nothing was settled yet, so nothing is known."
    if proof.best_against_us < _TELLING:
        return "Nothing speaks for it that these forecasts lose money."
    times = _times(proof.best_against_us)
    told = f"Forecasts that do not lose would look this bad at most 1 time in {times}"
    return f"{told}: that is proof, and it halts." if proof.is_halting else f"{told}: not proof."


def _times(value: float) -> str:
    """A number that people can read: 2.6, 25, 1,300, and no more than a billion."""
    return f"{value:.1f}" if value < 10 else f"{min(value, 1e9):,.0f}"


class _Purse:
    """The money of somebody who bets on both claims with every lambda, as logarithms."""

    def __init__(self) -> None:
        self._logs = [0.0] * (2 * len(_LAMBDAS))

    def bet(self, side: float, score: float) -> None:
        for place, part in enumerate(_LAMBDAS):
            self._logs[2 * place] += log1p(part * side)
            self._logs[2 * place + 1] += log1p(part * score)

    @property
    def worth(self) -> float:
        highest = max(self._logs)
        total = highest + log(sum(exp(one - highest) for one in self._logs) / len(self._logs))
        return exp(min(total, 700.0))


def _step(hour: Sequence[SettledForecast]) -> Step | None:
    sides: list[float] = []
    scores: list[float] = []
    for _, looks in groupby(hour, key=lambda one: one.market_id):
        several = list(looks)
        market_sides = [side for one in several if (side := side_of(one)) is not None]
        market_scores = [score for one in several if (score := score_of(one)) is not None]
        if market_sides and market_scores:
            sides.append(sum(market_sides) / len(market_sides))
            scores.append(sum(market_scores) / len(market_scores))
    if not sides:
        return None
    return Step(side=sum(sides) / len(sides), score=sum(scores) / len(scores))
