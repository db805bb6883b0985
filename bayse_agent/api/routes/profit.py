"""What was earned: by period, and by what the bets had in common."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from bayse_agent.adapters.store.reading.profit_views import CauseView, PeriodView, ProfitCause
from bayse_agent.api.house import InHouse
from bayse_agent.api.listing import AsFormat, Format, as_table
from bayse_agent.api.trouble import ANYWHERE

router = APIRouter(tags=["profit"])


class ProfitOut(BaseModel):
    """`time_zone`: whose midnight begins a day, as for the limits. `valued_at`: when the open
    positions were last valued. What models cost is in US dollars, and in no other figure.
    """

    currency: str
    model_currency: str = "USD"
    time_zone: str
    valued_at: datetime | None
    today: PeriodView
    week: PeriodView
    all: PeriodView


class ProfitByOut(BaseModel):
    """Rows by one cause; but for `bets`, `ended` and `wins` by way out, they sum to `total`."""

    currency: str
    cause: ProfitCause
    total: CauseView
    items: list[CauseView]


@router.get("/profit", response_model=ProfitOut, responses=ANYWHERE)
async def profit(house: InHouse) -> ProfitOut:
    """What today, the last seven days and all of it brought, after fees."""
    parts = house.parts
    zone = (await parts.store.limits()).time_zone
    books = await parts.store.books(parts.currency)
    now = parts.clock.now()
    today, week, all_of_it = await house.earnings.periods(parts.reader, now, zone)
    return ProfitOut(
        currency=parts.currency.value,
        time_zone=zone,
        valued_at=books.reconciled_at,
        today=today,
        week=week,
        all=all_of_it,
    )


@router.get("/profit/by/{cause}", response_model=ProfitByOut, responses=ANYWHERE)
async def profit_by(
    house: InHouse, cause: ProfitCause, format: AsFormat = Format.JSON
) -> ProfitByOut | Response:
    """What bets came to, by one thing that they had in common: the largest stakes first, bands in
    their order. By way out, a bet that went in two ways is counted in both.
    """
    parts = house.parts
    rows, total = await house.earnings.by(parts.reader, cause)
    if format is Format.CSV:
        return as_table(rows, name=f"profit-by-{cause}")
    return ProfitByOut(currency=parts.currency.value, cause=cause, total=total, items=list(rows))
