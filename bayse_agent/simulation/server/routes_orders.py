"""Single orders: place, list, read, cancel; and complete sets: mint and burn."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from bayse_agent.domain.market import EventId, MarketId, OutcomeId, Side
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.order import (
    OrderType,
    PlaceOrder,
    SelfTrade,
    TimeInForce,
    VenueOrderStatus,
)
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.refusal import order_not_found
from bayse_agent.simulation.exchange.sets import SetOperation
from bayse_agent.simulation.server import paging
from bayse_agent.simulation.server.amounts import cash, shares, shown_price
from bayse_agent.simulation.server.call import Call, Endpoint, Level
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.encoding import Json
from bayse_agent.simulation.server.fields import Fields, unprocessable
from bayse_agent.simulation.server.render_order import render_order, render_placement
from bayse_agent.simulation.server.routes_market import (
    body_currency,
    market_in_event,
    outcome_in,
)


class StatusFilter(StrEnum):
    """The states that the list can be filtered by; `pending` is not one of them."""

    OPEN = "open"
    FILLED = "filled"
    PARTIAL = "partial_filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"


def read_order(fields: Fields, market: MarketState, outcome_id: str) -> PlaceOrder:
    """An order from its body. Raises Problem 400 for a field that cannot be."""
    kind = fields.choice("type", OrderType)
    price = fields.optional_number("price") if kind is OrderType.LIMIT else None
    force = fields.choice("timeInForce", TimeInForce) if fields.has("timeInForce") else None
    return PlaceOrder(
        event_id=EventId(market.event.id),
        market_id=MarketId(market.id),
        outcome_id=OutcomeId(outcome_id),
        engine=market.event.spec.engine,
        side=fields.choice("side", Side),
        type=kind,
        amount=fields.positive("amount"),
        currency=body_currency(fields),
        price=None if price is None else Price(price),
        time_in_force=force,
        post_only=fields.flag("postOnly"),
        self_trade=_self_trade(fields),
        max_slippage=fields.optional_number("maxSlippage"),
        expires_at=fields.optional_moment("expiresAt"),
        client_order_id=fields.optional_text("clientOrderId"),
    )


def _self_trade(fields: Fields) -> SelfTrade:
    """A mode that is not known silently becomes SKIP."""
    mode = fields.optional_text("stpMode")
    return SelfTrade(mode) if mode in set(SelfTrade) else SelfTrade.SKIP


def place(desk: Desk, call: Call) -> Json:
    account = desk.account_of(call)
    market, fields = market_in_event(desk, call), call.fields()
    outcome_id = fields.text("outcomeId")
    outcome_in(market, outcome_id)
    order = desk.exchange.place(account, read_order(fields, market, outcome_id))
    call.effect.created.append(order.id)
    return render_placement(order, desk.switches.amm_envelope)


def list_orders(desk: Desk, call: Call) -> Json:
    found = list(_matching(desk, call))
    rows, pagination = paging.page_of(found, call.query)
    return {"orders": [render_order(order) for order in rows], "pagination": pagination}


def _matching(desk: Desk, call: Call) -> Iterator[Order]:
    """The caller's orders, newest first. Without `currency` it is dollars alone."""
    query = call.query
    wanted_status = query.text("status")
    if wanted_status is not None and wanted_status not in set(StatusFilter):
        raise unprocessable(f"status must be one of {', '.join(StatusFilter)}")
    wanted = {
        "side": query.choice("side", Side),
        "status": wanted_status,
        "eventId": query.text("eventId"),
        "marketId": query.text("marketId"),
        "outcomeId": query.text("outcomeId"),
        "currency": query.text("currency") or Currency.USD,
    }
    for order in reversed(desk.account_of(call).orders.values()):
        told = {
            "side": order.side,
            "status": order.status,
            "eventId": order.market.event.id,
            "marketId": order.market.id,
            "outcomeId": order.outcome_id,
            "currency": order.currency,
        }
        is_match = all(value is None or told[name] == value for name, value in wanted.items())
        if is_match and desk.remembers(order):
            yield order


def get_order(desk: Desk, call: Call) -> Json:
    order = desk.exchange.order(desk.account_of(call), call.parameters["orderId"])
    if not desk.remembers(order):
        raise order_not_found()
    return render_order(order)


def cancel(desk: Desk, call: Call) -> Json:
    order = desk.exchange.cancel(desk.account_of(call), call.parameters["orderId"])
    if order.status is VenueOrderStatus.CANCELLED:
        call.effect.cancelled.append(order.id)
    return {"message": "Order cancelled"}


def _set_request(desk: Desk, call: Call) -> tuple[MarketState, Money]:
    fields = call.fields()
    market = desk.exchange.market(call.parameters["marketId"])
    return market, Money(fields.positive("quantity"), body_currency(fields))


def mint(desk: Desk, call: Call) -> Json:
    market, money = _set_request(desk, call)
    done = desk.exchange.mint(desk.account_of(call), market, money)
    return _render_set(desk, call, done, money.currency)


def burn(desk: Desk, call: Call) -> Json:
    market, money = _set_request(desk, call)
    done = desk.exchange.burn(desk.account_of(call), market, money)
    proceeds: dict[str, Json] = {"proceeds": cash(done.nanos)}
    return {**_render_set(desk, call, done, money.currency), **proceeds}


def _render_set(desk: Desk, call: Call, done: SetOperation, currency: Currency) -> dict[str, Json]:
    call.effect.operations.append(done.id)
    prices = [desk.exchange.marginal(done.market, outcome, currency) for outcome in (0, 1)]
    return {
        "operationId": done.id,
        "marketId": done.market.id,
        "quantity": shares(done.micro),
        "outcome1Price": shown_price(prices[0]),
        "outcome2Price": shown_price(prices[1]),
    }


ENDPOINTS = (
    Endpoint(
        route="POST /v1/pm/events/{eventId}/markets/{marketId}/orders",
        level=Level.WRITE,
        handler=place,
    ),
    Endpoint(route="GET /v1/pm/orders", level=Level.READ, handler=list_orders),
    Endpoint(route="GET /v1/pm/orders/{orderId}", level=Level.READ, handler=get_order),
    Endpoint(route="DELETE /v1/pm/orders/{orderId}", level=Level.WRITE, handler=cancel),
    Endpoint(route="POST /v1/pm/markets/{marketId}/mint", level=Level.WRITE, handler=mint),
    Endpoint(route="POST /v1/pm/markets/{marketId}/burn", level=Level.WRITE, handler=burn),
)
