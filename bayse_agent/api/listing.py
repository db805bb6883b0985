"""Lists: a part at a time by a key, or the whole as CSV."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from bayse_agent.adapters.store.reading.reader import Cut, Slice
from bayse_agent.adapters.store.reading.sheet import body, head

T = TypeVar("T")
MOST_A_PAGE = 200
_A_GO = 1000
_TABLE = "text/csv; charset=utf-8"


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
    parts: AsyncIterator[Sequence[T]] = _parts(cut, read)
    return await streamed(parts, name=name)


async def _parts(
    cut: Cut, read: Callable[[Cut], Awaitable[Slice[T]]]
) -> AsyncIterator[Sequence[T]]:
    following: Cut | None = Cut(limit=_A_GO, before=cut.before)
    while following is not None:
        found = await read(following)
        yield found.items
        following = None if found.next is None else Cut(limit=_A_GO, before=found.next)


async def streamed(parts: AsyncIterator[Sequence[object]], *, name: str) -> Response:
    """Rows as a file of a table, however many they are: only a part is held at a time.

    The first part is read before anything is said, so that what fails there is told as it is.
    """
    first = await anext(parts, ())

    async def lines() -> AsyncIterator[str]:
        yield table(first)
        async for rows in parts:
            yield body(rows)

    return StreamingResponse(lines(), media_type=_TABLE, headers=_as_file(name))


def as_table(rows: Sequence[object], *, name: str) -> Response:
    """Rows as a file of a table."""
    return Response(
        table(rows),
        media_type=_TABLE,
        headers=_as_file(name),
    )


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.csv"'}


def table(rows: Sequence[object]) -> str:
    """Rows as CSV; nothing at all where there are none."""
    return head(type(rows[0])) + body(rows) if rows else ""
