"""Experience read back from the books: what was forecast, what came of it, and at what prices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bayse_agent.adapters.store.experience import SqlExperience, open_experience
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.forecast import Forecast
from bayse_agent.domain.journal import ForecastScore, MarketResult
from bayse_agent.domain.money import price
from tests.builders import MARKET_ID, NOON, UP, a_book, a_forecast, a_look

LATER = NOON + timedelta(minutes=20)


@pytest.fixture
async def experience(url: str, store: SqlStore) -> AsyncIterator[SqlExperience]:
    opened = open_experience(url)
    yield opened
    await opened.close()


def a_pool(*, at_minute: int = 0) -> Forecast:
    made_at = NOON + timedelta(minutes=at_minute)
    part = replace(
        a_forecast(0.6, made_at=made_at),
        id=f"part-{at_minute}",
        author="threshold",
        market_price=price("0.50"),
        weight=0.5,
    )
    return replace(
        a_forecast(0.55, made_at=made_at),
        id=f"pool-{at_minute}",
        author="pool",
        market_price=price("0.50"),
        parts=(part,),
        is_pooled=True,
    )


async def settled(store: SqlStore, *forecasts: Forecast) -> None:
    await store.add_looks([a_look(forecast=one, at=one.made_at) for one in forecasts])
    ids = [one.id for forecast in forecasts for one in (forecast, *forecast.parts)]
    scores = tuple(
        ForecastScore(
            forecast_id=one,
            outcome=1,
            brier_agent=0.2,
            brier_market=0.25,
            log_loss_agent=0.5,
            log_loss_market=0.6,
        )
        for one in ids
    )
    await store.end_markets([MarketResult(market_id=MARKET_ID, winner=UP, at=LATER, scores=scores)])


async def test_settled_forecasts_of_a_pool_are_it_and_its_parts(
    store: SqlStore, experience: SqlExperience
) -> None:
    await settled(store, a_pool())
    found = {one.author: one for one in await experience.settled_forecasts(most=10)}
    assert found["pool"].is_pooled
    part = found["threshold"]
    assert (part.look_id, part.forecast_id) == ("pool-0", "part-0")
    assert (part.probability, part.market_price, part.outcome) == (0.6, 0.5, 1)
    assert part.time_left_s == 600.0
    assert part.settled_at == LATER


async def test_settled_forecasts_since_a_moment_include_it_and_nothing_older(
    store: SqlStore, experience: SqlExperience
) -> None:
    await settled(store, a_pool())
    assert len(await experience.settled_forecasts(since=LATER, most=10)) == 2
    after = LATER + timedelta(microseconds=1)
    assert await experience.settled_forecasts(since=after, most=10) == ()


async def test_settled_forecasts_of_more_than_are_wanted_are_the_latest(
    store: SqlStore, experience: SqlExperience
) -> None:
    await settled(store, a_pool(), a_pool(at_minute=3))
    found = await experience.settled_forecasts(most=2)
    assert {one.look_id for one in found} == {"pool-3"}


async def test_settled_forecasts_before_the_end_are_none(
    store: SqlStore, experience: SqlExperience
) -> None:
    await store.add_looks([a_look(forecast=a_pool())])
    assert await experience.settled_forecasts(most=10) == ()


async def test_settled_markets_tell_who_won(store: SqlStore, experience: SqlExperience) -> None:
    await settled(store, a_pool())
    (found,) = await experience.settled_markets(most=10)
    assert (found.market_id, found.outcome, found.title) == (MARKET_ID, 1, "Up or down?")


async def test_judged_forecasts_have_the_touch_of_their_moment_and_a_later_price(
    store: SqlStore, experience: SqlExperience
) -> None:
    await store.add_books_seen([a_book()], at=NOON + timedelta(seconds=2))
    later = a_book(bids=(("0.60", "10"),), asks=(("0.64", "10"),))
    await store.add_books_seen([later], at=NOON + timedelta(minutes=2))
    await settled(store, a_pool())
    (found, _) = await experience.judged_forecasts(most=10)
    assert (found.bid, found.ask) == (0.49, 0.51)
    assert found.later_price == pytest.approx(0.62)


async def test_judged_forecasts_without_a_book_near_have_no_touch(
    store: SqlStore, experience: SqlExperience
) -> None:
    await store.add_books_seen([a_book()], at=NOON + timedelta(minutes=1))
    await settled(store, a_pool())
    (found, _) = await experience.judged_forecasts(most=10)
    assert (found.bid, found.ask) == (None, None)
    assert found.later_price == pytest.approx(0.50)
