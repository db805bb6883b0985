"""The shape of a book: how many shares makers offer, how far from the best price.

Short crypto windows are thin, as measured at the venue in September 2026 over 300 books of the
15-minute bitcoin series: a median of 2 shares at the best price; 5, 10, 25 and 50 shares slip a
median of 1.2, 2.2, 4.2 and 5.2 cents; 13.8 % of books cannot fill 10 shares; for one in ten the
next offer is some 46 cents away; empty sides occur. Other markets hold some thousand naira.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor

from bayse_agent.domain.money import Currency
from bayse_agent.simulation.draws import log_normal
from bayse_agent.simulation.exchange.house import Rung
from bayse_agent.simulation.exchange.units import MICRO, TICKS

CENT = 10
_LOWEST, _HIGHEST = CENT, 99 * CENT
_STEP_MICRO = MICRO // 100

_EMPTY_SHARE, _SHORT_SHARE, _HOLLOW_SHARE = 0.05, 0.138, 0.25
_THIN_SIZES = (2.0, 4.0, 9.0, 22.0, 60.0)
_THIN_STEPS = (0.0, 1.4, 1.8, 2.0, 2.4)
_THIN_SPREAD_OF_SIZE = 0.7
_HOLLOW_CENTS = 46

_DEEP_PARTS = (0.10, 0.15, 0.20, 0.25, 0.30)
_DEEP_LEAST = {Currency.NGN: 1_500.0, Currency.USD: 60.0}
_DEEP_RANGE = 1.6

Shape = Callable[[int, Currency, Sequence[float]], list[Rung]]
"""(best price of a side in its own outcome's ticks, currency, six uniform numbers) -> rungs."""


def bid_from(middle: float, half_spread: float) -> int:
    """The tick of the best bid: a whole cent, strictly below the middle. 0 is none."""
    return max(floor((middle - half_spread) * 100), 0) * CENT


def ask_from(middle: float, half_spread: float) -> int:
    """The tick of the best ask: a whole cent, strictly above the middle. 1000 is none."""
    return min(ceil((middle + half_spread) * 100), 100) * CENT


def thin(best: int, currency: Currency, draws: Sequence[float]) -> list[Rung]:
    """A few shares, and now and then hardly any. `best` is what a maker pays for its outcome."""
    if best < _LOWEST or draws[0] < _EMPTY_SHARE:
        return []
    first = _shares(_THIN_SIZES[0] * log_normal(draws[1], _THIN_SPREAD_OF_SIZE))
    if draws[0] < _SHORT_SHARE:
        return [(best, _shares(1 + 8 * draws[1]))]
    if draws[0] < _HOLLOW_SHARE:
        far = max(best - round(_HOLLOW_CENTS * (0.8 + 0.8 * draws[2])) * CENT, _LOWEST)
        return _merged([(best, first), (far, _shares(40 + 100 * draws[3]))])
    scale = log_normal(draws[2], 0.4)
    rungs, cents = [(best, first)], 0.0
    for size, step in zip(_THIN_SIZES[1:], _THIN_STEPS[1:], strict=True):
        cents += step * (0.4 + 1.2 * draws[3])
        tick = best - ceil(cents) * CENT
        if tick >= _LOWEST:
            rungs.append((tick, _shares(size * scale)))
    return _merged(rungs)


def deep(best: int, currency: Currency, draws: Sequence[float]) -> list[Rung]:
    """Cash spread over five cents: more of it further away; never less than a fixed sum, whether
    the shares are counted at their own price or at the other outcome's."""
    if best < _LOWEST:
        return []
    cash = _DEEP_LEAST[currency] * (1 + _DEEP_RANGE * draws[0])
    payout = currency.payout
    return _merged(
        [
            _rung(max(best - step * CENT, _LOWEST), cash * part, payout)
            for step, part in enumerate(_DEEP_PARTS)
        ]
    )


def _rung(tick: int, cash: float, payout: int) -> Rung:
    """As many shares as are worth so much cash at the cheaper outcome's price."""
    return tick, _shares(cash * TICKS / (min(tick, TICKS - tick) * payout))


def _shares(count: float) -> int:
    """Micro-shares, in hundredths of a share and at least half a share."""
    return max(round(count * 100), 50) * _STEP_MICRO


def _merged(rungs: Sequence[Rung]) -> list[Rung]:
    """Rungs at one price are one rung."""
    by_tick: dict[int, int] = {}
    for tick, micro in rungs:
        by_tick[tick] = by_tick.get(tick, 0) + micro
    return list(by_tick.items())
