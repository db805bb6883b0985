"""The limits of trading, and the review that holds every proposal to them."""

from __future__ import annotations

from bayse_agent.domain.risk.days import day_start
from bayse_agent.domain.risk.limits import LIMIT_FIELDS, LimitField, Limits
from bayse_agent.domain.risk.peak import confirmed_peak
from bayse_agent.domain.risk.purse import purse
from bayse_agent.domain.risk.review import Approved, review
from bayse_agent.domain.risk.using import Usage, Use, usage
from bayse_agent.domain.risk.verdict import Refusal, Refused
from bayse_agent.domain.risk.view import bankroll, deployable
from bayse_agent.domain.risk.wording import limits_of, limits_text

__all__ = [
    "LIMIT_FIELDS",
    "Approved",
    "LimitField",
    "Limits",
    "Refusal",
    "Refused",
    "Usage",
    "Use",
    "bankroll",
    "confirmed_peak",
    "day_start",
    "deployable",
    "limits_of",
    "limits_text",
    "purse",
    "review",
    "usage",
]
