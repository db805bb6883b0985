"""What was retrieved: pieces of articles, and what forecasts made of each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    Subquery,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.chunks import escaped
from bayse_agent.adapters.store.columns import cleaned
from bayse_agent.adapters.store.library_tables import chunks
from bayse_agent.adapters.store.reading.reader import Query

_e, _f, _c = tables.evidence.c, tables.forecasts.c, chunks.c
_looks, _markets = tables.looks.c, tables.markets.c
_EXCERPT = 300
Looks = Mapping[str, Row[Any]]
"""Looks by the forecast that they ended with."""


class Fate(StrEnum):
    """What became of a piece: it moved a forecast; it was quoted and moved none, as what its
    publisher says counts for nothing or was neither for nor against; it is remembered, and no
    forecast has quoted it.
    """

    USED = "used"
    QUOTED = "quoted"
    REMEMBERED = "remembered"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPieces:
    """Which pieces: None is any. `text` is looked for in titles and texts, in any case of letters;
    `domain` is a publisher or what is below it; `source` is who found it.
    """

    text: str | None = None
    market_id: str | None = None
    domain: str | None = None
    source: str | None = None
    fate: Fate | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the list: pieces after it were fetched earlier, or are of a smaller id."""

    fetched_at: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceView:
    """A piece of an article. `id` is a hash of what it is. `decision`, `market` and `forecast_id`
    are of the last forecast that quoted it; None where none did.
    """

    id: str
    fate: Fate
    title: str
    url: str
    publisher: str
    published_at: datetime | None
    fetched_at: datetime
    source: str
    excerpt: str
    uses: int
    used_at: datetime | None
    market_id: str | None
    market: str | None
    forecast_id: str | None
    decision: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseView:
    """One claim that a forecast took from a piece, and its part of the log-odds."""

    forecast_id: str
    author: str
    made_at: datetime
    market_id: str
    market: str
    decision: int | None
    reason: str | None
    claim: str
    quote: str
    stance: int
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    items: tuple[PieceView, ...]
    next: Place | None


def pieces(wanted: WantedPieces, *, limit: int, before: Place | None) -> Query[Pieces]:
    """Pieces that are wanted, the ones fetched last first."""

    def read(connection: Connection) -> Pieces:
        found = _found(wanted)
        query = select(found).order_by(found.c.fetched_at.desc(), found.c.id.desc())
        if before is not None:
            is_later = found.c.fetched_at < before.fetched_at
            is_beside = and_(found.c.fetched_at == before.fetched_at, found.c.id < before.id)
            query = query.where(or_(is_later, is_beside))
        rows = connection.execute(query.limit(limit + 1)).all()
        shown = rows[:limit]
        last = shown[-1] if len(rows) > limit else None
        return Pieces(
            items=_views(connection, shown),
            next=None if last is None else Place(fetched_at=last.fetched_at, id=last.id),
        )

    return read


def piece(piece_id: str) -> Query[PieceView | None]:
    def read(connection: Connection) -> PieceView | None:
        found = _found(WantedPieces())
        row = connection.execute(select(found).where(found.c.id == cleaned(piece_id))).first()
        return None if row is None else _views(connection, [row])[0]

    return read


def uses(piece_id: str, *, most: int) -> Query[tuple[UseView, ...]]:
    """What forecasts took from a piece, the latest first."""

    def read(connection: Connection) -> tuple[UseView, ...]:
        rows = connection.execute(
            _uses().where(_e.snippet_id == cleaned(piece_id)).limit(most)
        ).all()
        looks = _looks_of(connection, [row.whole_id for row in rows])
        return tuple(_use(row, looks.get(row.whole_id)) for row in rows)

    return read


def _found(wanted: WantedPieces) -> Subquery:
    """The rows of both tables that are wanted, in one shape."""
    parts: list[Select[Any]] = []
    if wanted.fate is not Fate.REMEMBERED:
        parts.append(_quoted(wanted))
    if wanted.fate in (None, Fate.REMEMBERED):
        parts.append(_remembered(wanted))
    return parts[0].subquery() if len(parts) == 1 else union_all(*parts).subquery()


def _quoted(wanted: WantedPieces) -> Select[Any]:
    weight = func.max(func.abs(_e.contribution))
    query = (
        select(
            _e.snippet_id.label("id"),
            func.min(_e.title).label("title"),
            func.min(_e.url).label("url"),
            func.min(_e.domain).label("domain"),
            func.min(_e.published_at).label("published_at"),
            func.min(_e.retrieved_at).label("fetched_at"),
            func.min(_e.found_by).label("found_by"),
            func.min(_e.quote).label("text"),
            func.count(_e.forecast_id.distinct()).label("uses"),
            weight.label("weight"),
        )
        .join(tables.forecasts, _f.id == _e.forecast_id)
        .where(*_conditions(wanted, _e, [_e.title, _e.claim, _e.quote]))
        .group_by(_e.snippet_id)
    )
    if wanted.market_id is not None:
        query = query.where(_f.market_id == cleaned(wanted.market_id))
    if wanted.since is not None:
        query = query.having(func.min(_e.retrieved_at) >= wanted.since)
    if wanted.fate is not None:
        query = query.having(weight > 0.0 if wanted.fate is Fate.USED else weight == 0.0)
    return query


def _remembered(wanted: WantedPieces) -> Select[Any]:
    query = select(
        _c.id.label("id"),
        _c.title.label("title"),
        _c.url.label("url"),
        _c.domain.label("domain"),
        _c.published_at.label("published_at"),
        _c.retrieved_at.label("fetched_at"),
        _c.found_by.label("found_by"),
        _c.text.label("text"),
        # Never 0 of a quoted one: that is how they are told apart.
        literal(0).label("uses"),
        literal(0.0).label("weight"),
    ).where(_c.id.not_in(select(_e.snippet_id)), *_conditions(wanted, _c, [_c.title, _c.text]))
    if wanted.market_id is not None:
        events = select(_markets.event_id).where(_markets.id == cleaned(wanted.market_id))
        query = query.where(_c.scope.in_(events))
    return query if wanted.since is None else query.where(_c.retrieved_at >= wanted.since)


def _conditions(
    wanted: WantedPieces, columns: Any, texts: Sequence[ColumnElement[str]]
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text is not None:
        pattern = f"%{escaped(cleaned(wanted.text).lower())}%"
        found.append(or_(*(func.lower(one).like(pattern, escape="\\") for one in texts)))
    if wanted.domain is not None:
        domain = cleaned(wanted.domain).lower()
        below = columns.domain.like(f"%.{escaped(domain)}", escape="\\")
        found.append(or_(columns.domain == domain, below))
    if wanted.source is not None:
        found.append(columns.found_by == cleaned(wanted.source))
    return found


def _views(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[PieceView, ...]:
    ids = [row.id for row in rows if row.uses]
    last: dict[str, Row[Any]] = {}
    for use in connection.execute(_uses().where(_e.snippet_id.in_(ids))) if ids else ():
        last.setdefault(use.snippet_id, use)
    looks = _looks_of(connection, [use.whole_id for use in last.values()])
    return tuple(_view(row, last.get(row.id), looks) for row in rows)


def _view(row: Row[Any], use: Row[Any] | None, looks: Looks) -> PieceView:
    look = None if use is None else looks.get(use.whole_id)
    fate = Fate.REMEMBERED if not row.uses else Fate.USED if row.weight else Fate.QUOTED
    return PieceView(
        id=row.id,
        fate=fate,
        title=row.title,
        url=row.url,
        publisher=row.domain,
        published_at=row.published_at,
        fetched_at=row.fetched_at,
        source=row.found_by,
        excerpt=row.text[:_EXCERPT],
        uses=row.uses,
        used_at=None if use is None else use.made_at,
        market_id=None if use is None else use.market_id,
        market=None if use is None else use.market,
        forecast_id=None if use is None else use.whole_id,
        decision=None if look is None else look.id,
    )


def _uses() -> Select[Any]:
    """Claims with the forecast that they were taken for; `whole_id` is of the pool it is in."""
    return (
        select(
            tables.evidence,
            func.coalesce(_f.pool_id, _f.id).label("whole_id"),
            _f.author,
            _f.made_at,
            _f.market_id,
            _markets.title.label("market"),
        )
        .join(tables.forecasts, _f.id == _e.forecast_id)
        .join(tables.markets, _markets.id == _f.market_id)
        .order_by(_f.made_at.desc(), _e.forecast_id, _e.number)
    )


def _looks_of(connection: Connection, forecast_ids: Sequence[str]) -> Looks:
    """The last look that each forecast was made for."""
    wanted = sorted(set(forecast_ids))
    query: Select[Any] = (
        select(_looks.id, _looks.forecast_id, _looks.reason)
        .where(_looks.forecast_id.in_(wanted))
        .order_by(_looks.id)
    )
    return {row.forecast_id: row for row in connection.execute(query)} if wanted else {}


def _use(row: Row[Any], look: Row[Any] | None) -> UseView:
    return UseView(
        forecast_id=row.whole_id,
        author=row.author,
        made_at=row.made_at,
        market_id=row.market_id,
        market=row.market,
        decision=None if look is None else look.id,
        reason=None if look is None else look.reason,
        claim=row.claim,
        quote=row.quote,
        stance=row.stance,
        contribution=row.contribution,
    )
