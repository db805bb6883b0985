"""What the fast pass does with a market about to close: enter now, look again later, or leave it.

Whether a bet is worth making is decided where every bet is, from a fresh forecast and the real
book; here it is only a question of when. Looks become denser as the close comes nearer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, isfinite, log

from bayse_agent.domain.decision import Bet, Pass, Reason
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import MarketStatus
from bayse_agent.domain.settling import ProofRule, SettlementProof

_PASSING = frozenset(
    {
        Reason.COOLDOWN,
        Reason.STALE_DATA,
        Reason.NO_FORECAST,
        Reason.NO_MARKET_PRICE,
        Reason.EMPTY_BOOK,
        Reason.NO_EDGE,
        Reason.EDGE_WITHIN_ERROR,
        Reason.STAKE_BELOW_MINIMUM,
    }
)
"""Reasons that a new price may take away before the close. All others stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnipeRule:
    """When a market about to close may be entered. Times in seconds before the close.

    `observe_seconds`: watching starts. `min_seconds`: too late to enter. `unconfirmed_seconds`: a
    price window is not entered that late before `proofs_needed` of its kind have settled as is
    taken for known; a world whose rule is known needs 0. `ratio`: what is left of the time to the
    close from one look to the next. `min_gap_s`: least time between two looks, also when a price
    or a book wakes it. `average_s`: when an averaged settlement begins to count; worth a look.
    `max_data_age_s`: how old prices and forecast may be when it enters.
    `proof`: what is taken for known of how windows settle.
    """

    observe_seconds: float = 300.0
    min_seconds: float = 8.0
    unconfirmed_seconds: float = 180.0
    proofs_needed: int = 30
    ratio: float = 0.8
    min_gap_s: float = 1.0
    average_s: float = 60.0
    max_data_age_s: float = 10.0
    proof: ProofRule = field(default_factory=ProofRule)

    def __post_init__(self) -> None:
        times = (self.min_seconds, self.unconfirmed_seconds, self.average_s, self.max_data_age_s)
        if not all(isfinite(time) and time >= 0 for time in times):
            raise InvalidValue(f"a time in seconds that is not: {times!r}")
        if not (isfinite(self.observe_seconds) and self.observe_seconds > self.min_seconds):
            raise InvalidValue(f"observe_seconds: {self.observe_seconds!r}")
        if not (0 < self.ratio < 1 and isfinite(self.min_gap_s) and self.min_gap_s > 0):
            raise InvalidValue(f"ratio {self.ratio!r}, min_gap_s {self.min_gap_s!r}")
        if self.proofs_needed < 0:
            raise InvalidValue(f"proofs_needed: {self.proofs_needed!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterNow:
    """Put this bet forward. `until`: after that moment it must not be sent any more."""

    bet: Bet
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Look again at `until`, or as soon as a price or a book moves, but not before `earliest`."""

    until: datetime
    earliest: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Leave the market alone to its end, and why."""

    reason: str


Timing = EnterNow | Wait | Skip


def when(
    context: Context,
    answer: Bet | Pass,
    rule: SnipeRule,
    now: datetime,
    proof: SettlementProof | None = None,
) -> Timing:
    """Enter on a bet, wait on a pass that may not last, skip what can no longer come to a bet.

    `answer` is the strategy's, on `context`. `proof` is that of the market's series, None when
    nothing is known. With 300 s left, ratio 0.8 and nothing to bet on: wait until 240 s are left.
    """
    closes_at = context.event.closes_at
    if closes_at is None:
        return Skip(reason="it has no closing time")
    if (status := context.market.status) is not MarketStatus.OPEN:
        return Skip(reason=f"it is {status}")
    left = (closes_at - now).total_seconds()
    latest = last_entry_seconds(context, rule, proof)
    if (late := too_late(context, rule, now, proof)) is not None:
        return Skip(reason=late)
    if left > rule.observe_seconds:
        starts = closes_at - timedelta(seconds=rule.observe_seconds)
        return Wait(until=starts, earliest=starts, reason="watching has not begun")
    if isinstance(answer, Bet):
        if (stale := _stale(context, answer, rule, now)) is None:
            return EnterNow(bet=answer, until=closes_at - timedelta(seconds=latest))
        return _again(closes_at, left, latest, rule, now, stale)
    if answer.reason not in _PASSING:
        return Skip(reason=f"{answer.reason}: {answer.detail}")
    return _again(closes_at, left, latest, rule, now, f"{answer.reason}: {answer.detail}")


def last_entry_seconds(context: Context, rule: SnipeRule, proof: SettlementProof | None) -> float:
    """Seconds before the close after which nothing may be entered any more.

    8 with the usual rule, 180 for a price window whose settlement is not confirmed.
    """
    is_window = context.event.symbol is not None or context.event.series is not None
    if not is_window or _is_confirmed(proof, rule):
        return rule.min_seconds
    return max(rule.min_seconds, rule.unconfirmed_seconds)


def too_late(
    context: Context, rule: SnipeRule, now: datetime, proof: SettlementProof | None
) -> str | None:
    """Why nothing may be entered any more so near to the close; None while it may.

    It holds for every pass: what is too late for the one that hurries is too late for all.
    """
    if context.event.closes_at is None:
        return None
    left = (context.event.closes_at - now).total_seconds()
    latest = last_entry_seconds(context, rule, proof)
    return _told(left, latest, rule, proof) if left < latest else None


def next_look_seconds(left: float, rule: SnipeRule) -> float:
    """Seconds before the close at which to look again: the next point of a grid that is fixed to
    the close, so that an early look moves none of the later ones.

    The grid is observe_seconds x ratio^k, and the beginning of an averaged settlement: 300, 240,
    192, ... 79, 63, 60, 50. Points nearer than `min_gap_s` are left out.
    """
    furthest = left - rule.min_gap_s
    if furthest <= 0:
        return furthest
    step = max(0, ceil(log(furthest / rule.observe_seconds) / log(rule.ratio) - 1e-9))
    point = min(rule.observe_seconds * rule.ratio**step, furthest)
    return rule.average_s if point < rule.average_s <= furthest else point


def _again(
    closes_at: datetime, left: float, latest: float, rule: SnipeRule, now: datetime, reason: str
) -> Wait | Skip:
    """Wait for the next look; none is taken that would come too late to enter."""
    if left - rule.min_gap_s < latest:
        return Skip(reason=f"no look is left before {latest:g} s to the close; {reason}")
    point = max(next_look_seconds(left, rule), latest)
    return Wait(
        until=closes_at - timedelta(seconds=point),
        earliest=now + timedelta(seconds=rule.min_gap_s),
        reason=reason,
    )


def _is_confirmed(proof: SettlementProof | None, rule: SnipeRule) -> bool:
    return rule.proofs_needed == 0 or (proof is not None and proof.agreed >= rule.proofs_needed)


def _told(left: float, latest: float, rule: SnipeRule, proof: SettlementProof | None) -> str:
    if latest <= rule.min_seconds:
        return f"{left:.1f} s are left, entering takes {latest:g}"
    agreed = 0 if proof is None else proof.agreed
    return (
        f"{left:.1f} s are left, and how it settles is unconfirmed: {agreed} of"
        f" {rule.proofs_needed} windows agreed"
    )


def _stale(context: Context, bet: Bet, rule: SnipeRule, now: datetime) -> str | None:
    """Why the bet rests on something old; None when all of it is fresh."""
    moments = {"forecast": bet.forecast_made_at}
    for book in (context.book1, context.book2):
        if book is not None and book.outcome_id == bet.wish.outcome_id:
            moments |= {"book": min(book.source_at, book.received_at)}
    quoted = [q.received_at for q in context.quotes if q.outcome_id == bet.wish.outcome_id]
    if quoted:
        moments |= {"quote": min(quoted)}
    if context.underlying is not None:
        moments |= {"price": min(context.underlying.last.at, context.underlying.last.received_at)}
    for name, moment in moments.items():
        age = (now - moment).total_seconds()
        if abs(age) > rule.max_data_age_s:
            return f"the {name} is {age:.1f} s old"
    return None
