"""One websocket connection: its rooms, and what waits to be sent on it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bayse_agent.simulation.faults import Fault, FaultKind, hit

OUTBOX_LIMIT = 256
ROOM_LIMIT = 500
MESSAGES_PER_S = 10
MERGED_LIMIT = 10
SLOW_CLIENT = 1013
DROPPED = 1012


class RoomKind(StrEnum):
    ACTIVITY = "activity"
    PRICES = "prices"
    ORDERBOOK = "orderbook"
    USER_TRADES = "user_trades"
    ORDERS = "orders"
    ASSET_PRICES = "asset_prices"


@dataclass(frozen=True, slots=True)
class Room:
    """What can be listened to, e.g. orderbook:M:NGN."""

    kind: RoomKind
    subject: str
    detail: str | None = None

    @property
    def name(self) -> str:
        return ":".join(part for part in (self.kind, self.subject, self.detail) if part)


@dataclass(slots=True, kw_only=True, eq=False)
class Connection:
    """What is pushed goes to a bounded outbox; a client that is too slow for it is dropped."""

    number: int
    route: str
    rooms: dict[str, Room] = field(default_factory=dict)
    outbox: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(OUTBOX_LIMIT))
    dropped: asyncio.Event = field(default_factory=asyncio.Event)
    close_code: int = 1000
    is_silent: bool = False
    _heard_s: deque[float] = field(default_factory=lambda: deque(maxlen=MESSAGES_PER_S))
    _late: list[str] = field(default_factory=list)
    _prefix: list[str] = field(default_factory=list)

    @property
    def client_id(self) -> str:
        return f"client-{self.number}"

    def may_speak(self, now_s: float) -> bool:
        """Whether one more message from the client is within its ten a second."""
        if len(self._heard_s) == MESSAGES_PER_S and now_s - self._heard_s[0] < 1.0:
            return False
        self._heard_s.append(now_s)
        return True

    def tell(self, text: str) -> None:
        """Send something as it is."""
        if self.is_silent or self.dropped.is_set():
            return
        try:
            self.outbox.put_nowait(text)
        except asyncio.QueueFull:
            self.drop(SLOW_CLIENT)

    def push(self, text: str, faults: Sequence[Fault]) -> None:
        """Send data, as the faults would have it."""
        if hit(faults, FaultKind.DROP_STREAM) is not None:
            self.drop(DROPPED)
        if hit(faults, FaultKind.SILENT_STREAM) is not None:
            self.is_silent = True
        text = "\n".join([*self._prefix, text])
        self._prefix.clear()
        if hit(faults, FaultKind.MERGE_FRAME) is not None:
            self._prefix.append(text)
            return
        if hit(faults, FaultKind.REORDER_FRAME) is not None:
            self._late.append(text)
            return
        self.tell(text)
        if hit(faults, FaultKind.DUPLICATE_FRAME) is not None:
            self.tell(text)
        for late in self._late:
            self.tell(late)
        self._late.clear()

    def drop(self, code: int) -> None:
        """Have the connection closed from our side."""
        self.close_code = code
        self.dropped.set()

    async def next_frame(self) -> str:
        """What goes into the next frame: everything that waits, up to a few objects."""
        texts = [await self.outbox.get()]
        while len(texts) < MERGED_LIMIT and not self.outbox.empty():
            texts.append(self.outbox.get_nowait())
        return "\n".join(texts)
