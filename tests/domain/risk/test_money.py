"""Each limit in money: what it counts, and both of its sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bayse_agent.domain.books import Books, Tags
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.market import SeriesSlug, Symbol
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk import Limits, bankroll, deployable
from tests.builders import BTC, NOON, a_book, a_context, a_portfolio, an_event, some_books
from tests.domain.risk.cases import (
    LIMITS,
    LOOSE,
    a_bet,
    by_hand,
    entries,
    equity,
    holding,
    naira,
    refusals,
    tagged,
    tags_like,
    with_an_order,
    within,
)


def up_to(limit: str, check: Reason, *, books: Books, limits: Limits) -> None:
    """A stake at the limit passes, a kobo more is refused for that reason alone."""
    more = str(Decimal(limit) + Decimal("0.01"))
    for at, over in ((a_bet(limit), a_bet(more)), (by_hand(limit), by_hand(more))):
        assert refusals(at, books=books, limits=limits) == []
        assert refusals(over, books=books, limits=limits) == [check]


def test_review_holds_the_stake_to_the_largest() -> None:
    limits = within(max_stake={Currency.NGN: naira(5000)})
    up_to("5000", Reason.REFUSED_STAKE, books=some_books(), limits=limits)


def test_review_in_dollars_holds_against_the_limit_in_dollars() -> None:
    books = some_books(a_portfolio("2000", Currency.USD))
    context = a_context(book1=a_book(currency=Currency.USD))
    for stake, reasons in (("50", []), ("50.01", [Reason.REFUSED_STAKE])):
        bet = a_bet(stake, Currency.USD)
        assert refusals(bet, context=context, books=books) == reasons


def test_review_in_a_currency_without_a_largest_stake_refuses() -> None:
    assert refusals(limits=within(max_stake={})) == [Reason.REFUSED_STAKE]


def test_review_leaves_the_reserve_alone() -> None:
    books = some_books(a_portfolio("10000"))
    limits = within(reserve=Decimal("0.30"))
    up_to("7000", Reason.REFUSED_RESERVE, books=books, limits=limits)


def test_review_counts_positions_and_orders_against_the_reserve() -> None:
    portfolio = replace(holding("a", cost="3000", deposits="10000"))
    ordered = replace(portfolio, live=with_an_order("1000").live)
    limits = within(reserve=Decimal("0.30"))
    up_to("4000", Reason.REFUSED_RESERVE, books=some_books(portfolio), limits=limits)
    up_to("3000", Reason.REFUSED_RESERVE, books=some_books(ordered), limits=limits)


def test_review_leaves_the_floor_in_cash() -> None:
    books = some_books(holding("a", cost="3000", deposits="10000"))
    limits = within(balance_floor={Currency.NGN: naira(2500)})
    up_to("4500", Reason.REFUSED_FLOOR, books=books, limits=limits)


def test_review_in_a_currency_without_a_floor_refuses() -> None:
    assert refusals(limits=within(balance_floor={})) == [Reason.REFUSED_FLOOR]


def test_review_holds_what_is_at_stake_to_the_exposure() -> None:
    portfolio = holding("a", "b", cost="1000", deposits="10000")
    books = some_books(replace(portfolio, live=with_an_order("500").live))
    limits = within(max_exposure=Decimal("0.50"))
    up_to("2500", Reason.REFUSED_EXPOSURE, books=books, limits=limits)


def test_review_holds_one_market_to_its_part() -> None:
    limits = within(max_market_part=Decimal("0.05"))
    up_to("5000", Reason.REFUSED_MARKET_PART, books=some_books(), limits=limits)


def beside(tags: Tags, cost: str = "3000") -> Books:
    """NGN 100,000, of which some are in one other market, and an order of 1,000 in another."""
    portfolio = holding("near", cost=cost)
    ordered = replace(portfolio, live=with_an_order("1000", market="ordered").live)
    return tagged(some_books(ordered), near=tags, ordered=tags)


def test_review_holds_the_markets_of_one_event_to_their_part() -> None:
    limits = within(max_event_part=Decimal("0.10"))
    same = tags_like(a_context(), event_id=an_event().id)
    up_to("6000", Reason.REFUSED_EVENT_PART, books=beside(same), limits=limits)
    other = tags_like(a_context())
    up_to("10000", Reason.REFUSED_EVENT_PART, books=beside(other), limits=limits)


def test_review_holds_the_windows_of_one_series_to_their_part() -> None:
    limits = within(max_series_part=Decimal("0.10"))
    same = tags_like(a_context(), series=SeriesSlug("crypto-btc-15min"))
    up_to("6000", Reason.REFUSED_SERIES_PART, books=beside(same), limits=limits)
    other = tags_like(a_context(), series=SeriesSlug("crypto-btc-5min"))
    up_to("10000", Reason.REFUSED_SERIES_PART, books=beside(other), limits=limits)


def test_review_of_a_market_in_no_series_has_no_limit_of_series() -> None:
    context = a_context(event=replace(an_event(), series=None))
    limits = within(max_series_part=Decimal(0))
    assert refusals(context=context, limits=limits) == []
    assert refusals(limits=limits) == [Reason.REFUSED_SERIES_PART]


CLOSE = NOON + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("symbol", "closes_at", "limit"),
    [
        (BTC, CLOSE, "6000"),
        (BTC, CLOSE + timedelta(hours=1), "6000"),
        (BTC, CLOSE - timedelta(hours=1), "6000"),
        (BTC, None, "6000"),
        (BTC, CLOSE + timedelta(hours=1, seconds=1), "10000"),
        (Symbol("ETHUSDT"), CLOSE, "10000"),
        (None, CLOSE, "10000"),
    ],
)
def test_review_holds_windows_on_one_underlying_that_close_together_to_their_part(
    symbol: Symbol | None, closes_at: datetime | None, limit: str
) -> None:
    tags = tags_like(a_context(), symbol=symbol, closes_at=closes_at)
    limits = within(max_cluster_part=Decimal("0.10"))
    up_to(limit, Reason.REFUSED_CLUSTER_PART, books=beside(tags), limits=limits)


def test_review_of_a_market_on_no_underlying_is_in_no_cluster() -> None:
    context = a_context(event=an_event(symbol=None))
    limits = within(max_cluster_part=Decimal(0))
    assert refusals(context=context, limits=limits) == []
    assert refusals(limits=limits) == [Reason.REFUSED_CLUSTER_PART]


def test_review_holds_the_stakes_of_a_day_to_their_part() -> None:
    limits = within(max_daily_stake_part=Decimal("0.10"))
    # Lagos is an hour ahead of UTC: its midnight was thirteen hours before noon UTC.
    hours = 3600
    books = replace(some_books(), entries=entries(13 * hours, 60, stake="2000"))
    up_to("6000", Reason.REFUSED_DAILY_STAKE, books=books, limits=limits)
    yesterday = replace(some_books(), entries=entries(13 * hours + 1, 60, stake="2000"))
    up_to("8000", Reason.REFUSED_DAILY_STAKE, books=yesterday, limits=limits)


def test_bankroll_is_the_lower_of_our_books_and_the_venues_wallet() -> None:
    portfolio = holding("a", cost="3000", deposits="10000")
    books = some_books(portfolio)
    assert bankroll(books) == naira(10_000)
    assert bankroll(replace(books, equity=equity(1, 10_000, wallet=6_000))) == naira(9_000)
    assert bankroll(replace(books, equity=equity(1, 10_000, wallet=8_000))) == naira(10_000)


def test_bankroll_is_never_below_nothing() -> None:
    overdrawn = replace(a_portfolio(), cash=naira(-5))
    assert bankroll(some_books(overdrawn)) == naira(0)


def test_review_on_a_wallet_that_holds_less_than_our_books_counts_the_wallet() -> None:
    books = replace(some_books(), equity=equity(100_000, wallet=20_000))
    limits = within(max_market_part=Decimal("0.05"))
    up_to("1000", Reason.REFUSED_MARKET_PART, books=books, limits=limits)


def test_deployable_counts_what_is_in_positions_once() -> None:
    books = some_books(holding("a", cost="3000", deposits="10000"))
    assert deployable(books, LIMITS) == naira(4_000)


def test_deployable_counts_orders_that_are_out() -> None:
    assert deployable(some_books(with_an_order("2000")), LIMITS) == naira(5_000)


def test_deployable_is_never_below_nothing() -> None:
    books = some_books(holding("a", cost="9000", deposits="10000"))
    assert deployable(books, LIMITS) == naira(0)


def test_review_of_an_overdrawn_portfolio_refuses() -> None:
    books = some_books(replace(a_portfolio(), cash=naira(-5)))
    assert Reason.REFUSED_RESERVE in refusals(books=books, limits=LOOSE)


def test_review_of_the_smallest_stake_with_nothing_left_refuses() -> None:
    books = some_books(holding("a", cost="10000", deposits="10000"))
    reasons = refusals(a_bet("0.01"), books=books, limits=LOOSE)
    assert reasons == [Reason.REFUSED_RESERVE, Reason.REFUSED_FLOOR, Reason.REFUSED_EXPOSURE]


def test_money_of_the_limits_is_money_of_one_currency() -> None:
    assert LIMITS.max_stake[Currency.USD] == Money.of(50, Currency.USD)
