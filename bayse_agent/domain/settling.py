"""How price windows really settle: what those that are resolved tell of the rule.

A window settles on the last price or on the average of the last minute; the venue does not say
which. Each resolved one is held against the tape around its close. A window that contradicts what
is taken for known ends all trust: the count begins again after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from math import exp, isfinite, log
from typing import NamedTuple

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import Event, EventId, MarketId, SeriesSlug, Symbol, Tick
from bayse_agent.domain.pricing import SettlementRule, TieRule, running_average


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


class Held(StrEnum):
    """Which rule one resolved window kept to. NEITHER: it was settled on something else. UNCLEAR:
    both rules say the same of it, or the tape does not cover its close.
    """

    LAST_PRICE = "last_price"
    AVERAGE = "average"
    NEITHER = "neither"
    UNCLEAR = "unclear"


class WindowKind(NamedTuple):
    """Windows that settle alike: those of one series, on one asset."""

    series: SeriesSlug | None
    symbol: Symbol | None


def kind_of(event: Event) -> WindowKind | None:
    """The kind of an event that is a price window; None for any other."""
    kind = WindowKind(event.series, event.symbol)
    return None if event.symbol is None and event.series is None else kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What a window would be settled at by either rule, read off the tape of its asset."""

    last_price: float
    average: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowClosing:
    """How a window closed, noted while its tape was there. How it is settled comes later."""

    market_id: MarketId
    kind: WindowKind
    closes_at: datetime
    closing: Closing
    noted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowProof:
    """What the settlement of a window proved, with the venue's figures that prove it."""

    market_id: MarketId
    held: Held
    threshold: float
    close_value: float | None
    outcome1_won: bool | None
    at: datetime


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
    closing = closing_of(window.tape, window.closes_at, rule)
    found = held(closing, window.threshold, window.close_value, window.outcome1_won, rule)
    if found is Held.UNCLEAR:
        return Verdict.UNCLEAR
    return Verdict.AGREES if found == rule.assumed.value else Verdict.CONTRADICTS


def closing_of(tape: Iterable[Tick], closes_at: datetime, rule: ProofRule) -> Closing | None:
    """What the tape says at a close; None when it does not cover the time before it."""
    seconds = [((tick.at - closes_at).total_seconds(), float(tick.price)) for tick in tape]
    until = sorted(one for one in seconds if one[0] <= 0)
    if not until or not all(_is_positive(price) for _, price in until):
        return None
    covered = [one for one in until if one[0] >= -rule.average_s - rule.longest_gap_s]
    moments = [at for at, _ in covered] + [0.0]
    gaps = [later - sooner for sooner, later in pairwise(moments)]
    average = running_average(covered, -rule.average_s, 0.0)
    if average is None or not gaps or max(gaps) > rule.longest_gap_s:
        return None
    return Closing(last_price=until[-1][1], average=average)


def held(
    closing: Closing | None,
    threshold: float,
    close_value: float | None,
    outcome1_won: bool | None,
    rule: ProofRule,
) -> Held:
    """Which of the two rules the venue's figures keep to."""
    if closing is None or not _is_positive(threshold):
        return Held.UNCLEAR
    values = (closing.last_price, closing.average)
    if close_value is not None:
        if not _is_positive(close_value) or _is_belied(close_value, threshold, outcome1_won, rule):
            return Held.NEITHER
        return _only(*(_is_near(close_value, value, rule) for value in values))
    if outcome1_won is None:
        return Held.UNCLEAR
    # Without the venue's value, only a window in which the rules name different winners tells.
    margins = [log(value / threshold) for value in values]
    if min(abs(margin) for margin in margins) <= rule.tolerance:
        return Held.UNCLEAR
    return _only(*((margin > 0) is outcome1_won for margin in margins))


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRecord:
    """What the resolved windows of one kind kept to, in all, and the latest clear ones in turn.

    `recent`: which rule each of the last `MOST_RECENT` clear windows kept to, by their closes.
    """

    average: int = 0
    last_price: int = 0
    neither: int = 0
    unclear: int = 0
    recent: tuple[Held, ...] = field(default=())

    def proof(self, assumed: SettledOn) -> SettlementProof:
        """The record as a proof of the rule that is taken for known.

        Ten windows on the last price and then thirty on the average: thirty agree.
        """
        agreed = 0
        while agreed < len(self.recent) and self.recent[-1 - agreed] == assumed.value:
            agreed += 1
        other = self.last_price if assumed is SettledOn.AVERAGE else self.average
        return SettlementProof(
            agreed=agreed, contradicted=other + self.neither, unclear=self.unclear
        )


MOST_RECENT = 200
_TELLING = 30
_MISREAD = 0.05
"""How often a window that seems clear is misread: a late tick, a value of another feed."""


def averaged_weight(record: SettlementRecord, prior: float = 0.9) -> float:
    """The chance that the next window settles on the average, for `SettlementRule`.

    Bayes over the last thirty clear windows, each of which is misread once in twenty: a venue that
    changes its rule is followed. `prior` 0.9: one window on the last price makes 0.32 of it, two
    0.02; one on the average 0.994. A prior of 0 or 1 is knowledge, and stays.
    """
    if not 0.0 <= prior <= 1.0:
        raise InvalidValue(f"a prior outside 0 to 1: {prior!r}")
    if prior in (0.0, 1.0):
        return prior
    latest = record.recent[-_TELLING:]
    lead = latest.count(Held.AVERAGE) - latest.count(Held.LAST_PRICE)
    odds = log(prior / (1.0 - prior)) + lead * log((1.0 - _MISREAD) / _MISREAD)
    return 1.0 / (1.0 + exp(-odds))


def learned(
    rule: SettlementRule, record: SettlementRecord | None, prior: float = 0.9
) -> SettlementRule:
    """The pricer's rule with the weight that the resolved windows give it.

    Without any clear window it stays as it was told.
    """
    if record is None or not {Held.AVERAGE, Held.LAST_PRICE} & set(record.recent[-_TELLING:]):
        return rule
    return replace(rule, averaged_weight=averaged_weight(record, prior))


def _only(is_last: bool, is_average: bool) -> Held:
    if is_last is is_average:
        return Held.UNCLEAR if is_last else Held.NEITHER
    return Held.LAST_PRICE if is_last else Held.AVERAGE


def _is_belied(
    close_value: float, threshold: float, outcome1_won: bool | None, rule: ProofRule
) -> bool:
    """Whether the winner is not the one that the venue's own value names."""
    if outcome1_won is None:
        return False
    if close_value == threshold:
        return rule.tie is not None and outcome1_won is not (rule.tie is TieRule.OUTCOME1)
    return outcome1_won is not (close_value > threshold)


def _is_near(value: float, expected: float, rule: ProofRule) -> bool:
    return abs(log(value / expected)) <= rule.tolerance


def _is_positive(value: float) -> bool:
    return isfinite(value) and value > 0
