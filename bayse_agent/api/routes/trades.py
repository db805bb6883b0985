"""Orders by hand, as the original had them: through every limit, and written down."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel

from bayse_agent.adapters.store.reading import orders as order_queries
from bayse_agent.adapters.store.reading.views import OrderView
from bayse_agent.api.asking import ask, done_or_unfit
from bayse_agent.api.caller import Calling
from bayse_agent.api.house import House, InHouse
from bayse_agent.api.routes.markets import Id, Number, Size
from bayse_agent.api.routes.portfolio import account_of
from bayse_agent.api.shapes.account import OrderPage, order_out
from bayse_agent.api.shapes.venue import pagination
from bayse_agent.api.trouble import ANYWHERE, Unfit, problems
from bayse_agent.domain.command import CommandKind
from bayse_agent.domain.market import EventId, MarketId

router = APIRouter(prefix="/trades", tags=["trades"])
_ANSWERS = {**ANYWHERE, **problems(409, 502)}
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=8, max_length=128)]
Amount = Annotated[Decimal, Query(gt=0, lt=Decimal("1e12"), max_digits=20, decimal_places=6)]


Worst = Annotated[Decimal | None, Query(gt=0, lt=1, max_digits=12, decimal_places=6)]


class PlacedOut(BaseModel):
    """An order that was asked for by hand. Money is a number, as in the original."""

    id: str | None
    intentId: str
    eventId: str
    marketId: str
    outcomeId: str
    side: str
    status: str
    amount: float
    price: float
    filledSize: float
    avgFillPrice: float | None
    currency: str
    outcome: str


class RefusalOut(BaseModel):
    """A check that would say no: the numbers that it looks at, and the limit."""

    check: str
    numbers: dict[str, str]
    limit: str


class QuoteOut(BaseModel):
    """What a buy by hand would be now, in exact decimals.

    `cash` is what of the `stake` would be spent, fee inside, for `shares` that are kept;
    `average_price` and `worst_price` are the market's, before the fee on a book; a formula's have
    it inside, where `fee` is by the venue's curve, or empty. `break_even` is
    the chance of winning at which nothing is earned; `payout` comes if it wins, `gain` is that
    less `cash`. `refusals`: what would stand in its way, in the order of the checks.
    """

    currency: str
    engine: str
    stake: Decimal
    cash: Decimal
    shares: Decimal
    fee: Decimal | None = None
    average_price: Decimal
    worst_price: Decimal
    market_price: Decimal | None = None
    break_even: Decimal | None = None
    payout: Decimal
    gain: Decimal
    as_of: datetime
    is_refused: bool
    refusals: list[RefusalOut]


class CancelledOut(BaseModel):
    id: str
    status: str


@router.post("", response_model=PlacedOut, responses=_ANSWERS)
async def place(
    house: InHouse,
    caller: Calling,
    event_id: Id,
    market_id: Id,
    side: Annotated[str, Query(max_length=8)],
    outcome: Id,
    amount: Amount,
    currency: Annotated[str | None, Query(max_length=8)] = None,
    key: Key = None,
) -> PlacedOut:
    """Buy an outcome (YES, NO, a label or an id) for an amount, within every limit.

    Selling goes through /positions/{market_id}/close, which sells shares and not an amount.
    """
    _check(house, side, currency)
    outcome_id = await _outcome(house, event_id, market_id, outcome)
    arguments = {
        "event": event_id,
        "market": market_id,
        "outcome": outcome_id,
        "stake": str(amount),
    }
    command = done_or_unfit(await ask(house.parts, caller, CommandKind.TRADE, arguments, key=key))
    placed = await house.parts.reader.ask(order_queries.order(command.result["intent"]))
    if placed is None:
        reason = command.result.get("outcome", "refused")
        detail = f"{reason}: {command.result.get('detail', '')}".rstrip(": ")
        raise Unfit(409, "refused", f"not placed, {detail}")
    return _placed(placed)


@router.post("/quote", response_model=QuoteOut, responses=_ANSWERS)
async def quote(
    house: InHouse,
    caller: Calling,
    event_id: Id,
    market_id: Id,
    outcome: Id,
    amount: Amount,
    worst_price: Worst = None,
) -> QuoteOut:
    """What a trade by hand would cost, bring and be refused for. Nothing is sent or put aside.

    Asked of the trader, who would send it: fee, prices and limits are those of the real path.
    """
    arguments = {
        "event": event_id,
        "market": market_id,
        "outcome": await _outcome(house, event_id, market_id, outcome),
        "stake": str(amount),
    } | ({} if worst_price is None else {"worst_price": str(worst_price)})
    found = done_or_unfit(await ask(house.parts, caller, CommandKind.QUOTE, arguments)).result
    refusals = [RefusalOut.model_validate(one) for one in json.loads(found["refusals"])]
    told = {**found, "is_refused": bool(refusals), "refusals": refusals}
    return QuoteOut.model_validate(told)


@router.get("", response_model=OrderPage, responses=_ANSWERS)
async def trades(
    house: InHouse,
    status: Annotated[str | None, Query(max_length=32)] = None,
    page: Number = 1,
    size: Size = 50,
) -> OrderPage:
    """Orders at the venue; a status filters the page that is read."""
    found = await account_of(house).orders(currency=house.parts.currency, page=page, size=size)
    shown = [order_out(one) for one in found.items if status in (None, one.status.value)]
    return OrderPage(orders=shown, pagination=pagination(found, size))


@router.delete("/{order_id}", response_model=CancelledOut, responses=_ANSWERS)
async def cancel(house: InHouse, caller: Calling, order_id: str, key: Key = None) -> CancelledOut:
    """Take a resting order back."""
    command = done_or_unfit(
        await ask(house.parts, caller, CommandKind.CANCEL, {"order": order_id}, key=key)
    )
    return CancelledOut(id=order_id, status=command.result.get("answer", ""))


def _check(house: House, side: str, currency: str | None) -> None:
    if side.upper() not in ("BUY", "SELL"):
        raise Unfit(422, "not_valid", "side must be BUY or SELL")
    if side.upper() == "SELL":
        raise Unfit(409, "refused", "sell with POST /positions/{market_id}/close")
    wallet = house.parts.currency.value
    if currency is not None and currency.upper() != wallet:
        raise Unfit(409, "refused", f"this agent trades in {wallet}")


async def _outcome(house: House, event_id: str, market_id: str, outcome: str) -> str:
    """The id behind YES (outcome1), NO (outcome2), a label or an id. Nothing else is guessed."""
    parts = house.parts
    event = await parts.market_data.event(EventId(event_id), currency=parts.currency)
    market = event.market(MarketId(market_id))
    if market is None:
        raise Unfit(404, "not_found", "the event has no such market")
    named = {"YES": market.outcome1.id, "NO": market.outcome2.id}
    for one in (market.outcome1, market.outcome2):
        named |= {one.label.upper(): one.id, one.id.upper(): one.id}
    found = named.get(outcome.upper())
    if found is None:
        raise Unfit(
            422,
            "not_valid",
            f"outcome must be YES, NO, {market.outcome1.label!r} or {market.outcome2.label!r}",
        )
    return found


def _placed(order: OrderView) -> PlacedOut:
    return PlacedOut(
        id=order.order_id,
        intentId=order.id,
        eventId=order.event_id,
        marketId=order.market_id,
        outcomeId=order.outcome_id,
        side=order.side,
        status=order.status,
        amount=float(order.amount),
        price=float(order.worst_price),
        filledSize=float(order.filled or 0),
        avgFillPrice=None if order.average_price is None else float(order.average_price),
        currency=order.currency,
        outcome=order.outcome,
    )
