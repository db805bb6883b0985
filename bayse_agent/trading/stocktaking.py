"""The first entries of new books: the cash and the shares that the account has already."""

from __future__ import annotations

from bayse_agent.domain.errors import VenueMalformed
from bayse_agent.domain.journal import Deposit, IntentChange, tracked
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import ZERO, Money, total
from bayse_agent.domain.order import (
    Buy,
    Fill,
    FillId,
    Intent,
    IntentSource,
    IntentStatus,
    OrderId,
    OrderType,
    VenueOrder,
    VenueOrderStatus,
    intent_id,
)
from bayse_agent.domain.portfolio import Holding
from bayse_agent.trading.agent import Agent

_STOCK = "stock"
_OPENING = "opening"
"""Noted as a listing that was read, once everything is entered."""


async def take_stock(agent: Agent) -> Money | None:
    """Enter what the account has into new books; None when that was done before, or it is empty.

    Shares that are held enter at what the venue says they cost, as bought elsewhere. A process
    that died on the way has the next one go on. Raises VenueError.
    """
    currency = agent.habits.currency
    deposits = (await agent.store.portfolio(currency)).deposits
    has_begun = deposits.amount != ZERO or await agent.store.has_deposit(_OPENING)
    if has_begun and await _is_done(agent):
        return None
    wallets = [w for w in await agent.venue.wallets() if w.available.currency is currency]
    held = [row for row in await agent.venue.holdings() if row.currency is currency]
    cash = total((wallet.available + wallet.pending for wallet in wallets), currency)
    worth = cash + total((row.cost for row in held), currency)
    if worth.amount == ZERO:
        # There will be something to enter once it was paid in.
        return None
    at = agent.clock.now()
    places = [await _place(agent, row) for row in held]
    if not has_begun:
        await agent.store.add_deposit(Deposit(id=_OPENING, amount=worth, at=at))
    for row, intent in zip(held, places, strict=True):
        await _enter(agent, row, intent)
    await agent.store.track([], source=_STOCK, read_at=at)
    return worth


async def _is_done(agent: Agent) -> bool:
    """Whether everything was entered. Books that were ever armed had that behind them."""
    is_noted = await agent.store.listed_at(_STOCK) is not None
    return is_noted or (await agent.store.control()).epoch > 0


async def _place(agent: Agent, row: Holding) -> Intent:
    """The intent that stands for shares bought elsewhere; their market is followed from here on."""
    event = await agent.market_data.event(row.event_id, currency=row.currency)
    market = event.market(row.market_id)
    if market is None:
        raise VenueMalformed(
            f"shares are held in market {row.market_id!r}, which its event has not"
        )
    now = agent.clock.now()
    await agent.store.track([tracked(event, market, now)], source="external", read_at=now)
    return Intent(
        id=intent_id("opening", row.market_id, row.outcome_id),
        event_id=event.id,
        market_id=market.id,
        engine=event.engine,
        wish=Buy(
            market_id=market.id,
            outcome_id=row.outcome_id,
            stake=row.cost,
            worst_price=row.average_price,
        ),
        forecast_id=None,
        created_at=now,
        source=IntentSource.EXTERNAL,
        cause="held when the books were begun",
    )


async def _enter(agent: Agent, row: Holding, intent: Intent) -> None:
    """Enter one holding, or what is missing of it."""
    order = VenueOrder(
        id=OrderId(f"opening-{row.outcome_id}"),
        market_id=row.market_id,
        outcome_id=row.outcome_id,
        side=Side.BUY,
        type=OrderType.MARKET,
        status=VenueOrderStatus.FILLED,
        amount=row.cost.amount,
        price=None,
        size=row.shares,
        filled=row.shares,
        remaining=None,
        average_price=row.average_price,
        fee=None,
        currency=row.currency,
        self_trade=None,
        created_at=intent.created_at,
        updated_at=None,
    )
    known = next((o for o in await agent.store.open_intents() if o.intent.id == intent.id), None)
    if known is None:
        if await agent.store.has_intent(intent.id):
            return
        await agent.store.add_external(intent, order)
    fill = Fill(
        id=FillId(f"opening-{row.outcome_id}"),
        intent_id=intent.id,
        order_id=order.id,
        market_id=row.market_id,
        outcome_id=row.outcome_id,
        side=Side.BUY,
        shares=row.shares,
        price=row.average_price,
        cash=row.cost,
        fee=Money.zero(row.currency),
        at=intent.created_at,
    )
    await agent.store.change_intent(
        IntentChange(
            intent_id=intent.id,
            status=IntentStatus.FILLED,
            proof="held when the books were begun",
            at=intent.created_at,
            order=order,
            fills=(fill,),
        )
    )
