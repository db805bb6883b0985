"""Minting and burning complete sets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.domain.money import Currency, Money
from bayse_agent.simulation.exchange import views
from bayse_agent.simulation.exchange.refusal import Refusal
from tests.simulation.exchange.floor import NGN, SELL, USD, Floor, cash, free_cash, held, shares


@pytest.mark.parametrize(("currency", "amount"), [(NGN, "1000"), (USD, "10")])
def test_mint_of_a_wallet_amount_makes_ten_pairs(currency: Currency, amount: str) -> None:
    floor = Floor()
    account = floor.user("a", usd="10", ngn="1000")
    made = floor.exchange.mint(account, floor.market, Money(Decimal(amount), currency))
    assert (shares(made.micro), cash(made.nanos)) == (10, Decimal(amount))
    assert [held(floor, account, outcome, currency) for outcome in (0, 1)] == [10, 10]
    assert free_cash(account, currency) == 0


def test_burn_gives_the_cash_back() -> None:
    floor = Floor()
    account = floor.user("a", ngn="0", pairs=10)
    floor.exchange.burn(account, floor.market, Money(Decimal(400), NGN))
    assert free_cash(account, NGN) == 400
    assert [held(floor, account, outcome, NGN) for outcome in (0, 1)] == [6, 6]


def test_mint_and_burn_make_no_profit() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    floor.exchange.burn(account, floor.market, Money(Decimal(10), USD))
    assert views.profit_and_loss(account.results, USD).realised.amount == 0
    assert not [row for row in views.holdings(floor.exchange, account) if row.currency is USD]


def test_mint_does_not_move_the_price() -> None:
    floor = Floor()
    floor.user("a", pairs=10)
    assert floor.exchange.marginal(floor.market, 0, USD) is None


def test_burn_without_both_legs_is_refused() -> None:
    floor = Floor()
    account = floor.user("a", pairs=10)
    floor.limit(account, SELL, 1, "0.60", "4")
    with pytest.raises(Refusal, match="insufficient shares"):
        floor.exchange.burn(account, floor.market, Money(Decimal("6.01"), USD))
    floor.exchange.burn(account, floor.market, Money(Decimal(6), USD))
    assert held(floor, account, 0) == 4


def test_mint_beyond_the_wallet_is_refused() -> None:
    floor = Floor()
    with pytest.raises(Refusal, match="Insufficient NGN balance"):
        floor.exchange.mint(floor.user("a", ngn="999"), floor.market, Money(Decimal(1000), NGN))


@pytest.mark.parametrize("amount", ["0", "-1", "0.00000001"])
def test_set_of_nothing_is_refused(amount: str) -> None:
    floor = Floor()
    with pytest.raises(Refusal):
        floor.exchange.mint(floor.user("a"), floor.market, Money(Decimal(amount), USD))


def test_mint_on_a_closed_market_is_refused() -> None:
    floor = Floor()
    floor.exchange.close(floor.event)
    with pytest.raises(Refusal) as caught:
        floor.exchange.mint(floor.user("a"), floor.market, Money(Decimal(10), USD))
    assert caught.value.code == "MARKET_CLOSED"
