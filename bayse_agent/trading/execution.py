"""An approved wish becomes an order: written down, sent once, and what was answered written down.

The only caller of the venue's `send`. Nothing is ever sent twice: a doubt is left to
`reconciliation.py`, which resolves it by reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import assert_never

from structlog.contextvars import bound_contextvars

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.errors import InvalidValue, TradingStopped, VenueError
from bayse_agent.domain.forecast import Forecast
from bayse_agent.domain.journal import IntentChange, Look
from bayse_agent.domain.market import Engine, EventId, Quote, Side
from bayse_agent.domain.order import (
    Accepted,
    Buy,
    Declined,
    Intent,
    IntentId,
    IntentSource,
    IntentStatus,
    OrderType,
    PlaceOrder,
    PlaceReply,
    SealedOrder,
    Sell,
    TimeInForce,
    Unresolved,
    VenueOrder,
)
from bayse_agent.domain.risk import Approved
from bayse_agent.domain.selling import SellUnitProbe, unit_of
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.following import follow
from bayse_agent.trading.halting import heed_kill_switch, stop

_SIZE_TOLERANCE = Decimal("0.02")
"""How far the size that the venue notes for a sell may be from the shares that were to be sold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An approved proposal with what must be known of its market to send it.

    `id` is the intent's, derived from what it comes from. `look` is the look at the market that
    ends with this act, if it comes from one.
    """

    id: IntentId
    approved: Approved
    event_id: EventId
    engine: Engine
    source: IntentSource
    forecast: Forecast | None = None
    cause: str = ""
    look: Look | None = None
    inputs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How an act ended. `is_written`: the intent is in the books, and its look with it."""

    reason: Reason
    detail: str = ""
    is_written: bool = False


async def execute(agent: Agent, act: Act) -> Result:
    """Carry out an approved proposal: nothing is sent before it is written down."""
    wish = act.approved.proposal.wish
    # Whatever is logged on the way says what it is about.
    with bound_contextvars(intent_id=act.id, market_id=wish.market_id):
        return await _executed(agent, act)


async def _executed(agent: Agent, act: Act) -> Result:
    if (moved := await _moved(agent, act)) is not None:
        return moved
    # Looked at after that last read, which may have taken its time.
    if (old := _too_old(agent, act)) is not None:
        return Result(reason=Reason.STALE_DATA, detail=old)
    if await heed_kill_switch(agent):
        return Result(reason=Reason.HALTED, detail=(await agent.store.control()).reason)
    intent = _intent(agent, act)
    try:
        sealed = agent.venue.seal(order_for(intent), key=intent.id)
        await agent.store.add_intent(intent, sealed=sealed, look=_opening(act))
    except InvalidValue as error:
        return Result(reason=Reason.DECLINED, detail=f"it cannot be sent: {error}")
    except TradingStopped as error:
        return Result(reason=Reason.HALTED, detail=str(error))
    if (old := _too_old(agent, act)) is not None:
        # Nothing has left. The process, or the disk, may have stood still meanwhile.
        return await _keep_back(agent, intent, old)
    return await _send(agent, intent, sealed)


def _too_old(agent: Agent, act: Act) -> str | None:
    age_s = (agent.clock.now() - act.approved.reviewed_at).total_seconds()
    return None if 0 <= age_s <= agent.habits.approval_ttl_s else f"approved {age_s:.1f} s ago"


async def _keep_back(agent: Agent, intent: Intent, why: str) -> Result:
    """Write down that an intent was never sent."""
    change = IntentChange(
        intent_id=intent.id,
        status=IntentStatus.REFUSED,
        proof=f"not sent: {why}",
        at=agent.clock.now(),
        reason=Reason.STALE_DATA,
    )
    await agent.store.change_intent(change)
    return Result(reason=Reason.STALE_DATA, detail=why, is_written=True)


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


def _intent(agent: Agent, act: Act) -> Intent:
    wish = act.approved.proposal.wish
    return Intent(
        id=act.id,
        event_id=act.event_id,
        market_id=wish.market_id,
        engine=act.engine,
        wish=wish,
        forecast_id=None if act.forecast is None else act.forecast.id,
        created_at=agent.clock.now(),
        source=act.source,
        cause=act.cause,
    )


def _opening(act: Act) -> Look | None:
    """The look as it is written down with the intent: until there is an answer, none is known."""
    if act.look is None:
        return None
    return Look(
        market_id=act.look.market_id,
        at=act.look.at,
        reason=Reason.UNRESOLVED,
        forecast=act.look.forecast,
        inputs=act.look.inputs,
    )


async def _send(agent: Agent, intent: Intent, sealed: SealedOrder) -> Result:
    reply = await agent.venue.send(sealed)
    reason, detail = await _note(agent, intent, reply)
    return Result(reason=reason, detail=detail, is_written=True)


async def _moved(agent: Agent, act: Act) -> Result | None:
    """Ask for the price once more where it may have moved unseen; a result when it no longer does.

    A formula market has no limit price. A sell is asked for on a book as well: the quote tells
    whether the venue reads the amount of a sell as shares.
    """
    wish = act.approved.proposal.wish
    if act.engine is Engine.CLOB and isinstance(wish, Buy):
        return None
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
        return Result(reason=Reason.MARKET_UNREADABLE, detail=str(error))
    if isinstance(wish, Sell) and not _is_read_as_shares(quote, wish):
        detail = f"a sell of {wish.shares} shares is quoted as {quote.shares}"
        return Result(reason=Reason.SELL_UNIT, detail=detail)
    if act.engine is Engine.CLOB or _is_good_enough(quote, wish):
        # On a book the limit price guards the sale, and what it cannot get stays where it is.
        return None
    detail = f"asked {quote.average_price}, at worst {wish.worst_price}"
    return Result(reason=Reason.PRICE_MOVED, detail=detail)


def _is_read_as_shares(quote: Quote, wish: Sell) -> bool:
    """Whether the venue reads the amount of a sell as shares, as far as a quote can tell.

    Where a share is worth about one unit of its currency both readings are the same, and where a
    book holds fewer shares than asked for the order's own size tells.
    """
    unit = unit_of(quote)
    if unit is not SellUnitProbe.UNCLEAR:
        return unit is SellUnitProbe.SHARES
    if not quote.is_complete:
        return quote.shares <= wish.shares
    return abs(quote.shares - wish.shares) <= wish.shares * _SIZE_TOLERANCE


def _is_good_enough(quote: Quote, wish: Buy | Sell) -> bool:
    if not quote.is_complete or quote.exceeds_liability or quote.shares <= 0:
        return False
    if isinstance(wish, Buy):
        return quote.average_price <= wish.worst_price
    return quote.average_price >= wish.worst_price


async def _note(agent: Agent, intent: Intent, reply: PlaceReply) -> tuple[Reason, str]:
    """Write down what the venue answered; returns how the act ended."""
    status, reason, detail, order = _reading(reply)
    change = IntentChange(
        intent_id=intent.id,
        status=status,
        proof=detail,
        at=agent.clock.now(),
        order=order,
        reason=reason if reason is Reason.DECLINED else None,
    )
    await agent.store.change_intent(change)
    if order is None:
        return reason, detail
    await _check_size(agent, intent, order)
    return await follow(agent, intent.id), detail


def _reading(reply: PlaceReply) -> tuple[IntentStatus, Reason, str, VenueOrder | None]:
    match reply:
        case Accepted(order=order):
            return IntentStatus.OPEN, Reason.UNRESOLVED, f"accepted as {order.id}", order
        case Declined():
            detail = f"{reply.status} {reply.code} {reply.message}"
            return IntentStatus.REFUSED, Reason.DECLINED, detail, None
        case Unresolved():
            return IntentStatus.PENDING, Reason.UNRESOLVED, reply.reason, None
    assert_never(reply)


async def _check_size(agent: Agent, intent: Intent, order: VenueOrder) -> None:
    """Stop selling when the venue took a sell for another number of shares than it was for."""
    wish = intent.wish
    if isinstance(wish, Buy) or order.size is None:
        return
    if abs(order.size - wish.shares) > wish.shares * _SIZE_TOLERANCE:
        reason = f"the venue took a sell of {wish.shares} shares for one of {order.size}"
        await stop(agent, reason=reason, by="execution")
