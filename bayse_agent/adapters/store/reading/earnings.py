"""What was earned, added up once and kept: each question only adds what is new in the books.

The first reading goes through all of them, a part at a time, so that other questions come between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, func, or_, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.mind_tables import spent
from bayse_agent.adapters.store.reading.earning_rows import acts_after, closings_of
from bayse_agent.adapters.store.reading.profit_views import CauseView, PeriodView, ProfitCause
from bayse_agent.adapters.store.reading.reader import Query, Reader
from bayse_agent.adapters.store.reading.tally import SHOWN, Tally, cut_at, quarter_of
from bayse_agent.domain.drawdown import Stretch, joined, stretch_of, whole
from bayse_agent.domain.money import ZERO, Currency
from bayse_agent.domain.risk.days import day_start

T = TypeVar("T")
_equity, _postings = tables.equity, tables.postings
_AT_ONCE = 300
"""Acts that are added up in one turn: nobody else who reads waits longer than that takes."""
_MONTH_LENGTH = len("2026-11")
_NOON, _WEEK = timedelta(hours=12), timedelta(days=6)


class Earnings:
    """The earnings in one currency, as far as the books were read."""

    def __init__(self, currency: Currency) -> None:
        self._tally = Tally(currency=currency)
        self._course: dict[datetime, Stretch] = {}
        self._whole: Stretch | None = None
        self._valuation = 0
        # What is added up must not be read half-way.
        self._guard = asyncio.Lock()

    async def go_on(self, reader: Reader) -> bool:
        """Add up a part of what is new; whether there may be more."""
        async with self._guard:
            return await reader.ask(self._step)

    async def by(
        self, reader: Reader, cause: ProfitCause
    ) -> tuple[tuple[CauseView, ...], CauseView]:
        """What bets came to by one cause, and all of them together."""
        return await self._told(reader, lambda _: (self._tally.rows(cause), self._tally.whole()))

    async def periods(self, reader: Reader, now: datetime, zone: str) -> tuple[PeriodView, ...]:
        """Today, the last seven days (today is the seventh), and all; by the days of a zone."""
        today = day_start(now, zone)
        week = day_start(today + _NOON - _WEEK, zone)

        def read(connection: Connection) -> tuple[PeriodView, ...]:
            costs = _costs(connection, now, zone)
            return (
                self._period("today", today, now, costs["today"]),
                self._period("week", week, now, costs["week"]),
                self._all(_begun_at(connection), now, costs["all"]),
            )

        return await self._told(reader, read)

    async def _told(self, reader: Reader, read: Query[T]) -> T:
        """The answer to a question, once all that is new was added up."""
        async with self._guard:
            while await reader.ask(self._step):
                pass
            # Where it was added up: whoever gave up waiting may have left a part under way there.
            return await reader.ask(read)

    def _step(self, connection: Connection) -> bool:
        """Add the next part of what is new; whether there may be more."""
        tally = self._tally
        acts = acts_after(connection, tally.currency, tally.entry, most=_AT_ONCE)
        valued = connection.execute(_valuations(tally.currency, self._valuation)).all()
        for act in acts:
            tally.enter(act)
        for row in valued:
            self._value(row.number, row.at, row.value - row.deposits, row.value)
        for market_id, closing in closings_of(connection, tally.waiting).items():
            tally.close(market_id, closing)
        return len(acts) == _AT_ONCE or len(valued) == _AT_ONCE

    def _value(self, number: int, at: datetime, profit: Decimal, equity: Decimal) -> None:
        one, quarter = stretch_of(profit, equity), quarter_of(at)
        before = self._course.get(quarter)
        self._course[quarter] = one if before is None else joined(before, one)
        self._whole = one if self._whole is None else joined(self._whole, one)
        self._valuation = number

    def _period(self, name: str, since: datetime, now: datetime, costs: Decimal) -> PeriodView:
        realised, fees = self._tally.since(since)
        before, within = cut_at(self._course, since)
        begins_at = None if before is None else self._course[before].last
        course = whole(self._course[quarter] for quarter in within)
        if begins_at is not None:
            # A fall that begins before midnight counts from where it stood at midnight.
            start = stretch_of(begins_at, ZERO)
            course = start if course is None else joined(start, course)
        return _view(name, since, now, (realised, fees), costs, course, begins_at or ZERO)

    def _all(self, begun: datetime | None, now: datetime, costs: Decimal) -> PeriodView:
        sums = (self._tally.realised, self._tally.fees)
        return _view("all", begun, now, sums, costs, self._whole, ZERO)


def _view(
    name: str,
    since: datetime | None,
    until: datetime,
    sums: tuple[Decimal, Decimal],
    costs: Decimal,
    course: Stretch | None,
    begins_at: Decimal,
) -> PeriodView:
    realised, fees = sums
    profit = None if course is None else course.last - begins_at
    part = None if course is None else course.fall.part
    return PeriodView(
        name=name,
        since=since,
        until=until,
        profit=profit,
        realised=realised,
        open=None if profit is None else profit - realised,
        fees=fees,
        model_costs=costs,
        drawdown=None if course is None else course.fall.amount,
        drawdown_part=None if part is None else part.quantize(SHOWN),
    )


def _valuations(currency: Currency, number: int) -> Select[Any]:
    return (
        select(_equity.c.number, _equity.c.at, _equity.c.value, _equity.c.deposits)
        .where(_equity.c.number > number, _equity.c.currency == currency.value)
        .order_by(_equity.c.number)
        .limit(_AT_ONCE)
    )


def _begun_at(connection: Connection) -> datetime | None:
    """When the first sum was entered in the books."""
    query = select(_postings.c.at).order_by(_postings.c.entry, _postings.c.line).limit(1)
    return connection.execute(query).scalar()


def _costs(connection: Connection, now: datetime, zone: str) -> Mapping[str, Decimal]:
    """What models cost in each period. Their days and months have sums of their own."""
    today = now.astimezone(ZoneInfo(zone)).date()
    days = [f"{today - timedelta(days=back):%Y-%m-%d}" for back in range(7)]

    period = spent.c.period
    query = select(period, spent.c.amount).where(
        or_(period.in_(days), func.length(period) == _MONTH_LENGTH)
    )
    sums = {row.period: row.amount for row in connection.execute(query)}
    return {
        "today": sums.get(days[0], ZERO),
        "week": sum((sums.get(day, ZERO) for day in days), ZERO),
        "all": sum((one for name, one in sums.items() if name not in days), ZERO),
    }
