"""What sources of news were asked and what they answered, shared by all who use the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from bayse_agent.adapters.store.library_tables import searches

DAY = timedelta(days=1)
_KEPT_FOR = 2 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The same was asked not long ago: this was the answer."""

    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """It may be asked; `number` is where its answer goes."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedUp:
    """The source was asked as often as it may be in a day."""


def begin(
    connection: Connection,
    *,
    key: str,
    source: str,
    at: datetime,
    fresh: timedelta,
    most: int | None,
) -> Answered | Begun | UsedUp:
    """Look whether something was asked not long ago; if not, note that it is asked now.

    `most` is how many questions a source takes in 24 hours; None is any number.
    """
    connection.execute(delete(searches).where(searches.c.asked_at < at - max(_KEPT_FOR, fresh)))
    answer = connection.execute(
        select(searches.c.answer)
        .where(
            searches.c.key == key,
            searches.c.answer.is_not(None),
            # What was asked later than this moment is unknown at it.
            searches.c.asked_at.between(at - fresh, at),
        )
        .order_by(searches.c.asked_at.desc(), searches.c.number.desc())
        .limit(1)
    ).scalar()
    if answer is not None:
        return Answered(answer=answer)
    asked = connection.execute(
        select(func.count()).where(searches.c.source == source, searches.c.asked_at > at - DAY)
    ).scalar_one()
    if most is not None and asked >= most:
        return UsedUp()
    values = {"key": key, "source": source, "asked_at": at}
    number = connection.execute(insert(searches).values(values).returning(searches.c.number))
    return Begun(number=number.scalar_one())


def finish(connection: Connection, number: int, answer: str) -> None:
    """Keep the answer to a question."""
    connection.execute(update(searches).where(searches.c.number == number).values(answer=answer))


def forget_answers(connection: Connection) -> None:
    """Forget every answer, so that nothing comes back from there; what was asked still counts."""
    connection.execute(update(searches).values(answer=None))
