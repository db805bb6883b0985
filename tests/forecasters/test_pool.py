"""The pool: who is asked, who is left out, what it learns, and that it never bets on the market
alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bayse_agent.domain.errors import BrokenInvariant, InvalidValue, SourceUnavailable
from bayse_agent.domain.experience import SettledForecast, SettledMarket
from bayse_agent.domain.forecast import Context, Forecast, NoForecast, forecast_id
from bayse_agent.domain.journal import TrackedMarket
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import probability
from bayse_agent.forecasters.pool import Pool, PoolSettings
from tests.builders import NOON, a_book, a_context, a_market, a_tracked_market


class Says:
    """A member that says what it was told to."""

    def __init__(
        self,
        name: str,
        answer: float | str | Exception,
        *,
        error: float = 0.02,
        declined: str | None = None,
        reads: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.asked = 0
        self._answer, self._error, self._declined, self._reads = answer, error, declined, reads

    def declines(self, market: TrackedMarket) -> str | None:
        return self._declined

    def reads_news(self, market: TrackedMarket) -> bool:
        return market.market_id in self._reads

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        self.asked += 1
        if isinstance(self._answer, Exception):
            raise self._answer
        if isinstance(self._answer, str):
            return NoForecast(author=self.name, reason=self._answer)
        return Forecast(
            id=forecast_id(self.name, context.market.id, context.now),
            market_id=context.market.id,
            author=self.name,
            probability=probability(self._answer),
            standard_error=self._error,
            rationale="",
            made_at=context.now,
            market_price=context.market_price,
        )


class Lived:
    """Experience that is given, and counts how often it was asked for."""

    def __init__(self, forecasts: Sequence[SettledForecast] = ()) -> None:
        self.forecasts = list(forecasts)
        self.asked: list[datetime | None] = []

    async def settled_forecasts(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledForecast, ...]:
        self.asked.append(since)
        return tuple(f for f in self.forecasts if since is None or f.settled_at >= since)[-most:]

    async def settled_markets(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledMarket, ...]:
        return ()


def wrong_forecasts(count: int, *, begin: int = 0) -> list[SettledForecast]:
    """A pricer that was sure each time, and right by chance alone."""
    return [
        SettledForecast(
            forecast_id=f"f-{number}",
            look_id=f"f-{number}",
            market_id=MarketId(f"m-{number}"),
            author="threshold",
            category="CRYPTO",
            time_left_s=600.0,
            made_at=NOON - timedelta(hours=1 + number),
            settled_at=NOON - timedelta(minutes=1) + timedelta(milliseconds=number // 10),
            probability=0.95 if number % 2 else 0.05,
            standard_error=0.02,
            market_price=0.5,
            outcome=number // 2 % 2,
        )
        for number in range(begin, begin + count)
    ]


async def asked(*members: Says, context: Context | None = None) -> Forecast | NoForecast:
    return await Pool(members, Lived()).forecast(context or a_context())


async def test_forecast_of_two_members_keeps_both_with_their_weights() -> None:
    found = await asked(Says("threshold", 0.6), Says("llm", 0.7, error=0.15))
    assert isinstance(found, Forecast)
    assert {part.author: part.weight for part in found.parts} == {"threshold": 0.5, "llm": 0.2}
    assert found.is_pooled
    assert found.author == "pool"
    assert float(found.probability) == pytest.approx(0.5919, abs=1e-3)
    assert "Unproven: threshold, llm" in found.rationale


async def test_forecast_when_a_member_fails_leaves_it_out_and_says_so() -> None:
    failing = Says("llm", SourceUnavailable("the search is down"))
    found = await asked(Says("threshold", 0.6), failing)
    assert isinstance(found, Forecast)
    assert [part.author for part in found.parts] == ["threshold"]
    assert "Left out: llm (SourceUnavailable: the search is down)" in found.rationale


async def test_forecast_when_a_member_refuses_leaves_it_out_and_says_so() -> None:
    found = await asked(Says("threshold", 0.6), Says("llm", "no budget"))
    assert isinstance(found, Forecast)
    assert "Left out: llm (no budget)" in found.rationale


async def test_forecast_without_a_member_is_none_and_says_why() -> None:
    found = await asked(Says("threshold", "no price feed"), Says("llm", TimeoutError("30 s")))
    assert isinstance(found, NoForecast)
    assert found.reason == "threshold: no price feed; llm: TimeoutError: 30 s"


async def test_forecast_on_a_one_sided_book_is_none() -> None:
    found = await asked(Says("threshold", 0.6), context=a_context(book1=a_book(bids=())))
    assert isinstance(found, NoForecast)


async def test_forecast_when_books_contradict_themselves_raises() -> None:
    with pytest.raises(ExceptionGroup) as raised:
        await asked(Says("threshold", 0.6), Says("llm", BrokenInvariant("two winners")))
    assert raised.group_contains(BrokenInvariant)


async def test_forecast_does_not_ask_who_declines_the_market() -> None:
    declining = Says("llm", 0.9, declined="a price window")
    found = await asked(Says("threshold", 0.6), declining)
    assert isinstance(found, Forecast)
    assert declining.asked == 0


async def test_forecast_of_a_member_for_another_market_is_left_out() -> None:
    class Confused(Says):
        async def forecast(self, context: Context) -> Forecast | NoForecast:
            found = await super().forecast(context)
            assert isinstance(found, Forecast)
            return replace(found, market_id=MarketId("another"))

    found = await asked(Confused("threshold", 0.6))
    assert isinstance(found, NoForecast)


async def test_members_are_asked_at_the_same_time() -> None:
    meeting = asyncio.Barrier(2)

    class Meets(Says):
        async def forecast(self, context: Context) -> Forecast | NoForecast:
            async with asyncio.timeout(5):
                await meeting.wait()
            return await super().forecast(context)

    assert isinstance(await asked(Meets("threshold", 0.6), Meets("llm", 0.6)), Forecast)


def test_declines_only_what_all_members_decline() -> None:
    market = a_tracked_market()
    no, yes = Says("a", 0.5, declined="not mine"), Says("b", 0.5)
    assert Pool([no, yes], Lived()).declines(market) is None
    assert Pool([no], Lived()).declines(market) == "not mine"


def test_reads_news_when_a_member_does_that_does_not_decline() -> None:
    market = a_tracked_market("m")
    reader = Says("a", 0.5, reads=("m",))
    assert Pool([reader, Says("b", 0.5)], Lived()).reads_news(market)
    declining = Says("a", 0.5, reads=("m",), declined="not mine")
    assert not Pool([declining, Says("b", 0.5)], Lived()).reads_news(market)


@pytest.mark.parametrize("names", [(), ("a", "a")])
def test_pool_without_members_or_with_twins_raises(names: tuple[str, ...]) -> None:
    with pytest.raises(InvalidValue):
        Pool([Says(name, 0.5) for name in names], Lived())


async def test_forecast_after_a_bad_record_hardly_moves_from_the_market() -> None:
    pool = Pool([Says("threshold", 0.9)], Lived(wrong_forecasts(400)))
    found = await pool.forecast(a_context())
    assert isinstance(found, Forecast)
    assert float(found.probability) == pytest.approx(0.5, abs=0.02)


async def test_pool_learns_from_what_is_settled_later() -> None:
    lived = Lived()
    pool = Pool([Says("threshold", 0.9)], lived)
    context = a_context(market=a_market())
    before = await pool.forecast(context)
    lived.forecasts = wrong_forecasts(400)
    at_once = await pool.forecast(context)
    later = await pool.forecast(replace(context, now=NOON + timedelta(minutes=15)))
    assert isinstance(before, Forecast)
    assert isinstance(at_once, Forecast)
    assert isinstance(later, Forecast)
    assert at_once.probability == before.probability
    assert float(later.probability) < float(before.probability) - 0.1


async def test_pool_that_reads_on_gets_to_the_same_as_one_that_reads_all() -> None:
    """What is settled at one moment comes in two goes, and nothing is counted twice."""
    lived, settings = Lived(wrong_forecasts(45)), PoolSettings(refresh_s=60.0)
    pool = Pool([Says("threshold", 0.9)], lived, settings)
    context = a_context()
    await pool.forecast(context)
    lived.forecasts = wrong_forecasts(77)
    later = replace(context, now=NOON + timedelta(minutes=2))
    ours = await pool.forecast(later)
    theirs = await Pool([Says("threshold", 0.9)], lived, settings).forecast(later)
    assert lived.asked[1] == lived.forecasts[44].settled_at
    assert isinstance(ours, Forecast)
    assert isinstance(theirs, Forecast)
    assert ours.probability == pytest.approx(theirs.probability)


class Quoting(Says):
    """A member whose forecast rests on one publisher."""

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        made = await super().forecast(context)
        assert isinstance(made, Forecast)
        return replace(made, without=(("one.example", 0.5),))


async def test_forecast_when_a_member_rests_on_a_publisher_then_the_pool_without_him_is_told() -> (
    None
):
    context = a_context()
    alone = await Pool([Says("llm", 0.5)], Lived()).forecast(context)
    told = await Pool([Quoting("llm", 0.9)], Lived()).forecast(context)
    assert isinstance(alone, Forecast)
    assert isinstance(told, Forecast)
    assert dict(told.without) == {"one.example": pytest.approx(float(alone.probability))}
    assert told.least == pytest.approx(float(alone.probability))


async def test_reach_when_nobody_reads_news_then_news_moves_nothing() -> None:
    assert await Pool([Says("threshold", 0.6)], Lived()).reach(a_context()) == 0


async def test_reach_when_a_reader_was_wrong_often_then_it_shrinks() -> None:
    context = a_context()
    reader = Says("threshold", 0.9, reads=(context.market.id,))
    unknown = await Pool([reader], Lived()).reach(context)
    wrong = await Pool([reader], Lived(wrong_forecasts(400))).reach(context)
    assert unknown > 0.4
    assert wrong < unknown / 2


class Unpaid(Says):
    """A member that could have said something, for money that was not to be spent."""

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        return NoForecast(author=self.name, reason="the cap is reached", is_for_money=True)


async def test_forecast_when_only_money_is_missing_then_that_is_said() -> None:
    unpaid = await asked(Unpaid("llm", 0.5), Says("base_rate", "nothing like it"))
    assert isinstance(unpaid, NoForecast)
    assert unpaid.is_for_money
    plain = await asked(Says("llm", "no answer"))
    assert isinstance(plain, NoForecast)
    assert not plain.is_for_money
