"""The fee curve, break-even prices and walking a book, against worked numbers and identities."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.errors import CurrencyMismatch, InvalidValue
from bayse_agent.domain.fees import (
    Offer,
    Purchase,
    book_bids,
    book_offers,
    break_even_price,
    cut_to_tick,
    depth_within,
    fee_fraction,
    purchase,
    quoted_bids,
    quoted_offers,
    sale,
)
from bayse_agent.domain.market import Quote, Side
from bayse_agent.domain.money import Currency, Money, price, shares
from tests.builders import a_book, a_quote

TEN_PERCENT = Decimal("0.10")
DUST = Decimal("1e-18")


@pytest.mark.parametrize(
    ("at", "expected"),
    [("0.30", "0.070"), ("0.50", "0.050"), ("0.70", "0.050"), ("0.90", "0.050")],
)
def test_fee_fraction_at_reference_prices_matches_the_venue(at: str, expected: str) -> None:
    assert fee_fraction(price(at), TEN_PERCENT) == Decimal(expected)


def test_fee_fraction_with_an_older_floor_charges_sure_outcomes_less() -> None:
    assert fee_fraction(price("0.60"), TEN_PERCENT, Decimal("0.3")) == Decimal("0.040")


@pytest.mark.parametrize("rate", ["-0.01", "1", "NaN", "Infinity"])
def test_fee_fraction_with_an_impossible_rate_raises(rate: str) -> None:
    with pytest.raises(InvalidValue):
        fee_fraction(price("0.5"), Decimal(rate))


def test_break_even_price_above_one_says_that_no_chance_is_enough() -> None:
    assert break_even_price(price("0.99"), TEN_PERCENT) > 1


def test_purchase_of_a_hundred_dollars_at_thirty_cents_keeps_310_shares() -> None:
    book = a_book(asks=(("0.30", "1000"),), currency=Currency.USD)
    bought = _bought(book_offers(book, TEN_PERCENT), Money.of(100, Currency.USD))
    assert round(bought.gross, 2) == Decimal("333.33")
    assert round(bought.net, 2) == Decimal("310.00")
    assert round(bought.average_price, 5) == Decimal("0.30000")
    assert round(bought.effective_price, 5) == Decimal("0.32258")
    assert bought.fee.amount == pytest.approx(Decimal(7))


def test_purchase_in_naira_counts_a_hundred_naira_a_share() -> None:
    book = a_book(asks=(("0.65", "1000"),))
    bought = _bought(book_offers(book, Decimal("0.05")), Money.of(100, Currency.NGN))
    assert bought.fee.amount == pytest.approx(Decimal("2.5"))
    assert bought.net == pytest.approx(Decimal("1.5"))


def test_purchase_over_two_levels_pays_each_levels_own_fee() -> None:
    book = a_book(asks=(("0.20", "100"), ("0.40", "100")), currency=Currency.USD)
    bought = _bought(book_offers(book, TEN_PERCENT), Money.of(40, Currency.USD))
    assert bought.gross == 150
    assert bought.fee.amount == pytest.approx(Decimal("20") * TEN_PERCENT * Decimal("1.4"))
    assert bought.worst_price == Decimal("0.40")


def test_purchase_beyond_the_book_spends_only_what_is_there() -> None:
    book = a_book(asks=(("0.20", "100"),), currency=Currency.USD)
    bought = _bought(book_offers(book, TEN_PERCENT), Money.of(500, Currency.USD))
    assert bought.cash == Money.of(20, Currency.USD)


def test_purchase_from_an_empty_book_is_none() -> None:
    assert purchase((), Money.of(5, Currency.USD)) is None


def test_purchase_of_nothing_is_none() -> None:
    offers = book_offers(a_book(), TEN_PERCENT)
    assert purchase(offers, Money.zero(Currency.NGN)) is None


def test_purchase_in_the_other_currency_raises() -> None:
    with pytest.raises(CurrencyMismatch):
        purchase(book_offers(a_book(), TEN_PERCENT), Money.of(5, Currency.USD))


def test_depth_within_stops_at_the_first_level_beyond_the_bound() -> None:
    book = a_book(asks=(("0.20", "100"), ("0.40", "100")), currency=Currency.USD)
    offers = book_offers(book, TEN_PERCENT)
    assert depth_within(offers, Decimal("0.30"), Currency.USD) == Money.of(20, Currency.USD)


def test_depth_within_a_bound_includes_a_level_exactly_at_it() -> None:
    offers = book_offers(a_book(asks=(("0.20", "100"),), currency=Currency.USD), Decimal(0))
    assert depth_within(offers, Decimal("0.20"), Currency.USD) == Money.of(20, Currency.USD)


def test_quoted_offers_of_rising_amounts_become_steps() -> None:
    first, second = quoted_offers([a_quote("200", "3.9"), a_quote("100", "2")])
    assert (first.price, first.depth) == (Decimal("0.5"), Money.of(100, Currency.NGN))
    assert second.price == Decimal(100) / (Decimal("1.9") * 100)


def test_quoted_offers_leave_out_what_would_not_fill() -> None:
    assert quoted_offers([a_quote(is_complete=False)]) == ()


def test_quoted_offers_leave_out_what_the_formula_cannot_pay_for() -> None:
    assert quoted_offers([replace(a_quote(), exceeds_liability=True)]) == ()


def test_quoted_offers_at_a_whole_payout_are_worth_nothing() -> None:
    assert quoted_offers([a_quote("100", "1")]) == ()


def test_quoted_offers_that_get_cheaper_with_size_are_not_believed() -> None:
    assert len(quoted_offers([a_quote("100", "2"), a_quote("200", "5")])) == 1


def test_sale_takes_the_fee_out_of_the_proceeds() -> None:
    book = a_book(bids=(("0.50", "100"),), currency=Currency.USD)
    sold = sale(book, shares(10), TEN_PERCENT)
    assert sold is not None
    assert (sold.cash, sold.fee) == (
        Money.of("4.75", Currency.USD),
        Money.of("0.25", Currency.USD),
    )


def test_sale_beyond_the_bids_sells_only_what_is_wanted() -> None:
    book = a_book(bids=(("0.50", "4"), ("0.40", "3")), currency=Currency.USD)
    sold = sale(book, shares(10), TEN_PERCENT)
    assert sold is not None
    assert (sold.shares, sold.worst_price) == (7, Decimal("0.40"))


def test_sale_without_bids_is_none() -> None:
    assert sale(a_book(bids=()), shares(1), TEN_PERCENT) is None


def test_sale_tells_the_price_of_a_share_before_and_after_the_fee() -> None:
    book = a_book(bids=(("0.50", "4"), ("0.40", "6")), currency=Currency.USD)
    sold = sale(book, shares(10), TEN_PERCENT)
    assert sold is not None
    assert (sold.average_price, sold.effective_price) == (Decimal("0.44"), Decimal("0.4156"))


def test_book_bids_leave_what_a_share_brings_after_the_fee() -> None:
    (bid,) = book_bids(a_book(bids=(("0.50", "4"),)), TEN_PERCENT)
    assert (bid.price, bid.net, bid.shares) == (Decimal("0.50"), Decimal("0.475"), 4)


def a_sell_quote(count: str, average: str) -> Quote:
    quote = a_quote(count, count)
    return replace(quote, side=Side.SELL, average_price=price(average))


def test_quoted_bids_of_rising_counts_become_steps() -> None:
    first, second = quoted_bids([a_sell_quote("20", "0.45"), a_sell_quote("10", "0.50")])
    assert (first.net, first.shares) == (Decimal("0.5"), 10)
    assert (second.net, second.shares) == (Decimal("0.4"), 10)


def test_quoted_bids_that_get_dearer_with_size_are_not_believed() -> None:
    assert len(quoted_bids([a_sell_quote("10", "0.40"), a_sell_quote("20", "0.50")])) == 1


def test_quoted_bids_leave_out_buys_and_what_is_not_in_shares() -> None:
    in_cash = replace(a_sell_quote("10", "0.40"), shares=shares("0.25"))
    assert quoted_bids([a_quote(), in_cash]) == ()


def test_cut_to_tick_never_goes_up() -> None:
    assert cut_to_tick(Decimal("0.53499")) == Decimal("0.534")


prices = st.integers(min_value=1, max_value=99).map(lambda cents: f"0.{cents:02d}")
sizes = st.integers(min_value=1, max_value=5000).map(str)
rates = st.integers(min_value=0, max_value=20).map(lambda percent: Decimal(percent) / 100)


@given(first=prices, second=prices, rate=rates)
def test_break_even_price_rises_with_the_price(first: str, second: str, rate: Decimal) -> None:
    low, high = sorted((price(first), price(second)))
    assert break_even_price(low, rate) <= break_even_price(high, rate)


@given(
    levels=st.dictionaries(prices, sizes, min_size=1, max_size=6),
    stake=st.integers(min_value=1, max_value=10**6),
    rate=rates,
)
def test_purchase_always_adds_up(levels: dict[str, str], stake: int, rate: Decimal) -> None:
    offers = book_offers(a_book(asks=sorted(levels.items())), rate)
    money = Money.of(stake, Currency.NGN)
    bought = _bought(offers, money)
    assert bought.cash <= money
    assert bought.net <= bought.gross + DUST
    assert bought.average_price <= bought.worst_price + DUST
    assert bought.effective_price <= break_even_price(bought.worst_price, rate) + DUST
    assert bought.cash <= sum((offer.depth for offer in offers), Money.zero(Currency.NGN))


@given(
    levels=st.dictionaries(prices, sizes, min_size=1, max_size=6),
    cents=st.integers(min_value=1, max_value=99),
    rate=rates,
)
def test_depth_within_a_bound_never_breaks_even_above_it(
    levels: dict[str, str], cents: int, rate: Decimal
) -> None:
    offers = book_offers(a_book(asks=sorted(levels.items())), rate)
    bound = Decimal(cents) / 100
    bought = purchase(offers, depth_within(offers, bound, Currency.NGN))
    assert bought is None or bought.effective_price <= bound + DUST


def _bought(offers: tuple[Offer, ...], stake: Money) -> Purchase:
    bought = purchase(offers, stake)
    assert bought is not None
    return bought
