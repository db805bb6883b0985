"""What the venue's websockets push, as its pages have it."""

from __future__ import annotations

from tests.adapters.bayse import samples

MS = 1771329600000
_PRICES: samples.Json = {
    "type": "price_update",
    "data": {
        "id": samples.EVENT,
        "markets": [{"id": samples.MARKET, "prices": {"YES": 0.65, "NO": 0.35}}],
    },
    "timestamp": MS,
}
_BOOK: samples.Json = {
    "type": "orderbook_update",
    "data": {"orderbook": samples.book(timestamp="2026-02-17T12:00:00Z")},
    "timestamp": MS,
}
_BOUGHT: samples.Json = {
    "type": "buy_order",
    "data": {
        "user": {"id": "U", "tag": None, "imageUrl": None},
        "order": {
            "id": "o",
            "amount": 100,
            "quantity": 1.5,
            "price": 0.65,
            "status": "FILLED",
            "type": "BUY",
            "outcome": "NO",
            "outcomeLabel": "Down",
            "currency": "NGN",
            "engine": "CLOB",
            "orderType": "MARKET",
            "createdAt": samples.AT,
            "updatedAt": samples.AT,
        },
        "event": {"id": samples.EVENT, "slug": "s", "title": "t", "type": "SINGLE_MARKET"},
        "market": {"id": samples.MARKET, "title": "t", "imageUrl": ""},
    },
    "timestamp": MS,
}
_FILLED: samples.Json = {
    "type": "order_updated",
    "data": {"id": samples.ORDER, "userId": "U", "marketId": samples.MARKET, "anything": 1},
    "timestamp": MS,
}
_BITCOIN: samples.Json = {
    "type": "asset_price",
    "data": {"symbol": "BTCUSDT", "price": 96250.5, "timestamp": MS - 200},
    "timestamp": MS,
}
PUSHED: dict[str, samples.Json] = {
    "prices": _PRICES,
    "book": _BOOK,
    "somebody's order": _BOUGHT,
    "own order": _FILLED,
    "asset price": _BITCOIN,
}
