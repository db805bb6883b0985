"""Trades as the activity stream tells them."""

from __future__ import annotations

from bayse_agent.domain.market import Side
from bayse_agent.domain.order import VenueOrderStatus
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.records import TradeRecord
from bayse_agent.simulation.server.amounts import cash, price, shares, time_text
from bayse_agent.simulation.server.encoding import Json
from bayse_agent.simulation.server.render_event import CANONICAL, LIVE_TYPES
from bayse_agent.simulation.server.render_order import fill_price


def render_fill(trade: TradeRecord) -> dict[str, Json]:
    """One match, from the taker's side."""
    nanos = trade.micro * trade.taker_tick * trade.taker.currency.payout
    is_done = trade.taker.filled == trade.taker.size
    return _activity(
        trade.taker,
        {
            "id": trade.taker.id,
            "amount": cash(nanos),
            "quantity": shares(trade.micro),
            "price": price(trade.taker_tick),
            "status": (VenueOrderStatus.FILLED if is_done else VenueOrderStatus.PARTIAL).upper(),
        },
    )


def render_pool_order(order: Order) -> dict[str, Json]:
    """An order that a pool filled."""
    return _activity(
        order,
        {
            "id": order.id,
            "amount": cash(order.cash),
            "quantity": shares(order.filled),
            "price": fill_price(order),
            "status": order.status.upper(),
        },
    )


def _activity(order: Order, told: dict[str, Json]) -> dict[str, Json]:
    """The common part. `type` is the side, `outcome` is canonical, whatever the label."""
    market = order.market
    event, spec = market.event, market.spec
    fields: dict[str, Json] = {
        **told,
        "type": order.side,
        "outcome": CANONICAL[order.outcome],
        "outcomeLabel": spec.label1 if order.outcome == 0 else spec.label2,
        "currency": order.currency,
        "engine": event.spec.engine,
        "orderType": order.type,
        "createdAt": time_text(order.created_ms),
        "updatedAt": time_text(order.updated_ms),
    }
    return {
        "type": "buy_order" if order.side is Side.BUY else "sell_order",
        "data": {
            "user": {"id": order.account.id, "tag": None, "imageUrl": None},
            "order": fields,
            "event": {
                "id": event.id,
                "slug": event.spec.slug,
                "title": event.spec.title,
                "type": LIVE_TYPES[event.spec.type],
                "createdAt": time_text(event.spec.created_ms),
                "imageUrl": "",
            },
            "market": {"id": market.id, "title": spec.title, "imageUrl": ""},
        },
    }
