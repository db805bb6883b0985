"""Remembers what a key was answered, so that the same request again does nothing again."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from bayse_agent.simulation.server.problem import Problem, bad_request
from bayse_agent.simulation.server.reply import Reply

KEPT_S = 24 * 3600
_KEY = re.compile(r"[A-Za-z0-9_-]{1,255}\Z", re.ASCII)


@dataclass(slots=True, kw_only=True, eq=False)
class Ticket:
    """A request under a key. `reply` is None while it is in flight."""

    body_hash: str
    since_s: float
    reply: Reply | None = None


@dataclass(slots=True)
class IdempotencyStore:
    """Scope is account, route and key; 24 hours by the wall clock."""

    _tickets: OrderedDict[tuple[str, str, str], Ticket] = field(default_factory=OrderedDict)

    def begin(
        self, user_id: str, route: str, key: str, *, body_hash: str, now_s: float
    ) -> Ticket | Reply:
        """A new ticket to finish, or the reply that was given before.

        Raises Problem: 400 for a key that is none, 422 for another body, 409 while in flight.
        """
        if not _KEY.match(key):
            raise bad_request("Idempotency-Key must be 1-255 characters of [A-Za-z0-9_-]")
        self._forget_old(now_s)
        known = self._tickets.get((user_id, route, key))
        if known is None:
            ticket = Ticket(body_hash=body_hash, since_s=now_s)
            self._tickets[user_id, route, key] = ticket
            return ticket
        if known.body_hash != body_hash:
            raise Problem(
                422,
                "validation_error",
                "Idempotency-Key was already used with a different request body",
            )
        if known.reply is None:
            raise Problem(
                409, "conflict", "A request with this Idempotency-Key is still in progress"
            )
        return replace(known.reply, headers={**known.reply.headers, "Idempotent-Replayed": "true"})

    def finish(self, user_id: str, route: str, key: str, reply: Reply) -> None:
        """Keep the reply, or let go of the key when the reply is not one to keep."""
        if reply.is_stored:
            self._tickets[user_id, route, key].reply = reply
        else:
            self._tickets.pop((user_id, route, key), None)

    def _forget_old(self, now_s: float) -> None:
        # Tickets stand in the order of their beginning.
        while self._tickets:
            oldest = next(iter(self._tickets.values()))
            if now_s - oldest.since_s < KEPT_S:
                return
            self._tickets.popitem(last=False)
