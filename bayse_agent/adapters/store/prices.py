"""Prices that were seen of a market: what a forecast could be traded at, and what came later."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bayse_agent.adapters.store import tables
from bayse_agent.domain.experience import SettledForecast
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.news import Horizon

_SAME_MOMENT = timedelta(seconds=15)
"""A book that was seen this near to a forecast was the one at its moment: a pass notes the books
when all of its forecasts are made."""
_LATER = timedelta(seconds=30)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """The best prices of outcome1 at a moment, as far as there were any."""

    at: datetime
    bid: float | None
    ask: float | None


Touches = Mapping[MarketId, Sequence[Touch]]


def read(connection: Connection, outcomes: Mapping[MarketId, str]) -> Touches:
    """The touches of markets, oldest first; `outcomes` are their first ones."""
    touches = tables.touches
    found: dict[MarketId, list[Touch]] = {}
    ids = sorted(outcomes.values())
    for begin in range(0, len(ids), _AT_ONCE):
        some = ids[begin : begin + _AT_ONCE]
        query = (
            select(touches.c.market_id, touches.c.at, touches.c.bid, touches.c.ask)
            .where(touches.c.outcome_id.in_(some))
            .order_by(touches.c.market_id, touches.c.at, touches.c.number)
        )
        for row in connection.execute(query):
            found.setdefault(MarketId(row.market_id), []).append(
                Touch(at=row.at, bid=_number(row.bid), ask=_number(row.ask))
            )
    return found


def judged(
    forecasts: Sequence[SettledForecast],
    closings: Mapping[MarketId, datetime | None],
    touches: Touches,
) -> tuple[SettledForecast, ...]:
    """Forecasts with the touch of their moment, and with a later price of their market."""
    prices = _prices(forecasts, touches)
    times = {market_id: [touch.at for touch in seen] for market_id, seen in touches.items()}
    return tuple(
        _judged(
            one,
            _nearest(one.made_at, touches.get(one.market_id, ()), times.get(one.market_id, ())),
            _later(one, prices[one.market_id], closings.get(one.market_id)),
        )
        for one in forecasts
    )


def _judged(one: SettledForecast, touch: Touch | None, later: float | None) -> SettledForecast:
    if touch is None:
        return replace(one, later_price=later)
    return replace(one, bid=touch.bid, ask=touch.ask, later_price=later)


def _nearest(moment: datetime, touches: Sequence[Touch], times: Sequence[datetime]) -> Touch | None:
    place = bisect_left(times, moment)
    near = [touches[at] for at in (place - 1, place) if 0 <= at < len(touches)]
    best = min(near, key=lambda touch: abs(touch.at - moment), default=None)
    return best if best is not None and abs(best.at - moment) <= _SAME_MOMENT else None


_Prices = Sequence[tuple[datetime, float]]


def _prices(forecasts: Sequence[SettledForecast], touches: Touches) -> Mapping[MarketId, _Prices]:
    """Everything that a market was seen to think of outcome1, oldest first."""
    found: dict[MarketId, set[tuple[datetime, float]]] = {}
    for one in forecasts:
        seen = found.setdefault(one.market_id, set())
        if one.market_price is not None:
            seen.add((one.made_at, one.market_price))
    for market_id, several in touches.items():
        found.setdefault(market_id, set()).update(_middles(several))
    return {market_id: sorted(seen) for market_id, seen in found.items()}


def _middles(touches: Sequence[Touch]) -> Iterator[tuple[datetime, float]]:
    for touch in touches:
        if touch.bid is not None and touch.ask is not None:
            yield touch.at, (touch.bid + touch.ask) / 2


def _later(one: SettledForecast, prices: _Prices, closes_at: datetime | None) -> float | None:
    """What the market thought later: of a short one soon, as its close is the outcome; of any other
    one last of all, before its close.
    """
    times = [at for at, _ in prices]
    first = bisect_left(times, one.made_at + _LATER)
    end = len(times) if closes_at is None else bisect_right(times, closes_at)
    if first >= end:
        return None
    return prices[first if one.cell.horizon is Horizon.SHORT else end - 1][1]


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
