"""Events, markets and books with the venue's names, as the original passed them on.

What the venue tells and we do not keep (pictures, liquidity, counts of orders) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from bayse_agent.domain.market import (
    Event,
    Level,
    Market,
    OrderBook,
    Page,
    PricePoint,
    Series,
    Ticker,
)
from bayse_agent.domain.order import Trade


class Pagination(BaseModel):
    page: int
    size: int
    lastPage: int
    totalCount: int


class MarketOut(BaseModel):
    """One question. Prices are empty where the venue shows none."""

    id: str
    title: str
    status: str
    feePercentage: float | None
    minimumOrderAmount: float | None
    outcome1Id: str
    outcome1Label: str
    outcome1Price: float | None
    outcome2Id: str
    outcome2Label: str
    outcome2Price: float | None
    yesBuyPrice: float | None
    noBuyPrice: float | None
    resolvedOutcome: str
    resolvedOutcomeId: str
    marketThreshold: float | None
    marketCloseValue: float | None
    rules: str


class EventOut(BaseModel):
    id: str
    slug: str
    title: str
    description: str
    category: str
    type: str
    engine: str
    status: str
    createdAt: datetime | None
    openingDate: datetime | None
    closingDate: datetime | None
    resolutionDate: datetime | None
    resolvedAt: datetime | None
    assetSymbolPair: str | None
    seriesSlug: str | None
    eventThreshold: float | None
    eventCloseValue: float | None
    supportedCurrencies: list[str]
    markets: list[MarketOut]


class EventPage(BaseModel):
    events: list[EventOut]
    pagination: Pagination


class SeriesOut(BaseModel):
    id: str
    slug: str
    displayName: str
    category: str | None
    intervalType: str | None
    assetSymbol: str | None


class SeriesPage(BaseModel):
    series: list[SeriesOut]
    pagination: Pagination


class LevelOut(BaseModel):
    price: float
    quantity: float
    total: float


class BookOut(BaseModel):
    marketId: str
    outcomeId: str
    timestamp: datetime
    bids: list[LevelOut]
    asks: list[LevelOut]
    lastTradedPrice: float | None


class PointOut(BaseModel):
    """A price `p` at `e`, in milliseconds since 1970."""

    e: int
    p: float | None


class TickerOut(BaseModel):
    """Everything is empty for a market that trades against a formula."""

    marketId: str | None = None
    lastPrice: float | None = None
    bestBid: float | None = None
    bestAsk: float | None = None
    volume24h: float | None = None
    timestamp: datetime | None = None


class TradeOut(BaseModel):
    id: str
    marketId: str
    size: float
    takerSide: str
    takerPrice: float
    makerPrice: float
    takerFee: float
    takerOutcomeId: str
    makerOutcomeId: str
    createdAt: datetime


class TradePage(BaseModel):
    data: list[TradeOut]
    pagination: Pagination


def pagination(page: Page[Any], size: int) -> Pagination:
    return Pagination(page=page.number, size=size, lastPage=page.last, totalCount=page.total)


def number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def market_out(market: Market) -> MarketOut:
    winner = market.winner
    rate, least = market.fee_rate, market.minimum_order
    return MarketOut(
        id=market.id,
        title=market.title,
        status=market.status.value,
        feePercentage=None if rate is None else float(rate * 100),
        minimumOrderAmount=None if least is None else float(least.amount),
        outcome1Id=market.outcome1.id,
        outcome1Label=market.outcome1.label,
        outcome1Price=number(market.price1),
        outcome2Id=market.outcome2.id,
        outcome2Label=market.outcome2.label,
        outcome2Price=number(market.price2),
        yesBuyPrice=number(market.buy_price1),
        noBuyPrice=number(market.buy_price2),
        resolvedOutcome="" if winner is None else ("YES" if winner == market.outcome1.id else "NO"),
        resolvedOutcomeId=winner or "",
        marketThreshold=number(market.threshold),
        marketCloseValue=number(market.close_value),
        rules=market.rules,
    )


def event_out(event: Event) -> EventOut:
    return EventOut(
        id=event.id,
        slug=event.slug,
        title=event.title,
        description=event.description,
        category=event.category,
        type=event.type.value,
        engine=event.engine.value,
        status=event.status.value,
        createdAt=event.created_at,
        openingDate=event.opens_at,
        closingDate=event.closes_at,
        resolutionDate=event.resolves_at,
        resolvedAt=event.resolved_at,
        assetSymbolPair=event.symbol,
        seriesSlug=event.series,
        eventThreshold=number(event.threshold),
        eventCloseValue=number(event.close_value),
        supportedCurrencies=[currency.value for currency in event.currencies],
        markets=[market_out(market) for market in event.markets],
    )


def series_out(series: Series) -> SeriesOut:
    return SeriesOut(
        id=series.id,
        slug=series.slug,
        displayName=series.name,
        category=series.category,
        intervalType=series.interval,
        assetSymbol=series.symbol,
    )


def book_out(book: OrderBook) -> BookOut:
    payout = book.currency.payout

    def levels(side: Iterable[Level]) -> list[LevelOut]:
        return [
            LevelOut(
                price=float(level.price),
                quantity=float(level.shares),
                total=float(level.price * level.shares * payout),
            )
            for level in side
        ]

    return BookOut(
        marketId=book.market_id,
        outcomeId=book.outcome_id,
        timestamp=book.source_at,
        bids=levels(book.bids),
        asks=levels(book.asks),
        lastTradedPrice=number(book.last_price),
    )


def point_out(point: PricePoint) -> PointOut:
    return PointOut(e=int(point.at.timestamp() * 1000), p=number(point.price))


def ticker_out(ticker: Ticker) -> TickerOut:
    return TickerOut(
        marketId=ticker.market_id,
        lastPrice=number(ticker.last_price),
        bestBid=number(ticker.best_bid),
        bestAsk=number(ticker.best_ask),
        volume24h=number(ticker.volume_24h),
        timestamp=ticker.at,
    )


def trade_out(trade: Trade) -> TradeOut:
    return TradeOut(
        id=trade.id,
        marketId=trade.market_id,
        size=float(trade.size),
        takerSide=trade.taker_side.value,
        takerPrice=float(trade.taker_price),
        makerPrice=float(trade.maker_price),
        takerFee=float(trade.taker_fee),
        takerOutcomeId=trade.taker_outcome_id,
        makerOutcomeId=trade.maker_outcome_id,
        createdAt=trade.at,
    )
