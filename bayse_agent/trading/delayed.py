"""Bets that wait for a no: placed at their time through the door that an approval goes through.

What is thought of them is thought beside the loop, as a scan is; the loop alone places them, one
at a time. Whoever comes first, a person or the time, ends a signal; the other finds it ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bayse_agent.domain.command import CommandKind
from bayse_agent.domain.errors import CommandRefused, VenueError
from bayse_agent.domain.signal import Approval, Signal, SignalStatus
from bayse_agent.trading.acting import Case, put_forward
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.concurrent import each
from bayse_agent.trading.execution import Result
from bayse_agent.trading.lapsing import lapse, why_lapsed
from bayse_agent.trading.renewal import SENT_ALREADY, end_as, intent_of, renew
from bayse_agent.trading.scan import PassReport

_WHO = "time"
MOST_DUE = 8
"""How many are thought of before they are placed: of many, the first would be too old by then."""
_AGAIN = timedelta(seconds=5)
"""How soon after one look for what is due the next may follow: a venue may not be readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ripe:
    """A signal whose time has come, with its case made anew, or why there is none any more."""

    signal: Signal
    case: Case | None
    why: str = ""


async def waiting(agent: Agent) -> list[Signal]:
    """The signals that are placed at their time, the next first."""
    if agent.habits.approval is not Approval.DELAYED:
        return []
    pending = await agent.store.signals(SignalStatus.PENDING)
    return sorted((one for one in pending if one.places_at is not None), key=_order)


def _order(signal: Signal) -> tuple[datetime, str]:
    return signal.places_at or signal.expires_at, signal.id


async def ripen(agent: Agent) -> list[Ripe]:
    """Think about the first signals whose time has come, and about the next ones where none of
    those can be read. Sends nothing.

    Raises VenueError when there were some, and none of them could be read.
    """
    now = agent.clock.now()
    due = [one for one in await waiting(agent) if _order(one)[0] <= now]
    failed: VenueError | None = None
    for first in range(0, len(due), MOST_DUE):
        answers = await each(
            due[first : first + MOST_DUE],
            lambda one: _ripen(agent, one),
            at_once=agent.habits.thoughts_at_once,
        )
        if found := [one for one in answers if isinstance(one, Ripe)]:
            return found
        failed = next((one for one in answers if isinstance(one, VenueError)), failed)
    if failed is not None:
        raise failed
    return []


async def _ripen(agent: Agent, signal: Signal) -> Ripe | VenueError:
    if await agent.store.has_intent(intent_of(signal.id)):
        return Ripe(signal=signal, case=None, why="sent already")
    if (over := await why_lapsed(agent, signal)) is not None:
        return Ripe(signal=signal, case=None, why=over)
    try:
        return Ripe(signal=signal, case=await renew(agent, signal))
    except CommandRefused as error:
        return Ripe(signal=signal, case=None, why=str(error))
    except VenueError as error:
        return error


async def place(agent: Agent, ripe: Ripe) -> str | None:
    """Place a signal whose time has come, unless it is over; what came of it, for people.

    Everything is asked again: thinking took its time, and the process before may have died here.
    """
    signal = ripe.signal
    if not any(one.id == signal.id for one in await agent.store.signals(SignalStatus.PENDING)):
        return None
    if await agent.store.has_intent(intent_of(signal.id)):
        return await _ended(agent, signal, SENT_ALREADY)
    if (why := await why_lapsed(agent, signal)) is not None:
        await lapse(agent, signal, why)
        return f"not placed: {signal.id}, {why}"
    if await _is_refused_by_now(agent, signal):
        return None
    if ripe.case is not None:
        return await _ended(agent, signal, await put_forward(agent, ripe.case))
    at, no = agent.clock.now(), SignalStatus.REFUSED
    await agent.store.end_signal(signal.id, status=no, by=_WHO, note=ripe.why, at=at)
    return f"not placed: {signal.id}, {ripe.why}"


async def _ended(agent: Agent, signal: Signal, result: Result) -> str:
    status = await end_as(agent, signal, result, by=_WHO)
    how = "placed" if status is SignalStatus.EXECUTED else "not placed"
    return f"{how}: {signal.id}, {result.reason} {result.detail}".strip()


async def _is_refused_by_now(agent: Agent, signal: Signal) -> bool:
    """Whether a person's no waits to be taken: it came in time."""
    return any(
        command.kind is CommandKind.REJECT and command.arguments.get("signal") == signal.id
        for command in await agent.store.pending_commands()
    )


async def place_due(agent: Agent) -> PassReport | None:
    """Think about what is due, and place it. Raises VenueError."""
    at = agent.clock.now()
    told = [line for one in await ripen(agent) if (line := await place(agent, one)) is not None]
    return PassReport(name="signals", at=at, told=tuple(told)) if told else None


class Ripening:
    """What is due on its way through a runner: thought of beside the loop, then placed in it."""

    def __init__(self, agent: Agent) -> None:
        self.at: datetime | None = None
        self._agent = agent
        self._ripe: list[Ripe] = []
        self._is_thinking = False
        self._not_before: datetime | None = None

    @property
    def is_ready(self) -> bool:
        """Whether something was thought of that can be placed."""
        return bool(self._ripe)

    async def look_out(self) -> None:
        """Find out when there is something to think of: `at` is None while there is not, or while
        it is under way.
        """
        found = [] if self._is_thinking or self._ripe else await waiting(self._agent)
        moments = [_order(found[0])[0], self._not_before] if found else []
        self.at = max((one for one in moments if one is not None), default=None)

    def begins(self) -> bool:
        """Whether it is time to think; from here on it is under way."""
        if self.at is None or self.at > self._agent.clock.now():
            return False
        self._is_thinking, self.at = True, None
        return True

    async def think(self) -> None:
        """Think about what is due. Raises VenueError: it is tried again a little later."""
        try:
            self._ripe = await ripen(self._agent)
        finally:
            self._is_thinking = False
            self._not_before = self._agent.clock.now() + _AGAIN

    async def place_one(self) -> PassReport | None:
        """Place the next that was thought of."""
        at = self._agent.clock.now()
        told = await place(self._agent, self._ripe.pop(0))
        return None if told is None else PassReport(name="signals", at=at, told=(told,))
