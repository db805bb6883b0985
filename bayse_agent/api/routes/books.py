"""Orders, fills, settlements, the ledger, and what it is all worth."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from bayse_agent.adapters.store.reading import orders as queries
from bayse_agent.adapters.store.reading.reader import Cut
from bayse_agent.adapters.store.reading.views import (
    ChangeView,
    CommandView,
    EquityView,
    FillView,
    OrderView,
    PostingView,
    SettlementView,
)
from bayse_agent.adapters.store.reading.wallet import money_of
from bayse_agent.api.asking import ASKED, answered, ask
from bayse_agent.api.caller import Calling
from bayse_agent.api.house import InHouse
from bayse_agent.api.listing import AfterBefore, AsFormat, Format, Listed, listed
from bayse_agent.api.routes.decisions import When, Word, zoned
from bayse_agent.api.routes.trades import Key
from bayse_agent.api.shapes.position import PositionOut, is_closed, is_formula, outs
from bayse_agent.api.trouble import ANYWHERE, Unfit
from bayse_agent.domain.command import CommandKind

router = APIRouter(tags=["books"])


class OrderDetail(BaseModel):
    order: OrderView
    steps: list[ChangeView]
    fills: list[FillView]


class MoneyOut(BaseModel):
    """The books of the wallet that is traded with. `worth`: at the last valuation.

    `bankroll`: cash and the cost of positions, the lower of our books and the venue's last word.
    `deployed`: of that in positions and orders; `reserve`: the part that the limits never spend;
    `deployable`: what may still be staked.
    """

    currency: str
    deposits: Decimal
    cash: Decimal
    free_cash: Decimal
    reserved: Decimal
    invested: Decimal
    realised: Decimal
    fees: Decimal
    worth: Decimal | None
    profit: Decimal | None
    peak: Decimal | None
    open_markets: int
    reconciled_at: datetime | None
    valued_at: datetime | None
    bankroll: Decimal
    deployed: Decimal
    reserve: Decimal
    deployable: Decimal


class CloseIn(BaseModel):
    """`confirm` sends it; else it is only told what it would bring."""

    model_config = ConfigDict(extra="forbid")

    confirm: Annotated[bool, Field(strict=True)] = False


@router.get("/orders", response_model=Listed[OrderView], responses=ANYWHERE)
async def orders(
    house: InHouse,
    cut: AfterBefore,
    status: Word = None,
    source: Word = None,
    market_id: Word = None,
    live: Annotated[bool | None, Query(description="only those that may still cost money")] = None,
    format: AsFormat = Format.JSON,
) -> Listed[OrderView] | Response:
    """Every order that was ever written down, newest first."""
    wanted = queries.WantedOrders(status=status, source=source, market_id=market_id, is_live=live)
    return await listed(
        format,
        cut,
        lambda part: house.parts.reader.ask(queries.orders(wanted, part)),
        name="orders",
    )


@router.get("/orders/{intent_id}", response_model=OrderDetail, responses=ANYWHERE)
async def order(house: InHouse, intent_id: str) -> OrderDetail:
    """One order by our id or the venue's, with its steps and fills."""
    reader = house.parts.reader
    name = await reader.ask(queries.intent_of_order(intent_id)) or intent_id
    found = await reader.ask(queries.order(name))
    if found is None:
        raise Unfit(404, "not_found", "there is no such order")
    fills = await reader.ask(queries.fills(Cut(limit=200), intent_id=name))
    steps = await reader.ask(queries.changes(name))
    return OrderDetail(order=found, steps=list(steps), fills=list(fills.items))


@router.post("/orders/{order_id}/cancel", response_model=CommandView, responses=ASKED)
async def cancel(
    house: InHouse, caller: Calling, response: Response, order_id: str, key: Key = None
) -> CommandView:
    """Take a resting order back, by the venue's id."""
    arguments = {"order": order_id}
    return answered(
        response, await ask(house.parts, caller, CommandKind.CANCEL, arguments, key=key)
    )


@router.get("/fills", response_model=Listed[FillView], responses=ANYWHERE)
async def fills(
    house: InHouse, cut: AfterBefore, format: AsFormat = Format.JSON
) -> Listed[FillView] | Response:
    """Every fill, newest first."""
    return await listed(
        format, cut, lambda part: house.parts.reader.ask(queries.fills(part)), name="fills"
    )


@router.get("/settlements", response_model=Listed[SettlementView], responses=ANYWHERE)
async def settlements(
    house: InHouse, cut: AfterBefore, format: AsFormat = Format.JSON
) -> Listed[SettlementView] | Response:
    """What ended markets paid, newest first."""
    return await listed(
        format,
        cut,
        lambda part: house.parts.reader.ask(queries.settlements(part)),
        name="settlements",
    )


@router.get("/ledger", response_model=Listed[PostingView], responses=ANYWHERE)
async def ledger(
    house: InHouse, cut: AfterBefore, format: AsFormat = Format.JSON
) -> Listed[PostingView] | Response:
    """The ledger by whole entries, the newest first: each entry's lines sum to zero."""
    return await listed(
        format, cut, lambda part: house.parts.reader.ask(queries.ledger(part)), name="ledger"
    )


@router.get("/equity", response_model=Listed[EquityView], responses=ANYWHERE)
async def equity(
    house: InHouse, cut: AfterBefore, since: When = None, format: AsFormat = Format.JSON
) -> Listed[EquityView] | Response:
    """Valuations, made when books and venue were found equal, newest first."""
    parts = house.parts
    return await listed(
        format,
        cut,
        lambda part: parts.reader.ask(queries.equity(parts.currency, part, zoned(since))),
        name="equity",
    )


@router.get("/equity/curve", response_model=list[EquityView], responses=ANYWHERE)
async def curve(
    house: InHouse, points: Annotated[int, Query(ge=2, le=2000)] = 300
) -> list[EquityView]:
    """The whole course of the valuations in at most so many points, oldest first."""
    parts = house.parts
    return list(await parts.reader.ask(queries.curve(parts.currency, points=points)))


@router.get("/positions", response_model=list[PositionOut], responses=ANYWHERE)
async def positions(house: InHouse) -> list[PositionOut]:
    """What our own books say is held: at the last bid that was seen, or at what a formula market
    offers for it, with what would set off its sale.
    """
    parts = house.parts
    portfolio = await parts.store.portfolio(parts.currency)
    held = await parts.reader.ask(queries.positions(portfolio))
    now = parts.clock.now()
    ask_for = [one for one in held if is_formula(one) and not is_closed(one, now)]
    return outs(held, await house.offers.of(ask_for), parts.exits, now)


@router.post("/positions/close-all", response_model=CommandView, responses=ASKED)
async def close_all(
    house: InHouse, caller: Calling, response: Response, wanted: CloseIn, key: Key = None
) -> CommandView:
    """Sell everything; without `confirm` only say what that would bring."""
    arguments = {"confirm": "yes"} if wanted.confirm else {}
    return answered(
        response, await ask(house.parts, caller, CommandKind.CLOSE_ALL, arguments, key=key)
    )


@router.post("/positions/{market_id}/close", response_model=CommandView, responses=ASKED)
async def close(
    house: InHouse,
    caller: Calling,
    response: Response,
    market_id: str,
    wanted: CloseIn,
    key: Key = None,
) -> CommandView:
    """Sell what is held in a market; without `confirm` only say what that would bring."""
    arguments = {"market": market_id} | ({"confirm": "yes"} if wanted.confirm else {})
    return answered(response, await ask(house.parts, caller, CommandKind.CLOSE, arguments, key=key))


@router.get("/money", response_model=MoneyOut, responses=ANYWHERE)
async def money(house: InHouse) -> MoneyOut:
    """Cash, what is invested and reserved, and what has come of it."""
    parts = house.parts
    books, limits = await parts.store.books(parts.currency), await parts.store.limits()
    return MoneyOut.model_validate(money_of(books, limits))
