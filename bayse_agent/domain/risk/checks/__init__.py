"""Every limit on a buy, in the order in which its reasons are told."""

from __future__ import annotations

from bayse_agent.domain.risk.checks import case, data, losses, market, money, pace, state
from bayse_agent.domain.risk.checks.check import Check

CHECKS: tuple[Check, ...] = (
    *state.CHECKS,
    *market.CHECKS,
    *data.CHECKS,
    *case.CHECKS,
    *money.CHECKS,
    *losses.CHECKS,
    *pace.CHECKS,
)

__all__ = ["CHECKS", "Check"]
