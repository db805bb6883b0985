"""Books, quotes, tickers, history and trades off the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bayse_agent.adapters.bayse.wire import prices
from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.reader import Reader
from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import MarketId, OrderBook, OutcomeId, Quote, Side
from bayse_agent.domain.money import Currency
from tests.adapters.bayse import samples

NOW = datetime(2026, 9, 1, 10, 0, 1, tzinfo=UTC)
UP = OutcomeId(samples.UP)


def read_books(*told: object) -> tuple[OrderBook, ...]:
    return prices.books(samples.wire(list(told)), [UP], Currency.NGN, NOW, Drift())


def read_quote(
    side: Side = Side.BUY, asked: int = 100, currency: Currency = Currency.USD, **changes: object
) -> Quote:
    return prices.quote(
        Reader(samples.wire(samples.quote(**changes)), "quote", Drift()),
        market_id=MarketId(samples.MARKET),
        outcome_id=UP,
        side=side,
        asked=Decimal(asked),
        currency=currency,
        received_at=NOW,
    )


def test_books_when_told_as_documented_then_reads_levels_and_both_times() -> None:
    (found,) = read_books(samples.book())

    assert [level.price for level in found.bids] == [Decimal("0.54"), Decimal("0.53")]
    assert (found.best_ask, found.last_price) == (Decimal("0.55"), Decimal("0.55"))
    assert found.source_at == datetime(2026, 9, 1, 10, tzinfo=UTC)
    assert (found.received_at, found.currency) == (NOW, Currency.NGN)


def test_books_when_there_are_none_then_answers_none() -> None:
    assert read_books() == ()


def test_books_when_nothing_was_traded_then_there_is_no_last_price() -> None:
    (found,) = read_books(samples.book(lastTradedPrice=None, lastTradedSide=None))

    assert found.last_price is None


def test_books_when_levels_are_out_of_order_then_sorts_them() -> None:
    levels = [{"price": 0.5, "quantity": 1}, {"price": 0.6, "quantity": 1}]
    (found,) = read_books(samples.book(bids=levels, asks=[]))

    assert [level.price for level in found.bids] == [Decimal("0.6"), Decimal("0.5")]


def test_books_when_a_level_is_empty_then_leaves_it_out() -> None:
    (found,) = read_books(samples.book(asks=[{"price": 0.55, "quantity": 0}]))

    assert found.asks == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"bids": [{"price": 0.56, "quantity": 1}]},
        {"bids": [{"price": 0, "quantity": 1}]},
        {"asks": [{"price": 1, "quantity": 1}]},
        {"asks": [{"price": 0.6, "quantity": -1}]},
        {"asks": [{"price": 0.6}]},
        {"asks": "none"},
        {"timestamp": ""},
        {"timestamp": None},
    ],
)
def test_books_when_a_book_is_impossible_then_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(VenueMalformed):
        read_books(samples.book(**changes))


def test_books_when_one_is_impossible_then_the_others_go_on() -> None:
    found = prices.books(
        samples.wire([samples.book(outcomeId=samples.DOWN, timestamp=None), samples.book()]),
        [UP, OutcomeId(samples.DOWN)],
        Currency.NGN,
        NOW,
        Drift(),
    )

    assert [book.outcome_id for book in found] == [samples.UP]


def test_books_when_one_was_not_asked_for_then_leaves_it_out() -> None:
    assert len(read_books(samples.book(), samples.book(outcomeId=samples.DOWN))) == 1


def test_quote_when_buying_dollars_then_the_price_is_cash_by_shares() -> None:
    found = read_quote()

    assert found.average_price == Decimal("0.723537")
    assert (found.shares, found.market_price) == (Decimal("138.21"), Decimal("0.72"))
    assert found.fee.amount == Decimal("1.96")
    assert found.is_complete
    assert not found.exceeds_liability


def test_quote_when_buying_naira_then_the_price_takes_the_payout_into_account() -> None:
    found = read_quote(asked=1000, currency=Currency.NGN, quantity=13.8, price=72.46 / 100)

    assert found.average_price == Decimal("0.724638")


def test_quote_when_selling_then_the_price_is_what_is_told() -> None:
    assert read_quote(Side.SELL, price=0.7).average_price == Decimal("0.7")


def test_quote_when_a_fee_lifts_the_price_above_one_then_is_one() -> None:
    assert read_quote(quantity=98).average_price == 1


def test_quote_when_nothing_says_that_it_is_complete_then_is_not() -> None:
    assert not read_quote(completeFill=None).is_complete


def test_quote_when_profit_is_unknown_and_nothing_can_be_had_then_reads_it() -> None:
    found = read_quote(quantity=0, profitPercentage=None, completeFill=False)

    assert found.shares == 0


@pytest.mark.parametrize(
    "changes", [{"quantity": None}, {"quantity": -1}, {"price": -1}, {"currentMarketPrice": 2}]
)
def test_quote_when_impossible_then_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(VenueMalformed):
        read_quote(**changes)


def test_ticker_when_nothing_traded_then_the_last_price_is_none() -> None:
    told = {"marketId": samples.MARKET, "outcome": "YES", "lastPrice": 0, "bestBid": 0.5}
    found = prices.ticker(Reader(samples.wire(told), "ticker", Drift()), MarketId(samples.MARKET))

    assert (found.last_price, found.best_bid, found.best_ask) == (None, Decimal("0.5"), None)


def test_ticker_when_of_another_market_then_is_refused() -> None:
    with pytest.raises(VenueMalformed):
        prices.ticker(Reader({"marketId": "x"}, "ticker", Drift()), MarketId(samples.MARKET))


def test_history_when_points_are_out_of_order_then_sorts_them() -> None:
    points = [{"e": 1771329660000, "p": 0.6}, {"e": 1771329600000, "p": 0}]
    told = {"markets": [{"marketId": samples.MARKET, "title": "t", "priceHistory": points}]}

    found = prices.history(samples.wire(told), Drift())[MarketId(samples.MARKET)]

    assert [point.price for point in found] == [None, Decimal("0.6")]
    assert found[0].at == datetime(2026, 2, 17, 12, tzinfo=UTC)


@pytest.mark.parametrize("point", [{"e": -1, "p": 0.5}, {"e": 10**15, "p": 0.5}, {"e": 1.5}, {}, 1])
def test_history_when_a_point_is_impossible_then_is_refused(point: object) -> None:
    with pytest.raises(VenueMalformed):
        prices.history(
            samples.wire({"markets": [{"marketId": "m", "priceHistory": [point]}]}), Drift()
        )


def test_history_when_in_the_shape_of_old_pages_then_is_refused() -> None:
    with pytest.raises(VenueMalformed):
        prices.history({samples.MARKET: [{"outcome": "YES", "price": 0.5}]}, Drift())


@pytest.mark.parametrize("name", ["data", "trades"])
def test_trades_when_under_either_name_then_reads_them(name: str) -> None:
    told = {name: [samples.trade()], "pagination": samples.pagination()}

    (found,) = prices.trades(samples.wire(told), Drift()).items

    assert (found.taker_price, found.maker_price) == (Decimal("0.55"), Decimal("0.45"))
    assert (found.taker_outcome_id, found.maker_outcome_id) == (samples.UP, samples.DOWN)
    assert (found.taker_fee, found.match_type) == (Decimal("0.27"), "MINT")


def test_trades_when_one_cannot_be_read_then_the_whole_page_is_refused() -> None:
    rows = [samples.trade(), samples.trade(takerFee=None)]
    page = {"data": rows, "pagination": samples.pagination()}

    with pytest.raises(VenueMalformed):
        prices.trades(samples.wire(page), Drift())
