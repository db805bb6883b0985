"""What the venue's markets cost, read: books, quotes, tickers, history and trades."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.paging import page_of
from bayse_agent.adapters.bayse.wire.reader import Reader, readable, rows
from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.market import (
    Level,
    MarketId,
    OrderBook,
    OutcomeId,
    Page,
    PricePoint,
    Quote,
    Side,
    Ticker,
)
from bayse_agent.domain.money import ONE, ZERO, Currency, Money, Price
from bayse_agent.domain.order import FillId, OrderId, Trade

_MICRO = Decimal("0.000001")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def books(
    value: object,
    asked: Collection[OutcomeId],
    currency: Currency,
    received_at: datetime,
    drift: Drift,
) -> tuple[OrderBook, ...]:
    """The books of the outcomes that were asked for; others are passed over and counted."""
    found = readable(
        rows(value, "book", drift), lambda row: book(row, currency, received_at), drift
    )
    wanted: dict[OutcomeId, OrderBook] = {}
    for each in found:
        if each.outcome_id not in asked or each.outcome_id in wanted:
            drift.left_out("book", "an outcome that was not asked for, or twice")
        else:
            wanted[each.outcome_id] = each
    return tuple(wanted.values())


def book(row: Reader, currency: Currency, received_at: datetime) -> OrderBook:
    """One outcome's book. Raises VenueMalformed when its best bid is above its best ask."""
    bids = sorted(_levels(row, "bids"), key=lambda level: level.price, reverse=True)
    asks = sorted(_levels(row, "asks"), key=lambda level: level.price)
    if bids and asks and bids[0].price > asks[0].price:
        raise VenueMalformed("book: it is crossed")
    found = OrderBook(
        market_id=MarketId(row.id("marketId")),
        outcome_id=OutcomeId(row.id("outcomeId")),
        currency=currency,
        bids=tuple(bids),
        asks=tuple(asks),
        last_price=row.optional_price("lastTradedPrice"),
        source_at=row.moment("timestamp"),
        received_at=received_at,
    )
    row.done("lastTradedSide")
    return found


def _levels(row: Reader, name: str) -> list[Level]:
    """The levels with something on offer. `total` is of an unclear unit, and not needed."""
    found = []
    for item in row.optional_rows(name, "level"):
        level = Level(price=item.price("price"), shares=item.shares("quantity"))
        item.done("total")
        if not ZERO < level.price < ONE:
            raise VenueMalformed("level: a price at the very edge")
        if level.shares > ZERO:
            found.append(level)
    return found


def quote(
    row: Reader,
    *,
    market_id: MarketId,
    outcome_id: OutcomeId,
    side: Side,
    asked: Decimal,
    currency: Currency,
    received_at: datetime,
) -> Quote:
    """A quote. The price of a buy is worked out from its cash and shares, fee and all."""
    shares = row.shares("quantity")
    told = row.number("price")
    fee = row.optional_number("fee")
    found = Quote(
        market_id=market_id,
        outcome_id=outcome_id,
        side=side,
        currency=currency,
        amount=asked,
        shares=shares,
        average_price=_true_price(side, asked, shares, told, currency),
        market_price=row.price("currentMarketPrice"),
        fee=Money(ZERO if fee is None else fee, currency),
        is_complete=row.optional_flag("completeFill") is True,
        exceeds_liability=row.optional_flag("tradeGoesOverMaxLiability") is True,
        received_at=received_at,
    )
    row.done("amount costOfShares priceImpactAbsolute profitPercentage currencyBaseMultiplier")
    return found


def _true_price(
    side: Side, amount: Decimal, shares: Decimal, told: Decimal, currency: Currency
) -> Price:
    """Cash / (shares x payout) for a buy; for a sell, whose unit is in doubt, what is told.

    A fee can lift the true price of a dear share above 1: as 1, it is as hopeless.
    """
    if told < ZERO:
        raise VenueMalformed("quote.price is below 0")
    number = told
    if side is Side.BUY and shares > ZERO:
        number = (amount / (shares * currency.payout)).quantize(_MICRO, ROUND_HALF_EVEN)
    return Price(min(number, ONE))


def ticker(row: Reader, asked: MarketId) -> Ticker:
    """A day's summary. Prices of 0 mean that there was none."""
    market_id = row.optional_id("marketId")
    if market_id not in (None, asked):
        raise VenueMalformed("ticker: it is of another market")
    found = Ticker(
        market_id=asked,
        last_price=row.optional_price("lastPrice"),
        best_bid=row.optional_price("bestBid"),
        best_ask=row.optional_price("bestAsk"),
        volume_24h=row.optional_number("volume24h"),
        at=row.optional_moment("timestamp"),
    )
    row.done("outcome outcomeId midPrice spread high24h low24h priceChange24h tradeCount24h")
    return found


def history(value: object, drift: Drift) -> dict[MarketId, tuple[PricePoint, ...]]:
    """Prices of outcome1 by market, oldest first."""
    answer = Reader(value, "price_history", drift)
    found: dict[MarketId, tuple[PricePoint, ...]] = {}
    for row in answer.rows("markets", "price_history.market"):
        market_id = MarketId(row.id("marketId"))
        points = (_point(item) for item in row.optional_rows("priceHistory", "point"))
        found[market_id] = tuple(sorted(points, key=lambda point: point.at))
        row.done("title")
    answer.done()
    return found


def _point(row: Reader) -> PricePoint:
    milliseconds = row.count("e")
    if milliseconds > 7_000_000_000_000:
        raise VenueMalformed("point.e is a time out of range")
    found = PricePoint(
        at=_EPOCH + timedelta(milliseconds=milliseconds), price=row.optional_price("p")
    )
    row.done()
    return found


def trades(value: object, drift: Drift) -> Page[Trade]:
    """A page of trades: under `data`, or under `trades` as older pages have it."""
    answer = Reader(value, "trades", drift)
    name = "data" if answer.has("data") or not answer.has("trades") else "trades"
    items = tuple(_trade(row) for row in answer.optional_rows(name, "trade"))
    return page_of(answer, items)


def _trade(row: Reader) -> Trade:
    found = Trade(
        id=FillId(row.id("id")),
        market_id=MarketId(row.id("marketId")),
        size=row.shares("size"),
        taker_order_id=OrderId(row.id("takerOrderId")),
        maker_order_id=OrderId(row.id("makerOrderId")),
        taker_outcome_id=OutcomeId(row.id("takerOutcomeId")),
        maker_outcome_id=OutcomeId(row.id("makerOutcomeId")),
        taker_side=row.choice("takerSide", Side),
        taker_price=row.price("takerPrice"),
        maker_price=row.price("makerPrice"),
        taker_fee=row.number("takerFee"),
        match_type=row.text_or_empty("matchType"),
        at=row.moment("createdAt"),
    )
    row.done("takerUserId makerUserId")
    return found
