"""Tells people what they should know: the journal, read on, as few and clear messages.

Where it stands is kept in the books, so that a restart tells nothing twice and misses nothing. An
incident is told when it begins, when it changes and when it is over, and not once a minute. An
alarm that reaches nobody is tried for as long as it takes; any other message is given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bayse_agent.adapters.store.access import SqlAccess
from bayse_agent.adapters.store.reading import decisions, desk
from bayse_agent.adapters.store.reading.reader import Reader
from bayse_agent.adapters.store.reading.views import AuditView
from bayse_agent.api.happenings import Happening, happening
from bayse_agent.api.parts import Notifier, Timer
from bayse_agent.domain.errors import StoreUnavailable
from bayse_agent.domain.notice import Level, Loudness, Notice

FOLLOWER = "notify"
_AT_ONCE = 200
_MOST_A_GO = 8
_LOOK_EVERY_S = 2.0
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A message, and where the journal and the incident stand once it was told."""

    number: int
    state: str
    notice: Notice


class Teller:
    """Reads on in the journal and tells what is loud enough."""

    def __init__(
        self,
        *,
        reader: Reader,
        access: SqlAccess,
        notifier: Notifier,
        timer: Timer,
        loudness: Loudness,
    ) -> None:
        self._reader = reader
        self._access = access
        self._notifier = notifier
        self._timer = timer
        self._loudness = loudness
        self._log = structlog.get_logger("telling")

    async def run(self) -> None:
        """Tell for as long as the service runs."""
        while True:
            try:
                is_more = await self.read_on()
            except StoreUnavailable as error:
                self._log.warning("books_unreadable", detail=str(error))
                is_more = False
            except Exception as error:  # noqa: BLE001 (nobody else would tell of the next halt)
                self._log.error("teller_stumbled", exc_info=error)
                is_more = False
            if not is_more:
                await self._timer.sleep_s(_LOOK_EVERY_S)

    async def read_on(self) -> bool:
        """Tell what came since the last time; whether there may be more at once."""
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
        due: list[_Due] = []
        for row in rows:
            found = await self._found(row, state)
            state = state if found is None else found.state
            if found is not None and (notice := self._notice(row, found)) is not None:
                due.append(_Due(number=row.number, state=state, notice=notice))
        if not await self._tell(due):
            return False
        await self._access.follow(FOLLOWER, rows[-1].number, state)
        return True

    async def _tell(self, due: Sequence[_Due]) -> bool:
        """Tell all of it; False when an alarm reached nobody, so that it is told another time.

        What was told before it is noted as told.
        """
        if len(due) > _MOST_A_GO:
            bundle = gathered([one.notice for one in due])
            sent = [await self._sent(notice) for notice in bundle]
            return any(sent) or all(one.level is not Level.ALARM for one in bundle)
        for one in due:
            if not await self._sent(one.notice) and one.notice.level is Level.ALARM:
                return False
            await self._access.follow(FOLLOWER, one.number, one.state)
        return True

    async def _sent(self, notice: Notice) -> bool:
        """Whether anybody took it, in a few tries of everybody who has not yet."""
        wanted, taken = len(self._notifier.schemes), frozenset[int]()
        for attempt in range(_TRIES):
            taken |= await self._notifier.reach(notice, skip=taken)
            if len(taken) == wanted:
                return True
            await self._timer.sleep_s(2.0**attempt)
        missed = [place + 1 for place in range(wanted) if place not in taken]
        self._log.warning("not_everybody_told", title=notice.title, addresses=missed)
        return bool(taken)

    async def _found(self, row: AuditView, state: str) -> Happening | None:
        """What a row is worth telling; None for what is not, or was told with its incident."""

        async def title(market_id: str) -> str:
            market = await self._reader.ask(decisions.market(market_id))
            return market_id if market is None else market.title

        try:
            return await happening(row, state, title)
        except (KeyError, ValueError, TypeError, ArithmeticError) as error:
            # What follows it must be told all the same.
            self._log.error("row_not_told", row=row.number, kind=row.kind, exc_info=error)
            return None

    def _notice(self, row: AuditView, found: Happening) -> Notice | None:
        level = self._loudness.of(found.kind)
        if level is None:
            return None
        title = f"[{row.mode}] {found.title}"[:200]
        return Notice(level=level, title=title, text=found.text[:1000])


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
