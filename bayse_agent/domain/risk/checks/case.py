"""Whether the case for a bet holds: its edge and confidence, worked out again from its numbers.

What a person asks for needs no case.
"""

from __future__ import annotations

from decimal import Decimal

from bayse_agent.domain.belief import confidence_percent
from bayse_agent.domain.decision import Bet, Reason
from bayse_agent.domain.fees import break_even_price
from bayse_agent.domain.money import ONE, ZERO, from_statistics
from bayse_agent.domain.risk.checks.check import Check
from bayse_agent.domain.risk.verdict import Finding, told
from bayse_agent.domain.risk.view import View


def check_edge(view: View) -> Finding | None:
    """The edge after fees is above the floor; pulled to the market, it is above zero even for the
    dearest share. Where the bet's own word is better than its numbers, the numbers count.
    """
    bet, floor = view.proposal, view.limits.min_edge
    if not isinstance(bet, Bet):
        return None
    own = min(bet.raw_edge, from_statistics(bet.probability) - bet.effective_price)
    pulled = _pulled_edge(bet)
    dearest = _break_even(view)
    last = None if dearest is None else from_statistics(bet.belief) - dearest
    return Finding(
        check=Reason.REFUSED_EDGE,
        holds=own > floor and pulled > ZERO and last is not None and last > ZERO,
        inputs={
            "raw_edge": told(own),
            "edge": told(pulled),
            "edge_at_worst_price": "no fee is known" if last is None else told(last),
        },
        limit=f"above {told(floor)}",
    )


def _pulled_edge(bet: Bet) -> Decimal:
    return min(bet.edge, from_statistics(bet.belief) - bet.effective_price)


def _break_even(view: View) -> Decimal | None:
    """The chance at which the dearest share that may be bought earns nothing."""
    price, rate = view.buy.worst_price, view.context.market.fee_rate
    if view.is_quoted:
        return price
    return None if rate is None or not ZERO <= rate < ONE else break_even_price(price, rate)


def check_confidence(view: View) -> Finding | None:
    """The measured chance that the edge after fees is above zero is high enough."""
    bet, floor = view.proposal, view.limits.min_confidence
    if not isinstance(bet, Bet):
        return None
    found = min(bet.confidence, confidence_percent(float(_pulled_edge(bet)), bet.standard_error))
    return Finding(
        check=Reason.REFUSED_CONFIDENCE,
        holds=floor <= found <= 100 and bet.confidence <= 100,
        inputs={"confidence": f"{found:.2f} %", "stated_confidence": f"{bet.confidence:.2f} %"},
        limit=f"{told(floor)} %",
    )


CHECKS: tuple[Check, ...] = (check_edge, check_confidence)
