"""Writes what happens into the program's log: each row of the journal, with the ids it is about.

The journal itself is the proof; this is for whoever follows one signal or order through the logs.
"""

from __future__ import annotations

import json
from typing import Any

import structlog

from bayse_agent.adapters.store.reading import desk
from bayse_agent.adapters.store.reading.reader import Reader
from bayse_agent.adapters.store.reading.views import AuditView
from bayse_agent.api.parts import Timer
from bayse_agent.domain.errors import StoreUnavailable

_AT_ONCE = 200
_LOOK_EVERY_S = 1.0
_IDS = ("market_id", "forecast_id", "order_id")
_WORDS = ("status", "state", "side", "amount", "currency", "source", "reason", "made_by")
_OWN = {
    "intent": "intent_id",
    "signal": "signal_id",
    "signal_end": "signal_id",
    "command": "command_id",
    "command_end": "command_id",
}


class Chronicle:
    """Reads on in the journal: after a row of it, or from where it stands at the start."""

    def __init__(self, reader: Reader, timer: Timer, *, after: int | None = None) -> None:
        self._reader = reader
        self._timer = timer
        self._number = after
        self._log = structlog.get_logger("journal")

    async def run(self) -> None:
        """Write for as long as the service runs."""
        while True:
            try:
                is_more = await self.read_on()
            except StoreUnavailable as error:
                self._log.warning("books_unreadable", detail=str(error))
                is_more = False
            if not is_more:
                await self._timer.sleep_s(_LOOK_EVERY_S)

    async def read_on(self) -> bool:
        """Write down what came since the last time; whether there may be more at once."""
        if self._number is None:
            self._number = await self._reader.ask(desk.audit_head())
            return False
        rows = await self._reader.ask(desk.audit_after(self._number, limit=_AT_ONCE))
        for row in rows:
            self._log.info(row.kind, **told(row))
            self._number = row.number
        return len(rows) == _AT_ONCE


def told(row: AuditView) -> dict[str, str]:
    """What of a row is worth a line: the ids that it is about, and a few words."""
    body: dict[str, Any] = json.loads(row.body)
    found = {"row": str(row.number), "world_time": row.at.isoformat()}
    own = _OWN.get(row.kind)
    if own is not None:
        found[own] = row.subject
    elif "intent_id" in body:
        found["intent_id"] = str(body["intent_id"])
    for name in (*_IDS, *_WORDS):
        if body.get(name) is not None:
            found[name] = str(body[name])
    return found
