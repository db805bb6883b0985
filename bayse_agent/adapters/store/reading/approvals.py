"""Which intents are signals that were approved, kept so that nobody reads all of them again."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from bayse_agent.adapters.store import tables
from bayse_agent.domain.order import intent_id
from bayse_agent.domain.signal import SignalStatus

_signals, _intents = tables.signals, tables.intents
_LAST = select(func.max(_signals.c.number))
_FIRST_WAITING = select(func.min(_signals.c.number)).where(
    _signals.c.status == SignalStatus.PENDING.value
)
_EXECUTED = select(_signals.c.id).where(
    _signals.c.status == SignalStatus.EXECUTED.value, _signals.c.number > bindparam("after")
)
_AT_ONCE = 10_000


class Approvals:
    """The intents that signals became.

    Where bets wait before they are placed, every one of them was a signal: so what is known is
    kept, and only signals are read that were not final the last time.
    """

    def __init__(self, own: Select[Any]) -> None:
        """`own`: the intents, with `id` and `number`, of which the numbers are wanted."""
        self._own = own.with_only_columns(_intents.c.id, _intents.c.number)
        self._names: set[str] = set()
        self._numbers: list[int] = []
        self._final_upto = 0

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def above(self, number: int) -> int:
        """How many of the wanted intents with a higher number were signals."""
        return len(self._numbers) - bisect_right(self._numbers, number)

    def read_on(self, connection: Connection) -> None:
        """Take in what was approved since."""
        last = connection.execute(_LAST).scalar_one() or 0
        waiting = connection.execute(_FIRST_WAITING).scalar_one()
        found = connection.execute(_EXECUTED, {"after": self._final_upto}).scalars()
        names = [intent_id("signal", one) for one in found]
        for part in _parts([name for name in names if name not in self._names]):
            rows = connection.execute(self._own.where(_intents.c.id.in_(part)))
            self._names.update(part)
            for row in rows:
                insort(self._numbers, row.number)
        self._final_upto = last if waiting is None else waiting - 1


def _parts(names: Sequence[str]) -> Iterator[list[str]]:
    remaining = iter(names)
    while part := list(islice(remaining, _AT_ONCE)):
        yield part
