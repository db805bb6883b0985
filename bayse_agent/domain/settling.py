"""How price windows really settle: what those that are resolved tell of the rule.

A window settles on the last price or on the average of the last minute; the venue does not say
which. Each resolved one is held against the tape around its close. A window that contradicts what
is taken for known ends all trust: the count begins again after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from math import isfinite, log

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import EventId, Tick
from bayse_agent.domain.pricing import TieRule, running_average


class SettledOn(StrEnum):
    """What a window was settled on."""

    LAST_PRICE = "last_price"
    AVERAGE = "average"


class Verdict(StrEnum):
    """What one resolved window says of a rule. UNCLEAR: both rules say the same of it, or the tape
    does not cover its close.
    """

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedWindow:
    """A price window after its end. `close_value` is the venue's, None when it tells none.

    `outcome1_won` is None when it was voided. `tape`: ticks of the asset around the close, oldest
    first, from more than a minute before it.
    """

    event_id: EventId
    closes_at: datetime
    threshold: float
    close_value: float | None
    outcome1_won: bool | None
    tape: Sequence[Tick]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRule:
    """What is taken for known, and how near is near.

    `tolerance`: how far, as a part of the price, the venue's value may be from the tape's and
    still be the same: 0.0006 is three deviations of the basis that was measured between an
    exchange and an oracle. `longest_gap_s`: the longest silence of a tape that counts.
    """

    assumed: SettledOn = SettledOn.AVERAGE
    average_s: float = 60.0
    tolerance: float = 0.0006
    longest_gap_s: float = 10.0
    tie: TieRule | None = None

    def __post_init__(self) -> None:
        for number in (self.average_s, self.tolerance, self.longest_gap_s):
            if not (isfinite(number) and number > 0):
                raise InvalidValue(f"a number that is not above 0: {number!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementProof:
    """What resolved windows proved: `agreed` counts those since the last contradiction."""

    agreed: int = 0
    contradicted: int = 0
    unclear: int = 0
    last_contradiction: EventId | None = None

    def after(self, window: ResolvedWindow, rule: ProofRule) -> SettlementProof:
        """The proof with one more window, the latest so far."""
        match verdict(window, rule):
            case Verdict.AGREES:
                return replace(self, agreed=self.agreed + 1)
            case Verdict.CONTRADICTS:
                return replace(
                    self,
                    agreed=0,
                    contradicted=self.contradicted + 1,
                    last_contradiction=window.event_id,
                )
            case _:
                return replace(self, unclear=self.unclear + 1)


def prove(windows: Iterable[ResolvedWindow], rule: ProofRule) -> SettlementProof:
    """Fold the resolved windows of one series, in the order of their closes.

    Forty windows of which the tenth contradicts prove thirty.
    """
    proof = SettlementProof()
    for window in sorted(windows, key=lambda one: (one.closes_at, one.event_id)):
        proof = proof.after(window, rule)
    return proof


def verdict(window: ResolvedWindow, rule: ProofRule) -> Verdict:
    """What one window says of the rule that is taken for known.

    Last price 60,100, average 60,050, tolerance 0.0006 (36 dollars): a close value of 60,052
    agrees with the average and contradicts the last price; one of 60,075 is near both, unclear;
    one of 60,000 is neither, and contradicts whatever is taken for known.
    """
    values = _by_either_rule(window, rule)
    if values is None or not _is_positive(window.threshold):
        return Verdict.UNCLEAR
    mine, other = values[rule.assumed], values[_OTHER[rule.assumed]]
    if window.close_value is None:
        return _by_winner(window, mine, other, rule)
    if not _is_positive(window.close_value) or _winner_contradicts(window, rule):
        return Verdict.CONTRADICTS
    is_mine = _is_near(window.close_value, mine, rule)
    is_other = _is_near(window.close_value, other, rule)
    if not is_mine:
        return Verdict.CONTRADICTS
    return Verdict.UNCLEAR if is_other else Verdict.AGREES


_OTHER = {
    SettledOn.LAST_PRICE: SettledOn.AVERAGE,
    SettledOn.AVERAGE: SettledOn.LAST_PRICE,
}


def _by_either_rule(window: ResolvedWindow, rule: ProofRule) -> dict[SettledOn, float] | None:
    """What the tape would have settled at; None when it does not cover the last minute."""
    seconds = [
        ((tick.at - window.closes_at).total_seconds(), float(tick.price)) for tick in window.tape
    ]
    until = sorted(one for one in seconds if one[0] <= 0)
    if not until or not all(_is_positive(price) for _, price in until):
        return None
    covered = [one for one in until if one[0] >= -rule.average_s - rule.longest_gap_s]
    moments = [at for at, _ in covered] + [0.0]
    gaps = [later - sooner for sooner, later in pairwise(moments)]
    average = running_average(covered, -rule.average_s, 0.0)
    if average is None or not gaps or max(gaps) > rule.longest_gap_s:
        return None
    return {SettledOn.LAST_PRICE: until[-1][1], SettledOn.AVERAGE: average}


def _by_winner(window: ResolvedWindow, mine: float, other: float, rule: ProofRule) -> Verdict:
    """Without the venue's value, only a window in which the rules name different winners tells."""
    if window.outcome1_won is None:
        return Verdict.UNCLEAR
    margins = [log(value / window.threshold) for value in (mine, other)]
    if min(abs(margin) for margin in margins) <= rule.tolerance:
        return Verdict.UNCLEAR
    if (margins[0] > 0) is not window.outcome1_won:
        return Verdict.CONTRADICTS
    return Verdict.UNCLEAR if (margins[0] > 0) is (margins[1] > 0) else Verdict.AGREES


def _winner_contradicts(window: ResolvedWindow, rule: ProofRule) -> bool:
    """Whether the winner is not the one that the venue's own value names."""
    if window.outcome1_won is None or window.close_value is None:
        return False
    if window.close_value == window.threshold:
        return rule.tie is not None and window.outcome1_won is not (rule.tie is TieRule.OUTCOME1)
    return window.outcome1_won is not (window.close_value > window.threshold)


def _is_near(value: float, expected: float, rule: ProofRule) -> bool:
    return abs(log(value / expected)) <= rule.tolerance


def _is_positive(value: float) -> bool:
    return isfinite(value) and value > 0
