"""When a position should be sold: six triggers, most urgent first, and how deep to sell.

A price alone sets off the first three. Belief sets off the others: a forecast that is pulled to
the market by its own error, once, as in sizing. Holding to the end costs no fee, selling does, so
what is compared is always what is left after it. What is not sold keeps its protection: the cost
of a share and the best price that it could have been sold at stay what they were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from math import isfinite

from bayse_agent.domain.belief import trusted, weighed
from bayse_agent.domain.decision import Exit, Trigger
from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.fees import Sale, fee_fraction
from bayse_agent.domain.forecast import Context, Forecast
from bayse_agent.domain.liquidation import Keep, KeepReason, WayOut, way_out
from bayse_agent.domain.money import (
    ONE,
    ZERO,
    Currency,
    Money,
    Price,
    Shares,
    from_statistics,
)
from bayse_agent.domain.order import Sell
from bayse_agent.domain.portfolio import Position

_TICK = Decimal("0.001")
_GRID = Decimal("0.01")
_ERROR_FLOOR = Decimal("0.000001")
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRule:
    """When to sell. Parts are parts of 1, prices parts of a payout, times seconds. None is off.

    `stop_loss`: loss, as a part of the cost, that sells. `take_profit`: gain, as a part of the
    cost, that sells. `trailing`: fall from the best sellable price seen that sells, once there was
    a gain. Both are off by default: a price that has moved is no reason by itself to pay a fee.
    `mispricing_sd`: as in sizing. `minimum_gain`: what a share must bring more now than it is
    believed to be worth. `max_discount`, `discount_floor`: how far under the middle of the market
    may be sold without a belief that agrees, as a part of the middle or as a price, whichever is
    more; 0.25 and 0.03 are about the slippage of ten shares in three books out of four.
    `near_close_s`: that close to the end a fresh forecast decides whether selling beats holding.
    `min_seconds_left`: too late for an order to arrive. `unwatched_s`: that close to the end, what
    is no price window and whose forecast is not fresh any more is sold. `max_data_age_s`: how old
    a price may be, and the forecast of a price window; `max_forecast_age_s`: any other forecast.
    `minimum_sell`: least proceeds that the venue takes; it states none. `minimum_shares`: likewise.
    """

    stop_loss: Decimal | None = Decimal("0.35")
    take_profit: Decimal | None = None
    trailing: Decimal | None = None
    mispricing_sd: float = 0.03
    minimum_gain: Decimal = Decimal("0.01")
    max_discount: Decimal = Decimal("0.25")
    discount_floor: Decimal = Decimal("0.03")
    near_close_s: float = 120.0
    min_seconds_left: float = 5.0
    unwatched_s: float | None = 1800.0
    max_data_age_s: float = 10.0
    max_forecast_age_s: float = 6 * 3600.0
    minimum_sell: Mapping[Currency, Money] = field(default_factory=dict)
    minimum_shares: Decimal = Decimal("0.01")

    def __post_init__(self) -> None:
        parts = (self.stop_loss, self.trailing, self.minimum_gain, self.max_discount)
        for part in (*parts, self.discount_floor):
            if part is not None and not (part.is_finite() and ZERO <= part < ONE):
                raise InvalidValue(f"a part of 1 that is not: {part!r}")
        times = (self.near_close_s, self.min_seconds_left, self.unwatched_s or 0.0)
        ages = (self.max_data_age_s, self.max_forecast_age_s)
        others = (float(self.take_profit or 0), float(self.minimum_shares), self.mispricing_sd)
        for number in (*times, *ages, *others):
            if not (isfinite(number) and number >= 0):
                raise InvalidValue(f"a number that is below 0, or none: {number!r}")
        if self.mispricing_sd == 0:
            raise InvalidValue("a market that is never wrong leaves nothing to believe")
        if any(least.currency is not key for key, least in self.minimum_sell.items()):
            raise InvalidValue(f"minimum_sell: {self.minimum_sell!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worth:
    """What a share is believed to be worth when it is held to the end, and the belief's error."""

    mean: Decimal
    error: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """All that a trigger may look at. `entry` is the cost of a share, in parts of its payout;
    `worth` what a forecast that is fresh makes of it.
    """

    position: Position
    context: Context
    way: WayOut
    forecast: Forecast | None
    worth: _Worth | None
    mark: Price | None
    rule: ExitRule

    @property
    def entry(self) -> Decimal:
        return self.position.cost.amount / (self.way.count * self.way.currency.payout)

    @property
    def lowest(self) -> Decimal:
        """The lowest price that may be sold at on the word of prices alone."""
        middle = self.way.middle
        return middle - max(middle * self.rule.max_discount, self.rule.discount_floor)

    @property
    def compared(self) -> _Worth | None:
        """What holding is worth, so near the end that prices alone set nothing off."""
        left = self.context.time_left_s
        return self.worth if left is not None and left <= self.rule.near_close_s else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A trigger that has fired: sell what brings `least_net` after fees at `lowest` or better.

    `at_most`: only if a share sold so brings no more than this, else the price was but a hole.
    """

    trigger: Trigger
    why: str
    least_net: Decimal
    lowest: Decimal
    at_most: Decimal | None = None


def decide_exit(
    position: Position,
    context: Context,
    forecast: Forecast | None,
    rule: ExitRule,
    mark: Price | None = None,
) -> Exit | Keep:
    """Sell a position, or a part of it, or keep it and say why. Never raises for what it reads.

    `context` has the position's own book, or among its quotes the sell quotes for its shares.
    `forecast` is the latest one of the market: too old, it counts for nothing. `mark` is the best
    price that a share could have been sold at so far, after fees. 10 shares for NGN 550 at a bid
    of 0.33 and rate 0.02 bring 325.58: more than 35 % is lost, all ten are sold at 0.33 or better.
    """
    way = way_out(position, context, rule.max_data_age_s)
    if isinstance(way, Keep):
        return way
    worth = _worth(position, context, forecast, way, rule)
    case = _Case(
        position=position,
        context=context,
        way=way,
        forecast=forecast,
        worth=worth,
        mark=mark,
        rule=rule,
    )
    left = context.time_left_s
    if left is not None and left < rule.min_seconds_left:
        return _keep(case, KeepReason.TOO_LATE, f"{left:.1f} s before the close")
    hindered: Keep | None = None
    for fires in _TRIGGERS:
        wanted = fires(case)
        if wanted is None:
            continue
        answer = _sell(case, wanted)
        if isinstance(answer, Exit):
            return answer
        hindered = hindered or answer
    return hindered or _keep(case, KeepReason.HOLDING, _told(case))


def _worth(
    position: Position, context: Context, forecast: Forecast | None, way: WayOut, rule: ExitRule
) -> _Worth | None:
    """The belief in the position's outcome; None without a fresh and readable forecast."""
    if forecast is None or forecast.market_id != position.market_id:
        return None
    chance, error = float(forecast.probability), forecast.standard_error
    if not (0 <= chance <= 1 and isfinite(error) and error >= 0):
        return None
    is_window = context.event.symbol is not None
    limit_s = rule.max_data_age_s if is_window else rule.max_forecast_age_s
    if not 0 <= (context.now - forecast.made_at).total_seconds() <= limit_s:
        return None
    place, middle = position.outcome_id, way.middle
    mean, left = weighed(
        trusted(forecast, place, context), place, context, middle, rule.mispricing_sd
    )
    return _Worth(mean=from_statistics(mean), error=from_statistics(left))


def _stop_loss(case: _Case) -> _Wanted | None:
    """All of it would bring less than the cost but for the loss that is borne.

    Bought for NGN 100 and worth 55, with 35 % borne: the bound is 65, it fires.
    """
    part = case.rule.stop_loss
    if part is None:
        return None
    bound = case.entry * (ONE - part)
    if case.way.value > bound:
        return None
    return _by_price(case, Trigger.STOP_LOSS, at_most=bound)


def _take_profit(case: _Case) -> _Wanted | None:
    """The best bid brings the gain that was asked for.

    A cost of 0.40 a share with 0.50 asked for: 0.60 after fees fires, and nothing below is sold.
    """
    part, entry = case.rule.take_profit, case.entry
    bound = entry if part is None else entry * (ONE + part)
    if part is None or entry <= ZERO or case.way.bids[0].net < bound:
        return None
    least = bound if case.compared is None else max(bound, case.compared.mean)
    return _Wanted(
        trigger=Trigger.TAKE_PROFIT, why=_told(case), least_net=least, lowest=case.lowest
    )


def _trailing(case: _Case) -> _Wanted | None:
    """The price after fees has fallen from its best, after a gain.

    Cost 0.40, best 0.60, trailing 0.20: it fires at 0.48 and below.
    """
    part, mark = case.rule.trailing, case.mark
    if part is None or mark is None or mark <= case.entry:
        return None
    bound = mark * (ONE - part)
    return None if case.way.value > bound else _by_price(case, Trigger.TRAILING, at_most=bound)


def _edge_decay(case: _Case) -> _Wanted | None:
    """The best bid brings more than holding is worth, by more than the belief's error.

    Believed 0.50 with error 0.02, and 0.53 can be had after fees.
    """
    worth = case.worth
    if worth is None or case.way.bids[0].net - worth.mean <= max(worth.error, _ERROR_FLOOR):
        return None
    return _by_belief(case, Trigger.EDGE_DECAY, worth)


def _unwatched(case: _Case) -> _Wanted | None:
    """Its end is near, it is no price window, and the forecast that there was is old by now.

    A question that closes in 20 minutes, whose last forecast is of yesterday. What nobody ever
    forecast is left alone: then a person wanted it.
    """
    limit, left = case.rule.unwatched_s, case.context.time_left_s
    is_window = case.context.event.symbol is not None
    if limit is None or left is None or left > limit or is_window:
        return None
    if case.forecast is None or case.worth is not None:
        return None
    return _by_price(case, Trigger.UNWATCHED)


def _better_sold(case: _Case) -> _Wanted | None:
    """The best bid brings more than holding is worth, by the least gain that is worth a sale.

    Believed 0.50, whatever the error, and 0.51 can be had after fees.
    """
    worth = case.worth
    if worth is None or case.way.bids[0].net - worth.mean < case.rule.minimum_gain:
        return None
    return _by_belief(case, Trigger.BETTER_SOLD, worth)


_TRIGGERS: tuple[Callable[[_Case], _Wanted | None], ...] = (
    _stop_loss,
    _take_profit,
    _trailing,
    _edge_decay,
    _unwatched,
    _better_sold,
)
"""Most urgent first: the first that can sell anything decides."""


def _by_price(case: _Case, trigger: Trigger, at_most: Decimal | None = None) -> _Wanted:
    """Sell on the word of prices; near the end, only what brings more than it is worth."""
    worth, why = case.compared, _told(case)
    if worth is None:
        return _Wanted(
            trigger=trigger, why=why, least_net=_NOTHING, lowest=case.lowest, at_most=at_most
        )
    return _Wanted(trigger=trigger, why=why, least_net=worth.mean, lowest=_NOTHING)


def _by_belief(case: _Case, trigger: Trigger, worth: _Worth) -> _Wanted:
    """Sell what brings more than it is worth: belief agrees, however deep that is."""
    least = worth.mean + min(worth.error, case.rule.minimum_gain)
    return _Wanted(trigger=trigger, why=_told(case), least_net=least, lowest=_NOTHING)


def _sell(case: _Case, wanted: _Wanted) -> Exit | Keep:
    """The sale that a trigger wants, or what stands in its way."""
    cause = f"{wanted.trigger.replace('_', '-')}: {wanted.why}"
    part = case.way.part(wanted.least_net, wanted.lowest)
    if part is None and case.compared is not None:
        return _keep(case, KeepReason.HOLDING_IS_WORTH_MORE, cause)
    if part is None or (wanted.at_most is not None and part.effective_price > wanted.at_most):
        detail = f"{cause}, but the middle is {case.way.middle:.4f}: bids are missing, not value"
        return _keep(case, KeepReason.HOLE, detail)
    currency = case.way.currency
    least = case.rule.minimum_sell.get(currency, Money.zero(currency))
    if part.cash < least or part.shares < case.rule.minimum_shares:
        taken = f"{least} or {case.rule.minimum_shares} shares"
        detail = f"{cause}; no sell below {taken} is taken: held to the end as it is"
        return _keep(case, KeepReason.BELOW_MINIMUM_SELL, detail)
    rest = case.way.count - part.shares
    return Exit(
        wish=Sell(
            market_id=case.position.market_id,
            outcome_id=case.position.outcome_id,
            # Without zeros at its end: a count that was read from the books has none, and the same
            # sale must come out the same, to the byte, before and after a restart.
            shares=Shares(Decimal(format(part.shares.normalize(), "f"))),
            currency=currency,
            worst_price=_worst(case, wanted, part),
        ),
        forecast_id=None if case.forecast is None else case.forecast.id,
        cause=f"{cause}; {rest} shares stay" if rest else cause,
        trigger=wanted.trigger,
        proceeds=part.cash,
    )


def _worst(case: _Case, wanted: _Wanted, part: Sale) -> Price:
    """The lowest level needed, on the grid that orders are sent on where that may be sold at too.

    A level of 0.333 is asked for at 0.33, for at 0.34 it would never be met. A formula has no
    levels: there, it is the lowest price still worth taking.
    """
    if case.way.is_quoted:
        floor = max(wanted.least_net, wanted.lowest).quantize(_TICK, ROUND_CEILING)
        return Price(min(floor, part.effective_price))
    cut = Price(part.worst_price.quantize(_GRID, ROUND_DOWN))
    net = cut * (ONE - fee_fraction(cut, case.context.market.fee_rate or ZERO))
    may_be_sold_at = cut > ZERO and cut >= wanted.lowest and net >= wanted.least_net
    return cut if may_be_sold_at else part.worst_price


def _told(case: _Case) -> str:
    """The position in numbers, for people."""
    value, cost = case.way.whole.cash, case.position.cost
    text = f"{value} for what cost {cost}"
    if cost.amount > ZERO:
        text += f" ({(value.amount / cost.amount - ONE) * 100:+.1f} %)"
    if case.way.whole.shares < case.way.count:
        text += f", bids for {case.way.whole.shares} of {case.way.count} shares"
    if case.mark is not None:
        text += f", {case.mark:.4f} a share at best"
    if case.worth is not None:
        text += f", believed {case.worth.mean:.4f} +- {case.worth.error:.4f}"
    return text


def _keep(case: _Case, reason: KeepReason, detail: str) -> Keep:
    return Keep(
        market_id=case.position.market_id,
        outcome_id=case.position.outcome_id,
        reason=reason,
        detail=detail,
    )
