"""The two forecasters that know nothing more than the market: they must never lead to a bet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bayse_agent.domain.decision import Pass
from bayse_agent.domain.forecast import Forecast, NoForecast
from bayse_agent.domain.risk import Limits, purse
from bayse_agent.forecasters.coin import Coin
from bayse_agent.forecasters.market_price import MarketPrice
from bayse_agent.strategies.kelly import Kelly, KellySettings
from tests.builders import NOON, a_book, a_context, a_market, some_books


async def test_market_price_says_the_middle_of_the_book() -> None:
    answer = await MarketPrice(standard_error=0.02).forecast(a_context())
    assert isinstance(answer, Forecast)
    assert (answer.probability, answer.standard_error) == (0.5, 0.02)


async def test_market_price_of_half_a_book_is_no_forecast() -> None:
    answer = await MarketPrice().forecast(a_context(book1=a_book(asks=())))
    assert isinstance(answer, NoForecast)


async def test_market_price_never_leads_to_a_bet() -> None:
    context = a_context(market=a_market(fee_rate="0"))
    answer = await MarketPrice(standard_error=0.0).forecast(context)
    assert isinstance(answer, Forecast)
    money = purse(context, some_books(), Limits())
    decision = Kelly(KellySettings()).decide(context, answer, money)
    assert isinstance(decision, Pass)


async def test_coin_draws_the_same_for_the_same_seed_market_and_time() -> None:
    assert await Coin(7).forecast(a_context()) == await Coin(7).forecast(a_context())


async def test_coin_draws_differently_for_another_seed() -> None:
    first, second = await Coin(1).forecast(a_context()), await Coin(2).forecast(a_context())
    assert isinstance(first, Forecast)
    assert isinstance(second, Forecast)
    assert first.probability != second.probability


async def test_coin_draws_evenly_and_never_leads_to_a_bet() -> None:
    context, strategy, drawn = a_context(market=a_market(fee_rate="0")), Kelly(KellySettings()), []
    for second in range(300):
        moment = replace(context, now=NOON + timedelta(seconds=second))
        answer = await Coin().forecast(moment)
        assert isinstance(answer, Forecast)
        drawn.append(answer.probability)
        money = purse(moment, some_books(), Limits())
        assert isinstance(strategy.decide(moment, answer, money), Pass)
    assert sum(drawn) / len(drawn) == pytest.approx(0.5, abs=0.06)
    assert min(drawn) < 0.05
    assert max(drawn) > 0.95
