"""What goes wrong at the exchange, and where and when the agent is killed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

BATCH = "POST /v1/pm/orders/batch"
SINGLE = "POST /v1/pm/events/{eventId}/markets/{marketId}/orders"
FAULTS: tuple[dict[str, Any], ...] = (
    {"route": BATCH, "kind": "accept_then_lose_reply", "p": 0.15},
    {"route": SINGLE, "kind": "accept_then_lose_reply", "p": 0.15},
    {"route": BATCH, "kind": "accept_then_5xx", "p": 0.1},
    {"route": SINGLE, "kind": "accept_then_5xx", "p": 0.1},
    {"route": BATCH, "kind": "accept_late", "p": 0.05, "seconds": 0.5},
    {"route": SINGLE, "kind": "accept_late", "p": 0.05, "seconds": 0.5},
    {"route": BATCH, "kind": "html_body", "p": 0.05},
    {"route": SINGLE, "kind": "truncated_body", "p": 0.05},
    {"route": "POST *", "kind": "refuse_before", "p": 0.05},
    {"route": "POST *", "kind": "rate_limited", "p": 0.05},
    {"route": "POST *", "kind": "delay", "p": 0.05, "seconds": 0.2},
    {"route": BATCH, "kind": "forget_order", "p": 0.1, "minutes": 5},
    {"route": SINGLE, "kind": "forget_order", "p": 0.1, "minutes": 5},
    {"route": "GET *", "kind": "refuse_before", "p": 0.01},
    {"route": "GET *", "kind": "truncated_body", "p": 0.01},
    {"route": "GET *", "kind": "html_body", "p": 0.01},
    {"route": "GET /v1/pm/orders", "kind": "empty_list", "p": 0.1},
    {"route": "WS *", "kind": "drop_stream", "p": 0.05},
    # Each of them once for sure, however short it is.
    {"route": BATCH, "kind": "accept_then_lose_reply", "nth": [2]},
    {"route": BATCH, "kind": "accept_then_5xx", "nth": [4]},
    {"route": BATCH, "kind": "accept_late", "nth": [6], "seconds": 0.5},
    {"route": BATCH, "kind": "forget_order", "nth": [8], "minutes": 5},
    {"route": "GET /v1/pm/orders", "kind": "empty_list", "nth": [3]},
    {"route": "WS *", "kind": "drop_stream", "nth": [2]},
)
KINDS = frozenset(str(fault["kind"]) for fault in FAULTS)
PLACES = (
    "before store.add_intent",
    "after store.add_intent",
    "before venue.send",
    "after venue.send",
    "before store.change_intent",
    "after store.change_intent",
    "after venue.orders",
    "after venue.activities",
    "before store.end_markets",
    "after store.end_markets",
    "after store.marks",
    "after venue.wallets",
    "before store.add_looks",
    "after store.pending_commands",
)
"""Where the agent ends itself: around the intent, the order, the answer, and in each pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """How one life is to end: at a place in the agent, or after so long, counted from its being
    armed or from its beginning.
    """

    place: str = ""
    after_s: float = 0.0
    wait_s: float = 0.0
    is_early: bool = False
    skipped_s: int = 0


def drawn(draw: Random) -> Death:
    """Four in ten at any instant, some of them before it was armed. The rest at a place, or a
    moment after it: bytes are on their way, a transaction is open. Meanwhile time goes on, and
    what ended in it is there to be settled.
    """
    skipped_s = draw.choice((0, 0, 0, 10, 60, 300, 1200, 1200))
    if draw.random() < 0.4:
        is_early = draw.random() < 0.25
        wait_s = draw.uniform(0.3, 2.0) if is_early else draw.expovariate(1.0)
        return Death(wait_s=wait_s, is_early=is_early, skipped_s=skipped_s)
    ended = [place for place in PLACES if "end_markets" in place]
    place = draw.choice(ended if skipped_s == 1200 and draw.random() < 0.5 else PLACES)
    number = 1 if place in ended else draw.choice((1, 1, 2, 3))
    later_s = draw.choice((0.0, 0.0, draw.uniform(0.0, 0.01)))
    return Death(place=f"{place} {number}", after_s=later_s, skipped_s=skipped_s)
