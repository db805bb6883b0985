"""Whether the agent may buy at all: the trading state, and how far the books can be trusted."""

from __future__ import annotations

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.risk.checks.check import Check
from bayse_agent.domain.risk.verdict import Finding, told
from bayse_agent.domain.risk.view import View


def check_state(view: View) -> Finding:
    """Only an armed agent buys."""
    return Finding(
        check=Reason.REFUSED_HALTED,
        holds=view.books.state is TradingState.ARMED,
        inputs={"state": told(view.books.state)},
        limit=told(TradingState.ARMED),
    )


def check_books_age(view: View) -> Finding:
    """Our books and the venue's were found equal lately."""
    most, at = view.limits.max_books_age_s, view.books.reconciled_at
    age = None if at is None else view.age(at)
    return Finding(
        check=Reason.REFUSED_BOOKS_AGE,
        holds=age is not None and age.total_seconds() <= most,
        inputs={"books_age": "never reconciled" if age is None else told(age)},
        limit=f"{told(most)} s",
    )


CHECKS: tuple[Check, ...] = (check_state, check_books_age)
