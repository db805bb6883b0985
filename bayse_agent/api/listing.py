"""Lists: a part at a time by a key, or the whole as CSV."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel
from starlette.responses import Response

from bayse_agent.adapters.store.reading.reader import Cut, Slice
from bayse_agent.adapters.store.reading.sheet import body, head

T = TypeVar("T")
MOST_A_PAGE = 200
MOST_OF_A_TABLE = 50_000
_A_GO = 1000


class Listed(BaseModel, Generic[T]):
    """A part of a list, newest first. `next`: give it as `before` for what follows; empty at the
    end.
    """

    items: list[T]
    next: int | None


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


def _cut(
    limit: Annotated[int, Query(ge=1, le=MOST_A_PAGE)] = 50,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> Cut:
    return Cut(limit=limit, before=before)


AfterBefore = Annotated[Cut, Depends(_cut)]
"""Which part of a list is asked for."""
AsFormat = Annotated[Format, Query(description="csv: the whole list as a table")]


def page_of(found: Slice[T]) -> Listed[Any]:
    return Listed[Any](items=list(found.items), next=found.next)


async def listed(
    form: Format, cut: Cut, read: Callable[[Cut], Awaitable[Slice[T]]], *, name: str
) -> Listed[Any] | Response:
    """A part of a list, or the whole of it as a table."""
    if form is Format.JSON:
        return page_of(await read(cut))
    rows: list[T] = []
    following: Cut | None = Cut(limit=_A_GO, before=cut.before)
    while following is not None and len(rows) < MOST_OF_A_TABLE:
        found = await read(following)
        rows.extend(found.items)
        following = None if found.next is None else Cut(limit=_A_GO, before=found.next)
    return as_table(rows, name=name)


def as_table(rows: Sequence[object], *, name: str) -> Response:
    """Rows as a file of a table."""
    return Response(
        table(rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def table(rows: Sequence[object]) -> str:
    """Rows as CSV; nothing at all where there are none."""
    return head(type(rows[0])) + body(rows) if rows else ""
