"""Whatever a review is given: it never raises, it fails closed, and tighter is never looser."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bayse_agent.domain.books import Books
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.money import Currency
from bayse_agent.domain.risk import Approved, Limits, Refused, purse, review
from tests.builders import MARKET_ID, NOON, a_book, a_context, a_quote, an_underlying, some_books
from tests.domain.risk.cases import (
    LIMITS,
    a_bet,
    an_exit,
    by_hand,
    entries,
    equity,
    holding,
    naira,
    outcomes,
    refusals,
)
from tests.domain.risk.drawn import (
    GARBAGE,
    busy_books,
    money_limits,
    places_in,
    some_books_drawn,
    spoiled,
)

SEEN = a_context(underlying=an_underlying(closes=(1.0,), recent_s=0), quotes=(a_quote(),))
UNREAD = (
    "1.news",
    "2.begun_at",
    "0.forecast_id",
    "0.market_price",
    *(
        f"1.event.{name}"
        for name in (
            *("slug", "title", "description", "type", "created_at", "opens_at", "resolves_at"),
            *("resolved_at", "threshold", "close_value", "currencies", "markets"),
        )
    ),
    *(
        f"1.market.{name}"
        for name in (
            *("title", "outcome1.label", "outcome2", "price1", "price2", "buy_price1"),
            *("buy_price2", "minimum_order", "threshold", "close_value", "winner", "rules"),
        )
    ),
    "1.book1.last_price",
    *(f"1.book2.{name}" for name in ("market_id", "outcome_id", "currency", "last_price")),
    *(f"1.quotes.0.{name}" for name in ("market_id", "outcome_id", "side", "currency")),
    *(f"1.quotes.0.{name}" for name in ("amount", "average_price", "market_price", "fee")),
    *(f"1.quotes.0.{name}" for name in ("is_complete", "exceeds_liability")),
    *("1.underlying.recent", "1.underlying.bars"),
    *(f"2.portfolio.{name}" for name in ("deposits", "fees", "realised")),
    "2.portfolio.positions.0.outcome_id",
    *(f"2.portfolio.live.0.{name}" for name in ("id", "event_id", "engine", "forecast_id")),
    *(f"2.portfolio.live.0.{name}" for name in ("created_at", "source", "cause")),
    *(f"2.portfolio.live.0.wish.{name}" for name in ("market_id", "outcome_id", "worst_price")),
    *(f"2.entries.{n}.{name}_id" for n in (0, 1) for name in ("intent", "market", "outcome")),
    *(f"2.outcomes.{n}.market_id" for n in (0, 1)),
    *(f"2.equity.{n}.{name}" for n in (0, 1, 2) for name in ("at", "cash")),
)
"""What no check of a buy of this market's first outcome on a book looks at."""
MAY_BE_MISSING = {
    "1.event.category": {"", "NaN"},
    "1.event.symbol": {None},
    "1.event.series": {None, "", "NaN"},
    "1.book2": {None},
    "1.underlying": {None},
    "2.peak": {None},
}
"""Texts and absences that are as good as any."""
MAY_BE_EMPTY = (
    *("1.book2.bids", "1.book2.asks", "1.quotes"),
    *("2.portfolio.positions", "2.portfolio.live"),
    *("2.entries", "2.outcomes", "2.sent_at", "2.equity"),
)


def test_review_refuses_whatever_one_thing_is_spoiled() -> None:
    """Every place in a proposal, its context and the books, and every kind of garbage."""
    world = (a_bet(), SEEN, busy_books())
    assert refusals(world[0], context=world[1], books=world[2]) == []
    passed = [
        (name, garbage)
        for path in places_in(world)
        if not _is_under(name := ".".join(map(str, path)), UNREAD)
        for garbage in GARBAGE
        if isinstance(_reviewed(spoiled(world, path, garbage)), Approved)
        and not _may_be(name, garbage)
    ]
    assert passed == []


def test_review_of_an_exit_is_total() -> None:
    world = (an_exit(), SEEN, some_books(holding(MARKET_ID)))
    for path in places_in(world):
        for garbage in GARBAGE:
            verdict = _reviewed(spoiled(world, path, garbage))
            assert isinstance(verdict, Approved | Refused)
            if isinstance(verdict, Approved) and path[0] == 0:
                assert path[1:2] != ("wish",)


def test_purse_of_spoiled_books_is_empty_or_what_it_was() -> None:
    world = (SEEN, busy_books())
    sound = purse(*world, LIMITS)
    # Without a currency, there is no purse to speak of.
    needed: set[tuple[str | int, ...]] = {(1,), (1, "portfolio"), (1, "portfolio", "currency")}
    for path in set(places_in(world)) - needed:
        for garbage in GARBAGE:
            context, books = spoiled(world, path, garbage)
            ceiling = purse(context, books, LIMITS).ceiling
            assert ceiling.amount.is_finite()
            assert ceiling <= sound.ceiling


def _reviewed(world: Any) -> Approved | Refused:
    proposal, context, books = world
    return review(proposal, context, books, LIMITS)


def _is_under(name: str, names: tuple[str, ...]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in names)


def _may_be(name: str, garbage: Any) -> bool:
    if name in MAY_BE_EMPTY:
        return garbage in ("", (), {})
    return isinstance(garbage, str | None) and garbage in MAY_BE_MISSING.get(name, ())


@given(data=st.data())
def test_review_is_total_when_several_things_are_spoiled(data: st.DataObject) -> None:
    proposal = data.draw(st.sampled_from([a_bet(), by_hand(), an_exit()]))
    world: Any = (proposal, SEEN, busy_books())
    for _ in range(data.draw(st.integers(min_value=1, max_value=6))):
        path = data.draw(st.sampled_from(list(places_in(world))))
        world = spoiled(world, path, data.draw(st.sampled_from(GARBAGE)))
    assert isinstance(_reviewed(world), Approved | Refused)


@given(
    numbers=st.tuples(*[st.decimals()] * 4),
    floats=st.tuples(*[st.floats()] * 4),
)
def test_review_approves_only_finite_numbers(
    numbers: tuple[Decimal, ...], floats: tuple[float, ...]
) -> None:
    bet = a_bet(
        effective_price=numbers[0],
        edge=numbers[1],
        raw_edge=numbers[2],
        market_price=numbers[3],
        probability=floats[0],
        belief=floats[1],
        standard_error=floats[2],
        confidence=floats[3],
    )
    if refusals(bet) == []:
        assert all(number.is_finite() for number in numbers[:3])
        assert 65 <= bet.confidence <= 100
        assert bet.belief > bet.effective_price > 0


@pytest.mark.parametrize(
    ("context", "changes"),
    [
        (replace(a_context(), book1=None, book2=None), {}),
        (a_context(book1=a_book(asks=())), {}),
        (a_context(book1=a_book(bids=())), {}),
        (a_context(event=replace(a_context().event, closes_at=None)), {}),
        (a_context(market=replace(a_context().market, fee_rate=None)), {}),
        (a_context(), {"reconciled_at": None}),
        (a_context(), {"tags": {}, "portfolio": holding("untagged")}),
    ],
)
def test_review_never_approves_with_something_missing(
    context: Any, changes: dict[str, Any]
) -> None:
    assert refusals(context=context, books=replace(some_books(), **changes)) != []


def some_scene(draw: st.DrawFn) -> tuple[Any, Any, Books]:
    """A bet, a market and books where any of the limits may or may not hold."""
    seconds = st.integers(min_value=-20, max_value=200)
    book = a_book(
        bids=((draw(st.sampled_from(["0.30", "0.45", "0.49"])), "1000"),),
        asks=(("0.51", draw(st.sampled_from(["1", "30", "1000"]))),),
        at=NOON - timedelta(seconds=draw(seconds) / 10),
    )
    books = replace(
        draw(some_books_drawn(("a", "b", "c", MARKET_ID))),
        state=draw(st.sampled_from([TradingState.ARMED, TradingState.REDUCING])),
        entries=entries(*draw(st.lists(seconds, max_size=8)), market=MARKET_ID),
        outcomes=outcomes(*draw(st.lists(st.integers(-9_000, 9_000), max_size=6))),
        sent_at=tuple(NOON - timedelta(seconds=ago) for ago in draw(st.lists(seconds, max_size=6))),
        equity=equity(*draw(st.lists(st.integers(50_000, 90_000), max_size=4))),
        peak=naira(90_000),
        reconciled_at=NOON - timedelta(seconds=draw(seconds)),
    )
    bet = a_bet(
        str(draw(st.integers(min_value=1, max_value=6_000))),
        confidence=draw(st.sampled_from([60.0, 70.0, 99.0])),
        raw_edge=draw(st.sampled_from([Decimal("0.005"), Decimal("0.05")])),
        forecast_made_at=NOON - timedelta(seconds=draw(seconds) * 8),
    )
    return bet, a_context(book1=book), books


LARGER_IS_TIGHTER = (
    *("reserve", "balance_floor", "streak_pause_s", "repeat_window_s", "min_confidence"),
    *("min_edge", "min_price", "min_depth", "min_seconds_left"),
)
SMALLER_IS_TIGHTER = (
    *("max_stake", "max_exposure", "max_market_part", "max_event_part", "max_series_part"),
    *("max_cluster_part", "max_daily_stake_part", "max_daily_loss_part", "max_drawdown_part"),
    *("max_losing_streak", "max_open_markets", "max_entries_per_market", "trades_per_hour"),
    *("trades_per_day", "max_orders_per_minute", "max_price", "max_spread", "max_data_age_s"),
    *("max_quote_age_s", "max_exit_age_s", "forecast_ttl_s", "max_books_age_s"),
    "max_seconds_left",
)


@given(data=st.data())
def test_review_under_a_tighter_limit_approves_nothing_more(data: st.DataObject) -> None:
    bet, context, books = some_scene(data.draw)
    looser = Limits(
        max_event_part=data.draw(st.sampled_from([Decimal("0.1"), Decimal(1)])),
        max_cluster_part=data.draw(st.sampled_from([Decimal("0.1"), Decimal(1)])),
        max_data_age_s=20.0,
        max_exit_age_s=20.0,
        max_open_markets=data.draw(st.integers(min_value=0, max_value=6)),
    )
    tighter = _tightened(looser, data)
    if refusals(bet, context=context, books=books, limits=looser) != []:
        assert refusals(bet, context=context, books=books, limits=tighter) != []


@given(data=st.data())
def test_purse_under_a_tighter_limit_is_no_fuller(data: st.DataObject) -> None:
    _, context, books = some_scene(data.draw)
    looser = data.draw(money_limits())
    tighter = _tightened(looser, data)
    assert purse(context, books, tighter).ceiling <= purse(context, books, looser).ceiling


def _tightened(limits: Limits, data: st.DataObject) -> Limits:
    """The limits with one of them drawn tighter."""
    name = data.draw(st.sampled_from((*LARGER_IS_TIGHTER, *SMALLER_IS_TIGHTER, "categories")))
    before = getattr(limits, name)
    if name == "categories":
        return replace(limits, categories=("crypto",))
    by = data.draw(st.sampled_from([0, 1, 2, 5]))
    step: Any
    if name in ("max_stake", "balance_floor"):
        step = naira(before[Currency.NGN].amount * by / 10)
        sign = 1 if name in LARGER_IS_TIGHTER else -1
        return replace(limits, **{name: {Currency.NGN: before[Currency.NGN] + step * sign}})
    step = type(before)(before * by / 10) if isinstance(before, float) else before * by // 10
    if isinstance(before, Decimal):
        step = before * by / 10
    after = before + step if name in LARGER_IS_TIGHTER else before - step
    try:
        return replace(limits, **{name: after})
    except InvalidValue:
        assume(False)
        raise


def test_every_limit_is_tried_tighter_but_the_zone() -> None:
    tried = {*LARGER_IS_TIGHTER, *SMALLER_IS_TIGHTER, "categories"}
    assert {one for one in Limits.__dataclass_fields__ if one not in tried} == {"time_zone"}
