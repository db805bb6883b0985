"""Counts that are kept, and places in time that are found without looking at every row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, bindparam, func, select


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


class Places:
    """Where in lists that are numbered as time goes on a moment lies."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[datetime, int]] = {}

    def last_before(
        self,
        connection: Connection,
        name: str,
        key: Column[int],
        moment: Column[datetime],
        since: datetime,
    ) -> int:
        """The number below which every row is older. It goes on from where it last was."""
        at, number = self._kept.get(name, (since, 0))
        found = last_before(connection, key, moment, since, low=number if at <= since else 0)
        self._kept[name] = (since, found)
        return found


def last_before(
    connection: Connection,
    key: Column[int],
    moment: Column[datetime],
    since: datetime,
    *,
    low: int = 0,
) -> int:
    """The number below which every row is older, where rows are numbered as time goes on.

    `low`: a number that is known to be below. From there longer and longer steps are taken, and
    the last of them halved: as many rows are looked at as the way has binary digits, and one where
    there is none.
    """
    newest = connection.execute(select(func.max(key))).scalar_one() or 0
    after = select(moment).where(key >= bindparam("number")).order_by(key).limit(1)

    def is_older(number: int) -> bool:
        found = connection.execute(after, {"number": number}).scalar()
        return found is not None and found < since

    high, step = low, 1
    while high < newest:
        ahead = min(high + step, newest)
        if not is_older(ahead):
            low, high = high, ahead - 1
            break
        low = high = ahead
        step *= 2
    while low < high:
        middle = (low + high + 1) // 2
        if is_older(middle):
            low = middle
        else:
            high = middle - 1
    return low
