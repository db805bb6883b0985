"""Lists that change while their pages are read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.bayse.paging import every_page
from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import Page


def listing(
    rows: list[str], size: int, total: int | None = None
) -> Callable[[int], Awaitable[Page[str]]]:
    """A list in pages of a size, which says that it has `total` rows."""

    async def read(number: int) -> Page[str]:
        items = tuple(rows[(number - 1) * size : number * size])
        last = max(1, -(-len(rows) // size))
        return Page(
            items=items, number=number, last=last, total=len(rows) if total is None else total
        )

    return read


async def all_of(read: Callable[[int], Awaitable[Page[str]]]) -> tuple[str, ...]:
    return await every_page(read, identity=str, pages_max=50)


@given(count=st.integers(0, 40), size=st.integers(1, 20))
async def test_every_page_when_the_list_stays_then_has_each_row_once(count: int, size: int) -> None:
    rows = [f"row {number}" for number in range(count)]

    assert await all_of(listing(rows, size)) == tuple(rows)


async def test_every_page_when_a_row_goes_away_in_between_then_none_is_overlooked() -> None:
    rows = ["a", "b", "c", "d"]
    steady = listing(rows, 2)

    async def read(number: int) -> Page[str]:
        page = await steady(number)
        if number == 1 and "a" in rows:
            rows.remove("a")
        return page

    assert await all_of(read) == ("b", "c", "d")


async def test_every_page_when_the_total_is_wrong_but_the_rows_are_steady_then_takes_them() -> None:
    assert await all_of(listing(["a", "b", "c"], 2, total=7)) == ("a", "b", "c")


async def test_every_page_when_the_rows_never_hold_still_then_is_refused() -> None:
    seen = 0

    async def read(number: int) -> Page[str]:
        nonlocal seen
        seen += 1
        return Page(items=(f"row {seen}",), number=number, last=1, total=2)

    with pytest.raises(VenueMalformed):
        await all_of(read)


async def test_every_page_when_there_are_pages_without_end_then_is_refused() -> None:
    async def read(number: int) -> Page[str]:
        return Page(items=(), number=number, last=number + 1, total=0)

    with pytest.raises(VenueMalformed):
        await all_of(read)
