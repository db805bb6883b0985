"""What models and searches may cost, and how much of that is gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from fastapi import APIRouter
from pydantic import BaseModel

from bayse_agent.adapters.store.reading import budget
from bayse_agent.adapters.store.reading.budget import Asked, PeriodSpent
from bayse_agent.adapters.store.spending import periods
from bayse_agent.api.house import InHouse
from bayse_agent.api.means import Means
from bayse_agent.api.trouble import ANYWHERE

router = APIRouter(tags=["costs"])
_DAY = timedelta(days=1)
_FINE = Decimal("0.0001")
_QUESTIONS = "questions"


class Span(StrEnum):
    """What a cap is for: a day or a month of its zone, or any 24 hours."""

    DAY = "day"
    MONTH = "month"
    DAY_ROLLING = "24 hours"


class CapOut(BaseModel):
    """`used` of `cap`, in `unit`: "USD" or "questions". `reserved` is a part of `used`: put aside
    for `open_calls` whose cost nobody knows yet. `cap` is null for what has none. `renews_at`: when
    there is room again; null when there is some, or nobody can say.
    """

    name: str
    span: Span
    unit: str
    setting: str
    cap: Decimal | None
    used: Decimal
    reserved: Decimal
    left: Decimal | None
    fraction: Decimal | None
    calls: int
    open_calls: int
    is_used_up: bool
    renews_at: datetime | None


class CapsOut(BaseModel):
    """`look_usd`: what a whole look that asks models is reckoned to cost; a market that cannot earn
    more than that is not researched.
    """

    at: datetime
    zone: str
    day: str
    month: str
    look_usd: Decimal
    caps: list[CapOut]


@router.get("/costs/caps", response_model=CapsOut, responses=ANYWHERE)
async def costs_caps(house: InHouse) -> CapsOut:
    """The caps on models and searches, with what is used of each and what is put aside."""
    parts, means = house.parts, house.parts.means
    now = parts.clock.now()
    day, month = periods(now, means.zone)
    of_day, of_month = await parts.reader.ask(budget.spent_in(day, month))
    asked = await parts.reader.ask(budget.asked_by(now))
    return CapsOut(
        at=now,
        zone=str(means.zone),
        day=day,
        month=month,
        look_usd=means.look_usd,
        caps=[
            _models(Span.DAY, "AI_DAILY_CAP_USD", means.caps.daily, of_day, _midnight(now, means)),
            _models(
                Span.MONTH, "AI_MONTHLY_CAP_USD", means.caps.monthly, of_month, _first(now, means)
            ),
            *_searches(asked, means),
        ],
    )


def _models(
    span: Span, setting: str, cap: Decimal, spent: PeriodSpent, renews_at: datetime
) -> CapOut:
    is_used_up = spent.counted >= cap
    return CapOut(
        name="models",
        span=span,
        unit="USD",
        setting=setting,
        cap=cap,
        used=spent.counted,
        reserved=spent.reserved,
        left=max(Decimal(0), cap - spent.counted),
        fraction=_fraction(spent.counted, cap),
        calls=spent.calls,
        open_calls=spent.open_calls,
        is_used_up=is_used_up,
        renews_at=renews_at if is_used_up else None,
    )


def _searches(asked: Mapping[str, Asked], means: Means) -> list[CapOut]:
    """The service that is capped first, asked or not; then whatever else was asked."""
    others = sorted(name for name in asked if name != means.searcher)
    names = others if means.searcher is None else [means.searcher, *others]
    return [_source(name, asked.get(name), means) for name in names]


def _source(name: str, asked: Asked | None, means: Means) -> CapOut:
    used = 0 if asked is None else asked.questions
    cap = Decimal(means.searches_a_day) if name == means.searcher else None
    is_used_up = cap is not None and used >= cap
    return CapOut(
        name=name,
        span=Span.DAY_ROLLING,
        unit=_QUESTIONS,
        setting="" if cap is None else "SEARCH_DAILY_CAP",
        cap=cap,
        used=Decimal(used),
        reserved=Decimal(0),
        left=None if cap is None else max(Decimal(0), cap - used),
        fraction=None if cap is None else _fraction(Decimal(used), cap),
        calls=used,
        open_calls=0,
        is_used_up=is_used_up,
        renews_at=asked.first_at + _DAY if is_used_up and asked is not None else None,
    )


def _fraction(used: Decimal, cap: Decimal) -> Decimal:
    return (used / cap).quantize(_FINE) if cap else Decimal(1)


def _midnight(now: datetime, means: Means) -> datetime:
    """The next midnight of the zone."""
    local = now.astimezone(means.zone).date() + _DAY
    return datetime.combine(local, time.min, means.zone)


def _first(now: datetime, means: Means) -> datetime:
    """The next first day of a month in the zone."""
    local = now.astimezone(means.zone).date().replace(day=1) + timedelta(days=32)
    return datetime.combine(local.replace(day=1), time.min, means.zone)
