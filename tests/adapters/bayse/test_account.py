"""Portfolio, wallets, activities, profit and complete sets off the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bayse_agent.adapters.bayse.wire import account
from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.portfolio import Activity
from tests.adapters.bayse import samples


def test_portfolio_when_told_as_documented_then_reads_each_row() -> None:
    (found,) = account.portfolio(samples.wire(samples.portfolio(samples.balance())), Drift()).items

    assert (found.event_id, found.market_id) == (samples.EVENT, samples.MARKET)
    assert (found.outcome_id, found.currency) == (samples.UP, Currency.USD)
    assert (found.shares, found.available) == (Decimal("138.21"), Decimal("138.21"))
    assert found.cost == Money(Decimal(100), Currency.USD)
    assert found.current_value == Money(Decimal("107.6"), Currency.USD)


def test_portfolio_when_a_fee_lifts_the_average_above_one_then_is_one() -> None:
    told = samples.wire(samples.portfolio(samples.balance(averagePrice=1.02)))

    (found,) = account.portfolio(told, Drift()).items

    assert found.average_price == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"balance": None},
        {"balance": -1},
        {"balance": "138.21"},
        {"availableBalance": 200},
        {"currency": "EUR"},
        {"currency": None},
        {"outcomeId": None},
        {"averagePrice": -0.1},
        {"market": None},
    ],
)
def test_portfolio_when_a_row_is_unclear_then_the_whole_page_is_refused(
    changes: dict[str, object],
) -> None:
    told = samples.portfolio(samples.balance(), samples.balance(**changes))

    with pytest.raises(VenueMalformed):
        account.portfolio(samples.wire(told), Drift())


def test_wallets_when_there_are_two_currencies_then_reads_both() -> None:
    told = {"assets": [samples.asset(), samples.asset(symbol="USD", availableBalance=12.5)]}

    naira, dollars = account.wallets(samples.wire(told), Drift())

    assert naira.available == Money(Decimal("25000.5"), Currency.NGN)
    assert dollars.available == Money(Decimal("12.5"), Currency.USD)


def test_wallets_when_a_currency_is_unknown_then_passes_it_over_and_counts_it() -> None:
    drift = Drift()

    found = account.wallets(
        samples.wire({"assets": [samples.asset(symbol="BTC"), samples.asset()]}), drift
    )

    assert [wallet.available.currency for wallet in found] == [Currency.NGN]
    assert drift.report().unknown_words == {"wallet.symbol: BTC": 1}


@pytest.mark.parametrize(
    "assets",
    [
        [samples.asset(), samples.asset()],
        [samples.asset(availableBalance=None)],
        [samples.asset(availableBalance="1")],
        None,
    ],
)
def test_wallets_when_a_sum_is_unclear_then_is_refused(assets: object) -> None:
    with pytest.raises(VenueMalformed):
        account.wallets(samples.wire({"assets": assets}), Drift())


def read_activity(**changes: object) -> Activity:
    told = {"activities": [samples.activity(**changes)], "pagination": samples.pagination()}
    return account.activities(samples.wire(told), Drift()).items[0]


def test_activities_when_numbers_are_texts_then_reads_them_exactly() -> None:
    found = read_activity(size="138.210000000000000001")

    assert (found.amount, found.fee) == (Decimal(100), Decimal(2))
    assert found.size == Decimal("138.210000000000000001")
    assert found.at == datetime(2026, 2, 24, 11, tzinfo=UTC)


def test_activities_when_a_payout_has_no_order_then_reads_it_all_the_same() -> None:
    found = read_activity(type="PAYOUT_WIN", orderId="", payout="13821", amount=None, size="")

    assert (found.kind, found.order_id, found.payout) == ("PAYOUT_WIN", None, Decimal(13821))
    assert (found.amount, found.size) == (None, None)


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "1e400", "1_000", "١٢", "ten", " ", [], True]
)
def test_activities_when_a_number_is_none_then_is_refused(number: object) -> None:
    with pytest.raises(VenueMalformed):
        read_activity(payout=number)


def test_profit_and_loss_when_told_as_documented_then_reads_it() -> None:
    found = account.profit_and_loss(
        samples.wire(samples.profit(tradePnl=-6.61)), Currency.USD, Drift()
    )

    assert found.from_trades == Money(Decimal("-6.61"), Currency.USD)
    assert (found.wins, found.losses) == (8, 6)


def test_profit_and_loss_when_of_another_currency_then_is_refused() -> None:
    with pytest.raises(VenueMalformed):
        account.profit_and_loss(samples.wire(samples.profit()), Currency.NGN, Drift())


SET = {
    "operationId": "op-1",
    "marketId": samples.MARKET,
    "quantity": 10,
    "outcome1Price": 0.5,
    "outcome2Price": 0.5,
}
MARKET = MarketId(samples.MARKET)


def test_minted_when_naira_then_a_pair_costs_its_payout() -> None:
    found = account.minted(samples.wire(SET), MARKET, Currency.NGN, Drift())

    assert (found.pairs, found.cash) == (Decimal(10), Money(Decimal(1000), Currency.NGN))


def test_burned_when_proceeds_are_told_then_they_count() -> None:
    found = account.burned(samples.wire({**SET, "proceeds": 999}), MARKET, Currency.NGN, Drift())

    assert found.cash == Money(Decimal(999), Currency.NGN)


def test_minted_when_of_another_market_then_is_refused() -> None:
    with pytest.raises(VenueMalformed):
        account.minted(samples.wire(SET), MarketId("another"), Currency.NGN, Drift())
