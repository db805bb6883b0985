"""How far the limits are used up: each with what fills it, and whether it would refuse now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel

from bayse_agent.adapters.store.reading import decisions
from bayse_agent.adapters.store.reading.views import MarketView
from bayse_agent.api.house import InHouse
from bayse_agent.api.trouble import ANYWHERE
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.money import Currency
from bayse_agent.domain.risk import LIMIT_FIELDS, LimitField, Usage, Use, day_start, limits_text
from bayse_agent.domain.risk import usage as usage_of
from bayse_agent.domain.risk.counting import Around, Measure

router = APIRouter(tags=["control"])
_LATELY = timedelta(hours=24)
_FINE = Decimal("0.0001")


class WhereOut(BaseModel):
    """The fullest of the places that a limit holds for. `id` is of what it is `around`: a market,
    an event, a series, or the underlying of a cluster; `market` is one of its markets.
    """

    around: Around
    id: str
    market_id: str
    market: str


class LimitUse(BaseModel):
    """`used` of `most`, in `unit`: a currency, "count" or "seconds"; empty for a limit on single
    buys. `refuses`: whether it would refuse the next buy (in `where`, when there is one); null
    when that depends on the buy. `room`: the largest stake that it lets through.
    `refused_lately`: looks of the last 24 hours that ended with `check`.
    """

    name: str
    value: str
    value_unit: str
    meaning: str
    counts: str
    unit: str
    used: Decimal | None
    most: Decimal | None
    fraction: Decimal | None
    room: Decimal | None
    refuses: bool | None
    where: WhereOut | None
    check: str | None
    refused_lately: int
    inputs: dict[str, str]


class LimitsUse(BaseModel):
    """All limits now. `refused_by`: what would refuse any buy, wherever; empty when nothing does.

    `unreadable`: what of the books cannot be read; then every buy is refused.
    """

    version: int
    at: datetime
    day_began: datetime
    currency: str
    bankroll: Decimal | None
    state: TradingState
    refused_by: list[str]
    unreadable: list[str]
    limits: list[LimitUse]


@router.get("/limits/use", response_model=LimitsUse, responses=ANYWHERE)
async def limits_use(house: InHouse) -> LimitsUse:
    """How far each limit is used up, by the functions that the review itself asks."""
    parts = house.parts
    now = parts.clock.now()
    books, limits = await parts.store.books(parts.currency), await parts.store.limits()
    found = usage_of(books, limits, now=now)
    funnel = await parts.reader.ask(decisions.funnel(now - _LATELY))
    refused = {one.reason: one.looks for one in funnel}
    spots = [use.spot.market_id for use in found.uses if use.spot is not None]
    names = await parts.reader.ask(lambda connection: decisions.markets_by_id(connection, spots))
    values = limits_text(limits)
    return LimitsUse(
        version=await parts.store.limits_version(),
        at=now,
        day_began=day_start(now, limits.time_zone),
        currency=parts.currency.value,
        bankroll=None if found.bankroll is None else found.bankroll.amount,
        state=books.state,
        refused_by=_refused_by(found, books.state),
        unreadable=list(found.problems),
        limits=[
            _out(row, values[row.name], use, parts.currency, names, refused)
            for row, use in zip(LIMIT_FIELDS, found.uses, strict=True)
        ],
    )


def _refused_by(found: Usage, state: TradingState) -> list[str]:
    """What stands in the way of every buy: a state that is not armed, and limits of the wallet."""
    stopped = [] if state is TradingState.ARMED else [f"state {state.value}"]
    if found.problems:
        return [*stopped, "unreadable books"]
    return stopped + [use.limit for use in found.uses if use.refuses and use.spot is None]


def _out(
    row: LimitField,
    value: str,
    use: Use,
    currency: Currency,
    names: Mapping[str, MarketView],
    refused: Mapping[str, int],
) -> LimitUse:
    fraction = use.fraction
    return LimitUse(
        name=row.name,
        value=value,
        value_unit=row.unit.value,
        meaning=row.meaning,
        counts=use.counts,
        unit=_unit(use.measure, currency),
        used=use.used,
        most=use.most,
        fraction=None if fraction is None else fraction.quantize(_FINE),
        room=None if use.room is None else use.room.amount,
        refuses=use.refuses,
        where=_where(use, names),
        check=None if use.check is None else use.check.value,
        refused_lately=0 if use.check is None else refused.get(use.check.value, 0),
        inputs=dict(use.inputs),
    )


def _unit(measure: Measure | None, currency: Currency) -> str:
    if measure is None:
        return ""
    return currency.value if measure is Measure.MONEY else measure.value


def _where(use: Use, names: Mapping[str, MarketView]) -> WhereOut | None:
    if use.spot is None or use.around is None:
        return None
    spot = use.spot
    ids = {
        Around.MARKET: spot.market_id,
        Around.EVENT: spot.event_id,
        Around.SERIES: spot.series,
        Around.CLUSTER: spot.symbol,
    }
    market = names.get(spot.market_id)
    return WhereOut(
        around=use.around,
        id=ids[use.around] or "",
        market_id=spot.market_id,
        market=spot.market_id if market is None else market.title,
    )
