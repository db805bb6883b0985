"""Pages of a list, as every list of the venue has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from bayse_agent.simulation.server.encoding import Json
from bayse_agent.simulation.server.fields import Query

T = TypeVar("T")

SIZE = 20
LONG_SIZE = 50
LARGEST = 100


def page_of(rows: Sequence[T], query: Query, *, size: int = SIZE) -> tuple[list[T], Json]:
    """The rows of the page that is asked for, and its `pagination` object."""
    page = query.number("page", 1)
    size = min(query.number("size", size), LARGEST)
    start = (page - 1) * size
    pagination: Json = {
        "page": page,
        "size": size,
        "lastPage": max(1, -(-len(rows) // size)),
        "totalCount": len(rows),
    }
    return list(rows[start : start + size]), pagination
