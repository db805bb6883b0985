"""The unit of sells, read off a quote."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayse_agent.adapters.bayse.selling import sell_unit_of
from bayse_agent.adapters.bayse.wire.writing import SellUnit
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.market import MarketId, OutcomeId, Quote, Side
from bayse_agent.domain.money import Currency, Money, Price, Shares


def quoted(
    shares: Decimal,
    *,
    price: str = "0.40",
    currency: Currency = Currency.NGN,
    side: Side = Side.SELL,
    is_complete: bool = True,
) -> Quote:
    """What the venue answers to a sell of 10."""
    return Quote(
        market_id=MarketId("m"),
        outcome_id=OutcomeId("o"),
        side=side,
        currency=currency,
        amount=Decimal(10),
        shares=Shares(shares),
        average_price=Price(Decimal(price)),
        market_price=Price(Decimal(price)),
        fee=Money.zero(currency),
        is_complete=is_complete,
        exceeds_liability=False,
        received_at=datetime(2026, 2, 17, tzinfo=UTC),
    )


def test_sell_unit_when_the_shares_are_the_amount_then_is_shares() -> None:
    assert sell_unit_of(quoted(Decimal("9.99"))) is SellUnit.SHARES


def test_sell_unit_when_the_shares_are_worth_the_amount_then_is_cash() -> None:
    assert sell_unit_of(quoted(Decimal("0.25"))) is SellUnit.CASH


@pytest.mark.parametrize(
    "quote",
    [
        quoted(Decimal(10), price="0.99", currency=Currency.USD),
        quoted(Decimal(5)),
        quoted(Decimal(0)),
        quoted(Decimal(10), price="0"),
        quoted(Decimal(10), is_complete=False),
    ],
)
def test_sell_unit_when_the_quote_proves_nothing_then_is_none(quote: Quote) -> None:
    assert sell_unit_of(quote) is None


def test_sell_unit_when_the_quote_is_of_a_buy_then_refuses() -> None:
    with pytest.raises(InvalidValue):
        sell_unit_of(quoted(Decimal(10), side=Side.BUY))


@given(shares=st.decimals("0.01", "1000", places=2), price=st.integers(1, 99))
def test_sell_unit_when_given_any_quote_then_never_takes_one_for_the_other(
    shares: Decimal, price: int
) -> None:
    unit = sell_unit_of(quoted(shares, price=f"0.{price:02d}"))

    worth = shares * price
    assert unit is not SellUnit.SHARES or abs(shares - 10) <= 1
    assert unit is not SellUnit.CASH or abs(worth - 10) <= Decimal("1.1")
