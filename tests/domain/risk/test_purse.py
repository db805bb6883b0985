"""The purse: exactly what the money limits let through, not a kobo more or less."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.books import Books
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import Buy
from bayse_agent.domain.risk import Limits, purse
from tests.builders import a_context, a_portfolio, some_books
from tests.domain.risk.cases import (
    LIMITS,
    LOOSE,
    a_bet,
    by_hand,
    equity,
    holding,
    naira,
    only_money,
    refusals,
    with_an_order,
    within,
)
from tests.domain.risk.drawn import kobo, money_limits, some_books_drawn

KOBO = Decimal("0.01")


def ceiling(books: Books, limits: Limits) -> Decimal:
    found = purse(a_context(), books, limits)
    assert found.ceiling.currency is Currency.NGN
    return found.ceiling.amount


@given(books=some_books_drawn(), limits=money_limits())
def test_purse_is_exactly_what_the_money_checks_let_through(books: Books, limits: Limits) -> None:
    most = ceiling(books, limits)
    assert most >= 0
    assert most == most.quantize(KOBO)
    over = refusals(by_hand(str(most + KOBO)), books=books, limits=limits)
    assert only_money(over) != []
    if most > 0:
        at = refusals(a_bet(str(most)), books=books, limits=limits)
        assert only_money(at) == []


@given(books=some_books_drawn(), limits=money_limits(), less=kobo)
def test_purse_on_less_cash_is_no_fuller(books: Books, limits: Limits, less: Decimal) -> None:
    cash = books.portfolio.cash - naira(less)
    poorer = replace(books, portfolio=replace(books.portfolio, cash=cash))
    assert ceiling(poorer, limits) <= ceiling(books, limits)
    assert purse(a_context(), poorer, limits).bankroll <= purse(a_context(), books, limits).bankroll


@given(books=some_books_drawn(), limits=money_limits(), wallet=st.integers(0, 100_000))
def test_purse_on_a_wallet_that_holds_less_is_no_fuller(
    books: Books, limits: Limits, wallet: int
) -> None:
    seen = replace(books, equity=(*books.equity, *equity(wallet)))
    poorer = replace(books, equity=(*books.equity, *equity(wallet // 2)))
    assert ceiling(poorer, limits) <= ceiling(seen, limits)
    assert ceiling(seen, limits) <= ceiling(replace(books, equity=()), limits)


@given(books=some_books_drawn(), limits=money_limits())
def test_purse_of_ten_times_the_money_is_ten_times_as_full(books: Books, limits: Limits) -> None:
    once, tenfold = ceiling(books, limits), ceiling(_tenfold(books), _tenfold_limits(limits))
    # What is below a kobo is cut off once here and once there.
    assert once * 10 <= tenfold < (once + KOBO) * 10


def _tenfold(books: Books) -> Books:
    portfolio = books.portfolio
    return replace(
        books,
        portfolio=replace(
            portfolio,
            cash=portfolio.cash * 10,
            positions=tuple(replace(p, cost=p.cost * 10) for p in portfolio.positions),
            live=tuple(replace(i, wish=_tenfold_wish(i.wish)) for i in portfolio.live),
        ),
        entries=tuple(replace(entry, stake=entry.stake * 10) for entry in books.entries),
        equity=tuple(replace(one, wallet=one.wallet * 10) for one in books.equity),
    )


def _tenfold_wish(wish: object) -> Buy:
    assert isinstance(wish, Buy)
    return replace(wish, stake=wish.stake * 10)


def _tenfold_limits(limits: Limits) -> Limits:
    return replace(
        limits,
        max_stake={one: money * 10 for one, money in limits.max_stake.items()},
        balance_floor={one: money * 10 for one, money in limits.balance_floor.items()},
    )


def test_purse_by_default_is_a_twentieth_of_a_small_bankroll() -> None:
    found = purse(a_context(), some_books(a_portfolio("20000")), LIMITS)
    assert (found.bankroll, found.ceiling) == (naira(20_000), naira(1_000))


def test_purse_by_default_is_the_largest_stake_of_a_large_bankroll() -> None:
    assert ceiling(some_books(a_portfolio("500000")), LIMITS) == 5_000


def test_purse_counts_orders_that_are_out() -> None:
    limits = within(max_exposure=Decimal("0.50"))
    assert ceiling(some_books(with_an_order("2000")), limits) == 3_000


def test_purse_is_cut_to_the_minor_unit() -> None:
    limits = within(max_market_part=Decimal("0.3333"))
    assert ceiling(some_books(a_portfolio("99.99")), limits) == Decimal("33.32")


def test_purse_of_what_the_venue_holds_less_of_is_of_the_lower_bankroll() -> None:
    books = replace(some_books(), equity=equity(1, wallet=40_000))
    assert purse(a_context(), books, LOOSE).bankroll == naira(40_000)


@pytest.mark.parametrize(
    "books",
    [
        Books(portfolio=holding("untagged"), state=some_books().state, tags={}),
        replace(some_books(), peak=Money.of(1, Currency.USD)),
        replace(some_books(), entries=(None,)),  # type: ignore[arg-type]
        some_books(replace(a_portfolio(), cash=naira("1e400"))),
    ],
)
def test_purse_of_books_that_cannot_be_read_is_empty(books: Books) -> None:
    found = purse(a_context(), books, LOOSE)
    assert (found.bankroll, found.ceiling) == (naira(0), naira(0))


def test_purse_of_an_overdrawn_portfolio_is_empty() -> None:
    assert ceiling(some_books(replace(a_portfolio(), cash=naira(-1))), LOOSE) == 0
