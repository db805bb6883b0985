"""The account with the venue's names, as the original passed it on: orders, holdings, history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel

from bayse_agent.api.shapes.venue import Pagination, number
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import VenueOrder
from bayse_agent.domain.portfolio import Activity, Holding, Wallet


class OrderOut(BaseModel):
    """`id` is the venue's; `intentId` is ours, where the order comes from an intent of ours."""

    id: str
    intentId: str | None = None
    marketId: str
    outcomeId: str
    side: str
    type: str
    status: str
    amount: float | None
    price: float | None
    size: float | None
    filledSize: float
    remainingSize: float | None
    avgFillPrice: float | None
    fee: float | None
    currency: str | None
    createdAt: datetime | None
    updatedAt: datetime | None


class OrderPage(BaseModel):
    orders: list[OrderOut]
    pagination: Pagination


class BalanceOut(BaseModel):
    eventId: str
    marketId: str
    outcomeId: str
    currency: str
    balance: float
    availableBalance: float
    averagePrice: float
    cost: float
    currentValue: float
    payoutIfOutcomeWins: float
    percentageChange: float | None


class PortfolioOut(BaseModel):
    outcomeBalances: list[BalanceOut]
    portfolioCost: float
    portfolioCurrentValue: float
    portfolioPercentageChange: float | None


class AssetOut(BaseModel):
    symbol: str
    availableBalance: float
    pendingBalance: float
    currencyBaseMultiplier: int


class AssetsOut(BaseModel):
    assets: list[AssetOut]


class ActivityOut(BaseModel):
    id: str
    type: str
    eventId: str | None
    marketId: str | None
    outcomeId: str | None
    orderId: str | None
    currency: str
    amount: float | None
    size: float | None
    price: float | None
    fee: float | None
    payout: float | None
    status: str | None
    createdAt: datetime


class ActivityPage(BaseModel):
    activities: list[ActivityOut]
    pagination: Pagination


def order_out(order: VenueOrder, intent_id: str | None = None) -> OrderOut:
    return OrderOut(
        id=order.id,
        intentId=intent_id,
        marketId=order.market_id,
        outcomeId=order.outcome_id,
        side=order.side.value,
        type=order.type.value,
        status=order.status.value,
        amount=number(order.amount),
        price=number(order.price),
        size=number(order.size),
        filledSize=float(order.filled),
        remainingSize=number(order.remaining),
        avgFillPrice=number(order.average_price),
        fee=number(order.fee),
        currency=None if order.currency is None else order.currency.value,
        createdAt=order.created_at,
        updatedAt=order.updated_at,
    )


def portfolio_out(holdings: Iterable[Holding], currency: Currency) -> PortfolioOut:
    """All rows; the sums are of one currency, since there is no exchange between them."""
    rows = list(holdings)
    mine = [row for row in rows if row.currency is currency]
    cost = sum((row.cost.amount for row in mine), Decimal(0))
    value = sum((row.current_value.amount for row in mine), Decimal(0))
    return PortfolioOut(
        outcomeBalances=[_balance(row) for row in rows],
        portfolioCost=float(cost),
        portfolioCurrentValue=float(value),
        portfolioPercentageChange=_percent(value - cost, cost),
    )


def _balance(row: Holding) -> BalanceOut:
    cost, value = row.cost.amount, row.current_value.amount
    return BalanceOut(
        eventId=row.event_id,
        marketId=row.market_id,
        outcomeId=row.outcome_id,
        currency=row.currency.value,
        balance=float(row.shares),
        availableBalance=float(row.available),
        averagePrice=float(row.average_price),
        cost=float(cost),
        currentValue=float(value),
        payoutIfOutcomeWins=float(row.shares * row.currency.payout),
        percentageChange=_percent(value - cost, cost),
    )


def _percent(change: Decimal, of: Decimal) -> float | None:
    return float((change / of * 100).quantize(Decimal("0.01"))) if of else None


def asset_out(wallet: Wallet) -> AssetOut:
    currency = wallet.available.currency
    return AssetOut(
        symbol=currency.value,
        availableBalance=float(wallet.available.amount),
        pendingBalance=float(wallet.pending.amount),
        currencyBaseMultiplier=currency.payout,
    )


def activity_out(line: Activity) -> ActivityOut:
    return ActivityOut(
        id=line.id,
        type=line.kind,
        eventId=line.event_id,
        marketId=line.market_id,
        outcomeId=line.outcome_id,
        orderId=line.order_id,
        currency=line.currency.value,
        amount=number(line.amount),
        size=number(line.size),
        price=number(line.price),
        fee=number(line.fee),
        payout=number(line.payout),
        status=line.status,
        createdAt=line.at,
    )
