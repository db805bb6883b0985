"""An approved wish becomes an order: written down, sent once, and what was answered written down.

The only caller of the venue's writes. Nothing is ever sent twice: a doubt is left to
`reconciliation.py`, which resolves it by reading.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import assert_never

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.errors import VenueError
from bayse_agent.domain.forecast import Forecast
from bayse_agent.domain.journal import IntentChange, Look
from bayse_agent.domain.market import Engine, EventId, Quote, Side
from bayse_agent.domain.order import (
    Accepted,
    Buy,
    Declined,
    Intent,
    IntentStatus,
    OrderType,
    PlaceOrder,
    PlaceReply,
    Sell,
    TimeInForce,
    Unresolved,
    intent_id,
)
from bayse_agent.domain.risk import Approved
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.following import follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An approved proposal with what must be known of its market to send it."""

    approved: Approved
    forecast: Forecast
    event_id: EventId
    engine: Engine
    inputs: dict[str, str]


async def execute(agent: Agent, act: Act) -> Look:
    """Carry out an approved proposal; returns its look, which is written down by then."""
    wish = act.approved.proposal.wish
    if act.engine is Engine.AMM and (moved := await _moved(agent, act, wish)) is not None:
        await agent.store.add_looks([moved])
        return moved
    now = agent.clock.now()
    intent = Intent(
        id=intent_id(act.forecast.id, wish.market_id, wish.outcome_id, type(wish).__name__),
        event_id=act.event_id,
        market_id=wish.market_id,
        engine=act.engine,
        wish=wish,
        forecast_id=act.forecast.id,
        created_at=now,
    )
    order = order_for(intent)
    look = Look(
        market_id=wish.market_id,
        at=now,
        # Until the answer is written down, that is what is known.
        reason=Reason.UNRESOLVED,
        forecast=act.forecast,
        inputs=act.inputs,
    )
    await agent.store.add_intent(intent, request=as_text(order), look=look)
    reply = await agent.venue.place(order, key=intent.id)
    reason = await _note(agent, intent, reply)
    return Look(
        market_id=look.market_id, at=now, reason=reason, forecast=act.forecast, inputs=act.inputs
    )


def order_for(intent: Intent) -> PlaceOrder:
    """The order that an intent asks for: on a book LIMIT at its worst price, taking what is there;
    against a formula MARKET, which fills at once.
    """
    wish = intent.wish
    is_book = intent.engine is Engine.CLOB
    return PlaceOrder(
        event_id=intent.event_id,
        market_id=intent.market_id,
        outcome_id=wish.outcome_id,
        engine=intent.engine,
        side=Side.BUY if isinstance(wish, Buy) else Side.SELL,
        type=OrderType.LIMIT if is_book else OrderType.MARKET,
        amount=wish.stake.amount if isinstance(wish, Buy) else wish.shares,
        currency=intent.currency,
        price=wish.worst_price if is_book else None,
        time_in_force=TimeInForce.FAK if is_book else None,
    )


def as_text(order: PlaceOrder) -> str:
    """The order as one line of JSON, every field by its name, the absent ones left out."""
    values = {field.name: getattr(order, field.name) for field in fields(order)}
    told = {name: str(value) for name, value in values.items() if value is not None}
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


async def _moved(agent: Agent, act: Act, wish: Buy | Sell) -> Look | None:
    """Ask a formula market for its price once more; a look when it is no longer good enough."""
    is_buy = isinstance(wish, Buy)
    try:
        quote = await agent.market_data.quote(
            event_id=act.event_id,
            market_id=wish.market_id,
            outcome_id=wish.outcome_id,
            side=Side.BUY if is_buy else Side.SELL,
            amount=wish.stake.amount if isinstance(wish, Buy) else wish.shares,
            currency=wish.stake.currency if isinstance(wish, Buy) else wish.currency,
        )
    except VenueError as error:
        return _not_sent(agent, act, Reason.MARKET_UNREADABLE, str(error))
    if _is_good_enough(quote, wish):
        return None
    detail = f"asked {quote.average_price}, at worst {wish.worst_price}"
    return _not_sent(agent, act, Reason.PRICE_MOVED, detail)


def _is_good_enough(quote: Quote, wish: Buy | Sell) -> bool:
    if not quote.is_complete or quote.exceeds_liability or quote.shares <= 0:
        return False
    if isinstance(wish, Buy):
        return quote.average_price <= wish.worst_price
    return quote.average_price >= wish.worst_price


def _not_sent(agent: Agent, act: Act, reason: Reason, detail: str) -> Look:
    return Look(
        market_id=act.approved.proposal.wish.market_id,
        at=agent.clock.now(),
        reason=reason,
        forecast=act.forecast,
        inputs={**act.inputs, "detail": detail},
    )


async def _note(agent: Agent, intent: Intent, reply: PlaceReply) -> Reason:
    """Write down what the venue answered; returns the look's final reason."""
    now = agent.clock.now()
    match reply:
        case Accepted(order=order):
            change = IntentChange(
                intent_id=intent.id,
                status=IntentStatus.OPEN,
                proof=f"accepted as {order.id}",
                at=now,
                order=order,
            )
            await agent.store.change_intent(change)
            return await follow(agent, intent.id)
        case Declined():
            change = IntentChange(
                intent_id=intent.id,
                status=IntentStatus.REFUSED,
                proof=f"{reply.status} {reply.code} {reply.message}",
                at=now,
                reason=Reason.DECLINED,
            )
            await agent.store.change_intent(change)
            return Reason.DECLINED
        case Unresolved():
            change = IntentChange(
                intent_id=intent.id, status=IntentStatus.PENDING, proof=reply.reason, at=now
            )
            await agent.store.change_intent(change)
            return Reason.UNRESOLVED
    assert_never(reply)
