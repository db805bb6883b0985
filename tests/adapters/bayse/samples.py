"""The venue's JSON as its pages and its users have recorded it; each call gives a fresh copy."""

from __future__ import annotations

import json
from typing import Any

from bayse_agent.adapters.bayse.wire.reader import decode

Json = dict[str, Any]

EVENT = "0d9c6a52-1f3b-4e77-8a20-6f5d1b2c3e4f"
MARKET = "7a1e3c9b-52d8-46f0-b3c4-9e8f7d6c5b4a"
UP = "5b7f2c1e-8d34-4f0a-9b61-2c7e4a9d0f13"
DOWN = "91aa0c77-3b1d-4c52-8f60-1d2e3f4a5b6c"
ORDER = "3f6d2b8a-91c7-4e05-a4f2-8b7c6d5e4f3a"
USER = "c1d2e3f4-0000-4000-8000-000000000001"
AT = "2026-02-24T11:00:00Z"
LATER = "2026-02-24T11:00:01.123456789Z"


def wire(value: object) -> object:
    """The value as it is once it has been through the wire: its numbers exact."""
    return decode(json.dumps(value).encode())


def pagination(page: int = 1, last: int = 1, total: int = 1) -> Json:
    return {"page": page, "size": 20, "lastPage": last, "totalCount": total}


def market(**changes: object) -> Json:
    return {
        "id": MARKET,
        "title": "Bitcoin Up or Down",
        "status": "open",
        "feePercentage": 2.0,
        "minimumOrderAmount": 1,
        "outcome1Id": UP,
        "outcome1Label": "Up",
        "outcome1Price": 0.72,
        "outcome2Id": DOWN,
        "outcome2Label": "Down",
        "outcome2Price": 0.28,
        "yesBuyPrice": 0.72,
        "noBuyPrice": 0.28,
        "resolvedOutcome": "",
        "resolvedOutcomeId": "",
        "totalOrders": 142,
        "rules": "Resolves YES if the price at closing is above the opening value",
        "liquidityReward": None,
        "makerRebate": None,
        **changes,
    }


def event(**changes: object) -> Json:
    return {
        "id": EVENT,
        "slug": "crypto-btc-1h-feb-24-11am",
        "title": "Bitcoin Hourly - Feb 24 11am GMT",
        "category": "CRYPTO",
        "type": "single",
        "engine": "AMM",
        "status": "open",
        "openingDate": AT,
        "closingDate": "2026-02-24T12:00:00Z",
        "resolutionDate": "2026-02-24T12:01:00Z",
        "assetSymbolPair": "BTCUSDT",
        "eventThreshold": 96250.50,
        "seriesSlug": "crypto-btc-1h",
        "liquidity": 10000,
        "totalVolume": 25000,
        "totalOrders": 142,
        "supportedCurrencies": ["USD", "NGN"],
        "userWatchlisted": False,
        "markets": [market()],
        **changes,
    }


def quote(**changes: object) -> Json:
    return {
        "price": 0.7235,
        "currentMarketPrice": 0.72,
        "quantity": 138.21,
        "amount": 100,
        "costOfShares": 98.04,
        "fee": 1.96,
        "priceImpactAbsolute": 0.0035,
        "profitPercentage": 38.21,
        "currencyBaseMultiplier": 1,
        "completeFill": True,
        "tradeGoesOverMaxLiability": False,
        **changes,
    }


def book(**changes: object) -> Json:
    return {
        "marketId": MARKET,
        "outcomeId": UP,
        "timestamp": "2026-09-01T10:00:00Z",
        "bids": [
            {"price": 0.54, "quantity": 120, "total": 64.8},
            {"price": 0.53, "quantity": 10, "total": 5.3},
        ],
        "asks": [{"price": 0.55, "quantity": 80, "total": 44}],
        "lastTradedPrice": 0.55,
        "lastTradedSide": "BUY",
        **changes,
    }


def placed_book_order(**changes: object) -> Json:
    return {
        "id": ORDER,
        "marketId": MARKET,
        "userId": USER,
        "outcome": UP,
        "orderType": "LIMIT",
        "type": "BUY",
        "side": "BUY",
        "amount": 100,
        "quantity": 99.99,
        "price": 0.01,
        "size": 99.99,
        "filledSize": 0,
        "remainingSize": 99.99,
        "status": "open",
        "fee": 0,
        "postOnly": True,
        "stpMode": "SKIP",
        "createdAt": AT,
        "updatedAt": AT,
        **changes,
    }


def placed_formula_order(**changes: object) -> Json:
    return {
        "id": ORDER,
        "outcome": "YES",
        "side": "BUY",
        "type": "MARKET",
        "status": "filled",
        "amount": 100,
        "price": 0.7235,
        "quantity": 138.21,
        "currency": "USD",
        "createdAt": AT,
        "updatedAt": AT,
        **changes,
    }


def read_order(**changes: object) -> Json:
    return {
        "id": ORDER,
        "marketId": MARKET,
        "outcomeId": UP,
        "outcomeLabel": "Up",
        "side": "BUY",
        "type": "LIMIT",
        "stpMode": "SKIP",
        "status": "partial_filled",
        "amount": 1000,
        "price": 0.45,
        "size": 22.22,
        "filledSize": 10,
        "remainingSize": 12.22,
        "avgFillPrice": 0.45,
        "fee": 0,
        "currency": "NGN",
        "createdAt": AT,
        "updatedAt": LATER,
        **changes,
    }


def batch(order: Json | None = None, **error: str) -> Json:
    item: Json = {"index": 0, "clientOrderId": "q-17", "success": order is not None}
    item |= {"order": order} if order is not None else {"error": error}
    done = int(order is not None)
    summary = {"total": 1, "succeeded": done, "failed": 1 - done}
    return {"engine": "CLOB", "results": [item], "summary": summary}


def balance(**changes: object) -> Json:
    return {
        "id": "balance-1",
        "outcome": "YES",
        "outcomeId": UP,
        "assetId": "asset-1",
        "balance": 138.21,
        "availableBalance": 138.21,
        "averagePrice": 0.7235,
        "cost": 100,
        "currentValue": 107.60,
        "sellPrice": 0.7786,
        "payoutIfOutcomeWins": 138.21,
        "percentageChange": 7.6,
        "currency": "USD",
        "userId": USER,
        "market": {
            "id": MARKET,
            "title": "Bitcoin",
            "imageUrl": "",
            "outcome1Id": UP,
            "outcome2Id": DOWN,
            "event": {"id": EVENT, "title": "Bitcoin", "type": "single", "engine": "AMM"},
        },
        "createdAt": AT,
        "updatedAt": AT,
        **changes,
    }


def portfolio(*rows: Json, page: int = 1, last: int = 1, total: int | None = None) -> Json:
    return {
        "outcomeBalances": list(rows),
        "portfolioCost": 100,
        "portfolioCurrentValue": 107.60,
        "portfolioPercentageChange": 7.6,
        "pagination": pagination(page, last, len(rows) if total is None else total),
    }


def asset(**changes: object) -> Json:
    return {
        "id": "asset-1",
        "symbol": "NGN",
        "userId": USER,
        "network": "bep20",
        "availableBalance": 25000.5,
        "pendingBalance": 0,
        "depositActivity": "ACTIVE",
        "withdrawalActivity": "ACTIVE",
        "wagerActivity": "ACTIVE",
        "isDefault": True,
        "isLocalCurrencyAsset": True,
        "currencyBaseMultiplier": 100,
        "addresses": [{"id": "a", "address": "0x1", "symbol": "USD", "network": "bep20"}],
        "createdAt": AT,
        "updatedAt": AT,
        **changes,
    }


def activity(**changes: object) -> Json:
    return {
        "id": "activity-1",
        "type": "BUY_MARKET_ORDER_CREATED",
        "eventId": EVENT,
        "marketId": MARKET,
        "outcomeId": UP,
        "orderId": ORDER,
        "transactionId": "t-1",
        "eventType": "SINGLE",
        "imageUrl": "",
        "eventTitle": "Bitcoin",
        "marketTitle": "Bitcoin",
        "outcome": "YES",
        "currency": "USD",
        "amount": "100",
        "fee": "2",
        "size": "138.21",
        "price": "0.7235",
        "totalCost": "102",
        "currencyBaseMultiplier": "1",
        "status": "FILLED",
        "createdAt": AT,
        "updatedAt": AT,
        **changes,
    }


def trade(**changes: object) -> Json:
    return {
        "id": "trade-1",
        "marketId": MARKET,
        "size": 10,
        "takerUserId": USER,
        "makerUserId": "user-2",
        "takerOrderId": ORDER,
        "makerOrderId": "order-2",
        "takerFee": 0.27,
        "makerOutcomeId": DOWN,
        "takerOutcomeId": UP,
        "matchType": "MINT",
        "takerSide": "BUY",
        "takerPrice": 0.55,
        "makerPrice": 0.45,
        "createdAt": AT,
        **changes,
    }


def profit(**changes: object) -> Json:
    return {
        "realizedPnl": 31.11,
        "realizedPnlPercent": 6.03,
        "settlementPnl": 24.50,
        "tradePnl": 6.61,
        "wins": 8,
        "losses": 6,
        "currency": "USD",
        **changes,
    }


def reward(**changes: object) -> Json:
    return {
        "epochId": "epoch-1",
        "eventId": EVENT,
        "marketId": MARKET,
        "accumulatedShares": 12.5,
        "sampleCount": 1440,
        "payout": 3.25,
        "isPaid": True,
        "epochStart": AT,
        "epochEnd": AT,
        "status": "FINALIZED",
        **changes,
    }


def rebate(**changes: object) -> Json:
    return {
        "epochId": "epoch-1",
        "eventId": EVENT,
        "marketId": MARKET,
        "makerVolume": 1200.5,
        "tradeCount": 17,
        "rebateAmount": 1.2,
        "isPaid": False,
        "epochStart": AT,
        "epochEnd": AT,
        "status": "FINALIZED",
        **changes,
    }


def new_key(**changes: object) -> Json:
    return {
        "id": "key-1",
        "name": "my bot",
        "publicKey": "pk_live_new",
        "secretKey": "sk_live_new",
        "signingInstructions": {"algorithm": "HMAC-SHA256"},
        "createdAt": AT,
        **changes,
    }


def game(**changes: object) -> Json:
    return {
        "id": "game-1",
        "slug": "bm-game-20260413-sea-rsl",
        "sport": "football",
        "homeTeamId": "team-1",
        "awayTeamId": "team-2",
        "startDate": AT,
        "status": "UNPLAYED",
        "isLive": False,
        "isPopular": True,
        "league": "mls",
        "homeTeam": {},
        "awayTeam": {},
        **changes,
    }
