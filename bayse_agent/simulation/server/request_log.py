"""The oracle's log: every request that arrived, what was sent back, and what it truly did."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bayse_agent.simulation.server.encoding import Json

KEPT = 100_000


@dataclass(slots=True, kw_only=True, eq=False)
class Effect:
    """What a request changed, as ids. Filled in when it happens, which may be later."""

    created: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    amended: list[str] = field(default_factory=list)
    trades: list[str] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    is_replay: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class LogEntry:
    """`status` is None while nothing was sent, and stays so when the reply was lost."""

    number: int
    at_ms: int
    world_ms: int
    method: str
    path: str
    route: str
    body_hash: str
    key: str | None
    user_id: str | None = None
    status: int | None = None
    faults: tuple[str, ...] = ()
    effect: Effect = field(default_factory=Effect)

    def as_json(self) -> Json:
        effect = self.effect
        return {
            "n": self.number,
            "wallMs": self.at_ms,
            "worldMs": self.world_ms,
            "method": self.method,
            "path": self.path,
            "route": self.route,
            "bodyHash": self.body_hash,
            "idempotencyKey": self.key,
            "userId": self.user_id,
            "status": self.status,
            "faults": list(self.faults),
            "effect": {
                "created": list(effect.created),
                "cancelled": list(effect.cancelled),
                "amended": list(effect.amended),
                "trades": list(effect.trades),
                "operations": list(effect.operations),
                "replayed": effect.is_replay,
            },
        }


class RequestLog:
    """The last entries; numbers only grow, so that a reader can ask for what is new."""

    def __init__(self, kept: int = KEPT) -> None:
        self._entries: deque[LogEntry] = deque(maxlen=kept)
        self._count = 0

    def open(
        self,
        *,
        at_ms: int,
        world_ms: int,
        method: str,
        path: str,
        route: str,
        body_hash: str,
        key: str | None,
    ) -> LogEntry:
        self._count += 1
        entry = LogEntry(
            number=self._count,
            at_ms=at_ms,
            world_ms=world_ms,
            method=method,
            path=path,
            route=route,
            body_hash=body_hash,
            key=key,
        )
        self._entries.append(entry)
        return entry

    def after(self, number: int) -> list[LogEntry]:
        return [entry for entry in self._entries if entry.number > number]
