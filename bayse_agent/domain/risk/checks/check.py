"""What a check is."""

from __future__ import annotations

from collections.abc import Callable

from bayse_agent.domain.risk.verdict import Finding
from bayse_agent.domain.risk.view import Ground, View

Check = Callable[[View], Finding | None]
"""Looks at one limit of a buy. None: the limit does not apply to such a buy at all."""
GroundCheck = Callable[[Ground], Finding | None]
"""Looks at one limit that can be told before there is a buy: by the books and the place alone."""


def on_its_ground(check: GroundCheck) -> Check:
    """The same check, of a buy."""
    return lambda view: check(view.ground)
