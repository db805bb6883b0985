"""The texts behind a piece of an article, wherever they are kept; what was left out, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, or_, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.chunks import escaped
from bayse_agent.adapters.store.library_tables import chunks, searches
from bayse_agent.adapters.store.mind_tables import answers
from bayse_agent.adapters.store.reading.counting import last_before
from bayse_agent.adapters.store.reading.evidence import PieceView, UseView
from bayse_agent.adapters.store.reading.reader import Query
from bayse_agent.domain.news import LEFT_OUT, NEWS_TOLD, READ, counts_of

_MOST_PASSAGES = 50
_MOST_ANSWERS = 5
_looks = tables.looks.c


class Kind(StrEnum):
    """Where a text is from: the library, the answer of a source, or what a model was asked."""

    LIBRARY = "library"
    SEARCH = "search"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextView:
    """A text as it was kept; `id` is of the passage, the search or the prompt."""

    kind: Kind
    id: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What filters left out of the news of looks, by reason, and what could not be asked.

    `looks` gathered news at all; `since` is of the first of them, None without any.
    """

    looks: int
    since: datetime | None
    reasons: dict[str, int]
    missing: dict[str, int]


def texts_of(piece: PieceView, uses: tuple[UseView, ...]) -> Query[tuple[TextView, ...]]:
    """The whole of an article as far as it is kept: the library has it in passages; a source's
    answer for two days; else there is what a model was given to read.
    """

    def read(connection: Connection) -> tuple[TextView, ...]:
        return (
            tuple(_passages(connection, piece))
            or tuple(_found(connection, piece))
            or tuple(_prompts(connection, uses))
        )

    return read


def left_out(since: datetime) -> Query[LeftOut]:
    """What was left out of the news of the looks since a moment."""

    def read(connection: Connection) -> LeftOut:
        above = last_before(connection, _looks.id, _looks.at, since)
        query = (
            select(_looks.at, _looks.inputs)
            .where(_looks.id > above, _looks.at >= since, _looks.inputs.like('%"news_%'))
            .order_by(_looks.id)
        )
        reasons: dict[str, int] = {}
        missing: dict[str, int] = {}
        rows = [(row.at, json.loads(row.inputs)) for row in connection.execute(query)]
        rows = [(at, kept) for at, kept in rows if READ in kept]
        for _, kept in rows:
            for why, count in counts_of(kept.get(LEFT_OUT, "")).items():
                reasons[why] = reasons.get(why, 0) + count
            for line in _missing(kept.get(NEWS_TOLD, "")):
                missing[line] = missing.get(line, 0) + 1
        return LeftOut(
            looks=len(rows),
            since=rows[0][0] if rows else None,
            reasons=dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))),
            missing=dict(sorted(missing.items(), key=lambda pair: (-pair[1], pair[0]))),
        )

    return read


def _missing(told: str) -> Iterator[str]:
    """What could not be asked, without the line of what was left out."""
    return (line for line in told.split("; ") if line and not line.startswith("left out: "))


def _passages(connection: Connection, piece: PieceView) -> Iterator[TextView]:
    query = (
        select(chunks.c.id, chunks.c.retrieved_at, chunks.c.text)
        .where(or_(chunks.c.id == piece.id, chunks.c.url == piece.url))
        .order_by(chunks.c.number)
        .limit(_MOST_PASSAGES)
    )
    for row in connection.execute(query):
        yield TextView(kind=Kind.LIBRARY, id=row.id, at=row.retrieved_at, text=row.text)


def _found(connection: Connection, piece: PieceView) -> Iterator[TextView]:
    """The article in the last answer of a source that has it."""
    query = (
        select(searches.c.number, searches.c.asked_at, searches.c.answer)
        .where(searches.c.answer.like(f"%{escaped(_quoted(piece.url))}%", escape="\\"))
        .order_by(searches.c.number.desc())
        .limit(_MOST_ANSWERS)
    )
    for row in connection.execute(query):
        for article in _articles(row.answer):
            if article.get("url") == piece.url and isinstance(article.get("text"), str):
                text = article["text"]
                yield TextView(kind=Kind.SEARCH, id=str(row.number), at=row.asked_at, text=text)
                return


def _articles(answer: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(answer)
    except ValueError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _quoted(url: str) -> str:
    """An address as it stands within JSON."""
    return json.dumps(url, ensure_ascii=False)[1:-1]


def _prompts(connection: Connection, uses: tuple[UseView, ...]) -> Iterator[TextView]:
    """The question that the piece was read with, of the last forecast that quoted it."""
    if not uses:
        return
    forecasts = tables.forecasts.c
    whole = uses[0].forecast_id
    query = select(forecasts.prompts).where(
        or_(forecasts.id == whole, forecasts.pool_id == whole), forecasts.author == uses[0].author
    )
    names = [name for row in connection.execute(query) for name in json.loads(row.prompts)]
    asked = (
        select(answers.c.prompt_id, answers.c.at, answers.c.prompt)
        .where(answers.c.prompt_id.in_(names))
        .order_by(answers.c.prompt_id)
    )
    for row in connection.execute(asked):
        if uses[0].quote in row.prompt:
            yield TextView(kind=Kind.PROMPT, id=row.prompt_id, at=row.at, text=row.prompt)
            return
