"""Trades on a book as they enter our books: what was paid, what was kept, and the fee."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency, Money, price, shares
from bayse_agent.domain.order import FillId, Intent, OrderId, Sell, Trade
from bayse_agent.trading.following import fill_of
from tests.builders import DOWN, MARKET_ID, NOON, UP, an_intent

OURS, THEIRS = OrderId("ours"), OrderId("theirs")


def a_trade(*, at: str = "0.50", count: str = "100", fee: str = "250") -> Trade:
    """We took 100 shares of Up at 0.50, fee NGN 250."""
    return Trade(
        id=FillId("trade-1"),
        market_id=MARKET_ID,
        size=shares(count),
        taker_order_id=OURS,
        maker_order_id=THEIRS,
        taker_outcome_id=UP,
        maker_outcome_id=DOWN,
        taker_side=Side.BUY,
        taker_price=price(at),
        maker_price=price(Decimal(1) - Decimal(at)),
        taker_fee=Decimal(fee),
        match_type="MINT",
        at=NOON,
    )


def a_sale() -> Intent:
    wish = Sell(
        market_id=MARKET_ID,
        outcome_id=UP,
        shares=shares("100"),
        currency=Currency.NGN,
        worst_price=price("0.40"),
    )
    return replace(an_intent(), wish=wish)


def test_fill_of_when_bought_then_all_is_paid_and_the_fee_is_missing_in_shares() -> None:
    fill = fill_of(an_intent(), OURS, a_trade())
    assert fill.cash == Money.of(5000, Currency.NGN)
    assert fill.shares == Decimal(95)
    assert fill.fee == Money.of(250, Currency.NGN)


def test_fill_of_when_sold_then_the_fee_is_missing_in_cash() -> None:
    fill = fill_of(a_sale(), OURS, a_trade())
    assert fill.cash == Money.of(4750, Currency.NGN)
    assert fill.shares == Decimal(100)


def test_fill_of_when_ours_rested_then_our_price_and_no_fee() -> None:
    resting = replace(a_trade(at="0.40"), taker_order_id=THEIRS, maker_order_id=OURS)
    fill = fill_of(an_intent(), OURS, resting)
    assert (fill.price, fill.shares) == (Decimal("0.60"), Decimal(100))
    assert fill.fee == Money.zero(Currency.NGN)
    assert fill.cash == Money.of(6000, Currency.NGN)


@given(
    tick=st.integers(10, 990),
    micro=st.integers(10_000, 10**12),
    kept_back=st.integers(0, 10_000),
)
def test_fill_of_when_the_venue_kept_back_whole_micro_shares_then_exactly_these_are_missing(
    tick: int, micro: int, kept_back: int
) -> None:
    at, count = Decimal(tick) / 1000, Decimal(micro) / 10**6
    fee = Decimal(kept_back) / 10**6 * at * 100
    fill = fill_of(an_intent(), OURS, a_trade(at=str(at), count=str(count), fee=str(fee)))
    assert fill.shares == count - Decimal(kept_back) / 10**6
