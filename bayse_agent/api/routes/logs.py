"""The last lines of the program's own log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from bayse_agent.adapters.logbook import Severity
from bayse_agent.api.house import InHouse
from bayse_agent.api.trouble import ANYWHERE

router = APIRouter(tags=["service"])
_MOST = 500


class LineOut(BaseModel):
    """One line; secrets are taken out of it before it is kept."""

    number: int
    at: datetime
    level: Severity
    event: str
    fields: dict[str, str]


class LogsOut(BaseModel):
    """Lines, newest first. `next`: give it as `before` for older ones. `written` lines since the
    start, of which `kept` are still there; both are 0 where no log is kept.
    """

    items: list[LineOut]
    next: int | None
    written: int
    kept: int


@router.get("/logs", response_model=LogsOut, responses=ANYWHERE)
async def logs(
    house: InHouse,
    level: Annotated[Severity, Query(description="this bad, or worse")] = Severity.INFO,
    about: Annotated[
        str | None, Query(max_length=128, description="an id of a signal, intent, market, command")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> LogsOut:
    """What this process has logged since its start, as far as it is kept."""
    book = house.parts.logbook
    found = book.last(limit + 1, least=level, before=before, about=about)
    shown = found[:limit]
    return LogsOut(
        items=[
            LineOut(
                number=one.number,
                at=one.at,
                level=one.level,
                event=one.event,
                fields=dict(one.fields),
            )
            for one in shown
        ],
        next=shown[-1].number if len(found) > limit else None,
        written=book.written,
        kept=book.kept,
    )
