"""What was read of the news: searched, with where each piece was used; and what was left out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from bayse_agent.adapters.store.reading import evidence as queries
from bayse_agent.adapters.store.reading import texts
from bayse_agent.adapters.store.reading.evidence import Fate, PieceView, Place, UseView
from bayse_agent.adapters.store.reading.texts import TextView
from bayse_agent.api.house import InHouse
from bayse_agent.api.listing import MOST_A_PAGE, AsFormat, Format, streamed
from bayse_agent.api.routes.decisions import When, Word, bounded, zoned
from bayse_agent.api.trouble import ANYWHERE, Unfit

router = APIRouter(tags=["evidence"])
_MOST_USES = 200
_A_GO = 1000
_LATELY = timedelta(days=7)
Text = Annotated[str | None, Query(min_length=2, max_length=200)]


class EvidenceList(BaseModel):
    """Pieces, the ones fetched last first. `next`: give it as `before` for what follows."""

    items: list[PieceView]
    next: str | None


class PieceDetail(BaseModel):
    """`texts`: the whole of it as far as it is kept; empty once it was forgotten."""

    piece: PieceView
    texts: list[TextView]
    uses: list[UseView]


class Count(BaseModel):
    name: str
    count: int


class LeftOutOut(BaseModel):
    """What filters left out: articles by reason, and sources that could not be asked, by looks.

    Only counts are kept, with each look that gathered news (`looks`, the first at `since`): what
    was left out itself is not.
    """

    looks: int
    since: datetime | None
    reasons: list[Count]
    missing: list[Count]


@router.get("/evidence", response_model=EvidenceList, responses=ANYWHERE)
async def evidence(
    house: InHouse,
    q: Text = None,
    market_id: Word = None,
    publisher: Word = None,
    source: Word = None,
    status: Annotated[Fate | None, Query(description="what became of it")] = None,
    since: When = None,
    limit: Annotated[int, Query(ge=1, le=MOST_A_PAGE)] = 50,
    before: Annotated[str | None, Query(max_length=128)] = None,
    format: AsFormat = Format.JSON,
) -> EvidenceList | Response:
    """Search what was retrieved: by words, market, publisher, who found it and what became of it.

    Words are looked for in titles, quotes and claims, and in whole texts of what is remembered.
    """
    wanted = queries.WantedPieces(
        text=q,
        market_id=market_id,
        domain=publisher,
        source=source,
        fate=status,
        since=zoned(since),
    )
    place = None if before is None else _place(before)
    if format is Format.CSV:
        return await streamed(_whole(house, wanted, place), name="evidence")
    found = await house.parts.reader.ask(queries.pieces(wanted, limit=limit, before=place))
    return EvidenceList(items=list(found.items), next=_told(found.next))


@router.get("/evidence/left-out", response_model=LeftOutOut, responses=ANYWHERE)
async def evidence_left_out(house: InHouse, since: When = None) -> LeftOutOut:
    """How many articles were left out of the news and why, of the last week unless said."""
    moment = zoned(since) or house.parts.clock.now() - _LATELY
    found = await house.parts.reader.ask(texts.left_out(moment))
    return LeftOutOut(
        looks=found.looks,
        since=found.since,
        reasons=[Count(name=name, count=count) for name, count in found.reasons.items()],
        missing=[Count(name=name, count=count) for name, count in found.missing.items()],
    )


@router.get("/evidence/{piece_id}", response_model=PieceDetail, responses=ANYWHERE)
async def evidence_piece(house: InHouse, piece_id: str) -> PieceDetail:
    """One piece with its whole text, and every claim that a forecast took from it."""
    reader = house.parts.reader
    piece = await reader.ask(queries.piece(piece_id))
    if piece is None:
        raise Unfit(404, "not_found", "no such piece was retrieved, or it was forgotten")
    uses = await reader.ask(queries.uses(piece_id, most=_MOST_USES))
    found = await reader.ask(texts.texts_of(piece, uses))
    return PieceDetail(piece=piece, texts=list(found), uses=list(uses))


async def _whole(
    house: InHouse, wanted: queries.WantedPieces, before: Place | None
) -> AsyncIterator[Sequence[PieceView]]:
    """All of it, part by part."""
    is_more = True
    while is_more:
        found = await house.parts.reader.ask(queries.pieces(wanted, limit=_A_GO, before=before))
        yield found.items
        before = found.next
        is_more = before is not None


def _told(place: Place | None) -> str | None:
    if place is None:
        return None
    # As in addresses: there a plus sign is a space.
    return f"{place.fetched_at.isoformat().replace('+00:00', 'Z')}~{place.id}"


def _place(text: str) -> Place:
    """A place as it was told. Raises Unfit for what never was."""
    moment, mark, name = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        at = None
    if at is None or not mark or at.tzinfo is None:
        raise Unfit(422, "not_valid", "before: give the `next` of a part of the list")
    return Place(fetched_at=bounded(at), id=name)
