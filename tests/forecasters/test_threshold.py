"""The window pricer as a plug-in: what it says, and everything that it refuses to price."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bayse_agent.domain.forecast import Context, Forecast, NoForecast, Underlying
from bayse_agent.domain.market import MarketStatus, Symbol, Tick
from bayse_agent.domain.pricing import SettlementRule, TieRule
from bayse_agent.domain.settling import Held, SettlementRecord, WindowKind, kind_of
from bayse_agent.forecasters.threshold import Threshold, ThresholdSettings
from tests.builders import BTC, NOON, a_context, a_market, a_tracked_market, an_event, an_underlying

LAST_PRICE = SettlementRule(averaged_weight=0.0, basis_sd=0.0)


def a_forecaster() -> Threshold:
    return Threshold(ThresholdSettings(rule=LAST_PRICE))


def a_window(underlying: Underlying | None = None, **event: object) -> Context:
    return a_context(
        event=an_event(**event),  # type: ignore[arg-type]
        underlying=underlying or an_underlying(last=60_060.0),
    )


async def test_forecast_above_the_threshold_says_more_than_even() -> None:
    forecast = await _said(a_window())
    assert 0.6 < forecast.probability < 0.9
    assert 0.0 < forecast.standard_error < 0.1
    assert (forecast.author, forecast.threshold) == ("threshold", Decimal(60_000))
    assert forecast.made_at == NOON


async def test_forecast_below_the_threshold_mirrors_the_one_above() -> None:
    above = await _said(a_window())
    below = await _said(a_window(an_underlying(last=59_940.0)))
    assert above.probability + below.probability == pytest.approx(1.0, abs=5e-3)


async def test_forecast_of_a_currency_below_its_threshold_says_less_than_even() -> None:
    feed = an_underlying((1.1600, 1.1602) * 60, last=1.16001)
    forecast = await _said(a_window(feed, threshold="1.16079"))
    assert forecast.probability < 0.2


async def test_forecast_by_a_rule_that_knows_its_tick_gives_it_the_tie() -> None:
    coarse = Threshold(ThresholdSettings(rule=replace(LAST_PRICE, tick=60.0)))
    level = a_window(an_underlying(last=60_000.0))
    assert (await _said(level, coarse)).probability > (await _said(level)).probability + 0.05


def test_declines_what_has_no_asset_and_nothing_else() -> None:
    window = a_tracked_market()
    assert a_forecaster().declines(window) is None
    assert a_forecaster().declines(replace(window, symbol=None)) == "not a price window"


async def test_forecast_twice_is_the_same_with_the_same_id() -> None:
    assert await _said(a_window()) == await _said(a_window())


async def test_forecast_at_another_time_has_another_id() -> None:
    later = replace(a_window(), now=NOON + timedelta(seconds=1))
    assert (await _said(a_window())).id != (await _said(later)).id


async def test_forecast_goes_by_the_markets_own_threshold_first() -> None:
    context = replace(a_window(), market=a_market(threshold="61000"))
    assert (await _said(context)).probability < 0.01


async def test_forecast_within_the_averaging_period_goes_by_the_average_so_far() -> None:
    settings = ThresholdSettings(rule=SettlementRule(averaged_weight=1.0, basis_sd=0.0))
    feed = an_underlying(last=60_060.0)
    low = tuple(replace(tick, price=Decimal(59_940)) for tick in feed.recent[:-1])
    fallen = replace(feed, recent=(*low, feed.recent[-1]))
    close = NOON + timedelta(seconds=10)
    forecast = await _said(a_window(fallen, closes_at=close), Threshold(settings))
    assert forecast.probability < 0.05
    assert (await _said(a_window(fallen, closes_at=close))).probability > 0.95


async def test_forecast_within_the_averaging_period_without_its_ticks_is_refused() -> None:
    settings = ThresholdSettings(rule=SettlementRule(averaged_weight=0.5))
    feed = an_underlying(recent_s=20)
    context = a_window(feed, closes_at=NOON + timedelta(seconds=10))
    assert "average" in await _refused(context, Threshold(settings))


async def test_forecast_of_a_symbol_with_its_own_rule_uses_it() -> None:
    own = replace(LAST_PRICE, tie=TieRule.OUTCOME2)
    feed = an_underlying((60_000.0,) * 60)
    default = await _said(a_window(feed))
    special = Threshold(ThresholdSettings(rule=LAST_PRICE, rules={BTC: own}))
    assert (await _said(a_window(feed), special)).probability < default.probability


async def test_forecast_on_an_older_tick_counts_more_time_to_go() -> None:
    fresh = await _said(a_window())
    older = a_window(an_underlying(last=60_060.0, at=NOON - timedelta(seconds=2)))
    assert 0.5 < (await _said(older)).probability < fresh.probability


@pytest.mark.parametrize(
    ("context", "word"),
    [
        (a_window(threshold=None), "threshold"),
        (a_window(symbol=None), "not a price window"),
        (a_window(closes_at=None), "not a price window"),
        (a_window(closes_at=NOON), "too close"),
        (a_window(closes_at=NOON + timedelta(days=2)), "too far"),
        (a_window(status=MarketStatus.CLOSED), "not open"),
        (replace(a_window(), market=a_market(status=MarketStatus.PAUSED)), "not open"),
        (replace(a_window(), market=a_market(labels=("Down", "Up"))), "upper"),
        (replace(a_window(), underlying=None), "no price feed"),
        (a_window(symbol=Symbol("ETHUSDT")), "window is on"),
        (a_window(an_underlying(at=NOON - timedelta(seconds=4))), "stale feed"),
        (a_window(an_underlying(at=NOON + timedelta(seconds=4))), "stale feed"),
        (a_window(an_underlying((60_000.0,) * 29)), "too few bars"),
    ],
)
async def test_forecast_of_what_cannot_be_priced_is_refused(context: Context, word: str) -> None:
    assert word in await _refused(context)


async def test_forecast_on_bars_that_stopped_coming_is_refused() -> None:
    feed = an_underlying()
    late = replace(feed, bars=feed.bars[:-6])
    assert "stale bars" in await _refused(a_window(late))
    await _said(a_window(replace(feed, bars=feed.bars[:-5])))


async def test_forecast_on_a_tick_that_is_old_at_its_source_is_refused() -> None:
    feed = an_underlying()
    delayed = replace(feed, last=replace(feed.last, at=NOON - timedelta(seconds=4)))
    assert "stale feed" in await _refused(a_window(delayed))


async def test_forecast_on_bars_out_of_order_is_refused() -> None:
    feed = an_underlying()
    bars = (feed.bars[1], feed.bars[0], *feed.bars[2:])
    fresh = Threshold(ThresholdSettings(rule=LAST_PRICE))
    assert "unreadable" in await _refused(a_window(replace(feed, bars=bars)), fresh)


async def test_forecast_on_a_price_of_nothing_is_refused() -> None:
    feed = an_underlying()
    broken: Tick = replace(feed.last, price=Decimal(0))
    assert "unreadable" in await _refused(a_window(replace(feed, last=broken)))


async def test_forecast_near_the_close_is_refused_while_the_rule_is_unconfirmed() -> None:
    careful = Threshold(ThresholdSettings(rule=LAST_PRICE, least_seconds_left=180.0))
    assert "too close" in await _refused(a_window(closes_at=NOON + timedelta(minutes=3)), careful)


async def test_forecast_leaves_out_a_bar_that_has_not_closed() -> None:
    feed = an_underlying((60_000.0, 60_030.0) * 30)
    under_way = replace(feed.bars[-1], at=NOON, close=Decimal(90_000))
    with_more = replace(feed, bars=(*feed.bars, under_way))
    assert await _said(a_window(with_more)) == await _said(a_window(feed))


async def _said(context: Context, forecaster: Threshold | None = None) -> Forecast:
    answer = await (forecaster or a_forecaster()).forecast(context)
    assert isinstance(answer, Forecast), answer
    return answer


async def _refused(context: Context, forecaster: Threshold | None = None) -> str:
    answer = await (forecaster or a_forecaster()).forecast(context)
    assert isinstance(answer, NoForecast), answer
    return answer.reason


@pytest.mark.parametrize(
    ("held", "rule"),
    [(Held.AVERAGE, SettlementRule(averaged_weight=1.0)), (Held.LAST_PRICE, LAST_PRICE)],
)
async def test_forecast_when_windows_kept_to_a_rule_then_it_is_priced_by_that(
    held: Held, rule: SettlementRule
) -> None:
    late = an_event(closes_at=NOON + timedelta(seconds=90))
    context = a_context(event=late, underlying=an_underlying(last=60_020.0))
    kind = kind_of(late)
    assert kind is not None

    async def records() -> dict[WindowKind, SettlementRecord]:
        return {kind: SettlementRecord(recent=(held,) * 10)}

    told = ThresholdSettings(rule=SettlementRule(averaged_weight=0.5, basis_sd=0.0))
    learned = await _said(context, Threshold(told, records))
    known = await _said(context, Threshold(ThresholdSettings(rule=replace(rule, basis_sd=0.0))))
    assert float(learned.probability) == pytest.approx(float(known.probability), abs=1e-3)


async def test_forecast_when_a_rule_is_known_then_no_record_changes_it() -> None:
    async def records() -> dict[WindowKind, SettlementRecord]:
        raise AssertionError("records were read")

    settings = ThresholdSettings(rules={BTC: LAST_PRICE})
    assert await _said(a_window(), Threshold(settings, records)) == await _said(a_window())
