"""The whole chain behind one decision, from what was known to what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import BaseModel
from sqlalchemy import Connection

from bayse_agent.adapters.store import forecasts
from bayse_agent.adapters.store.reading import decisions, desk, orders, signals, skill
from bayse_agent.adapters.store.reading.answering import AnswerView, answers_of
from bayse_agent.adapters.store.reading.reader import Cut, Query
from bayse_agent.adapters.store.reading.views import (
    ChangeView,
    DecisionView,
    FillView,
    LimitsView,
    MarketView,
    OrderView,
    ScoreOfForecast,
    SettlementView,
    SignalView,
)
from bayse_agent.domain.forecast import Evidence, Forecast
from bayse_agent.domain.order import intent_id
from bayse_agent.domain.risk import LIMIT_FIELDS

if TYPE_CHECKING:
    from bayse_agent.api.parts import ApiParts

_FEW = Cut(limit=200)
_BIGGEST = 2**53


class EvidenceOut(BaseModel):
    """What a publisher said, word for word in `quote`, and its part of the log-odds."""

    url: str
    domain: str
    title: str
    published_at: datetime | None
    retrieved_at: datetime
    found_by: str
    claim: str
    quote: str
    stance: int
    contribution: float


class ForecastOut(BaseModel):
    """A belief that outcome1 wins. `weight`: its weight in the pool that it is a part of.

    `without`: what it would be had a publisher written nothing.
    """

    id: str
    author: str
    probability: float
    standard_error: float
    market_price: Decimal | None
    threshold: Decimal | None
    rationale: str
    made_at: datetime
    weight: float | None
    is_pooled: bool
    evidence: list[EvidenceOut]
    prompts: list[str]
    without: dict[str, float]
    parts: list[ForecastOut]
    score: ScoreOfForecast | None


class CheckOut(BaseModel):
    """One limit in force at the time, and what it means."""

    name: str
    value: str
    unit: str
    meaning: str


class ReviewOut(BaseModel):
    """How the review ended. `refused_by`: the check that said no, with its numbers in `detail`."""

    is_approved: bool
    refused_by: str | None
    detail: str
    limits_version: int | None
    limits: list[CheckOut]


class Outcome(BaseModel):
    """What came of it. `profit` is None before the end."""

    winner_id: str | None
    winner: str | None
    resolution: str | None
    profit: Decimal | None
    settlements: list[SettlementView]


class Explanation(BaseModel):
    """Parts are empty that the decision never came to."""

    subject: str
    market: MarketView | None
    decision: DecisionView | None
    forecast: ForecastOut | None
    answers: list[AnswerView]
    signal: SignalView | None
    review: ReviewOut | None
    order: OrderView | None
    steps: list[ChangeView]
    fills: list[FillView]
    outcome: Outcome | None


class _Names(BaseModel):
    """What a subject is called in each table; empty where it is in none."""

    look: int = 0
    signal: str | None = None
    intent: str | None = None
    forecast: str | None = None


async def explain(parts: ApiParts, subject: str) -> Explanation | None:
    """The chain, read in one view of the books; None for a subject that is not in them."""
    return await parts.reader.ask(explanation(subject))


def explanation(subject: str) -> Query[Explanation | None]:
    """What asks the books for the chain."""

    def read(connection: Connection) -> Explanation | None:
        names = _names(connection, subject)
        return None if names is None else _explained(connection, subject, names)

    return read


def _names(connection: Connection, subject: str) -> _Names | None:
    if subject.isdecimal() and 0 < int(subject) < _BIGGEST:
        look = decisions.decision(int(subject))(connection)
        if look is not None:
            return _Names(look=look.id, intent=look.intent_id, forecast=look.forecast_id)
    waiting = desk.signal(subject)(connection)
    if waiting is not None:
        return _of_signal(connection, waiting)
    intent = orders.intent_of_order(subject)(connection) or subject
    order = orders.order(intent)(connection)
    if order is not None:
        look_id = decisions.decision_of(intent_id=intent)(connection)
        return _Names(look=look_id, intent=intent, forecast=order.forecast_id)
    if forecasts.one(connection, subject) is None:
        return None
    look_id = decisions.decision_of(forecast_id=subject)(connection)
    look = decisions.decision(look_id)(connection)
    return _Names(look=look_id, intent=None if look is None else look.intent_id, forecast=subject)


def _of_signal(connection: Connection, waiting: SignalView) -> _Names:
    """A signal's own look, or that of its approval once there is one."""
    intent = intent_id("signal", waiting.id)
    look_id = decisions.decision_of(intent_id=intent)(connection)
    if not look_id and waiting.forecast_id is not None:
        look_id = decisions.decision_of(forecast_id=waiting.forecast_id)(connection)
    has_order = orders.order(intent)(connection) is not None
    return _Names(
        look=look_id,
        signal=waiting.id,
        intent=intent if has_order else None,
        forecast=waiting.forecast_id,
    )


def _explained(connection: Connection, subject: str, names: _Names) -> Explanation:
    look = decisions.decision(names.look)(connection) if names.look else None
    waiting = None if names.signal is None else desk.signal(names.signal)(connection)
    order = None if names.intent is None else orders.order(names.intent)(connection)
    market_id = next((one.market_id for one in (order, waiting, look) if one is not None), None)
    forecast = None if names.forecast is None else forecasts.one(connection, names.forecast)
    if market_id is None and forecast is not None:
        market_id = forecast.market_id
    market = None if market_id is None else decisions.market(market_id)(connection)
    intent = None if order is None else order.id
    return Explanation(
        subject=subject,
        market=market,
        decision=look,
        forecast=None if forecast is None else _scored(connection, forecast),
        answers=[] if forecast is None else list(answers_of(_prompts(forecast))(connection)),
        signal=waiting,
        review=_review(connection, look, order),
        order=order,
        steps=[] if intent is None else list(orders.changes(intent)(connection)),
        fills=[]
        if intent is None
        else list(orders.fills(_FEW, intent_id=intent)(connection).items),
        outcome=None if market is None else _outcome(connection, market, order),
    )


def _prompts(forecast: Forecast) -> tuple[str, ...]:
    own = [name for one in (forecast, *forecast.parts) for name in one.prompts]
    return tuple(dict.fromkeys(own))


def _scored(connection: Connection, forecast: Forecast) -> ForecastOut:
    ids = (forecast.id, *(part.id for part in forecast.parts))
    scores = {one.forecast_id: one for one in skill.scores_of(ids)(connection)}
    return _forecast(forecast, scores)


def _forecast(forecast: Forecast, scores: Mapping[str, ScoreOfForecast]) -> ForecastOut:
    return ForecastOut(
        id=forecast.id,
        author=forecast.author,
        probability=forecast.probability,
        standard_error=forecast.standard_error,
        market_price=forecast.market_price,
        threshold=forecast.threshold,
        rationale=forecast.rationale,
        made_at=forecast.made_at,
        weight=forecast.weight,
        is_pooled=forecast.is_pooled,
        evidence=[_evidence(one) for one in forecast.evidence],
        prompts=list(forecast.prompts),
        without=dict(forecast.without),
        parts=[_forecast(part, scores) for part in forecast.parts],
        score=scores.get(forecast.id),
    )


def _evidence(line: Evidence) -> EvidenceOut:
    return EvidenceOut(
        url=line.url,
        domain=line.domain,
        title=line.title,
        published_at=line.published_at,
        retrieved_at=line.retrieved_at,
        found_by=line.found_by,
        claim=line.claim,
        quote=line.quote,
        stance=line.stance,
        contribution=line.contribution,
    )


def _review(
    connection: Connection, look: DecisionView | None, order: OrderView | None
) -> ReviewOut | None:
    """What the limits made of it: those of the order, else those in force when it was looked at."""
    if look is None and order is None:
        return None
    version = _limits_of(connection, look, order)
    reason = "" if look is None else look.reason
    is_refused = reason.startswith("refused_")
    if order is None and not is_refused and reason != "awaiting_approval":
        return None
    return ReviewOut(
        is_approved=not is_refused,
        refused_by=reason.removeprefix("refused_") if is_refused else None,
        detail="" if look is None else look.inputs.get("detail", ""),
        limits_version=None if version is None else version.version,
        limits=[] if version is None else list(_checks(version)),
    )


def _limits_of(
    connection: Connection, look: DecisionView | None, order: OrderView | None
) -> LimitsView | None:
    if order is not None:
        found = desk.limits(Cut(limit=1, before=order.limits_version + 1))(connection)
        return found.items[0] if found.items else None
    versions = desk.limits(_FEW)(connection).items
    return next((one for one in versions if look is not None and one.at <= look.at), None)


def _checks(version: LimitsView) -> Iterator[CheckOut]:
    for one in LIMIT_FIELDS:
        value = version.values.get(one.name, "")
        yield CheckOut(name=one.name, value=value, unit=one.unit.value, meaning=one.meaning)


def _outcome(connection: Connection, market: MarketView, order: OrderView | None) -> Outcome | None:
    if market.settled_at is None:
        return None
    told = None if order is None else signals.one(order.id)(connection)
    winner = market.winner_id
    return Outcome(
        winner_id=winner,
        winner=None if winner is None else market.label(winner),
        resolution=None if told is None else told.resolution,
        profit=None if told is None else told.pnl,
        settlements=list(orders.settlements(_FEW, market_id=market.id)(connection).items),
    )
