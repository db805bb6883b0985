"""Tells people what they should know: the journal, read on, as few and clear messages.

Where it stands is kept in the books, so that a restart tells nothing twice and misses nothing. An
incident is told when it begins, when it changes and when it is over, and not once a minute.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

import structlog

from bayse_agent.adapters.store.access import SqlAccess
from bayse_agent.adapters.store.reading import decisions, desk
from bayse_agent.adapters.store.reading.reader import Reader
from bayse_agent.adapters.store.reading.views import AuditView
from bayse_agent.api.parts import Timer
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.errors import StoreUnavailable
from bayse_agent.domain.notice import Level, Notice

FOLLOWER = "notify"
_AT_ONCE = 200
_MOST_A_GO = 8
_LOOK_EVERY_S = 2.0
_TRIES = 3
_STATES = {
    TradingState.ARMED: (Level.INFO, "trading again"),
    TradingState.REDUCING: (Level.WARNING, "buying nothing more"),
    TradingState.HALTED: (Level.ALARM, "HALTED"),
}


class Notifier(Protocol):
    """Somebody who brings a message to people."""

    async def send(self, notice: Notice) -> bool: ...


class Teller:
    """Reads on in the journal and tells what is at least of a level."""

    def __init__(
        self, *, reader: Reader, access: SqlAccess, notifier: Notifier, timer: Timer, least: Level
    ) -> None:
        self._reader = reader
        self._access = access
        self._notifier = notifier
        self._timer = timer
        self._least = least
        self._log = structlog.get_logger("telling")

    async def run(self) -> None:
        """Tell for as long as the service runs."""
        while True:
            try:
                is_more = await self.read_on()
            except StoreUnavailable as error:
                self._log.warning("books_unreadable", detail=str(error))
                is_more = False
            if not is_more:
                await self._timer.sleep_s(_LOOK_EVERY_S)

    async def read_on(self) -> bool:
        """Tell what came since the last time; whether there was anything."""
        known = await self._access.followed(FOLLOWER)
        if known is None:
            # What was before anybody was to be told is no news.
            head = await self._reader.ask(desk.audit_head())
            await self._access.follow(FOLLOWER, head, "")
            return False
        number, state = known
        rows = await self._reader.ask(desk.audit_after(number, limit=_AT_ONCE))
        if not rows:
            return False
        notices = []
        for row in rows:
            state, found = await self._notices(row, state)
            notices += [one for one in found if one.level.is_at_least(self._least)]
        for notice in gathered(notices):
            await self._send(notice)
        await self._access.follow(FOLLOWER, rows[-1].number, state)
        return True

    async def _send(self, notice: Notice) -> None:
        """A few tries; a message that nobody takes is not worth stopping for."""
        for attempt in range(_TRIES):
            if await self._notifier.send(notice):
                return
            await self._timer.sleep_s(2.0**attempt)
        self._log.warning("nobody_told", title=notice.title)

    async def _notices(self, row: AuditView, state: str) -> tuple[str, tuple[Notice, ...]]:
        """What a row is worth telling, and the state of the incident after it."""
        body: dict[str, Any] = json.loads(row.body)
        if row.kind == "control":
            if body["state"] == state:
                return state, ()
            return str(body["state"]), (_of_control(row, body),)
        market = await self._title(body.get("market_id"))
        return state, tuple(_of(row, body, market))

    async def _title(self, market_id: str | None) -> str:
        if market_id is None:
            return ""
        market = await self._reader.ask(decisions.market(market_id))
        return market_id if market is None else market.title


def gathered(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """Notices as they are while they are few; of many, alarms first, and the rest in one."""
    if len(notices) <= _MOST_A_GO:
        return tuple(notices)
    alarms = [one for one in notices if one.level is Level.ALARM]
    others = [one for one in notices if one.level is not Level.ALARM]
    lines = [one.title for one in others]
    rest = Notice(
        level=max((one.level for one in others), key=list(Level).index, default=Level.INFO),
        title=f"{len(others)} things happened",
        text="\n".join(lines[:50]),
    )
    return (*alarms, *((rest,) if others else ()))


def _of_control(row: AuditView, body: dict[str, Any]) -> Notice:
    level, words = _STATES[TradingState(body["state"])]
    text = f"{body['reason']} ({body['made_by']}, {row.at:%Y-%m-%d %H:%M} UTC)"
    return Notice(level=level, title=f"[{row.mode}] {words}", text=text)


def _of(row: AuditView, body: dict[str, Any], market: str) -> Iterator[Notice]:
    match row.kind:
        case "intent" if body["source"] != "external":
            text = f"{body['side']} {body['amount']} at {body['worst_price']} or better"
            yield _notice(Level.INFO, row, f"{body['side']} in {market}", text)
        case "intent":
            yield _notice(Level.ALARM, row, f"an order placed elsewhere in {market}", row.subject)
        case "intent_change" if body["status"] == "LOST":
            yield _notice(Level.WARNING, row, "an order never arrived", body["proof"])
        case "signal":
            yield _of_signal(row, body, market)
        case "settlement":
            text = f"{body['payout']} {body['currency']} for {body['shares']} shares"
            won = "won" if body["winner_id"] == body["outcome_id"] else "lost"
            yield _notice(Level.INFO, row, f"{won}: {market}", text)
        case "limits":
            text = f"{body['reason']} ({body['made_by']})"
            yield _notice(Level.WARNING, row, f"limits version {body['version']}", text)


def _of_signal(row: AuditView, body: dict[str, Any], market: str) -> Notice:
    """What waits, and until when: for a word, or for a no."""
    what = f"{body['side']} {body['amount']} {body['currency']}"
    if body.get("places_at") is None:
        text = f"{what}; it lapses at {_moment(body['expires_at'])}"
        return _notice(Level.WARNING, row, f"waits for your word: {market}", text)
    at = _moment(body["places_at"])
    text = f"{what}; placed at {at} unless you cancel"
    return _notice(Level.WARNING, row, f"places at {at[-9:-4]} unless you cancel: {market}", text)


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M UTC}"


def _notice(level: Level, row: AuditView, title: str, text: str) -> Notice:
    return Notice(level=level, title=f"[{row.mode}] {title}"[:200], text=text[:1000])
