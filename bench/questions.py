"""Scores the market, each forecaster and the pool on resolved questions, in the order of time.

The file has one JSON object a line, plain or gzipped: id, source, question, resolution_criteria,
background, freeze_dt, market_prob_at_freeze, resolution_date, outcome. Each question is asked as of
its freeze; what the pool and the base rates learn from had ended by then. No question's text leaves
this process: the language model is a scripted one, or left out.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.card import Card, card
from bayse_agent.domain.experience import SettledForecast, SettledMarket
from bayse_agent.domain.forecast import Context, Forecast
from bayse_agent.domain.market import (
    Engine,
    Event,
    EventId,
    EventType,
    Market,
    MarketId,
    MarketStatus,
    Outcome,
    OutcomeId,
)
from bayse_agent.domain.money import Currency, Price
from bayse_agent.forecasters.base_rate import BaseRates
from bayse_agent.forecasters.llm import Llm, LlmSettings
from bayse_agent.forecasters.market_price import MarketPrice
from bayse_agent.forecasters.pool import Pool, PoolSettings
from bayse_agent.ports import Forecaster
from bayse_agent.simulation.models.minds import Mind, Noisy, Sensible
from bayse_agent.simulation.models.scripted import ScriptedModel

MODELS = ("sensible", "noisy", "none")
_RULES = ("background", "resolution_criteria")
_YES = OutcomeId("yes")


class BadQuestions(Exception):
    """The questions cannot be read or scored."""


@dataclass(frozen=True, slots=True)
class Question:
    """A resolved question with the market's price when it was frozen."""

    id: str
    source: str
    text: str
    rules: str
    frozen_at: datetime
    resolved_at: datetime
    price: float
    outcome: int


@dataclass(slots=True)
class Resolved:
    """Experience as of `now`: nothing that ended later is told."""

    now: datetime
    forecasts: list[SettledForecast] = field(default_factory=list)
    markets: list[SettledMarket] = field(default_factory=list)

    async def settled_forecasts(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledForecast, ...]:
        known = [one for one in self.forecasts if self._is_told(one.settled_at, since)]
        return tuple(sorted(known, key=lambda one: (one.settled_at, one.forecast_id)))[-most:]

    async def settled_markets(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledMarket, ...]:
        known = [one for one in self.markets if self._is_told(one.settled_at, since)]
        return tuple(sorted(known, key=lambda one: (one.settled_at, one.market_id)))[-most:]

    def _is_told(self, at: datetime, since: datetime | None) -> bool:
        return at <= self.now and (since is None or at >= since)


def read_questions(path: Path) -> list[Question]:
    """Questions in the order of their freeze. Raises BadQuestions with the line that is wrong."""
    opener = gzip.open if path.suffix == ".gz" else open
    found: list[Question] = []
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    found.append(_question(line, f"{path}: line {number}"))
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise BadQuestions(f"{path}: {error}") from error
    if not found:
        raise BadQuestions(f"{path}: no questions")
    return sorted(found, key=lambda one: (one.frozen_at, one.id))


def _question(line: str, place: str) -> Question:
    try:
        told = json.loads(line)
        question = Question(
            id=str(told["id"]),
            source=str(told["source"]),
            text=str(told["question"]),
            rules="\n".join(str(told.get(key) or "") for key in _RULES).strip(),
            frozen_at=_moment(told["freeze_dt"]),
            resolved_at=_moment(told["resolution_date"]),
            price=float(told["market_prob_at_freeze"]),
            outcome=int(told["outcome"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadQuestions(f"{place}: {type(error).__name__}: {error}") from error
    if not 0 <= question.price <= 1 or question.outcome not in (0, 1):
        raise BadQuestions(f"{place}: price {question.price!r}, outcome {question.outcome!r}")
    return question


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


async def measure_questions(questions: Sequence[Question], model: str) -> dict[str, object]:
    """Every score, on the questions that each forecaster had an answer to."""
    resolved = Resolved(now=questions[0].frozen_at)
    members = _members(resolved, model)
    # What is settled between two questions is read on before each, however near they are.
    pool = Pool(members, resolved, PoolSettings(refresh_s=0.001))
    market = MarketPrice()
    for question in questions:
        resolved.now = question.frozen_at
        context = context_of(question)
        pooled, priced = await pool.forecast(context), await market.forecast(context)
        forecasts = [one for one in (pooled, priced) if isinstance(one, Forecast)]
        if isinstance(pooled, Forecast):
            forecasts += pooled.parts
        resolved.forecasts += [_settled(one, question, pooled) for one in forecasts]
        resolved.markets.append(_ended(question))
    authors = sorted({one.author for one in resolved.forecasts})
    return {
        "questions": len(questions),
        "model": model,
        "told": _told(model),
        "scores": {name: _scores(_card(resolved, name)) for name in authors},
        "last_weights": _last_weights(pooled),
    }


def _told(model: str) -> str:
    if model == "none":
        return "no language model: the llm member is left out"
    return f"the llm member runs the scripted {model!r} model, without news: no real model's skill"


def _members(resolved: Resolved, model: str) -> list[Forecaster]:
    members: list[Forecaster] = [BaseRates(resolved)]
    if model != "none":
        mind: Mind = Sensible() if model == "sensible" else Noisy()
        scripted = ScriptedModel(mind, clock=SystemClock())
        members.append(Llm([scripted], LlmSettings(secret="bench", trusted=frozenset(), samples=1)))
    return members


def _card(resolved: Resolved, author: str) -> Card:
    return card(author, "", [one for one in resolved.forecasts if one.author == author])


def _scores(found: Card) -> dict[str, object]:
    assert found.brier is not None
    assert found.log_loss is not None
    assert found.parts is not None
    return {
        "n": found.rows,
        "brier": found.brier.agent,
        "market_brier": found.brier.market,
        "difference": found.brier.difference,
        "standard_error": found.brier.standard_error,
        "log_loss": found.log_loss.agent,
        "market_log_loss": found.log_loss.market,
        "ece": found.parts.calibration_error,
        "e_value": found.proof.for_us,
    }


def _last_weights(last: object) -> dict[str, float]:
    if not isinstance(last, Forecast):
        return {}
    return {part.author: part.weight or 0.0 for part in last.parts}


def context_of(question: Question) -> Context:
    """A question as a market of its own, as of its freeze."""
    price = Price(Decimal(str(question.price)))
    market = Market(
        id=MarketId(question.id),
        event_id=EventId(question.id),
        title=question.text,
        status=MarketStatus.OPEN,
        outcome1=Outcome(id=_YES, label="Yes"),
        outcome2=Outcome(id=OutcomeId("no"), label="No"),
        price1=price,
        price2=Price(1 - price),
        buy_price1=price,
        buy_price2=Price(1 - price),
        fee_rate=None,
        minimum_order=None,
        threshold=None,
        close_value=None,
        winner=None,
        rules=question.rules,
    )
    event = Event(
        id=EventId(question.id),
        slug=question.id,
        title=question.text,
        description="",
        category=question.source,
        type=EventType.SINGLE,
        engine=Engine.AMM,
        status=MarketStatus.OPEN,
        created_at=None,
        opens_at=None,
        closes_at=None,
        resolves_at=None,
        resolved_at=None,
        symbol=None,
        series=None,
        threshold=None,
        close_value=None,
        currencies=(Currency.USD,),
        markets=(market,),
    )
    return Context(
        event=event,
        market=market,
        book1=None,
        book2=None,
        quotes=(),
        underlying=None,
        now=question.frozen_at,
    )


def _settled(forecast: Forecast, question: Question, pooled: object) -> SettledForecast:
    # The market's own forecast is no member, and no part of what the pool learns from.
    look = pooled.id if isinstance(pooled, Forecast) else forecast.id
    return SettledForecast(
        forecast_id=forecast.id,
        look_id=look,
        market_id=forecast.market_id,
        author=forecast.author,
        category=question.source,
        time_left_s=None,
        made_at=question.frozen_at,
        settled_at=question.resolved_at,
        probability=float(forecast.probability),
        standard_error=forecast.standard_error,
        market_price=question.price,
        outcome=question.outcome,
        is_pooled=forecast.is_pooled,
    )


def _ended(question: Question) -> SettledMarket:
    return SettledMarket(
        market_id=MarketId(question.id),
        title=question.text,
        label1="Yes",
        series=None,
        category=question.source,
        settled_at=question.resolved_at,
        outcome=question.outcome,
    )
