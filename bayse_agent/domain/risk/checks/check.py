"""What a check is."""

from __future__ import annotations

from collections.abc import Callable

from bayse_agent.domain.risk.verdict import Finding
from bayse_agent.domain.risk.view import View

Check = Callable[[View], Finding | None]
"""Looks at one limit of a buy. None: the limit does not apply to such a buy at all."""
