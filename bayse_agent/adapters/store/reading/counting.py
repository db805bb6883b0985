"""Counts that are kept, and places in time that are found without looking at every row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, func, select


class Counts:
    """How many rows there are of lists that only grow at their end: what is new is counted.

    `counted` is right as long as no row of a list is ever taken out or changed in what it is
    chosen by.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, int, int]] = {}

    def counted(
        self,
        connection: Connection,
        name: str,
        query: Select[Any],
        key: Column[int],
        *,
        above: int,
    ) -> int:
        """The rows of a list whose key is above a number."""
        begun, upto, count = self._kept.get(name, (above, above, 0))
        if begun != above:
            upto, count = above, 0
        newest = connection.execute(select(func.max(key))).scalar_one() or 0
        if newest > upto:
            count += rows_in(connection, query.where(key > upto, key <= newest))
            self._kept[name] = (above, newest, count)
        return count


def rows_in(connection: Connection, query: Select[Any]) -> int:
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def last_before(
    connection: Connection, key: Column[int], moment: Column[datetime], since: datetime
) -> int:
    """The number below which every row is older, where rows are numbered as time goes on.

    Found by halving: a dozen rows are looked at, of however many.
    """
    low, high = 0, connection.execute(select(func.max(key))).scalar_one() or 0
    while low < high:
        middle = (low + high + 1) // 2
        query = select(moment).where(key >= middle).order_by(key).limit(1)
        found = connection.execute(query).scalar()
        if found is not None and found < since:
            low = middle
        else:
            high = middle - 1
    return low
