"""What a check finds, and the refusal that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bayse_agent.domain.decision import Proposal, Reason
from bayse_agent.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check saw: the numbers by name, the limit, and whether it holds.

    `used` of `most`: how far a limit is used up that fills, before the buy in question; both None
    for one that is about a single buy.
    """

    check: Reason
    holds: bool
    inputs: Mapping[str, str]
    limit: str
    used: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One check that said no: every number that it looked at by name, and the limit."""

    check: Reason
    inputs: Mapping[str, str]
    limit: str

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self.inputs.items())
        return f"{told}; limit {self.limit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Every check that said no, in the order of the checks. The first is the funnel's reason."""

    proposal: Proposal
    reasons: tuple[Refusal, ...]

    @property
    def reason(self) -> Reason:
        return self.reasons[0].check


def told(value: object) -> str:
    """A number as it is kept for the audit: exact, and short where it is a float."""
    if isinstance(value, Money):
        return f"{value.currency} {told(value.amount)}"
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() and abs(value.adjusted()) < 40 else str(value)
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.3f} s"
    return str(value)
