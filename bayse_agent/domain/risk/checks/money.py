"""Whether the money is there: each limit says the largest stake that it would let through now.

The sizing is cut to the smallest of these before the review sees it, and the review holds the
stake against every one of them: both ask the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bayse_agent.domain.books import Tags
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.money import Money, total
from bayse_agent.domain.risk.checks.check import Check
from bayse_agent.domain.risk.days import day_start
from bayse_agent.domain.risk.verdict import Finding, told
from bayse_agent.domain.risk.view import Ground, View, spendable

_CLUSTER_WIDTH = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one limit lets through: `most` in all, of which `used` is taken already."""

    check: Reason
    most: Money
    used: Money
    inputs: Mapping[str, Money | Decimal]

    @property
    def largest(self) -> Money:
        """The largest stake that it leaves room for, never below zero."""
        return max(Money.zero(self.most.currency), self.most - self.used)


def stake_room(ground: Ground) -> Room:
    """One stake stays within the largest; a currency that has none is not traded."""
    nothing = Money.zero(ground.currency)
    largest = ground.limits.max_stake.get(ground.currency, nothing)
    return Room(check=Reason.REFUSED_STAKE, most=largest, used=nothing, inputs={})


def reserve_room(ground: Ground) -> Room:
    """Stakes come out of free cash and leave the reserve alone."""
    return Room(
        check=Reason.REFUSED_RESERVE,
        most=spendable(ground.books, ground.limits),
        used=ground.committed,
        inputs={
            "bankroll": ground.bankroll,
            "committed": ground.committed,
            "reserve": ground.limits.reserve,
        },
    )


def floor_room(ground: Ground) -> Room:
    """The floor stays in cash; where none is said for the currency, all of it does."""
    free = ground.bankroll - ground.committed
    floor = ground.limits.balance_floor.get(ground.currency, free)
    return Room(
        check=Reason.REFUSED_FLOOR,
        most=ground.bankroll - floor,
        used=ground.committed,
        inputs={"free_cash": free, "floor": floor},
    )


def exposure_room(ground: Ground) -> Room:
    """Positions, live orders and the stake together stay within their part."""
    return _part_room(ground, Reason.REFUSED_EXPOSURE, "max_exposure", committed=ground.committed)


def market_room(ground: Ground) -> Room:
    """What is in this market already, and the stake."""
    used = ground.committed_in(lambda market: market == ground.spot.market_id)
    return _part_room(
        ground, Reason.REFUSED_MARKET_PART, "max_market_part", committed_in_market=used
    )


def event_room(ground: Ground) -> Room:
    """The markets of one event answer the same question: they lose together."""
    event_id = ground.spot.event_id
    used = ground.committed_beside(lambda tags: tags.event_id == event_id)
    return _part_room(ground, Reason.REFUSED_EVENT_PART, "max_event_part", committed_in_event=used)


def series_room(ground: Ground) -> Room | None:
    """The windows of one series; for a market that is in none, there is no such limit."""
    series = ground.spot.series
    if series is None:
        return None
    used = ground.committed_beside(lambda tags: tags.series == series)
    return _part_room(
        ground, Reason.REFUSED_SERIES_PART, "max_series_part", committed_in_series=used
    )


def cluster_room(ground: Ground) -> Room | None:
    """Markets on one underlying that close within an hour of this one move together."""
    symbol, closes_at = ground.spot.symbol, ground.spot.closes_at
    if symbol is None:
        return None

    def moves_along(tags: Tags) -> bool:
        return tags.symbol == symbol and _are_near(tags.closes_at, closes_at)

    return _part_room(
        ground,
        Reason.REFUSED_CLUSTER_PART,
        "max_cluster_part",
        committed_in_cluster=ground.committed_beside(moves_along),
    )


def _are_near(one: datetime | None, other: datetime | None) -> bool:
    # A close that nobody knows may be a near one.
    return one is None or other is None or abs(one - other) <= _CLUSTER_WIDTH


def daily_room(ground: Ground) -> Room:
    """A stake can go to nothing: what was staked since midnight counts before it is lost."""
    since = day_start(ground.now, ground.limits.time_zone)
    stakes = (entry.stake for entry in ground.books.entries if entry.at >= since)
    return _part_room(
        ground,
        Reason.REFUSED_DAILY_STAKE,
        "max_daily_stake_part",
        staked_today=total(stakes, ground.currency),
    )


def _part_room(ground: Ground, check: Reason, limit: str, **used: Money) -> Room:
    """What a limit that is a part of the bankroll leaves after what is used of it."""
    part: Decimal = getattr(ground.limits, limit)
    return Room(
        check=check,
        most=ground.bankroll * part,
        used=total(used.values(), ground.currency),
        inputs={"bankroll": ground.bankroll, limit: part, **used},
    )


ROOMS: tuple[Callable[[Ground], Room | None], ...] = (
    stake_room,
    reserve_room,
    floor_room,
    exposure_room,
    market_room,
    event_room,
    series_room,
    cluster_room,
    daily_room,
)
"""Every limit in money, in the order in which they are told."""


def _check_of(room_for: Callable[[Ground], Room | None]) -> Check:
    def check(view: View) -> Finding | None:
        room = room_for(view.ground)
        if room is None:
            return None
        return Finding(
            check=room.check,
            holds=view.buy.stake <= room.largest,
            inputs={
                "stake": told(view.buy.stake),
                **{name: told(value) for name, value in room.inputs.items()},
            },
            limit=told(room.largest),
        )

    return check


CHECKS: tuple[Check, ...] = tuple(_check_of(room_for) for room_for in ROOMS)
