"""The purse that models are paid from: shared by every process, and never emptied below its caps.

The sums of a day and of a month stand in rows of their own, which whoever reserves holds on to
while he looks and adds. So two processes never see the same room, and a call that ended in a crash
goes on counting with all that was put aside for it.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_UP, Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from bayse_agent.adapters.store.database import Database
from bayse_agent.adapters.store.inserts import insert_new
from bayse_agent.adapters.store.mind_tables import spending, spent
from bayse_agent.adapters.store.rows import AnyRow
from bayse_agent.domain.errors import BrokenInvariant, InvalidValue
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.question import Purpose
from bayse_agent.ports.mind import SpendingCaps, Spent

DEFAULT_ZONE = "Africa/Lagos"
_ZERO = Decimal(0)
_UNIT = Decimal("1E-12")


class SqlSpending:
    """What models cost, in a database. It needs no lease; days turn over in `zone`."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone

    async def reserve(
        self,
        most: Decimal,
        *,
        caps: SpendingCaps,
        model: str,
        purpose: Purpose,
        market_id: MarketId,
        at: datetime,
    ) -> str | None:
        amount = _sum_of(most)
        day, month = periods(at, self._zone)

        def write(connection: Connection) -> str | None:
            # The month first: it is the one row that everybody who reserves has to hold.
            in_month, number = _held(connection, month)
            in_day, _ = _held(connection, day)
            if in_month + amount > caps.monthly or in_day + amount > caps.daily:
                return None
            reservation = f"{month}-{number + 1:08d}"
            connection.execute(
                insert(spending).values(
                    id=reservation,
                    day=day,
                    month=month,
                    model=model,
                    purpose=purpose.value,
                    market_id=market_id,
                    reserved=amount,
                    reserved_at=at,
                )
            )
            for period in (month, day):
                _add(connection, period, amount, calls=1)
            return reservation

        return await self._database.run(write)

    async def settle(
        self, reservation: str, *, cost: Decimal, tokens_in: int, tokens_out: int, at: datetime
    ) -> None:
        amount = _sum_of(cost)

        def write(connection: Connection) -> None:
            row = _row(connection, reservation)
            # In the order in which they are held by whoever reserves.
            _held(connection, row.month)
            row = _row(connection, reservation)
            if row.cost is not None:
                raise BrokenInvariant(f"{reservation!r} was settled before")
            connection.execute(
                update(spending)
                .where(spending.c.id == reservation)
                .values(cost=amount, tokens_in=tokens_in, tokens_out=tokens_out, settled_at=at)
            )
            for period in (row.month, row.day):
                _add(connection, period, amount - row.reserved, calls=0)

        # A power cut may take it: then the call counts with all that was put aside for it.
        await self._database.run_relaxed(write)

    async def spent(self, at: datetime) -> Spent:
        day, month = periods(at, self._zone)

        def read(connection: Connection) -> Spent:
            query = select(spent.c.period, spent.c.amount).where(spent.c.period.in_((day, month)))
            sums = {row.period: row.amount for row in connection.execute(query)}
            return Spent(day=sums.get(day, _ZERO), month=sums.get(month, _ZERO))

        return await self._database.read(read)


def periods(at: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """The day and the month of a moment, by the clock of a zone. Raises InvalidValue for a time
    that has none.
    """
    if at.tzinfo is None:
        raise InvalidValue(f"a time without a zone: {at!r}")
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d}", f"{local:%Y-%m}"


def _sum_of(amount: Decimal) -> Decimal:
    if not amount.is_finite() or amount < 0:
        raise InvalidValue(f"no sum of money: {amount!r}")
    return amount.quantize(_UNIT, ROUND_UP)


def _held(connection: Connection, period: str) -> tuple[Decimal, int]:
    """The sum of a period and its calls; nobody else changes them before this transaction ends."""
    begun = insert_new(connection, spent).values(period=period, amount=_ZERO, calls=0)
    connection.execute(begun)
    query = select(spent.c.amount, spent.c.calls).where(spent.c.period == period)
    row = connection.execute(query.with_for_update()).one()
    return row.amount, row.calls


def _add(connection: Connection, period: str, amount: Decimal, *, calls: int) -> None:
    total, count = _held(connection, period)
    connection.execute(
        update(spent)
        .where(spent.c.period == period)
        .values(amount=total + amount, calls=count + calls)
    )


def _row(connection: Connection, reservation: str) -> AnyRow:
    query = select(spending).where(spending.c.id == reservation)
    row = connection.execute(query).first()
    if row is None:
        raise BrokenInvariant(f"nothing was put aside as {reservation!r}")
    return row
