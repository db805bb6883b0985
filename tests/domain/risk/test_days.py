"""When a day begins: at midnight where the owner lives, whatever the clocks do there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.risk import day_start

ZONES = (
    "Africa/Lagos",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
    "UTC",
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "start"),
    [
        # Lagos is an hour ahead all the year: its midnight is 23:00 UTC.
        ("Africa/Lagos", "2026-06-10 22:59:59", "2026-06-09 23:00"),
        ("Africa/Lagos", "2026-06-10 23:00:00", "2026-06-10 23:00"),
        ("Africa/Lagos", "2026-12-31 22:59:59", "2026-12-30 23:00"),
        ("Africa/Lagos", "2026-12-31 23:00:00", "2026-12-31 23:00"),
        ("Africa/Lagos", "2028-02-28 23:00:00", "2028-02-28 23:00"),
        ("Africa/Lagos", "2028-02-29 22:59:59", "2028-02-28 23:00"),
        ("Africa/Lagos", "2028-02-29 23:00:00", "2028-02-29 23:00"),
        # London, the day of 23 hours: clocks go from 01:00 to 02:00.
        ("Europe/London", "2026-03-29 00:30", "2026-03-29 00:00"),
        ("Europe/London", "2026-03-29 22:59", "2026-03-29 00:00"),
        ("Europe/London", "2026-03-29 23:00", "2026-03-29 23:00"),
        # London, the day of 25 hours: clocks go back from 02:00 to 01:00.
        ("Europe/London", "2026-10-24 23:00", "2026-10-24 23:00"),
        ("Europe/London", "2026-10-25 00:30", "2026-10-24 23:00"),
        ("Europe/London", "2026-10-25 01:30", "2026-10-24 23:00"),
        ("Europe/London", "2026-10-25 23:59", "2026-10-24 23:00"),
        ("Europe/London", "2026-10-26 00:00", "2026-10-26 00:00"),
        # Beirut skips midnight in spring: the day begins when the clocks change.
        ("Asia/Beirut", "2026-03-28 21:59", "2026-03-27 22:00"),
        ("Asia/Beirut", "2026-03-28 22:00", "2026-03-28 22:00"),
        # Havana has midnight twice in autumn: the day began at the first.
        ("America/Havana", "2026-11-01 03:59", "2026-10-31 04:00"),
        ("America/Havana", "2026-11-01 04:30", "2026-11-01 04:00"),
        ("America/Havana", "2026-11-01 05:30", "2026-11-01 04:00"),
    ],
)
def test_day_start_is_the_last_midnight_there(zone: str, now: str, start: str) -> None:
    assert day_start(utc(now), zone) == utc(start)


@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(
        min_value=datetime(2015, 1, 1),  # noqa: DTZ001
        max_value=datetime(2035, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
)
def test_day_start_is_never_to_come_and_of_the_same_date(zone: str, now: datetime) -> None:
    start = day_start(now, zone)
    assert start <= now
    assert _date(start, zone) == _date(now, zone)
    assert _date(start - timedelta(seconds=1), zone) < _date(now, zone)
    assert day_start(start, zone) == start


@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(
        min_value=datetime(2015, 1, 1),  # noqa: DTZ001
        max_value=datetime(2035, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    seconds=st.integers(min_value=0, max_value=200_000),
)
def test_day_start_never_goes_back(zone: str, now: datetime, seconds: int) -> None:
    assert day_start(now, zone) <= day_start(now + timedelta(seconds=seconds), zone)


def test_day_start_is_the_same_for_the_same_moment_in_another_zone() -> None:
    moment = utc("2026-06-10 22:30")
    there = moment.astimezone(ZoneInfo("Asia/Tokyo"))
    assert day_start(there, "Africa/Lagos") == day_start(moment, "Africa/Lagos")


def _date(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()
