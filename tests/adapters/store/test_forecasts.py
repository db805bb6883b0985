"""Pools of forecasts in the books: each part a forecast of its own, with what it rests on."""

from __future__ import annotations

from dataclasses import replace

from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.forecast import Evidence, Forecast
from bayse_agent.domain.journal import ForecastScore, MarketResult
from tests.builders import MARKET_ID, NOON, a_forecast, a_look


def _evidence(number: int) -> Evidence:
    return Evidence(
        snippet_id=f"snippet-{number}",
        url=f"https://lagosledger.example/{number}",
        domain="lagosledger.example",
        title="The count \x00goes on",
        published_at=None if number else NOON,
        retrieved_at=NOON,
        found_by="feeds",
        claim="Turnout was high",
        quote="turnout was “high”",
        stance=1,
        contribution=0.2,
    )


def _pool() -> Forecast:
    parts = (
        replace(
            a_forecast(0.7),
            id="forecast-llm",
            author="llm",
            weight=0.2,
            evidence=(_evidence(0), _evidence(1)),
            prompts=("prompt-1", "prompt-2"),
            without=(("lagosledger.example", 0.61),),
        ),
        replace(a_forecast(0.6), id="forecast-threshold", author="threshold", weight=0.5),
    )
    return replace(a_forecast(0.55), author="pool", parts=parts, is_pooled=True)


def _without_evidence(forecast: Forecast) -> Forecast:
    parts = tuple(replace(part, evidence=()) for part in forecast.parts)
    return replace(forecast, evidence=(), parts=parts)


def _as_stored(evidence: Evidence) -> Evidence:
    return replace(evidence, title=evidence.title.replace("\x00", "\ufffd"))


async def test_forecasts_of_when_pooled_then_one_forecast_with_its_parts(store: SqlStore) -> None:
    await store.add_looks([a_look(forecast=_pool())])
    assert await store.forecasts_of([MARKET_ID]) == {MARKET_ID: (_without_evidence(_pool()),)}


async def test_forecast_when_pooled_then_with_all_evidence(store: SqlStore) -> None:
    await store.add_looks([a_look(forecast=_pool())])
    read = await store.forecast("forecast-1")
    llm, threshold = _pool().parts
    kept = replace(llm, evidence=tuple(_as_stored(line) for line in llm.evidence))
    assert read == replace(_pool(), parts=(kept, threshold))


async def test_forecast_when_unknown_then_none(store: SqlStore) -> None:
    assert await store.forecast("forecast-9") is None


async def test_add_looks_when_one_pool_is_behind_two_then_it_is_written_once(
    store: SqlStore,
) -> None:
    await store.add_looks([a_look(forecast=_pool()), a_look(forecast=_pool())])
    assert len((await store.forecasts_of([MARKET_ID]))[MARKET_ID]) == 1


async def test_score_summary_when_parts_are_scored_too_then_only_the_pool_counts(
    store: SqlStore,
) -> None:
    await store.add_looks([a_look(forecast=_pool())])
    scores = tuple(
        ForecastScore(
            forecast_id=one.id,
            outcome=1,
            brier_agent=brier,
            brier_market=0.25,
            log_loss_agent=0.5,
            log_loss_market=0.7,
        )
        for one, brier in zip((_pool(), *_pool().parts), (0.2, 0.1, 0.3), strict=True)
    )
    await store.end_markets(
        [MarketResult(market_id=MARKET_ID, winner=None, at=NOON, scores=scores)]
    )
    summary = await store.score_summary()
    assert (summary.count, summary.brier_agent) == (1, 0.2)
