"""Reads all pages of a list that may change while it is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import Page

T = TypeVar("T")

_PASSES_MAX = 4


async def every_page(
    read: Callable[[int], Awaitable[Page[T]]],
    *,
    identity: Callable[[T], Hashable],
    pages_max: int,
) -> tuple[T, ...]:
    """Every row once. Raises VenueMalformed when the venue gives no list that adds up.

    A row that goes away between two pages moves another one out of sight. So a pass through the
    pages counts only if it holds as many rows as each of its pages says there are, or if it gives
    the same rows as the pass before it.
    """
    before: dict[Hashable, T] | None = None
    for _ in range(_PASSES_MAX):
        found, adds_up = await _one_pass(read, identity, pages_max)
        if adds_up or found == before:
            return tuple(found.values())
        before = found
    raise VenueMalformed("the pages of a list do not add up")


async def _one_pass(
    read: Callable[[int], Awaitable[Page[T]]],
    identity: Callable[[T], Hashable],
    pages_max: int,
) -> tuple[dict[Hashable, T], bool]:
    found: dict[Hashable, T] = {}
    totals: set[int] = set()
    number, last = 1, 1
    while number <= last:
        page = await read(number)
        totals.add(page.total)
        found.update((identity(item), item) for item in page.items)
        last = page.last
        if last > pages_max:
            raise VenueMalformed(f"a list of {last} pages is more than we read")
        number += 1
    return found, totals == {len(found)}
