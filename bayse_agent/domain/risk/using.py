"""How far each limit is used up now, told by the same functions that the review asks.

Limits that fill are told with what fills them; of one that holds for each market, event, series or
cluster by itself, the fullest is told. Those on single buys have no use: they are told as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from bayse_agent.domain.books import Books
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.market import EventId, MarketId, SeriesSlug, Symbol
from bayse_agent.domain.money import ONE, ZERO, Money
from bayse_agent.domain.risk import readable
from bayse_agent.domain.risk.checks.money import Room, stake_room
from bayse_agent.domain.risk.counting import FILLING, SINGLE, Around, Filling, Measure
from bayse_agent.domain.risk.limits import LIMIT_FIELDS, Limits
from bayse_agent.domain.risk.verdict import Finding, told
from bayse_agent.domain.risk.view import Ground, Spot, bankroll, ground_at

NOWHERE = Spot(
    market_id=MarketId(""),
    event_id=EventId(""),
    series=SeriesSlug(""),
    symbol=Symbol(""),
    closes_at=None,
)
"""No market that there is: what holds for the whole wallet is the same here as anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One limit now. `used` of `most` in one unit; None where nothing fills it, or nobody knows.

    `room`: the largest stake that it lets through, for limits in money. `refuses`: whether it
    would refuse the next buy (in `spot`, where there is one); None when that depends on the buy.
    `counts` says what counts toward it. `check` is the reason of its refusals.
    """

    limit: str
    check: Reason | None
    counts: str
    measure: Measure | None = None
    used: Decimal | None = None
    most: Decimal | None = None
    room: Money | None = None
    refuses: bool | None = None
    around: Around | None = None
    spot: Spot | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def fraction(self) -> Decimal | None:
        """Used over most: 1 where there is nothing to be used. Above 1 a limit is passed."""
        if self.used is None or self.most is None:
            return None
        return self.used / self.most if self.most > ZERO else ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Every limit in the order of LIMIT_FIELDS. With `problems` the books cannot be read: then
    every buy is refused, and no use is told.
    """

    bankroll: Money | None
    uses: tuple[Use, ...]
    problems: tuple[str, ...] = ()


def usage(books: Books, limits: Limits, *, now: datetime) -> Usage:
    """How far every limit is used up at a moment of the agent's clock.

    Of books that the review would refuse to read it tells what cannot be read of them.
    """
    problems = tuple(dict.fromkeys(readable.problems_of_books(books)))
    if problems:
        uses = tuple(replace(_about_single(one.name), refuses=True) for one in LIMIT_FIELDS)
        return Usage(bankroll=None, uses=uses, problems=problems)
    grounds = [ground_at(spot, books, limits, now=now) for spot in (NOWHERE, *_spots(books))]
    return Usage(
        bankroll=bankroll(books), uses=tuple(_use(one.name, grounds) for one in LIMIT_FIELDS)
    )


def _spots(books: Books) -> list[Spot]:
    """Every market that something was done in lately, or is held."""
    return [
        Spot(
            market_id=market_id,
            event_id=tags.event_id,
            series=tags.series,
            symbol=tags.symbol,
            closes_at=tags.closes_at,
        )
        for market_id, tags in sorted(books.tags.items())
    ]


def _use(limit: str, grounds: Sequence[Ground]) -> Use:
    """One limit; the first of `grounds` is the one that is nowhere."""
    if limit == "max_stake":
        return _largest_stake(stake_room(grounds[0]))
    filling = FILLING.get(limit)
    if filling is None:
        return _about_single(limit)
    places = grounds[:1] if filling.around is None else grounds
    found = [use for ground in places if (use := _filled(limit, filling, ground)) is not None]
    # Of equals the first: where nothing is used, that is nowhere.
    return max(found, key=_fullness, default=_without_use(limit, filling))


def _fullness(use: Use) -> tuple[bool, Decimal]:
    return bool(use.refuses), use.used or ZERO


def _filled(limit: str, filling: Filling, ground: Ground) -> Use | None:
    match filling.look(ground):
        case None:
            return None
        case Room() as room:
            use = _of_room(limit, filling, room)
        case Finding() as finding:
            use = _of_finding(limit, filling, finding)
    is_somewhere = filling.around is not None and ground.spot is not NOWHERE and use.used
    return replace(use, around=filling.around, spot=ground.spot if is_somewhere else None)


def _of_room(limit: str, filling: Filling, room: Room) -> Use:
    # Less than the smallest coin is no stake.
    left = room.largest.rounded_down()
    return Use(
        limit=limit,
        check=room.check,
        counts=filling.counts,
        measure=filling.measure,
        used=room.used.amount,
        most=room.most.amount,
        room=left,
        refuses=left.amount <= ZERO,
        inputs={name: told(value) for name, value in room.inputs.items()},
    )


def _of_finding(limit: str, filling: Filling, finding: Finding) -> Use:
    return Use(
        limit=limit,
        check=finding.check,
        counts=filling.counts,
        measure=filling.measure,
        used=finding.used,
        most=finding.most,
        refuses=not finding.holds,
        inputs=finding.inputs,
    )


def _largest_stake(room: Room) -> Use:
    """It does not fill: it is there anew for every buy."""
    return replace(
        _about_single("max_stake"),
        measure=Measure.MONEY,
        most=room.most.amount,
        room=room.largest,
        refuses=room.largest.amount <= ZERO,
    )


def _without_use(limit: str, filling: Filling) -> Use:
    """A limit that there is nothing yet to be held to: no drawdown before a first peak."""
    return Use(
        limit=limit,
        check=None,
        counts=filling.counts,
        measure=filling.measure,
        refuses=False,
        around=filling.around,
    )


def _about_single(limit: str) -> Use:
    check, counts = SINGLE.get(limit, (None, ""))
    if limit in FILLING:
        counts = FILLING[limit].counts
    return Use(limit=limit, check=check, counts=counts)
