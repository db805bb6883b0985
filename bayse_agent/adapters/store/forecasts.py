"""Forecasts in the books: written with the parts that they were pooled from and their evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.inserts import insert_new
from bayse_agent.adapters.store.rows import AnyRow, Values
from bayse_agent.domain.forecast import Evidence, Forecast
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Price, probability


def add(connection: Connection, forecasts: Sequence[Forecast]) -> None:
    """Write forecasts down; those that are there already stay as they are.

    The same one may be behind two looks at one moment.
    """
    rows = [row for forecast in forecasts for row in _family(forecast)]
    if rows:
        connection.execute(insert_new(connection, tables.forecasts), rows)
    lines = [line for forecast in forecasts for line in _evidence(forecast)]
    if lines:
        connection.execute(insert_new(connection, tables.evidence), lines)


def of_markets(
    connection: Connection, market_ids: Sequence[MarketId]
) -> Mapping[MarketId, tuple[Forecast, ...]]:
    """Every forecast of the markets with its parts, oldest first. Evidence is left out."""
    forecasts = tables.forecasts
    query = (
        select(forecasts)
        .where(forecasts.c.market_id.in_(market_ids))
        .order_by(forecasts.c.made_at, forecasts.c.id)
    )
    found: dict[MarketId, list[Forecast]] = {market_id: [] for market_id in market_ids}
    parts: dict[str, list[Forecast]] = {}
    for row in connection.execute(query):
        mine = found[row.market_id] if row.pool_id is None else parts.setdefault(row.pool_id, [])
        mine.append(forecast_of(row))
    return {
        market_id: tuple(
            replace(one, parts=_in_order(parts[one.id])) if one.id in parts else one
            for one in several
        )
        for market_id, several in found.items()
    }


def one(connection: Connection, forecast_id: str) -> Forecast | None:
    """A forecast with its parts and all evidence; None when there is none of that id."""
    forecasts = tables.forecasts.c
    row = connection.execute(select(tables.forecasts).where(forecasts.id == forecast_id)).first()
    if row is None:
        return None
    children = connection.execute(
        select(tables.forecasts).where(forecasts.pool_id == forecast_id)
    ).all()
    parts = [_with_evidence(connection, forecast_of(child)) for child in children]
    return replace(_with_evidence(connection, forecast_of(row)), parts=_in_order(parts))


def _with_evidence(connection: Connection, forecast: Forecast) -> Forecast:
    evidence = tables.evidence
    query = (
        select(evidence).where(evidence.c.forecast_id == forecast.id).order_by(evidence.c.number)
    )
    lines = tuple(_evidence_of(row) for row in connection.execute(query))
    return replace(forecast, evidence=lines)


def _in_order(parts: Sequence[Forecast]) -> tuple[Forecast, ...]:
    return tuple(sorted(parts, key=lambda part: part.author))


def _family(forecast: Forecast) -> Iterator[Values]:
    """The row of a forecast, then those of its parts."""
    yield forecast_values(forecast)
    for part in forecast.parts:
        yield forecast_values(part, forecast.id)


def _evidence(forecast: Forecast) -> Iterator[Values]:
    for member in (forecast, *forecast.parts):
        for number, line in enumerate(member.evidence):
            yield {
                "forecast_id": member.id,
                "number": number,
                "snippet_id": line.snippet_id,
                "url": line.url,
                "domain": line.domain,
                "title": line.title,
                "published_at": line.published_at,
                "retrieved_at": line.retrieved_at,
                "found_by": line.found_by,
                "claim": line.claim,
                "quote": line.quote,
                "stance": line.stance,
                "contribution": line.contribution,
            }


def _evidence_of(row: AnyRow) -> Evidence:
    return Evidence(
        snippet_id=row.snippet_id,
        url=row.url,
        domain=row.domain,
        title=row.title,
        published_at=row.published_at,
        retrieved_at=row.retrieved_at,
        found_by=row.found_by,
        claim=row.claim,
        quote=row.quote,
        stance=row.stance,
        contribution=row.contribution,
    )


def forecast_values(forecast: Forecast, pool_id: str | None = None) -> Values:
    return {
        "id": forecast.id,
        "market_id": forecast.market_id,
        "author": forecast.author,
        "probability": float(forecast.probability),
        "standard_error": forecast.standard_error,
        "market_price": forecast.market_price,
        "threshold": forecast.threshold,
        "rationale": forecast.rationale,
        "made_at": forecast.made_at,
        "pool_id": pool_id,
        "weight": forecast.weight,
        "is_pooled": forecast.is_pooled,
        "prompts": json.dumps(forecast.prompts),
        "without": json.dumps(forecast.without),
    }


def forecast_of(row: AnyRow) -> Forecast:
    return Forecast(
        id=row.id,
        market_id=MarketId(row.market_id),
        author=row.author,
        probability=probability(row.probability),
        standard_error=row.standard_error,
        rationale=row.rationale,
        made_at=row.made_at,
        market_price=None if row.market_price is None else Price(row.market_price),
        threshold=row.threshold,
        weight=row.weight,
        is_pooled=row.is_pooled,
        prompts=tuple(json.loads(row.prompts)),
        without=tuple((domain, chance) for domain, chance in json.loads(row.without)),
    )
