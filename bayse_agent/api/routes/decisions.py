"""Decisions with their funnel, and the whole chain behind any one of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator
from starlette.responses import Response

from bayse_agent.adapters.store.reading import decisions as queries
from bayse_agent.adapters.store.reading.views import DecisionView, MarketView, ReasonCount
from bayse_agent.api.explaining import Explanation, explain
from bayse_agent.api.house import InHouse
from bayse_agent.api.listing import AfterBefore, AsFormat, Format, Listed, listed
from bayse_agent.api.trouble import ANYWHERE, Unfit

router = APIRouter(tags=["decisions"])
Word = Annotated[str | None, Query(max_length=128)]


def _no_number(said: object) -> object:
    """A number would be taken for seconds since 1970, which the description does not tell of."""
    if isinstance(said, str) and "-" not in said[4:5]:
        raise ValueError("a time is told as in 2026-06-10T12:00:00Z")
    return said


When = Annotated[
    datetime | None,
    BeforeValidator(_no_number),
    Query(description="with its zone, such as 2026-06-10T12:00:00Z"),
]
_BIGGEST = 2**53
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class Funnel(BaseModel):
    """Every look ended with exactly one reason: the parts sum to 1."""

    looks: int
    reasons: list[ReasonCount]


@router.get("/decisions", response_model=Listed[DecisionView], responses=ANYWHERE)
async def decisions(
    house: InHouse,
    cut: AfterBefore,
    reason: Word = None,
    market_id: Word = None,
    series: Word = None,
    since: When = None,
    until: When = None,
    format: AsFormat = Format.JSON,
) -> Listed[DecisionView] | Response:
    """Looks at markets and the one reason that each ended with, newest first."""
    wanted = queries.Wanted(
        reason=reason,
        market_id=market_id,
        series=series,
        since=zoned(since),
        until=zoned(until),
    )
    return await listed(
        format,
        cut,
        lambda part: house.parts.reader.ask(queries.decisions(wanted, part)),
        name="decisions",
    )


@router.get("/decisions/funnel", response_model=Funnel, responses=ANYWHERE)
async def funnel(house: InHouse, since: When = None) -> Funnel:
    """How many looks ended with which reason."""
    reasons = await house.parts.reader.ask(queries.funnel(zoned(since)))
    return Funnel(looks=sum(one.looks for one in reasons), reasons=list(reasons))


@router.get("/decisions/{number}", response_model=DecisionView, responses=ANYWHERE)
async def decision(house: InHouse, number: int) -> DecisionView:
    found = None
    if 0 < number < _BIGGEST:
        found = await house.parts.reader.ask(queries.decision(number))
    if found is None:
        raise Unfit(404, "not_found", "there is no such decision")
    return found


@router.get("/explain/{subject}", response_model=Explanation, responses=ANYWHERE)
async def explanation(house: InHouse, subject: str) -> Explanation:
    """The whole chain behind a decision's number, or the id of a signal, intent, order or
    forecast: what was known and believed, what was checked, what was sent, and what came of it.
    """
    found = await explain(house.parts, subject)
    if found is None:
        raise Unfit(404, "not_found", "nothing of that name is in the books")
    return found


@router.get("/followed", response_model=list[MarketView], responses=ANYWHERE)
async def followed(house: InHouse) -> list[MarketView]:
    """Markets that are followed and have not ended, by their closing."""
    return list(await house.parts.reader.ask(queries.open_markets()))


@router.get("/followed/{market_id}", response_model=MarketView, responses=ANYWHERE)
async def followed_market(house: InHouse, market_id: str) -> MarketView:
    """A market that was ever followed."""
    found = await house.parts.reader.ask(queries.market(market_id))
    if found is None:
        raise Unfit(404, "not_found", "this market was never followed")
    return found


def zoned(moment: datetime | None) -> datetime | None:
    """A moment with its zone; one without cannot be placed."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise Unfit(422, "not_valid", "a time needs its zone, such as 2026-06-10T12:00:00Z")
    return bounded(moment)


def bounded(moment: datetime) -> datetime:
    """A moment that can be counted from: nothing of ours is older, or later."""
    return max(_EARLIEST, min(_LATEST, moment))
