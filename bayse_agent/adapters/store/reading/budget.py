"""What was spent on models and asked of search services, as the caps count it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, func, select

from bayse_agent.adapters.store.library_tables import searches
from bayse_agent.adapters.store.mind_tables import spending, spent
from bayse_agent.adapters.store.reading.reader import Query
from bayse_agent.adapters.store.searches import DAY

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSpent:
    """One day or month, in US dollars. `counted` is what the caps see: what was paid, and what is
    put aside for `open_calls` whose cost nobody knows yet (`reserved`).
    """

    counted: Decimal
    reserved: Decimal
    calls: int
    open_calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Questions that a source was asked in the last 24 hours, and when the first of them was."""

    questions: int
    first_at: datetime


def spent_in(day: str, month: str) -> Query[tuple[PeriodSpent, PeriodSpent]]:
    """A day and a month, as the purse names them."""

    def read(connection: Connection) -> tuple[PeriodSpent, PeriodSpent]:
        sums = {
            row.period: row
            for row in connection.execute(select(spent).where(spent.c.period.in_((day, month))))
        }
        query = select(spending.c.day, spending.c.reserved).where(
            spending.c.month == month, spending.c.cost.is_(None)
        )
        # Summed here: a database of floats would round what is exact.
        left = [(row.day, row.reserved) for row in connection.execute(query)]

        def told(period: str, of_it: list[Decimal]) -> PeriodSpent:
            row = sums.get(period)
            return PeriodSpent(
                counted=_ZERO if row is None else row.amount,
                reserved=sum(of_it, _ZERO),
                calls=0 if row is None else row.calls,
                open_calls=len(of_it),
            )

        of_day = [amount for its, amount in left if its == day]
        return told(day, of_day), told(month, [amount for _, amount in left])

    return read


def asked_by(at: datetime) -> Query[Mapping[str, Asked]]:
    """What each source was asked in the 24 hours before a moment, as its cap counts it."""

    def read(connection: Connection) -> Mapping[str, Asked]:
        c = searches.c
        query = (
            select(
                c.source, func.count().label("questions"), func.min(c.asked_at).label("first_at")
            )
            .where(c.asked_at > at - DAY)
            .group_by(c.source)
        )
        return {
            row.source: Asked(questions=row.questions, first_at=row.first_at)
            for row in connection.execute(query)
        }

    return read
