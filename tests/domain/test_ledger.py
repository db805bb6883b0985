"""The ledger: each entry sums to zero, and the accounts say what the folded books say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.ledger import (
    Account,
    Cause,
    Entry,
    Posting,
    balances,
    differences,
    entry_of_deposit,
    entry_of_fill,
    entry_of_settlement,
    given_up,
)
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency, Money, Shares
from bayse_agent.domain.order import Fill, FillId
from bayse_agent.domain.portfolio import (
    Portfolio,
    Settlement,
    opened,
    with_deposit,
    with_fill,
    with_settlement,
)
from tests.builders import DOWN, MARKET_ID, NOON, UP, a_deposit, a_fill, an_intent

NGN, USD = Currency.NGN, Currency.USD
ZERO = Money.zero(NGN)
_amounts = st.decimals(min_value=0, max_value=10_000, places=6)


def _money(value: str | Decimal) -> Money:
    return Money.of(value, NGN)


def test_entry_when_it_does_not_sum_to_zero_then_broken_invariant() -> None:
    with pytest.raises(BrokenInvariant):
        Entry(
            cause=Cause.DEPOSIT,
            subject="opening",
            at=NOON,
            postings=(
                Posting(account=Account.CASH, amount=_money("5")),
                Posting(account=Account.DEPOSITS, amount=_money("-4")),
            ),
        )


def test_entry_when_two_currencies_cancel_out_then_broken_invariant() -> None:
    with pytest.raises(BrokenInvariant):
        Entry(
            cause=Cause.DEPOSIT,
            subject="opening",
            at=NOON,
            postings=(
                Posting(account=Account.CASH, amount=Money.of("5", NGN)),
                Posting(account=Account.DEPOSITS, amount=Money.of("-5", USD)),
            ),
        )


def test_entry_when_a_position_has_no_place_then_broken_invariant() -> None:
    with pytest.raises(BrokenInvariant):
        Entry(
            cause=Cause.BUY,
            subject="fill-1",
            at=NOON,
            postings=(
                Posting(account=Account.CASH, amount=_money("-5")),
                Posting(account=Account.POSITIONS, amount=_money("5")),
            ),
        )


def test_entry_of_deposit_when_taken_out_again_then_nothing_is_left() -> None:
    entries = [entry_of_deposit(a_deposit("500")), entry_of_deposit(a_deposit("-500", "out"))]
    found = balances(posting for entry in entries for posting in entry.postings)[NGN]
    assert (found.cash, found.deposits, found.realised) == (ZERO, ZERO, ZERO)


def test_entry_of_fill_when_bought_then_the_fee_is_in_the_cost_and_counted() -> None:
    entry = entry_of_fill(a_fill(an_intent()), ZERO, NOON)
    found = balances(entry.postings)[NGN]
    assert (found.cash, found.cost) == (_money("-550"), _money("550"))
    assert (found.fees, found.realised) == (_money("11"), ZERO)


def test_entry_of_fill_when_sold_for_more_than_it_cost_then_the_rest_is_profit() -> None:
    sale = replace(a_fill(an_intent(), cash="600"), side=Side.SELL)
    entry = entry_of_fill(sale, _money("550"), NOON)
    assert entry.profit == _money("50")


def test_entry_of_settlement_when_voided_then_cost_comes_back_and_no_profit() -> None:
    paid = Settlement(
        market_id=MARKET_ID,
        outcome_id=UP,
        winner=None,
        shares=Shares(Decimal("9.8")),
        payout=_money("550"),
        at=NOON,
    )
    entry = entry_of_settlement(paid, _money("550"), NOON)
    assert entry.profit == ZERO


def test_differences_when_a_cost_is_another_then_it_is_told() -> None:
    books = with_fill(opened(_money("1000")), a_fill(an_intent()))
    entries = [
        entry_of_deposit(a_deposit("1000")),
        entry_of_fill(replace(a_fill(an_intent()), cash=_money("540")), ZERO, NOON),
    ]
    found = balances(posting for entry in entries for posting in entry.postings)[NGN]
    words = differences(found, books)
    assert words[0] == "cash: NGN 460 in the ledger, 450 folded from the fills"
    assert len(words) == 2


@st.composite
def _histories(draw: st.DrawFn) -> tuple[Portfolio, list[Entry]]:
    """Deposits, buys, sales and settlements in any order that the books allow."""
    books, entries = opened(ZERO), []
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["deposit", "buy", "sell", "settle"]))
        amount, fee = draw(_amounts), draw(_amounts)
        held = list(books.positions)
        before = books
        if kind == "deposit":
            deposit = a_deposit(str(amount - 5_000), f"d-{number}")
            books = with_deposit(books, deposit.amount)
            entries.append(entry_of_deposit(deposit))
        elif kind == "buy" or not held:
            outcome = draw(st.sampled_from([UP, DOWN]))
            fill = _fill(number, Side.BUY, outcome, amount, fee, draw(_amounts) + 1)
            books = with_fill(books, fill)
            entries.append(entry_of_fill(fill, ZERO, NOON))
        elif kind == "sell":
            position = draw(st.sampled_from(held))
            part = draw(st.sampled_from([Decimal("0.25"), Decimal("0.5"), Decimal(1)]))
            count = position.shares * part
            fill = _fill(number, Side.SELL, position.outcome_id, amount, fee, count)
            books = with_fill(books, fill)
            entries.append(entry_of_fill(fill, given_up(before, books), NOON))
        else:
            position = draw(st.sampled_from(held))
            paid = Settlement(
                market_id=position.market_id,
                outcome_id=position.outcome_id,
                winner=UP,
                shares=position.shares,
                payout=_money(amount),
                at=NOON,
            )
            books = with_settlement(books, paid)
            entries.append(entry_of_settlement(paid, given_up(before, books), NOON))
    return books, entries


def _fill(
    number: int, side: Side, outcome_id: str, cash: Decimal, fee: Decimal, count: Decimal
) -> Fill:
    return replace(
        a_fill(an_intent(), id=f"fill-{number}"),
        id=FillId(f"fill-{number}"),
        side=side,
        outcome_id=outcome_id,
        cash=_money(cash),
        fee=_money(fee),
        shares=Shares(count),
    )


@given(history=_histories(), value=_amounts)
def test_balances_when_anything_happened_then_as_the_books_fold_and_profit_is_what_equity_gained(
    history: tuple[Portfolio, list[Entry]], value: Decimal
) -> None:
    books, entries = history
    found = balances(posting for entry in entries for posting in entry.postings)[NGN]
    assert differences(found, books) == ()
    worth = _money(value)
    assert found.profit(worth) == found.equity(worth) - found.deposits
