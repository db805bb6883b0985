"""The account at the venue, passed on with the venue's names."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from bayse_agent.adapters.store.reading.decisions import markets_by_id
from bayse_agent.api.house import House, InHouse
from bayse_agent.api.parts import AccountData
from bayse_agent.api.routes.markets import Number, Size
from bayse_agent.api.shapes.account import (
    ActivityPage,
    AssetsOut,
    OrderPage,
    PortfolioOut,
    activity_out,
    asset_out,
    order_out,
    portfolio_out,
)
from bayse_agent.api.shapes.venue import pagination
from bayse_agent.api.trouble import ANYWHERE, Unfit, problems

router = APIRouter(prefix="/portfolio", tags=["portfolio"])
_ANSWERS = {**ANYWHERE, **problems(502)}


class PlaceOut(BaseModel):
    """A position as the original told it: `pnl_pct` is in percent of the cost."""

    market_id: str
    market_name: str
    outcome: str
    quantity: float
    avg_price: float
    current_value: float
    cost: float
    pnl: float
    pnl_pct: float | None


class PlacesOut(BaseModel):
    positions: list[PlaceOut]
    count: int


def account_of(house: House) -> AccountData:
    """Raises Unfit where no key of the venue's is at hand."""
    account = house.parts.account
    if account is None:
        raise Unfit(503, "no_account", "this process has no access to the account at the venue")
    return account


@router.get("", response_model=PortfolioOut, responses=_ANSWERS)
async def portfolio(house: InHouse) -> PortfolioOut:
    """Every row that the venue has of us."""
    return portfolio_out(await account_of(house).holdings(), house.parts.currency)


@router.get("/positions", response_model=PlacesOut, responses=_ANSWERS)
async def positions(house: InHouse) -> PlacesOut:
    """The same with names, for people."""
    rows = await account_of(house).holdings()
    ids = [row.market_id for row in rows]
    names = await house.parts.reader.ask(lambda connection: markets_by_id(connection, ids))
    found = []
    for row in rows:
        market = names.get(row.market_id)
        cost, value = row.cost.amount, row.current_value.amount
        found.append(
            PlaceOut(
                market_id=row.market_id,
                market_name="" if market is None else market.title,
                outcome=row.outcome_id if market is None else market.label(row.outcome_id),
                quantity=float(row.shares),
                avg_price=float(row.average_price),
                current_value=float(value),
                cost=float(cost),
                pnl=float(value - cost),
                pnl_pct=float((value - cost) / cost * 100) if cost else None,
            )
        )
    return PlacesOut(positions=found, count=len(found))


@router.get("/orders", response_model=OrderPage, responses=_ANSWERS)
async def orders(house: InHouse, page: Number = 1, size: Size = 50) -> OrderPage:
    """Orders at the venue, newest first."""
    found = await account_of(house).orders(currency=house.parts.currency, page=page, size=size)
    return OrderPage(
        orders=[order_out(order) for order in found.items], pagination=pagination(found, size)
    )


@router.get("/assets", response_model=AssetsOut, responses=_ANSWERS)
async def assets(house: InHouse) -> AssetsOut:
    """The wallets."""
    return AssetsOut(assets=[asset_out(one) for one in await account_of(house).wallets()])


@router.get("/activities", response_model=ActivityPage, responses=_ANSWERS)
async def activities(
    house: InHouse,
    kind: Annotated[str | None, Query(alias="type", max_length=32)] = None,
    page: Number = 1,
    size: Size = 50,
) -> ActivityPage:
    """The history of the account."""
    found = await account_of(house).activities(kind=kind, page=page, size=size)
    return ActivityPage(
        activities=[activity_out(line) for line in found.items],
        pagination=pagination(found, size),
    )
