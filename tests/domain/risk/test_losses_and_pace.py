"""Stop when it goes badly, and keep to the pace: both sides of every such limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bayse_agent.domain.books import Books
from bayse_agent.domain.decision import Reason
from tests.builders import MARKET_ID, NOON, a_book, a_context, an_event, some_books
from tests.domain.risk.cases import (
    LIMITS,
    a_bet,
    entries,
    equity,
    holding,
    naira,
    outcomes,
    refusals,
    with_an_order,
    within,
)

HOUR = 3600.0


def books_with(**changes: object) -> Books:
    return replace(some_books(), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("profits", "reasons"),
    [
        ((-10_000,), []),
        ((-10_001,), [Reason.REFUSED_DAILY_LOSS]),
        ((5_000, -15_001), [Reason.REFUSED_DAILY_LOSS]),
        ((-15_001, 5_001), []),
        ((20_000,), []),
    ],
)
def test_review_after_the_days_loss_is_reached_refuses(
    profits: tuple[int, ...], reasons: list[Reason]
) -> None:
    assert refusals(books=books_with(outcomes=outcomes(*profits))) == reasons


@pytest.mark.parametrize(
    ("seconds", "reasons"), [(13 * HOUR, [Reason.REFUSED_DAILY_LOSS]), (13 * HOUR + 1, [])]
)
def test_review_counts_the_losses_since_midnight(seconds: float, reasons: list[Reason]) -> None:
    assert refusals(books=books_with(outcomes=outcomes(-50_000, seconds_ago=seconds))) == reasons


@pytest.mark.parametrize(
    ("values", "reasons"),
    [
        ((79_999, 79_999, 79_999), [Reason.REFUSED_DRAWDOWN]),
        ((99_999, 79_999, 79_999, 79_999), [Reason.REFUSED_DRAWDOWN]),
        ((79_999, 79_999, 80_000), []),
        ((79_999, 80_000, 79_999), []),
        ((80_000, 79_999, 79_999), []),
        ((79_999, 79_999), []),
        ((), []),
    ],
)
def test_review_after_three_valuations_below_the_drawdown_refuses(
    values: tuple[int, ...], reasons: list[Reason]
) -> None:
    books = books_with(equity=equity(*values, wallet=100_000), peak=naira(100_000))
    assert refusals(books=books) == reasons


def test_review_without_a_peak_knows_no_drawdown() -> None:
    assert refusals(books=books_with(equity=equity(1, 1, 1, wallet=100_000))) == []


@pytest.mark.parametrize(
    ("profits", "reasons"),
    [
        ((-1, -1, -1, -1), []),
        ((-1, -1, -1, -1, -1), [Reason.REFUSED_LOSING_STREAK]),
        ((-1, -1, -1, 1, -1, -1), []),
        ((-1, -1, -1, -1, -1, 1), []),
        ((-1, -1, -1, 0, -1, -1), [Reason.REFUSED_LOSING_STREAK]),
        ((0, 0, 0, 0, 0), []),
    ],
)
def test_review_after_losses_in_a_row_refuses(
    profits: tuple[int, ...], reasons: list[Reason]
) -> None:
    assert refusals(books=books_with(outcomes=outcomes(*profits))) == reasons


@pytest.mark.parametrize(
    ("seconds", "reasons"),
    [
        (3600, []),
        (3599, [Reason.REFUSED_LOSING_STREAK]),
        (-1, [Reason.REFUSED_LOSING_STREAK]),
    ],
)
def test_review_after_a_streak_waits_for_the_end_of_the_pause(
    seconds: float, reasons: list[Reason]
) -> None:
    lost = outcomes(-1, -1, -1, -1, -1, seconds_ago=seconds)
    assert refusals(books=books_with(outcomes=lost)) == reasons


def test_review_after_one_more_loss_pauses_again() -> None:
    lost = (
        *outcomes(-1, -1, -1, -1, -1, seconds_ago=2 * HOUR),
        *outcomes(-1, seconds_ago=60),
    )
    assert refusals(books=books_with(outcomes=lost)) == [Reason.REFUSED_LOSING_STREAK]


def test_review_of_a_market_already_held_refuses() -> None:
    limits = within(max_market_part=Decimal(1))
    books = some_books(holding(MARKET_ID))
    assert refusals(books=books, limits=limits) == [Reason.REFUSED_MARKET_HELD]
    ordered = some_books(with_an_order("1000", market=MARKET_ID))
    assert refusals(books=ordered, limits=limits) == [Reason.REFUSED_MARKET_HELD]


@pytest.mark.parametrize(
    ("held", "reasons"), [("ab", []), ("abc", [Reason.REFUSED_OPEN_POSITIONS])]
)
def test_review_holds_open_markets_to_their_number(held: str, reasons: list[Reason]) -> None:
    assert refusals(books=some_books(holding(*held))) == reasons


def test_review_counts_a_market_with_an_order_as_open() -> None:
    portfolio = replace(holding("a", "b"), live=with_an_order("10").live)
    assert refusals(books=some_books(portfolio)) == [Reason.REFUSED_OPEN_POSITIONS]


@pytest.mark.parametrize(
    ("seconds", "market", "reasons"),
    [
        ((3599,), MARKET_ID, []),
        ((3600, 10), MARKET_ID, []),
        ((3599, 10), MARKET_ID, [Reason.REFUSED_REPEAT]),
        ((-5, -5), MARKET_ID, [Reason.REFUSED_REPEAT]),
        ((3599, 10), "elsewhere", []),
    ],
)
def test_review_of_a_market_tried_again_and_again_refuses(
    seconds: tuple[float, ...], market: str, reasons: list[Reason]
) -> None:
    assert refusals(books=books_with(entries=entries(*seconds, market=market))) == reasons


@pytest.mark.parametrize(
    ("seconds", "reasons"),
    [
        ([3599.0] * 19, []),
        ([3599.0] * 20, [Reason.REFUSED_HOURLY_TRADES]),
        ([3600.0] * 20, []),
        ([-5.0] * 20, [Reason.REFUSED_HOURLY_TRADES]),
    ],
)
def test_review_holds_the_buys_of_an_hour_to_their_number(
    seconds: list[float], reasons: list[Reason]
) -> None:
    assert refusals(books=books_with(entries=entries(*seconds))) == reasons


@pytest.mark.parametrize(
    ("seconds", "reasons"),
    [
        ([13 * HOUR] * 99, []),
        ([13 * HOUR] * 100, [Reason.REFUSED_DAILY_TRADES]),
        ([13 * HOUR + 1] * 100, []),
    ],
)
def test_review_holds_the_buys_of_a_day_to_their_number(
    seconds: list[float], reasons: list[Reason]
) -> None:
    assert refusals(books=books_with(entries=entries(*seconds))) == reasons


@pytest.mark.parametrize(
    ("count", "seconds", "reasons"),
    [(9, 59, []), (10, 59, [Reason.REFUSED_ORDER_RATE]), (10, 60, [])],
)
def test_review_holds_the_orders_of_a_minute_to_their_number(
    count: int, seconds: int, reasons: list[Reason]
) -> None:
    books = books_with(sent_at=(NOON - timedelta(seconds=seconds),) * count)
    assert refusals(books=books) == reasons


def test_review_with_no_trades_allowed_refuses_the_first() -> None:
    limits = replace(LIMITS, trades_per_day=0, trades_per_hour=0, max_orders_per_minute=0)
    assert refusals(limits=limits) == [
        Reason.REFUSED_HOURLY_TRADES,
        Reason.REFUSED_DAILY_TRADES,
        Reason.REFUSED_ORDER_RATE,
    ]


def test_review_after_the_clock_was_set_back_over_midnight_counts_what_is_to_come() -> None:
    then = NOON - timedelta(days=1)
    event = an_event(closes_at=then + timedelta(minutes=10))
    context = a_context(event=event, book1=a_book(at=then), now=then)
    books = replace(some_books(at=then), entries=entries(*[0.0] * 100), outcomes=outcomes(-10_001))
    reasons = refusals(a_bet(forecast_made_at=then), context=context, books=books)
    assert reasons == [
        Reason.REFUSED_DAILY_LOSS,
        Reason.REFUSED_HOURLY_TRADES,
        Reason.REFUSED_DAILY_TRADES,
    ]


def test_review_after_the_clock_was_set_forward_over_midnight_finds_the_data_too_old() -> None:
    then = NOON + timedelta(days=1)
    event = an_event(closes_at=then + timedelta(minutes=10))
    context = a_context(event=event, book1=replace(a_book(at=then), source_at=NOON), now=then)
    books = replace(some_books(at=then), entries=entries(*[0.0] * 100))
    reasons = refusals(a_bet(forecast_made_at=then), context=context, books=books)
    assert reasons == [Reason.REFUSED_DATA_AGE, Reason.REFUSED_EXIT_SIDE]


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Africa/Lagos", "2026-12-31 23:00"),
        ("Africa/Lagos", "2028-02-28 23:00"),
        ("Africa/Lagos", "2028-02-29 23:00"),
        ("Europe/London", "2026-03-29 00:00"),
        ("Europe/London", "2026-03-29 23:00"),
        ("Europe/London", "2026-10-24 23:00"),
        ("Europe/London", "2026-10-26 00:00"),
    ],
)
def test_review_lets_a_day_that_was_used_up_end_at_midnight_and_not_before(
    zone: str, midnight: str
) -> None:
    """At year's end, on a leap day, and on the days of 23 and 25 hours."""
    turn = datetime.fromisoformat(midnight).replace(tzinfo=UTC)
    limits = within(trades_per_day=3, max_daily_stake_part=Decimal("0.05"), time_zone=zone)
    for moment, reasons in (
        (turn - timedelta(seconds=1), [Reason.REFUSED_DAILY_STAKE, Reason.REFUSED_DAILY_TRADES]),
        (turn, []),
    ):
        used = entries(3600, 7200, 10_800, stake="1500", now=turn)
        books = replace(some_books(at=moment), entries=used)
        event = an_event(closes_at=moment + timedelta(minutes=10))
        context = a_context(event=event, book1=a_book(at=moment), now=moment)
        bet = a_bet(forecast_made_at=moment)
        assert refusals(bet, context=context, books=books, limits=limits) == reasons
