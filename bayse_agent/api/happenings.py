"""What a row of the journal is to people: its kind, a line, and some words."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bayse_agent.adapters.store.reading.views import AuditView
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.notice import Kind
from bayse_agent.domain.order import IntentStatus
from bayse_agent.domain.signal import SignalStatus

Title = Callable[[str], Awaitable[str]]
"""The title of a market, by its id."""
_STATES: Mapping[TradingState, tuple[Kind, str]] = {
    TradingState.ARMED: (Kind.RESUME, "trading again"),
    TradingState.REDUCING: (Kind.REDUCE, "buying nothing more"),
    TradingState.HALTED: (Kind.HALT, "HALTED"),
}
_ENDS: Mapping[str, str] = {
    SignalStatus.EXECUTED: "placed",
    SignalStatus.REFUSED: "approved, and refused then",
    SignalStatus.REJECTED: "turned down",
    SignalStatus.EXPIRED: "over, as nobody said a word",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something to be told. `state` is that of the incident after it."""

    kind: Kind
    title: str
    text: str
    state: str


async def happening(row: AuditView, state: str, title: Title) -> Happening | None:
    """What a row is worth telling while the incident is in a state; None for nothing."""
    body: dict[str, Any] = json.loads(row.body)
    if row.kind == "control":
        return _of_control(row, body, state)
    tell = _TELL.get(row.kind)
    found = None if tell is None else await tell(row, body, title)
    if found is None:
        return None
    kind, line, text = found
    return Happening(kind=kind, title=line, text=text, state=state)


def _of_control(row: AuditView, body: dict[str, Any], state: str) -> Happening | None:
    """One message for each change of the state, however often it is said again."""
    if body["state"] == state:
        return None
    kind, words = _STATES[TradingState(body["state"])]
    text = f"{body['reason']} ({body['made_by']}, {row.at:%Y-%m-%d %H:%M} UTC)"
    return Happening(kind=kind, title=words, text=text, state=str(body["state"]))


_Told = tuple[Kind, str, str]


async def _intent(row: AuditView, body: dict[str, Any], title: Title) -> _Told:
    market = await title(body["market_id"])
    if body["source"] == "external":
        return Kind.FOREIGN, f"an order placed elsewhere in {market}", row.subject
    text = f"{body['side']} {body['amount']} at {body['worst_price']} or better"
    return Kind.ORDER, f"{body['side']} in {market}", text


async def _step(row: AuditView, body: dict[str, Any], _: Title) -> _Told | None:
    is_lost = body["status"] == IntentStatus.LOST.value
    return (Kind.LOST, "an order never arrived", body["proof"]) if is_lost else None


async def _fill(_: AuditView, body: dict[str, Any], title: Title) -> _Told:
    line = f"filled: {body['side']} in {await title(body['market_id'])}"
    return Kind.FILL, line, f"{body['shares']} shares at {body['price']}"


async def _signal(_: AuditView, body: dict[str, Any], title: Title) -> _Told:
    """What waits, and until when: for a word, or for a no."""
    market = await title(body["market_id"])
    what = f"{body['side']} {body['amount']} {body['currency']}"
    if body.get("places_at") is None:
        text = f"{what}; it lapses at {_moment(body['expires_at'])}"
        return Kind.SIGNAL, f"waits for your word: {market}", text
    at = _moment(body["places_at"])
    line = f"places at {at[-9:-4]} unless you cancel: {market}"
    return Kind.SIGNAL, line, f"{what}; placed at {at} unless you cancel"


async def _answer(row: AuditView, body: dict[str, Any], _: Title) -> _Told:
    text = f"{row.subject} {body['note']}".strip()
    return Kind.ANSWER, f"a signal is {_ENDS[body['status']]}", text


async def _result(_: AuditView, body: dict[str, Any], title: Title) -> _Told:
    won = "won" if body["winner_id"] == body["outcome_id"] else "lost"
    text = f"{body['payout']} {body['currency']} for {body['shares']} shares"
    return Kind.RESULT, f"{won}: {await title(body['market_id'])}", text


async def _limits(_: AuditView, body: dict[str, Any], __: Title) -> _Told:
    text = f"{body['reason']} ({body['made_by']})"
    return Kind.LIMITS, f"limits version {body['version']}", text


async def _transfer(_: AuditView, body: dict[str, Any], __: Title) -> _Told:
    went = "taken out" if Decimal(body["amount"]) < 0 else "put in"
    return Kind.TRANSFER, f"cash {went}", f"{body['amount']} {body['currency']}"


async def _start(_: AuditView, body: dict[str, Any], __: Title) -> _Told:
    return Kind.START, "started", f"run {body['id']}"


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"


_TELL: Mapping[str, Callable[[AuditView, dict[str, Any], Title], Awaitable[_Told | None]]] = {
    "intent": _intent,
    "intent_change": _step,
    "fill": _fill,
    "signal": _signal,
    "signal_end": _answer,
    "settlement": _result,
    "limits": _limits,
    "deposit": _transfer,
    "run": _start,
}
