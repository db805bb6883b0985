"""The limits themselves: what may be one, the table of them, and their texts both ways."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk import LIMIT_FIELDS, Limits, limits_of, limits_text
from tests.domain.risk.cases import naira


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("reserve", Decimal("1.1")),
        ("reserve", Decimal("NaN")),
        ("reserve", Decimal("sNaN")),
        ("reserve", 0.3),
        ("max_daily_stake_part", Decimal("-0.1")),
        ("max_spread", Decimal("-0.1")),
        ("max_price", Decimal("Infinity")),
        ("min_depth", Decimal(-1)),
        ("min_depth", Decimal("1e9")),
        ("max_data_age_s", float("nan")),
        ("max_data_age_s", float("inf")),
        ("max_data_age_s", -1.0),
        ("max_data_age_s", 10**400),
        ("max_data_age_s", "10"),
        ("repeat_window_s", 172_801.0),
        ("streak_pause_s", 172_801.0),
        ("min_confidence", 101.0),
        ("min_confidence", True),
        ("max_open_markets", -1),
        ("max_open_markets", True),
        ("max_open_markets", 1.5),
        ("max_losing_streak", 0),
        ("max_stake", {Currency.NGN: Money.of(1, Currency.USD)}),
        ("max_stake", {Currency.NGN: naira(-1)}),
        ("max_stake", {Currency.NGN: naira("1e30")}),
        ("max_stake", {"NGN": naira(1)}),
        ("max_stake", None),
        ("balance_floor", {Currency.NGN: Decimal(1)}),
        ("categories", ("",)),
        ("categories", ("a,b",)),
        ("categories", (" crypto",)),
        ("categories", "crypto"),
        ("time_zone", "Africa/Atlantis"),
        ("time_zone", ""),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", None),
    ],
)
def test_limits_out_of_range_raise_and_name_the_limit(name: str, wrong: object) -> None:
    with pytest.raises(InvalidValue, match=f"^{name} must be "):
        replace(Limits(), **{name: wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_price": Decimal("0.6"), "max_price": Decimal("0.5")},
        {"min_seconds_left": 100.0, "max_seconds_left": 99.0},
    ],
)
def test_limits_whose_ends_cross_raise(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValue, match=" is above max_"):
        replace(Limits(), **wrong)  # type: ignore[arg-type]


def test_limits_keep_what_they_were_made_with() -> None:
    stakes = {Currency.NGN: naira(100)}
    limits = Limits(max_stake=stakes)
    stakes[Currency.NGN] = naira(1_000_000)
    assert limits.max_stake == {Currency.NGN: naira(100)}


def test_limits_table_has_a_row_for_every_limit_in_order() -> None:
    assert [row.name for row in LIMIT_FIELDS] == [one.name for one in fields(Limits)]
    assert all(row.meaning and row.unit for row in LIMIT_FIELDS)


def test_limits_default_to_what_the_original_had() -> None:
    limits = Limits()
    assert limits.reserve == Decimal("0.30")
    assert limits.max_stake[Currency.NGN] == naira(5000)
    assert (limits.max_open_markets, limits.min_confidence) == (3, 65.0)
    assert limits.time_zone == "Africa/Lagos"


def test_limits_text_is_what_a_person_would_write() -> None:
    texts = limits_text(Limits(categories=("crypto", "FX")))
    assert texts["max_stake"] == "NGN 5000, USD 50"
    assert texts["reserve"] == "0.30"
    assert texts["max_data_age_s"] == "10"
    assert texts["max_open_markets"] == "3"
    assert texts["categories"] == "crypto, FX"
    assert texts["time_zone"] == "Africa/Lagos"


@given(
    part=st.decimals(min_value=0, max_value=1, allow_nan=False),
    seconds=st.floats(min_value=0, max_value=172_800),
    count=st.integers(min_value=1),
    stake=st.decimals(min_value=0, max_value=10**9, places=2),
    names=st.lists(st.text("abcdefgh ÄÖ'\"", min_size=1).map(str.strip).filter(bool), max_size=3),
)
def test_limits_of_their_texts_are_the_same_limits(
    part: Decimal, seconds: float, count: int, stake: Decimal, names: list[str]
) -> None:
    limits = Limits(
        reserve=part,
        min_depth=part,
        repeat_window_s=seconds,
        max_losing_streak=count,
        max_stake={Currency.USD: Money.of(stake, Currency.USD)},
        balance_floor={},
        categories=tuple(names),
        time_zone="Europe/London",
    )
    assert limits_of(limits_text(limits)) == limits


def test_limits_of_texts_may_be_written_loosely() -> None:
    texts = {**limits_text(Limits()), "max_stake": " NGN  100 ,USD 2", "reserve": " .5 "}
    limits = limits_of(texts)
    assert limits.max_stake == {
        Currency.NGN: naira(100),
        Currency.USD: Money.of(2, Currency.USD),
    }
    assert limits.reserve == Decimal("0.5")


def test_limits_of_an_unknown_name_raise_and_name_it() -> None:
    with pytest.raises(InvalidValue, match="no limit 'max_steak'"):
        limits_of({**limits_text(Limits()), "max_steak": "1"})


@pytest.mark.parametrize("name", [row.name for row in LIMIT_FIELDS])
def test_limits_of_texts_without_one_raise_and_name_it(name: str) -> None:
    texts = {key: text for key, text in limits_text(Limits()).items() if key != name}
    with pytest.raises(InvalidValue, match=f"'{name}' is missing"):
        limits_of(texts)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("reserve", ""),
        ("reserve", "a third"),
        ("reserve", "30%"),
        ("reserve", "NaN"),
        ("reserve", "1e9999999999999999999"),
        ("max_open_markets", "3.0"),
        ("max_open_markets", "9" * 5000),
        ("max_data_age_s", "1e999"),
        ("max_stake", "5000"),
        ("max_stake", "GBP 5"),
        ("max_stake", "NGN 5, NGN 6"),
        ("max_stake", "NGN five"),
        ("max_stake", "NGN 5,"),
        ("categories", "a,,b"),
        ("time_zone", "Lagos"),
        ("time_zone", 7),
        ("time_zone", None),
    ],
)
def test_limits_of_a_text_that_cannot_be_read_raise_and_name_the_limit(
    name: str, text: str
) -> None:
    with pytest.raises(InvalidValue, match=f"^{name} "):
        limits_of({**limits_text(Limits()), name: text})


def test_limits_in_seconds_are_within_what_the_books_remember() -> None:
    longest = timedelta(hours=48).total_seconds()
    limits = Limits(repeat_window_s=longest, streak_pause_s=longest)
    assert limits.repeat_window_s == longest
