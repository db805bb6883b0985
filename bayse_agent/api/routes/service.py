"""About the service: its health, its version, its figures, its own description; and searching."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from bayse_agent.adapters.store.reading import desk, skill
from bayse_agent.adapters.store.reading.views import CalibrationView, CostView, ScoreView
from bayse_agent.api.house import House, InHouse
from bayse_agent.api.trouble import ANYWHERE, Unfit, problems
from bayse_agent.domain.errors import SourceUnavailable, StoreUnavailable
from bayse_agent.domain.market import EventId, MarketId
from bayse_agent.domain.news import Topic

router = APIRouter(tags=["service"])
_QUIET_S = 900.0


class Health(BaseModel):
    """As the original had it; each part is `ok`, `stale` or `unknown`."""

    status: str
    bayse_api: str
    db: str
    agent: str


class Alive(BaseModel):
    status: str = "ok"


class PartOut(BaseModel):
    """A part of the agent, and how old its last word is, in seconds of the world's time."""

    name: str
    status: str
    at: datetime | None
    age_s: float | None


class HealthParts(BaseModel):
    now: datetime
    mode: str
    parts: list[PartOut]
    facts: dict[str, str]


class VersionOut(BaseModel):
    version: str
    mode: str
    currency: str


class ResultOut(BaseModel):
    title: str
    url: str
    content: str
    published_date: datetime | None
    source: str


class SearchOut(BaseModel):
    provider: str
    query: str
    results: list[ResultOut]


@router.get("/health", response_model=Health, responses=problems(429, 503))
async def health(house: InHouse) -> Health:
    """Whether the service, its books and the agent behind it are well."""
    found = {one.name: one.status for one in await _parts(house)}
    agent, venue = found["look"], found["equity"]
    is_well = agent == "ok" and venue == "ok"
    return Health(status="ok" if is_well else "degraded", bayse_api=venue, db="ok", agent=agent)


@router.get("/health/live", response_model=Alive, responses=problems(503))
async def live() -> Alive:
    """The process answers."""
    return Alive()


@router.get("/health/ready", response_model=Alive, responses=problems(429, 503))
async def ready(house: InHouse) -> Alive:
    """The books can be read."""
    await house.parts.reader.ask(desk.audit_head())
    return Alive()


@router.get("/health/parts", response_model=HealthParts, responses=ANYWHERE)
async def health_parts(house: InHouse) -> HealthParts:
    """How old the last word of each part is."""
    return HealthParts(
        now=house.parts.clock.now(),
        mode=house.parts.mode,
        parts=await _parts(house),
        facts=dict(house.parts.facts),
    )


@router.get("/version", response_model=VersionOut, responses=ANYWHERE)
async def version(house: InHouse) -> VersionOut:
    parts = house.parts
    return VersionOut(version=parts.version, mode=parts.mode, currency=parts.currency.value)


@router.get("/costs", response_model=list[CostView], responses=ANYWHERE)
async def costs(house: InHouse, days: Annotated[int, Query(ge=1, le=366)] = 31) -> list[CostView]:
    """What models cost by day, model and purpose, in US dollars."""
    return list(await house.parts.reader.ask(skill.costs(days=days)))


@router.get("/skill", response_model=list[ScoreView], responses=ANYWHERE)
async def scores(house: InHouse) -> list[ScoreView]:
    """How good each forecaster was, beside the market's price at the same moments."""
    return list(await house.parts.reader.ask(skill.scores()))


@router.get("/skill/calibration", response_model=list[CalibrationView], responses=ANYWHERE)
async def calibration(
    house: InHouse, bands: Annotated[int, Query(ge=2, le=20)] = 10
) -> list[CalibrationView]:
    """What each forecaster said, band by band, and what happened."""
    return list(await house.parts.reader.ask(skill.calibration(bands=bands)))


@router.get("/search", response_model=SearchOut, responses={**ANYWHERE, **problems(502)})
async def search(
    house: InHouse,
    q: Annotated[str, Query(min_length=2, max_length=300)],
    limit: Annotated[int, Query(ge=1, le=20)] = 10,
) -> SearchOut:
    """Search the news as the agent does, with the first source that answers."""
    sources = house.parts.sources
    if not sources:
        raise Unfit(503, "no_source", "no source of news is set: see SEARCH_PROVIDER")
    topic = Topic(
        market_id=MarketId(""),
        event_id=EventId(""),
        event_title=q,
        market_title=q,
        category="",
        rules="",
        closes_at=None,
        now=house.parts.clock.now(),
    )
    for source in sources:
        try:
            found = await source.find(topic, limit=limit)
        except SourceUnavailable:
            continue
        results = [
            ResultOut(
                title=one.title,
                url=one.url,
                content=one.text,
                published_date=one.published_at,
                source=one.domain,
            )
            for one in found
        ]
        return SearchOut(provider=source.name, query=q, results=results)
    raise SourceUnavailable


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={**ANYWHERE, 200: {"content": {"text/plain": {}}, "description": "figures"}},
)
async def metrics(house: InHouse) -> Response:
    """Figures for Prometheus: with its own token, or from this computer."""
    await _show(house)
    return Response(house.meter.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/openapi.json", response_model=dict[str, Any], responses=ANYWHERE)
async def openapi(request: Request) -> JSONResponse:
    """This description, for programs."""
    return JSONResponse(request.app.openapi())


@router.get("/docs", response_class=HTMLResponse, responses=ANYWHERE)
async def docs(request: Request) -> HTMLResponse:
    """This description, for people: plain, with nothing fetched from elsewhere."""
    document = request.app.openapi()
    rows = [
        f"<tr><td>{escape(method.upper())}</td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(told.get('description', ''))}</td></tr>"
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]
    title = escape(document["info"]["title"])
    return HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        f"<h1>{title}</h1><p><a href=openapi.json>openapi.json</a></p>"
        f"<table><thead><tr><th>Method</th><th>Path</th><th>What it does</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></html>"
    )


async def _parts(house: House) -> list[PartOut]:
    ages = await house.parts.reader.ask(desk.ages())
    now = house.parts.clock.now()
    found = []
    for name in ("listing", "look", "forecast", "book", "equity", "order"):
        at: datetime | None = getattr(ages, name)
        age_s = None if at is None else (now - at).total_seconds()
        status = "unknown" if age_s is None else ("ok" if age_s <= _QUIET_S else "stale")
        found.append(PartOut(name=name, status=status, at=at, age_s=age_s))
    return found


async def _show(house: House) -> None:
    """Put the figures of the moment beside the ones that are counted."""
    parts, show = house.parts, house.meter.show
    try:
        control = await parts.store.control()
        books = await parts.store.books(parts.currency)
        waiting = await parts.reader.ask(desk.waiting())
    except StoreUnavailable:
        show("bayse_books_readable", "1 while the books can be read", 0)
        return
    show("bayse_books_readable", "1 while the books can be read", 1)
    show("bayse_trading_strictness", "0 armed, 1 reducing, 2 halted", control.state.strictness)
    show("bayse_cash", "Cash in the wallet that is traded with", float(books.portfolio.cash.amount))
    show("bayse_invested", "Cost of what is held", float(books.portfolio.invested.amount))
    show("bayse_realised", "Profit of what has ended", float(books.portfolio.realised.amount))
    show("bayse_open_markets", "Markets with a position or order", books.portfolio.open_markets())
    show("bayse_signals_waiting", "Signals that wait for a person", waiting)
    show("bayse_live_listeners", "Listeners of the live stream", house.live.listeners)
    if books.equity:
        show("bayse_worth", "Cash and positions", float(books.equity[-1].value.amount))
    for part in await _parts(house):
        if part.age_s is not None:
            show(f"bayse_{part.name}_age_seconds", f"Age of the last {part.name}", part.age_s)
