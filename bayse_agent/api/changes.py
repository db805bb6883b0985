"""From rows of the audit journal to the messages of the live stream.

A row is told under its own kind, with its body; some are told once more under the name that the
original system had for it: new_signal, snipe_executed, stop_loss_triggered, order_resolved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from bayse_agent.adapters.store.reading import signals
from bayse_agent.adapters.store.reading.decisions import markets_by_id
from bayse_agent.adapters.store.reading.reader import Query
from bayse_agent.adapters.store.reading.views import AuditView
from bayse_agent.api.shapes.signal import SignalOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One message. `id` is the number of the journal's row; several may have the same."""

    id: int
    type: str
    data: dict[str, Any]
    at: datetime

    def as_json(self) -> str:
        told = {"id": self.id, "type": self.type, "data": self.data, "at": self.at.isoformat()}
        return json.dumps(told, ensure_ascii=False)


def changes_of(rows: Sequence[AuditView]) -> Query[tuple[Change, ...]]:
    """The messages of rows of the journal, in their order."""

    def read(connection: Connection) -> tuple[Change, ...]:
        return tuple(change for row in rows for change in _of(connection, row))

    return read


def _of(connection: Connection, row: AuditView) -> Iterator[Change]:
    body: dict[str, Any] = json.loads(row.body)
    body.pop("body", None)  # of an order: its bytes are nobody's business but the venue's
    yield Change(id=row.number, type=row.kind, data={"subject": row.subject, **body}, at=row.at)
    for kind, data in _as_before(connection, row, body):
        yield Change(id=row.number, type=kind, data=data, at=row.at)


def _as_before(
    connection: Connection, row: AuditView, body: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The original's messages for a row."""
    if row.kind == "signal" or (row.kind == "intent" and body["source"] in ("scan", "snipe")):
        found = signals.one(row.subject)(connection)
        if found is not None and body["side"] == "BUY":
            told = SignalOut.of(found).model_dump(mode="json")
            if not signals.was_signal(connection, row.subject, body["market_id"]):
                yield "new_signal", told
            if row.kind == "intent" and body["source"] == "snipe":
                yield "snipe_executed", _snipe(connection, row, body, told)
    elif row.kind == "intent" and body["source"] == "exit" and _is_stop_loss(body):
        yield "stop_loss_triggered", _stop_loss(connection, row, body)
    elif row.kind == "settlement":
        yield from _resolved(connection, row, body)


def _is_stop_loss(body: dict[str, Any]) -> bool:
    return str(body.get("cause", "")).startswith("stop_loss")


def _snipe(
    connection: Connection, row: AuditView, body: dict[str, Any], told: dict[str, Any]
) -> dict[str, Any]:
    market = markets_by_id(connection, [body["market_id"]]).get(body["market_id"])
    closes_at = None if market is None else market.closes_at
    return {
        "market_id": body["market_id"],
        "market_name": told["market_name"],
        "signal": told["signal_type"],
        "seconds_to_close": None if closes_at is None else (closes_at - row.at).total_seconds(),
        "confidence": told["confidence"],
    }


def _stop_loss(connection: Connection, row: AuditView, body: dict[str, Any]) -> dict[str, Any]:
    """How much of its cost the position has lost, by the worst price that it may be sold at."""
    cost, shares = signals.cost_of(connection, body["market_id"], body["outcome_id"])
    payout = 100 if body["currency"] == "NGN" else 1
    lost = None
    if cost and shares:
        worth = Decimal(body["worst_price"]) * payout * shares
        lost = float((1 - worth / cost).quantize(Decimal("0.0001")))
    return {"market_id": body["market_id"], "loss_pct": lost, "cause": body["cause"]}


def _resolved(
    connection: Connection, row: AuditView, body: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for found in signals.of_outcome(connection, body["market_id"], body["outcome_id"]):
        yield (
            "order_resolved",
            {
                "order_id": found.executed_order_id,
                "resolution": found.resolution,
                "pnl": None if found.pnl is None else float(found.pnl),
            },
        )
