"""Fresh enough or not: prices, the way out, the forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine, MarketId, Side
from bayse_agent.domain.money import Currency, Shares
from bayse_agent.domain.risk import Refused, review
from tests.builders import (
    DOWN,
    NOON,
    a_book,
    a_context,
    a_quote,
    an_event,
    an_underlying,
    some_books,
)
from tests.domain.risk.cases import LIMITS, a_bet, by_hand, refusals

POOL = an_event(engine=Engine.AMM)


def ago(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [-10, 0, 10])
def test_review_on_a_fresh_book_approves(seconds: int) -> None:
    assert refusals(context=a_context(book1=a_book(at=NOON - ago(seconds)))) == []


@pytest.mark.parametrize("seconds", [-11, 11])
@pytest.mark.parametrize("clock", ["source_at", "received_at"])
def test_review_on_a_book_of_another_time_by_either_clock_refuses(clock: str, seconds: int) -> None:
    book = replace(a_book(), **{clock: NOON - ago(seconds)})  # type: ignore[arg-type]
    reasons = refusals(context=a_context(book1=book))
    assert reasons == [Reason.REFUSED_DATA_AGE, Reason.REFUSED_EXIT_SIDE]


@pytest.mark.parametrize(
    ("seconds", "reasons"),
    [(0, []), (11, [Reason.REFUSED_DATA_AGE, Reason.REFUSED_EXIT_SIDE])],
)
def test_review_of_a_bet_on_the_second_outcome_looks_at_its_book(
    seconds: int, reasons: list[Reason]
) -> None:
    bet = a_bet(wish=replace(a_bet().wish, outcome_id=DOWN))
    mine = a_book(outcome_id=DOWN, at=NOON - ago(seconds))
    assert refusals(bet, context=a_context(book2=mine)) == reasons
    other = a_book(at=NOON - ago(3600))
    assert refusals(bet, context=a_context(book1=other, book2=mine)) == reasons


def test_review_on_an_old_book_that_may_be_old_still_needs_a_fresh_way_out() -> None:
    context = a_context(book1=a_book(at=NOON - ago(11)))
    limits = replace(LIMITS, max_data_age_s=60.0)
    assert refusals(context=context, limits=limits) == [Reason.REFUSED_EXIT_SIDE]
    assert refusals(context=context, limits=replace(limits, max_exit_age_s=11.0)) == []


@pytest.mark.parametrize(
    "context",
    [
        replace(a_context(), book1=None),
        a_context(book1=a_book(outcome_id=DOWN)),
        a_context(book1=a_book(currency=Currency.USD)),
        a_context(book1=replace(a_book(), market_id=MarketId("other"))),
    ],
)
def test_review_without_the_outcomes_own_book_refuses(context: Context) -> None:
    assert refusals(context=context) == [
        Reason.REFUSED_SPREAD,
        Reason.REFUSED_DEPTH,
        Reason.REFUSED_DATA_AGE,
        Reason.REFUSED_EXIT_SIDE,
    ]


@pytest.mark.parametrize("bids", [(), (("0.49", "0"),), (("0", "100"),)])
def test_review_where_nobody_would_buy_again_refuses(bids: tuple[tuple[str, str], ...]) -> None:
    context = a_context(book1=a_book(bids=bids))
    assert Reason.REFUSED_EXIT_SIDE in refusals(context=context)


@pytest.mark.parametrize("seconds", [-3, 0, 3])
def test_review_on_a_fresh_quote_approves(seconds: int) -> None:
    quotes = (a_quote(at=NOON - ago(seconds)),)
    assert refusals(context=a_context(event=POOL, quotes=quotes)) == []


@pytest.mark.parametrize("seconds", [-3.1, 3.1])
def test_review_on_a_stale_quote_refuses(seconds: float) -> None:
    quotes = (a_quote(at=NOON - ago(seconds)), a_quote("500", "9", at=NOON))
    context = a_context(event=POOL, quotes=quotes)
    assert refusals(context=context) == [Reason.REFUSED_DATA_AGE]
    limits = replace(LIMITS, max_exit_age_s=3.0)
    assert Reason.REFUSED_EXIT_SIDE in refusals(context=context, limits=limits)


@pytest.mark.parametrize(
    "quotes",
    [
        (),
        (a_quote(outcome_id=DOWN),),
        (a_quote(currency=Currency.USD),),
        (a_quote(is_complete=False),),
        (replace(a_quote(), exceeds_liability=True),),
        (replace(a_quote(), shares=Shares(a_quote().shares * 0)),),
        (replace(a_quote(), side=Side.SELL),),
        (replace(a_quote(), market_id=MarketId("other")),),
    ],
)
def test_review_without_a_quote_that_would_fill_refuses(quotes: tuple) -> None:  # type: ignore[type-arg]
    context = a_context(event=POOL, quotes=quotes)
    assert refusals(context=context) == [Reason.REFUSED_DATA_AGE, Reason.REFUSED_EXIT_SIDE]


@pytest.mark.parametrize("clock", ["at", "received_at"])
@pytest.mark.parametrize(("seconds", "reasons"), [(10, []), (11, [Reason.REFUSED_DATA_AGE])])
def test_review_holds_the_underlying_to_its_age_by_either_clock(
    clock: str, seconds: int, reasons: list[Reason]
) -> None:
    feed = an_underlying()
    last = replace(feed.last, **{clock: NOON - ago(seconds)})  # type: ignore[arg-type]
    assert refusals(context=a_context(underlying=replace(feed, last=last))) == reasons


@pytest.mark.parametrize(("seconds", "reasons"), [(10, []), (11, [Reason.REFUSED_DATA_AGE])])
def test_review_holds_a_windows_forecast_to_the_age_of_prices(
    seconds: int, reasons: list[Reason]
) -> None:
    bet = a_bet(forecast_made_at=NOON - ago(seconds))
    assert refusals(bet, context=a_context(underlying=an_underlying())) == reasons


@pytest.mark.parametrize(
    ("seconds", "reasons"),
    [
        (900, []),
        (-900, []),
        (901, [Reason.REFUSED_FORECAST_AGE]),
        (-901, [Reason.REFUSED_FORECAST_AGE]),
    ],
)
def test_review_holds_any_forecast_to_its_age(seconds: int, reasons: list[Reason]) -> None:
    assert refusals(a_bet(forecast_made_at=NOON - ago(seconds))) == reasons


def test_review_of_a_buy_by_hand_on_a_window_needs_a_fresh_price_of_the_asset() -> None:
    stale = a_context(underlying=an_underlying(at=NOON - ago(11)))
    assert refusals(by_hand(), context=stale) == [Reason.REFUSED_DATA_AGE]


def test_refusals_of_data_tell_how_old_it_is_or_that_there_is_none() -> None:
    stale = review(a_bet(), a_context(book1=a_book(at=NOON - ago(11))), some_books(), LIMITS)
    empty = review(a_bet(), replace(a_context(), book1=None), some_books(), LIMITS)
    assert isinstance(stale, Refused)
    assert isinstance(empty, Refused)
    assert [dict(one.inputs) for one in stale.reasons] == [
        {"book_age": "11.000 s"},
        {"exit_age": "11.000 s"},
    ]
    assert [dict(one.inputs) for one in empty.reasons[2:]] == [
        {"book_age": "no data"},
        {"exit_age": "nobody to sell to"},
    ]
    assert {one.limit for one in stale.reasons} == {"10 s"}
