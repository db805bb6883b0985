"""Portfolio, history, profit and wallets of an account as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bayse_agent.domain.money import Currency
from bayse_agent.domain.portfolio import Holding
from bayse_agent.simulation.exchange import ids, views
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.ledger import CASH
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.records import ActivityKind, ActivityRecord, Result
from bayse_agent.simulation.exchange.switches import Casing
from bayse_agent.simulation.server.amounts import (
    cash,
    percent,
    shares,
    time_text,
)
from bayse_agent.simulation.server.encoding import Json, number_text
from bayse_agent.simulation.server.render_event import CANONICAL, LIVE_TYPES, type_text

_NETWORKS = {Currency.NGN: "bank", Currency.USD: "bep20"}


def render_holdings(exchange: Exchange, account: Account) -> list[tuple[Holding, Json]]:
    """Every position: its shares, what they cost, and what selling them would bring."""
    times = _times_of(account)
    unknown = (exchange.now_ms, exchange.now_ms)
    rows: list[tuple[Holding, Json]] = []
    holdings = views.holdings(exchange, account)
    for (asset, market, outcome, currency), holding in zip(account.held(), holdings, strict=True):
        created, updated = times.get((market.id, outcome, currency), unknown)
        row: dict[str, Json] = {
            "id": ids.make(ids.Kind.HOLDING, asset, account.number),
            "assetId": ids.make(ids.Kind.ASSET, asset),
            "outcome": CANONICAL[outcome],
            "sellPrice": views.sell_price(exchange, market, outcome, currency),
            "userId": account.id,
            "market": _market_of(market, exchange.switches.casing),
            "createdAt": time_text(created),
            "updatedAt": time_text(updated),
        }
        rows.append((holding, {**row, **_figures(holding)}))
    return rows


def _times_of(account: Account) -> dict[tuple[str, int, Currency], tuple[int, int]]:
    """First and last line of history of each position."""
    times: dict[tuple[str, int, Currency], tuple[int, int]] = {}
    for line in account.activities:
        key = (line.market.id, line.outcome, line.currency)
        first, _ = times.get(key, (line.at_ms, 0))
        times[key] = (first, line.at_ms)
    return times


def _figures(holding: Holding) -> dict[str, Json]:
    cost, value = holding.cost.amount, holding.current_value.amount
    return {
        "outcomeId": holding.outcome_id,
        "balance": holding.shares,
        "availableBalance": holding.available,
        "averagePrice": holding.average_price,
        "cost": cost,
        "currentValue": value,
        "payoutIfOutcomeWins": holding.shares * holding.currency.payout,
        "percentageChange": percent(value - cost, cost),
        "currency": holding.currency,
    }


def _market_of(market: MarketState, casing: Casing) -> Json:
    event = market.event
    return {
        "id": market.id,
        "title": market.spec.title,
        "imageUrl": "",
        "outcome1Id": market.outcome_ids[0],
        "outcome2Id": market.outcome_ids[1],
        "event": {
            "id": event.id,
            "title": event.spec.title,
            "type": type_text(event, casing),
            "engine": event.spec.engine,
        },
    }


def render_wallet(account: Account, currency: Currency, at_ms: int) -> Json:
    """One row of the wallet. What resting orders lock is pending."""
    return {
        "id": ids.make(ids.Kind.ASSET, CASH[currency], account.number),
        "symbol": currency,
        "userId": account.id,
        "network": _NETWORKS[currency],
        "availableBalance": cash(account.cash(currency)),
        "pendingBalance": cash(account.locked.balances.get(CASH[currency], 0)),
        "depositActivity": "ACTIVE",
        "withdrawalActivity": "ACTIVE",
        "wagerActivity": "ACTIVE",
        "isDefault": currency is Currency.NGN,
        "isLocalCurrencyAsset": currency is Currency.NGN,
        "currencyBaseMultiplier": currency.payout,
        "addresses": [],
        "createdAt": time_text(at_ms),
        "updatedAt": time_text(at_ms),
    }


_PAYOUTS = (ActivityKind.PAYOUT_WIN, ActivityKind.PAYOUT_LOSS)


def render_activity(line: ActivityRecord, casing: Casing) -> Json:
    """One line of history. Every number is a text; a payout carries no order."""
    told = views.activity(line)
    fields = _about(line, casing)
    numbers: dict[str, Decimal | None] = {
        "amount": told.amount,
        "totalCost": told.amount,
        "fee": told.fee,
        "size": told.size,
        "price": told.price,
        "payout": told.payout,
        "amountRefunded": told.amount_refunded,
        "amountEarned": told.amount_earned,
    }
    if line.order is not None:
        fields.update(orderId=line.order.id, status=line.order.status.upper())
        numbers.update(_progress(line, line.order))
        if line.order.expires_ms is not None:
            fields["expiresAt"] = time_text(line.order.expires_ms)
    elif line.kind in _PAYOUTS and line.market.winner is not None:
        fields["resolvedOutcome"] = CANONICAL[line.market.winner]
        fields["settlementId"] = ids.make(ids.Kind.OPERATION, line.market.number)
    fields.update(
        (name, number_text(value)) for name, value in numbers.items() if value is not None
    )
    return fields


def _about(line: ActivityRecord, casing: Casing) -> dict[str, Json]:
    """What every line tells: of which market, when, in which currency."""
    market, event = line.market, line.market.event
    kind = LIVE_TYPES[event.spec.type] if casing is Casing.LIVE else event.spec.type.upper()
    return {
        "id": line.id,
        "type": line.kind,
        "eventId": event.id,
        "marketId": market.id,
        "outcomeId": market.outcome_ids[line.outcome],
        "transactionId": line.id,
        "eventType": kind,
        "imageUrl": "",
        "eventTitle": event.spec.title,
        "marketTitle": market.spec.title,
        "outcome": CANONICAL[line.outcome],
        "currency": line.currency,
        "currencyBaseMultiplier": str(line.currency.payout),
        "createdAt": time_text(line.at_ms),
        "updatedAt": time_text(line.at_ms),
    }


_RETURNED = (ActivityKind.SELL_LIMIT_ORDER_CANCELLED, ActivityKind.SELL_LIMIT_ORDER_EXPIRED)


def _progress(line: ActivityRecord, order: Order) -> dict[str, Decimal | None]:
    """How far the order got, and what came back when it ended."""
    is_spent = line.kind is ActivityKind.BUY_TRADE_FILL and line.cash_nanos is not None
    return {
        "filledSize": shares(order.filled),
        "remainingSize": shares(order.remaining),
        "avgFillPrice": views.average(order.cash, order.filled, order.currency),
        "amountSpent": cash(line.cash_nanos or 0) if is_spent else None,
        "sharesReturned": shares(line.micro or 0) if line.kind in _RETURNED else None,
    }


def render_pnl(results: list[Result], currency: Currency) -> dict[str, Json]:
    """Realised = settlement + trade; wins and losses are counted on settlements."""
    told = views.profit_and_loss(results, currency)
    cost = cash(sum(result.cost_nanos for result in results))
    return {
        "realizedPnl": told.realised.amount,
        "realizedPnlPercent": percent(told.realised.amount, cost),
        "settlementPnl": told.from_settlements.amount,
        "tradePnl": told.from_trades.amount,
        "wins": told.wins,
        "losses": told.losses,
        "currency": currency,
    }


def render_breakdown(results: Iterable[Result], currency: Currency, limit: int) -> list[Json]:
    """Profit by event, the latest activity first."""
    by_event: dict[str, list[Result]] = {}
    for result in results:
        by_event.setdefault(result.market.event.id, []).append(result)
    rows = sorted(by_event.values(), key=lambda found: found[-1].at_ms, reverse=True)
    return [
        {
            "eventId": found[0].market.event.id,
            "eventTitle": found[0].market.event.spec.title,
            "realizedPnl": cash(sum(result.profit_nanos for result in found)),
            "currency": currency,
            "lastActivity": time_text(found[-1].at_ms),
        }
        for found in rows[:limit]
    ]
