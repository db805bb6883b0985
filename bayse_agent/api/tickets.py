"""Tickets for the live stream: good once, for half a minute, and for nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from bayse_agent.api.caller import Caller
from bayse_agent.api.parts import Timer
from bayse_agent.api.tokens import new_secret

TICKET_LIFE_S = 30.0
_MOST = 1000


@dataclass(frozen=True, slots=True)
class _Ticket:
    caller: Caller
    ends_s: float


class Tickets:
    """Given to who is let in by other means, since a websocket cannot carry those safely."""

    def __init__(self, timer: Timer) -> None:
        self._timer = timer
        self._given: dict[str, _Ticket] = {}

    def give(self, caller: Caller) -> str:
        now = self._timer.monotonic_s()
        self._given = {name: one for name, one in self._given.items() if one.ends_s > now}
        while len(self._given) >= _MOST:
            self._given.pop(next(iter(self._given)))
        name = new_secret()
        self._given[name] = _Ticket(caller, now + TICKET_LIFE_S)
        return name

    def take(self, name: str) -> Caller | None:
        """Whom a ticket was given to; it is gone then."""
        found = self._given.pop(name, None)
        if found is None or found.ends_s <= self._timer.monotonic_s():
            return None
        return found.caller
