"""What a well-informed crowd believes: the chance of outcome1 under the world's own law.

The formulas here are the simulation's, kept apart from the agent's pricer on purpose, so that the
one can be tested against the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, exp, log, sqrt
from statistics import NormalDist
from typing import Protocol

from bayse_agent.domain.market import Engine
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.switches import SettlementRule, Switches, TieRule
from bayse_agent.simulation.prices import AVERAGED_TICKS, Outlook, Path
from bayse_agent.simulation.series import HOUR_MS, SeriesSpec
from bayse_agent.simulation.stories import Story

_ROOT_TWO = sqrt(2)
_MANY_JUMPS = 0.3
_SQUARES = AVERAGED_TICKS * (AVERAGED_TICKS + 1) * (2 * AVERAGED_TICKS + 1) / 6
_AVERAGED_PART = _SQUARES / AVERAGED_TICKS**2
_CERTAIN = 1e-4
_NORMAL = NormalDist()
_BOUNCE_OF_AVERAGE = 0.8  # what a minute's average leaves of the bounce's variance


class Subject(Protocol):
    """What the crowd of one market thinks about. `tick_ms` is how often it thinks again."""

    @property
    def market(self) -> MarketState: ...

    @property
    def tick_ms(self) -> int: ...

    def fair(self, at_ms: int) -> float | None:
        """The chance of outcome1 as of a moment; None while the question is not known."""

    def restlessness(self, at_ms: int, chance: float) -> float:
        """How far the fair value is expected to move within a tick: one standard deviation."""


class WindowSubject:
    """A window of a series: above the threshold at the close, or not."""

    __slots__ = ("_half", "_is_averaged", "_path", "market", "series", "tick_ms")

    def __init__(
        self, *, market: MarketState, series: SeriesSpec, path: Path, switches: Switches
    ) -> None:
        self.market = market
        self.series = series
        self.tick_ms = _window_tick_ms(series)
        self._path = path
        # Asked for at every thought of every crowd: worked out once.
        self._half = -0.5 if switches.tie is TieRule.UP else 0.5
        self._is_averaged = series.settlement(switches) is SettlementRule.TWAP60

    def fair(self, at_ms: int) -> float | None:
        threshold = self.market.event.threshold
        if threshold is None:
            return None
        spec, path = self.market.event.spec, self._path
        closes = spec.closes_ms // 1000
        second = min(max(at_ms, spec.opens_ms) // 1000, closes - 1)
        known = path.last_second(second)
        if known is None:
            return None
        target = float(threshold.scaleb(path.places)) + self._half
        outlook = path.outlook(known, closes - second)
        if not self._is_averaged:
            return chance_at_end(outlook, target, closes - second)
        first = closes - AVERAGED_TICKS
        if second < first:
            return chance_of_average(outlook, target, first - second)
        seen = [level for _, level in path.levels(first, second)] or [outlook.level]
        return chance_of_rest(outlook, target, seen, closes - 1 - second)

    def restlessness(self, at_ms: int, chance: float) -> float:
        """phi(z) x the root of the tick's part in what is still to come.

        Averaging takes 40 s off a longer time left; in the last minute a shock counts for the
        part of it that is left, against a cube: 3 to 1.
        """
        left_s = max((self.market.event.spec.closes_ms - at_ms) / 1000, 1.0)
        part = self.tick_ms / 1000 / left_s
        if self._is_averaged:
            part *= 3 if left_s < AVERAGED_TICKS else left_s / (left_s - 2 * AVERAGED_TICKS / 3)
        inside = min(max(chance, _CERTAIN), 1 - _CERTAIN)
        return min(_NORMAL.pdf(_NORMAL.inv_cdf(inside)) * sqrt(part), 0.5)


def _window_tick_ms(series: SeriesSpec) -> int:
    if series.engine is Engine.AMM:
        return 1_000
    return 5_000 if series.interval_ms <= HOUR_MS else 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StorySubject:
    """One market of a general event."""

    market: MarketState
    story: Story
    index: int

    @property
    def tick_ms(self) -> int:
        return self.story.tick_ms

    def fair(self, at_ms: int) -> float | None:
        return self.story.chance(self.index, at_ms)

    def restlessness(self, at_ms: int, chance: float) -> float:
        return 0.0  # the truth moves from tick to tick, and the crowd with it


def chance_at_end(outlook: Outlook, target: float, horizon_s: int) -> float:
    """The chance that the price is above a target some seconds from now. Prices in quanta.

    The lasting part is normal with the law's variance, the bounce decays towards zero.
    """
    left = exp(-outlook.bounce_decay * horizon_s)
    mean = log(outlook.level) - outlook.bounce * (1 - left)
    variance = outlook.variance + outlook.bounce_sd**2 * (1 - left**2)
    return _above(mean - log(target), variance, outlook, horizon_s)


def chance_of_average(outlook: Outlook, target: float, until_first_s: int) -> float:
    """The chance that the average of sixty ticks is above a target; the first is still to come.

    Shocks before the first tick count in full, the i-th last one after it by i/60.
    """
    horizon = until_first_s + AVERAGED_TICKS
    each = outlook.variance / horizon
    middle = until_first_s + AVERAGED_TICKS / 2
    left = exp(-outlook.bounce_decay * middle)
    mean = log(outlook.level) - outlook.bounce * (1 - left)
    variance = each * (until_first_s - 1 + _AVERAGED_PART)
    variance += outlook.bounce_sd**2 * _BOUNCE_OF_AVERAGE * (1 - left**2)
    return _above(mean - log(target), variance, outlook, until_first_s)


def chance_of_rest(outlook: Outlook, target: float, seen: list[int], to_come: int) -> float:
    """The chance that an average ends above a target, of which some ticks have been seen."""
    if not to_come:
        return 1.0 if sum(seen) > target * len(seen) else 0.0
    each = outlook.variance / (to_come + 1)
    left = exp(-outlook.bounce_decay * (to_come + 1) / 2)
    expected = outlook.level * exp(-outlook.bounce * (1 - left))
    count = len(seen) + to_come
    mean = (sum(seen) + to_come * expected) / count
    squares = to_come * (to_come + 1) * (2 * to_come + 1) / 6
    variance = each * squares / count**2
    variance += (outlook.bounce_sd * to_come / count) ** 2 * (1 - left**2)
    return _above(log(mean / target), variance, outlook, 0)


def _above(distance: float, variance: float, outlook: Outlook, jumps_s: int) -> float:
    """The chance that a shock with jumps stays above minus a distance."""
    jumps = outlook.jump_rate * jumps_s
    if jumps < 1e-6:
        return _normal(distance, variance)
    if jumps > _MANY_JUMPS:
        return _normal(distance, variance + jumps * outlook.jump_sd**2)
    none = exp(-jumps)
    with_one = _normal(distance, variance + outlook.jump_sd**2)
    return none * _normal(distance, variance) + (1 - none) * with_one


def _normal(distance: float, variance: float) -> float:
    return 0.5 * (1 + erf(distance / (_ROOT_TWO * sqrt(max(variance, 1e-18)))))
