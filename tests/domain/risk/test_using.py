"""How far limits are used up: the review's own numbers, the fullest place, and what refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.books import Books, Tags
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.market import EventId, MarketId, SeriesSlug
from bayse_agent.domain.risk import LIMIT_FIELDS, Limits, Use, deployable, usage
from bayse_agent.domain.risk.counting import FILLING, SINGLE, Around
from tests.builders import BTC, MARKET_ID, NOON, a_context, some_books, some_tags
from tests.domain.risk.cases import (
    LIMITS,
    LOOSE,
    by_hand,
    entries,
    equity,
    holding,
    naira,
    outcomes,
    refusals,
    tagged,
    with_an_order,
)
from tests.domain.risk.drawn import forged, money_limits, some_books_drawn


def use_of(limit: str, books: Books, limits: Limits = LIMITS) -> Use:
    return next(use for use in usage(books, limits, now=NOON).uses if use.limit == limit)


def test_limits_when_told_then_each_is_told_once_and_says_what_counts() -> None:
    names = [one.name for one in LIMIT_FIELDS]
    assert [use.limit for use in usage(some_books(), LIMITS, now=NOON).uses] == names
    assert sorted([*FILLING, *SINGLE]) == sorted(names)
    assert all(use.counts for use in usage(some_books(), LIMITS, now=NOON).uses)


def test_exposure_when_something_is_held_and_ordered_then_both_count() -> None:
    books = some_books(holding("a", "b", cost="1000", deposits="100000"))
    books = replace(
        books,
        portfolio=replace(books.portfolio, live=with_an_order("500").live),
        tags={**books.tags, MarketId("elsewhere"): some_tags("elsewhere")},
    )
    use = use_of("max_exposure", books)
    assert (use.used, use.most) == (Decimal(2500), Decimal(50_000))
    assert use.fraction == Decimal("0.05")
    assert use.room == naira(47_500)
    assert use.refuses is False


def test_places_when_several_are_used_then_the_fullest_is_told_with_its_name() -> None:
    books = some_books(holding("a", "b", "c", cost="1000", deposits="100000"))
    series = SeriesSlug("crypto-btc-15min")
    shared = Tags(
        event_id=EventId("both"), category=None, series=series, symbol=BTC, closes_at=NOON
    )
    books = tagged(books, b=shared, c=replace(shared, closes_at=NOON + timedelta(minutes=61)))
    event, found = use_of("max_event_part", books), use_of("max_series_part", books)
    assert (event.used, event.around) == (Decimal(2000), Around.EVENT)
    assert event.spot is not None
    assert event.spot.event_id == "both"
    assert found.spot is not None
    assert (found.used, found.spot.series) == (Decimal(2000), series)
    assert use_of("max_market_part", books).used == Decimal(1000)
    # They close too far apart to move together.
    assert use_of("max_cluster_part", books).used == Decimal(1000)


def test_places_when_nothing_is_used_then_none_is_named() -> None:
    for limit in ("max_market_part", "max_event_part", "max_series_part", "max_cluster_part"):
        use = use_of(limit, some_books())
        assert (use.used, use.spot, use.refuses) == (Decimal(0), None, False)
        assert use.most is not None
        assert use.most > 0


def test_entries_when_made_in_two_markets_then_the_one_with_more_counts() -> None:
    made = (*entries(10, 20, market="a"), *entries(30, market="b"))
    books = tagged(some_books(), a=some_tags("a"), b=some_tags("b"))
    use = use_of("max_entries_per_market", replace(books, entries=made))
    assert (use.used, use.most, use.refuses) == (Decimal(2), Decimal(2), True)
    assert use.spot is not None
    assert use.spot.market_id == "a"
    assert use_of("trades_per_hour", replace(books, entries=made)).used == Decimal(3)


def test_losses_when_there_were_some_then_they_count_in_money_and_in_a_row() -> None:
    books = replace(
        some_books(),
        outcomes=outcomes(500, -300, -400),
        equity=equity(100_000, 90_000, 90_000),
        peak=naira(100_000),
    )
    loss, fall = use_of("max_daily_loss_part", books), use_of("max_drawdown_part", books)
    assert loss.used == Decimal(200)
    assert (fall.used, fall.most, fall.refuses) == (Decimal(10_000), Decimal(20_000), False)
    assert use_of("max_losing_streak", books).used == Decimal(2)


def test_drawdown_before_any_peak_when_told_then_nothing_is_used_or_refused() -> None:
    use = use_of("max_drawdown_part", some_books())
    assert (use.used, use.most, use.refuses) == (None, None, False)


def test_books_age_when_never_reconciled_then_it_refuses_and_no_age_is_known() -> None:
    use = use_of("max_books_age_s", replace(some_books(), reconciled_at=None))
    assert (use.used, use.fraction, use.refuses) == (None, None, True)


def test_single_limits_when_told_then_nobody_can_say_before_there_is_a_buy() -> None:
    use = use_of("min_confidence", some_books())
    assert (use.used, use.refuses, use.check) == (None, None, Reason.REFUSED_CONFIDENCE)


def test_books_when_they_cannot_be_read_then_every_limit_refuses() -> None:
    portfolio = replace(some_books().portfolio, cash=forged(Decimal("NaN")))
    found = usage(replace(some_books(), portfolio=portfolio), LIMITS, now=NOON)
    assert found.problems == ("cash",)
    assert all(use.refuses and use.used is None for use in found.uses)
    assert len(found.uses) == len(LIMIT_FIELDS)


@given(books=some_books_drawn(), limits=money_limits())
def test_uses_when_the_review_refuses_the_least_buy_then_they_said_so(
    books: Books, limits: Limits
) -> None:
    """Whatever would refuse one kobo in a market of the books, wherever that is, was told."""
    context = a_context()
    event = context.event
    mine = Tags(
        event_id=event.id,
        category=event.category,
        series=event.series,
        symbol=event.symbol,
        closes_at=event.closes_at,
    )
    books = replace(books, tags={**books.tags, MARKET_ID: mine})
    refused = set(refusals(by_hand("0.01"), books=books, limits=limits))
    uses = [use for use in usage(books, limits, now=NOON).uses if use.refuses is not None]
    of_places = {use.check for use in uses if use.around is not None}
    refusing = {use.check for use in uses if use.refuses}
    assert refused - {Reason.REFUSED_MARKET_HELD} <= refusing
    assert refusing - of_places <= refused


@given(books=some_books_drawn(), limits=money_limits())
def test_room_under_the_reserve_when_told_then_it_is_what_may_be_deployed(
    books: Books, limits: Limits
) -> None:
    assert use_of("reserve", books, limits).room == deployable(books, limits).rounded_down()


@given(st.sampled_from([TradingState.HALTED, TradingState.REDUCING]))
def test_uses_when_trading_is_stopped_then_limits_are_told_all_the_same(
    state: TradingState,
) -> None:
    books = replace(some_books(holding("a")), state=state)
    assert use_of("max_exposure", books, LOOSE).used == Decimal(1000)
