"""Whether the agent may buy at all: the trading state, and how far the books can be trusted."""

from __future__ import annotations

from decimal import Decimal

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.risk.checks.check import Check, GroundCheck, on_its_ground
from bayse_agent.domain.risk.verdict import Finding, told
from bayse_agent.domain.risk.view import Ground


def check_state(ground: Ground) -> Finding:
    """Only an armed agent buys."""
    return Finding(
        check=Reason.REFUSED_HALTED,
        holds=ground.books.state is TradingState.ARMED,
        inputs={"state": told(ground.books.state)},
        limit=told(TradingState.ARMED),
    )


def check_books_age(ground: Ground) -> Finding:
    """Our books and the venue's were found equal lately."""
    most, at = ground.limits.max_books_age_s, ground.books.reconciled_at
    age = None if at is None else ground.age(at)
    return Finding(
        check=Reason.REFUSED_BOOKS_AGE,
        holds=age is not None and age.total_seconds() <= most,
        inputs={"books_age": "never reconciled" if age is None else told(age)},
        limit=f"{told(most)} s",
        used=None if age is None else Decimal(f"{age.total_seconds():.3f}"),
        most=Decimal(str(most)),
    )


GROUND_CHECKS: tuple[GroundCheck, ...] = (check_state, check_books_age)
CHECKS: tuple[Check, ...] = tuple(on_its_ground(check) for check in GROUND_CHECKS)
