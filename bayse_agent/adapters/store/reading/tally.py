"""Adds acts up as they come: sums of bets by what they were and by how they ended.

Nothing is ever taken back, so what was added up is right as long as the books only grow.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bayse_agent.adapters.store.reading.earning_rows import Act, Closing
from bayse_agent.adapters.store.reading.profit_views import CauseView, ProfitCause
from bayse_agent.domain.attribution import (
    BAND_ORDER,
    Bought,
    GivenUp,
    Lot,
    Part,
    Traits,
    paid_a_share,
    with_bought,
    without,
)
from bayse_agent.domain.money import ONE, ZERO, Currency

OPEN = "open"
SHOWN = Decimal("0.000001")
"""How finely parts and prices are told that come from a division."""
_LATER = timedelta(seconds=30)
"""A price that was seen this soon after a bet is the one that it was made at."""
_Place = tuple[str, str]

_TRAIT: Mapping[ProfitCause, Callable[[Traits], str]] = {
    ProfitCause.SOURCE: lambda traits: traits.source,
    ProfitCause.AUTHOR: lambda traits: traits.author,
    ProfitCause.CATEGORY: lambda traits: traits.category,
    ProfitCause.HORIZON: lambda traits: traits.horizon,
    ProfitCause.ENGINE: lambda traits: traits.engine,
    ProfitCause.PRICE_BAND: lambda traits: traits.price_band,
}


@dataclass(slots=True, kw_only=True)
class Sum:
    """What some bets come to so far. `broke_even` and `line` are sums, over `ended` and `lines`."""

    bets: int = 0
    ended: int = 0
    wins: int = 0
    staked: Decimal = ZERO
    closed: Decimal = ZERO
    profit: Decimal = ZERO
    fees: Decimal = ZERO
    broke_even: Decimal = ZERO
    line: Decimal = ZERO
    lines: int = 0

    def add(self, other: Sum) -> None:
        self.bets += other.bets
        self.ended += other.ended
        self.wins += other.wins
        self.staked += other.staked
        self.closed += other.closed
        self.profit += other.profit
        self.fees += other.fees
        self.broke_even += other.broke_even
        self.line += other.line
        self.lines += other.lines


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A bet whose market has not ended: `priced` is the sum of shares times price, before fees."""

    traits: Traits
    outcome_id: str
    bought_at: datetime
    shares: Decimal
    priced: Decimal
    way: str = OPEN


@dataclass(slots=True, kw_only=True)
class Tally:
    """All bets of one currency, as far as the ledger was read: up to `entry`."""

    currency: Currency
    entry: int = 0
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    quarters: dict[datetime, tuple[Decimal, Decimal]] = field(default_factory=dict)
    by_traits: dict[Traits, Sum] = field(default_factory=dict)
    by_way: dict[str, Sum] = field(default_factory=dict)
    lots: dict[_Place, tuple[Lot, ...]] = field(default_factory=dict)
    waiting: dict[str, dict[str, _Waiting]] = field(default_factory=dict)

    def enter(self, act: Act) -> None:
        """Add one act. Raises BrokenInvariant when more is given up than was bought."""
        profit = ZERO
        if isinstance(act.change, Bought):
            self._buy(act, act.change)
        else:
            profit = self._give_up(act, act.change)
        self.realised += profit
        self.fees += act.change.fee
        quarter = quarter_of(act.at)
        earned, fees = self.quarters.get(quarter, (ZERO, ZERO))
        self.quarters[quarter] = (earned + profit, fees + act.change.fee)
        self.entry = act.entry

    def close(self, market_id: str, closing: Closing) -> None:
        """A market has ended: hold what was paid in it against the last price it was seen at."""
        for bet in self.waiting.pop(market_id).values():
            if closing.price is None or closing.seen_at is None:
                continue
            if closing.seen_at < bet.bought_at + _LATER:
                continue
            is_first = bet.outcome_id == closing.outcome1_id
            last = closing.price if is_first else ONE - closing.price
            for one in (self._of(bet.traits), self._gone(bet.way)):
                one.line += last - bet.priced / bet.shares
                one.lines += 1

    def rows(self, cause: ProfitCause) -> tuple[CauseView, ...]:
        """Sums by one cause: bands in their order, everything else the largest stakes first."""
        if cause is ProfitCause.WAY_OUT:
            sums = {name: one for name, one in self.by_way.items() if one.bets}
        else:
            sums = self._grouped(_TRAIT[cause])
        views = [_view(name, one) for name, one in sums.items()]
        if cause is ProfitCause.HORIZON:
            return tuple(sorted(views, key=lambda one: BAND_ORDER.index(one.name)))
        if cause is ProfitCause.PRICE_BAND:
            return tuple(sorted(views, key=lambda one: one.name))
        return tuple(sorted(views, key=lambda one: (-one.staked, one.name)))

    def whole(self) -> CauseView:
        """All bets together."""
        together = Sum()
        for one in self.by_traits.values():
            together.add(one)
        return _view("all", together)

    def since(self, moment: datetime) -> tuple[Decimal, Decimal]:
        """What was realised, and the fees, from the quarter of an hour of a moment on."""
        realised, fees = ZERO, ZERO
        for quarter in cut_at(self.quarters, moment)[1]:
            earned, paid = self.quarters[quarter]
            realised, fees = realised + earned, fees + paid
        return realised, fees

    def _grouped(self, name_of: Callable[[Traits], str]) -> dict[str, Sum]:
        found: dict[str, Sum] = {}
        for traits, one in self.by_traits.items():
            found.setdefault(name_of(traits), Sum()).add(one)
        return found

    def _of(self, traits: Traits) -> Sum:
        return self.by_traits.setdefault(traits, Sum())

    def _gone(self, way: str) -> Sum:
        return self.by_way.setdefault(way, Sum())

    def _buy(self, act: Act, buy: Bought) -> None:
        place = (act.market_id, act.outcome_id)
        before = self.lots.get(place, ())
        is_new = all(lot.bet_id != buy.bet_id for lot in before)
        self.lots[place] = with_bought(before, buy)
        for one in (self._of(buy.traits), self._gone(OPEN)):
            one.bets += is_new
            one.staked += buy.cash
            one.fees += buy.fee
        self._wait(act, buy)

    def _wait(self, act: Act, buy: Bought) -> None:
        assert act.price is not None
        assert act.bought_at is not None
        several = self.waiting.setdefault(act.market_id, {})
        known = several.get(buy.bet_id)
        shares, priced = buy.shares, buy.shares * act.price
        if known is not None:
            shares, priced = known.shares + shares, known.priced + priced
        several[buy.bet_id] = _Waiting(
            traits=buy.traits,
            outcome_id=act.outcome_id,
            bought_at=act.bought_at,
            shares=shares,
            priced=priced,
        )

    def _give_up(self, act: Act, out: GivenUp) -> Decimal:
        place = (act.market_id, act.outcome_id)
        left, parts = without(self.lots.get(place, ()), out)
        if left:
            self.lots[place] = left
        else:
            self.lots.pop(place, None)
        for part in parts:
            self._part(act.market_id, out.way, part)
        return out.cash - out.cost

    def _part(self, market_id: str, way: str, part: Part) -> None:
        mine, still, gone = self._of(part.lot.traits), self._gone(OPEN), self._gone(way)
        mine.closed += part.cost
        mine.profit += part.profit
        mine.fees += part.fee
        still.staked -= part.cost
        still.fees -= part.entry_fee
        gone.bets += part.is_first_of_its_way
        gone.staked += part.cost
        gone.closed += part.cost
        gone.profit += part.profit
        gone.fees += part.fee + part.entry_fee
        if part.is_end:
            still.bets -= 1
            self._end(market_id, way, part.lot)

    def _end(self, market_id: str, way: str, lot: Lot) -> None:
        """Nothing is left of a bet."""
        broke_even = paid_a_share(lot, self.currency.payout)
        for one in (self._of(lot.traits), self._gone(way)):
            one.ended += 1
            one.wins += lot.profit > ZERO
            one.broke_even += broke_even
        several = self.waiting.get(market_id, {})
        if lot.bet_id in several:
            several[lot.bet_id] = replace(several[lot.bet_id], way=way)


def quarter_of(moment: datetime) -> datetime:
    """The quarter of an hour that a moment is in: every zone's days begin with one."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


def cut_at(
    quarters: Iterable[datetime], moment: datetime
) -> tuple[datetime | None, list[datetime]]:
    """The last quarter before that of a moment, and those from it on, in the order of time."""
    times = sorted(quarters)
    place = bisect_left(times, quarter_of(moment))
    return (times[place - 1] if place else None), times[place:]


def _view(name: str, one: Sum) -> CauseView:
    return CauseView(
        name=name,
        bets=one.bets,
        ended=one.ended,
        staked=one.staked,
        closed=one.closed,
        profit=one.profit,
        fees=one.fees,
        roi=_part_of(one.profit, one.closed),
        wins=one.wins,
        win_rate=_part_of(Decimal(one.wins), Decimal(one.ended)),
        break_even=_part_of(one.broke_even, Decimal(one.ended)),
        closing_line=_part_of(one.line, Decimal(one.lines)),
        closing_lines=one.lines,
    )


def _part_of(some: Decimal, whole: Decimal) -> Decimal | None:
    return (some / whole).quantize(SHOWN) if whole else None
