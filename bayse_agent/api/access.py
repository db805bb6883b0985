"""Who may call what: the one table. What is not in it nobody may call.

Paths are matched in the order of the table, so one without parameters stands before one with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bayse_agent.domain.access import Scope


class Right(StrEnum):
    """PUBLIC is anybody. SELF is whoever is logged in as a person. METRICS is a token of its own,
    or this computer. BELL is proved by the route itself, from its body.
    """

    PUBLIC = "public"
    BELL = "bell"
    METRICS = "metrics"
    SELF = "self"
    READ = Scope.READ.value
    OPERATE = Scope.OPERATE.value
    ADMIN = Scope.ADMIN.value


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a route. `steps_up`: only soon after the password was given again.

    `is_costly`: it asks others for something that costs money or their patience. `is_counted`: it
    is open to anybody and reads the books, so that each address may ask it so often and no more.
    """

    right: Right
    steps_up: bool = False
    is_costly: bool = False
    is_counted: bool = False


_READ, _OPERATE, _ADMIN = Rule(Right.READ), Rule(Right.OPERATE), Rule(Right.ADMIN)
_PUBLIC, _SELF, _BELL = Rule(Right.PUBLIC), Rule(Right.SELF), Rule(Right.BELL)
_COUNTED = Rule(Right.PUBLIC, is_counted=True)
_COSTLY_READ = Rule(Right.READ, is_costly=True)
_COSTLY = Rule(Right.OPERATE, is_costly=True)
_ARMING = Rule(Right.ADMIN, steps_up=True)

ACCESS: Mapping[str, Rule] = {
    # Doors
    "POST /auth/token": _PUBLIC,
    "POST /auth/login": _PUBLIC,
    "POST /auth/refresh": _PUBLIC,
    "POST /auth/logout": _SELF,
    "GET /auth/me": _READ,
    "POST /auth/step-up": _SELF,
    "POST /auth/password": _SELF,
    "GET /auth/factor": _SELF,
    "POST /auth/factor": Rule(Right.SELF, steps_up=True),
    "POST /auth/factor/confirm": _SELF,
    "POST /auth/factor/remove": _SELF,
    "POST /auth/ticket": _READ,
    "GET /auth/sessions": _SELF,
    "DELETE /auth/sessions/{session_id}": _SELF,
    "GET /auth/tokens": _ADMIN,
    "POST /auth/tokens": Rule(Right.SELF, steps_up=True),
    "DELETE /auth/tokens/{token_id}": _ADMIN,
    "GET /auth/log": _ADMIN,
    # The original's routes
    "GET /markets": _READ,
    "GET /markets/trending": _READ,
    "GET /markets/series": _READ,
    "GET /markets/orderbook": _READ,
    "GET /markets/slug/{slug}": _READ,
    "GET /markets/{event_id}/price-history": _READ,
    "GET /markets/{market_id}/ticker": _READ,
    "GET /markets/{market_id}/trades": _READ,
    "GET /markets/{event_id}": _READ,
    "GET /portfolio": _READ,
    "GET /portfolio/positions": _READ,
    "GET /portfolio/orders": _READ,
    "GET /portfolio/assets": _READ,
    "GET /portfolio/activities": _READ,
    "GET /trades": _READ,
    "POST /trades": _OPERATE,
    "POST /trades/quote": _COSTLY_READ,
    "DELETE /trades/{order_id}": _OPERATE,
    "POST /agent/analyze": _COSTLY,
    "GET /agent/signals": _READ,
    "POST /agent/signals/clear": _OPERATE,
    "POST /agent/approve": _OPERATE,
    "POST /agent/trades/clear-stale": _OPERATE,
    "GET /agent/status": _READ,
    "GET /agent/config": _READ,
    "POST /agent/config": _ARMING,
    "GET /search": _COSTLY_READ,
    "POST /webhook/order": _BELL,
    "GET /health": _COUNTED,
    "GET /health/live": _PUBLIC,
    "GET /health/ready": _COUNTED,
    "GET /health/parts": _READ,
    "WS /ws/live": _BELL,
    # The house's own
    "GET /decisions": _READ,
    "GET /decisions/funnel": _READ,
    "GET /decisions/{number}": _READ,
    "GET /explain/{subject}": _READ,
    "GET /followed": _READ,
    "GET /followed/{market_id}": _READ,
    "GET /followed/{market_id}/chart": _READ,
    "GET /signals": _READ,
    "GET /signals/{signal_id}": _READ,
    "POST /signals/{signal_id}/approve": _OPERATE,
    "POST /signals/{signal_id}/reject": _OPERATE,
    "GET /orders": _READ,
    "GET /orders/{intent_id}": _READ,
    "POST /orders/{order_id}/cancel": _OPERATE,
    "GET /fills": _READ,
    "GET /settlements": _READ,
    "GET /ledger": _READ,
    "GET /equity": _READ,
    "GET /equity/curve": _READ,
    "GET /positions": _READ,
    "POST /positions/{market_id}/close": _OPERATE,
    "POST /positions/close-all": _OPERATE,
    "GET /money": _READ,
    "GET /profit": _READ,
    "GET /profit/by/{cause}": _READ,
    "GET /control": _READ,
    "GET /control/history": _READ,
    "POST /control/halt": _OPERATE,
    "POST /control/reduce": _OPERATE,
    "POST /control/resume": _ARMING,
    "GET /limits": _READ,
    "GET /limits/history": _READ,
    "GET /limits/use": _READ,
    "POST /limits": _ARMING,
    "POST /transfers": _ARMING,
    "GET /commands": _READ,
    "GET /commands/{command_id}": _READ,
    "GET /audit": _READ,
    "GET /audit/check": _COSTLY_READ,
    "GET /costs": _READ,
    "GET /costs/caps": _READ,
    "GET /logs": _READ,
    "GET /notifications": _READ,
    "POST /notifications/test": _COSTLY,
    "GET /evidence": _READ,
    "GET /evidence/left-out": _READ,
    "GET /evidence/{piece_id}": _READ,
    "GET /skill": _READ,
    "GET /skill/calibration": _READ,
    "GET /skill/proof": _READ,
    "GET /version": _READ,
    # About the service
    "GET /metrics": Rule(Right.METRICS),
    "GET /openapi.json": _READ,
    "GET /docs": _READ,
    # The dashboard's own files
    "GET /": _PUBLIC,
    "GET /app": _PUBLIC,
    "GET /app/": _PUBLIC,
    "GET /app/{path}": _PUBLIC,
    "GET /assets/{name}": _PUBLIC,
}
"""Rules by method and path, as they stand in the OpenAPI document."""

NEVER_BRAKED = frozenset({"POST /control/halt", "POST /control/reduce"})
"""What stops trading asks for no second password, and for no new one, and is never throttled."""


def _pattern(path: str) -> re.Pattern[str]:
    rest = ".+" if path.endswith("/{path}") else "[^/]+"
    parts = re.split(r"\{\w+\}", path)
    return re.compile(rest.join(re.escape(part) for part in parts))


_PATTERNS = tuple(
    (method, _pattern(path), key) for key in ACCESS for method, path in [tuple(key.split(" ", 1))]
)


def match(method: str, path: str) -> str | None:
    """The entry of the table that a request falls under, or None."""
    wanted = "GET" if method == "HEAD" else method
    for known, pattern, key in _PATTERNS:
        if known == wanted and pattern.fullmatch(path):
            return key
    return None


def methods_of(path: str) -> tuple[str, ...]:
    """The methods that a path has in the table: its own where it stands there by name, and not
    those of a pattern that it would fit as well.
    """
    found = [(m, key) for m, pattern, key in _PATTERNS if pattern.fullmatch(path)]
    named = [(m, key) for m, key in found if key == f"{m} {path}"]
    return tuple(dict.fromkeys(m for m, _ in named or found))
