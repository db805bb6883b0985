"""Ticks folded into two minutes and into bars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.bayse.ticks import AssetHistory
from bayse_agent.domain.market import Symbol, Tick

NOON = datetime(2026, 2, 17, 12, tzinfo=UTC)


def tick(seconds: float, price: int | str = 100) -> Tick:
    at = NOON + timedelta(seconds=seconds)
    return Tick(symbol=Symbol("BTCUSDT"), price=Decimal(price), at=at, received_at=at)


def history(*ticks: Tick) -> AssetHistory:
    made = AssetHistory(ticks[0])
    for each in ticks[1:]:
        made.add(each)
    return made


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_underlying_when_a_minute_is_over_then_its_bar_is_closed() -> None:
    made = history(tick(1, 100), tick(20, 130), tick(40, 90), tick(59, 110), tick(61, 999))

    (bar,) = made.underlying(after(70)).bars

    assert (bar.at, bar.open, bar.high, bar.low, bar.close) == (NOON, 100, 130, 90, 110)


def test_underlying_when_the_minute_runs_then_its_bar_is_not_shown() -> None:
    assert history(tick(1), tick(59)).underlying(after(59.9)).bars == ()


def test_underlying_when_the_minute_ends_without_a_new_tick_then_its_bar_is_shown() -> None:
    assert len(history(tick(1), tick(59)).underlying(after(60)).bars) == 1


def test_underlying_when_a_minute_had_no_tick_then_it_has_no_bar() -> None:
    bars = history(tick(1), tick(185)).underlying(after(300)).bars

    assert [bar.at for bar in bars] == [NOON, after(180)]


def test_add_when_several_ticks_share_a_second_then_the_last_stays() -> None:
    found = history(tick(1, 1), tick(1.4, 2), tick(1.9, 3), tick(2, 4)).underlying(after(3))

    assert [each.price for each in found.recent] == [3, 4]


def test_add_when_ticks_share_a_second_then_each_still_counts_in_the_bar() -> None:
    found = history(tick(1, 1), tick(1.4, 9), tick(1.9, 3), tick(61)).underlying(after(61))

    assert found.bars[0].high == 9


def test_add_when_a_tick_is_old_or_the_same_then_is_passed_over() -> None:
    made = history(tick(5, 1))

    assert not made.add(tick(5, 2))
    assert not made.add(tick(4, 3))
    assert made.underlying(after(6)).last.price == 1


@given(gaps=st.lists(st.floats(0.01, 30), min_size=1, max_size=60))
def test_underlying_when_any_ticks_came_then_is_ordered_and_bounded(gaps: list[float]) -> None:
    moments = [sum(gaps[: count + 1]) for count in range(len(gaps))]
    made = history(*(tick(moment, index + 1) for index, moment in enumerate(moments)))

    found = made.underlying(after(moments[-1]))

    seconds = [each.at.replace(microsecond=0) for each in found.recent]
    assert len(set(seconds)) == len(seconds)
    assert found.recent == tuple(sorted(found.recent, key=lambda each: each.at))
    assert found.last.at - found.recent[0].at <= timedelta(seconds=120)
    assert all(bar.at + timedelta(minutes=1) <= after(moments[-1]) for bar in found.bars)
    assert all(bar.low <= bar.open <= bar.high for bar in found.bars)


def test_underlying_when_more_than_a_day_has_passed_then_keeps_a_day_of_bars() -> None:
    made = history(*(tick(60 * minute) for minute in range(1500)))

    assert len(made.underlying(after(60 * 1500)).bars) == 1440
