"""Whether a forecast is worth a bet, and how large: edge after fees, and a Kelly stake under error.

The forecast is pulled towards the market's price ONCE, by its own error. With a true mispricing of
sd t and a forecast error of sd s, the best guess is m + w (q - m), w = t^2 / (t^2 + s^2), and what
is left unknown has sd s sqrt(w). Both feed the gate and the stake; nothing is discounted twice: a
forecast that was pooled with the market is there already, and only follows its price (`weighed`).
The formulas are those of normal shrinkage and of Kelly's fraction for a bet at a known price.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import isfinite
from statistics import NormalDist

from bayse_agent.domain.belief import (
    chance_of_outcome,
    confidence_percent,
    doubted,
    pull,
    weighed,
)
from bayse_agent.domain.decision import Bet, Pass, Reason
from bayse_agent.domain.errors import CurrencyMismatch, InvalidValue
from bayse_agent.domain.fees import (
    Offer,
    Purchase,
    book_offers,
    cut_to_tick,
    depth_within,
    purchase,
    quoted_offers,
)
from bayse_agent.domain.forecast import Context, Forecast
from bayse_agent.domain.market import Engine, OutcomeId
from bayse_agent.domain.money import (
    ONE,
    ZERO,
    Currency,
    Money,
    Price,
    from_statistics,
)
from bayse_agent.domain.order import Buy

_HALF = 0.5
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingRule:
    """How bold a bet may be.

    `mispricing_sd`: how far the market's price is from the truth, one standard deviation (0.03;
    published comparisons of prices and outcomes put it at 0.01 to 0.03). `minimum_edge` is before
    the pull, after fees; `minimum_pulled_edge` is what must be left of it after the pull. At 0.01
    nearly one look in a hundred passed in a drawn world whose prices hid no edge at all, at 0.02
    one in four hundred, and fewer than a third of the good ones were lost. `minimum_confidence`
    in percent. `kelly_fraction` at most a half.
    `bankroll_fraction` caps one bet.
    """

    mispricing_sd: float = 0.03
    minimum_edge: float = 0.01
    minimum_pulled_edge: float = 0.02
    minimum_confidence: float = 65.0
    kelly_fraction: Decimal = Decimal("0.5")
    bankroll_fraction: Decimal = Decimal("0.02")

    def __post_init__(self) -> None:
        if not (isfinite(self.mispricing_sd) and self.mispricing_sd > 0):
            raise InvalidValue(f"mispricing_sd: {self.mispricing_sd!r}")
        for edge in (self.minimum_edge, self.minimum_pulled_edge):
            if not (isfinite(edge) and 0 <= edge < 1):
                raise InvalidValue(f"an edge outside 0 to 1: {edge!r}")
        if not (isfinite(self.minimum_confidence) and 0 <= self.minimum_confidence < 100):
            raise InvalidValue(f"minimum_confidence: {self.minimum_confidence!r}")
        if not ZERO < self.kelly_fraction <= Decimal("0.5"):
            raise InvalidValue(f"kelly_fraction outside 0 to 0.5: {self.kelly_fraction!r}")
        if not ZERO < self.bankroll_fraction <= ONE:
            raise InvalidValue(f"bankroll_fraction: {self.bankroll_fraction!r}")

    @property
    def sigmas(self) -> float:
        """Errors that an edge must be away from zero: 65 % is 0.385, 50 % and below is 0."""
        return max(0.0, _NORMAL.inv_cdf(max(_HALF, self.minimum_confidence / 100)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """Money as a bet sees it: what Kelly's fraction is a part of, and the most that may be staked
    whatever the edge (the caller's limits and free money).
    """

    bankroll: Money
    ceiling: Money

    def __post_init__(self) -> None:
        if self.bankroll.currency is not self.ceiling.currency:
            raise CurrencyMismatch(f"{self.bankroll} with {self.ceiling}")

    @property
    def currency(self) -> Currency:
        return self.bankroll.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What to think of one outcome: the forecaster's number, the market's, and between them.

    `bound` is the highest price, fee counted, at which a share is still worth having.
    """

    probability: float
    market_price: Decimal
    mean: float
    standard_error: float
    bound: Decimal


def believe(probability: float, error: float, market: Decimal, rule: SizingRule) -> Belief:
    """Weigh a forecast of an outcome against the market's price of it.

    A share is worth its price while the forecaster's own edge is above both the minimum and the
    error, and the pulled edge is above its own minimum and the error that is left.
    """
    mean, left = pull(probability, error, float(market), rule.mispricing_sd)
    own = probability - max(rule.minimum_edge, rule.sigmas * error)
    pulled = mean - max(rule.minimum_pulled_edge, rule.sigmas * left)
    bound = min(own, pulled)
    return Belief(
        probability=probability,
        market_price=market,
        mean=mean,
        standard_error=left,
        # A millionth below, so that rounding never lets a bet through that the gate would not.
        bound=from_statistics(bound - 1e-6),
    )


def believe_pooled(mean: float, error: float, market: Decimal, rule: SizingRule) -> Belief:
    """What to think of an outcome on a pool's word: nothing is pulled any more.

    A share is worth its price while the pool's edge is above the least pulled edge and the error.
    """
    bound = mean - max(rule.minimum_edge, rule.minimum_pulled_edge, rule.sigmas * error)
    return Belief(
        probability=mean,
        market_price=market,
        mean=mean,
        standard_error=error,
        bound=from_statistics(bound - 1e-6),
    )


def kelly_fraction(belief: Decimal, effective_price: Decimal) -> Decimal:
    """Part of the bankroll that grows it fastest: (q - p) / (1 - p), never below 0.

    A belief of 0.55 at an effective price of 0.50 is 0.10.
    """
    if effective_price >= ONE:
        return ZERO
    return max(ZERO, (belief - effective_price) / (ONE - effective_price))


def minimum_stake(context: Context, currency: Currency) -> Money:
    """The smallest stake the venue takes: the market's own, and never below NGN 100 or USD 1.

    Raises CurrencyMismatch when the market states its minimum in another currency.
    """
    usual = Money.of(100 if currency is Currency.NGN else 1, currency)
    stated = context.market.minimum_order
    return usual if stated is None else max(usual, stated)


def size(context: Context, forecast: Forecast, purse: Purse, rule: SizingRule) -> Bet | Pass:
    """Decide on a bet: which outcome, how much, at what worst price; or why not.

    Both outcomes are tried against what is really on offer; the one with the larger edge is taken.
    """
    if (hindrance := _hindrance(context, forecast, purse)) is not None:
        return _pass(context, *hindrance)
    market = context.market_price
    if market is None:
        return _pass(context, Reason.NO_MARKET_PRICE, "one-sided book, or no price is listed")
    answers: list[Bet | Pass] = []
    for outcome, price in (
        (context.market.outcome1, Decimal(market)),
        (context.market.outcome2, ONE - market),
    ):
        # At most looks the best offer is already too dear: the rest is looked at when it is not.
        best = next(iter(offers_of(context, outcome.id, purse.currency, most=1)), None)
        if best is None:
            answers.append(_pass(context, Reason.EMPTY_BOOK, f"nobody offers {outcome.id!r}"))
            continue
        # What the market thinks cannot be more than what it sells at: a stale book is no edge.
        least = min(price, Decimal(best.price))
        belief = _belief(context, forecast, outcome.id, least, rule)
        if best.break_even > belief.bound:
            answers.append(_pass(context, *_why_not(belief, best, rule)))
        else:
            answers.append(_answer(context, forecast, outcome.id, belief, purse, rule))
    bets = [answer for answer in answers if isinstance(answer, Bet)]
    if bets:
        return max(bets, key=lambda bet: bet.edge)
    passes = [answer for answer in answers if isinstance(answer, Pass)]
    return max(passes, key=lambda one: _NEARNESS.index(one.reason))


def _belief(
    context: Context, forecast: Forecast, outcome_id: OutcomeId, market: Decimal, rule: SizingRule
) -> Belief:
    """What to think of an outcome when the publisher that speaks most for it had not written.

    So no bet is ever made, or made larger, on the word of one publisher.
    """
    forecast = doubted(forecast, outcome_id, context)
    if not forecast.is_pooled:
        chance = chance_of_outcome(forecast, outcome_id, context)
        return believe(chance, forecast.standard_error, market, rule)
    mean, error = weighed(forecast, outcome_id, context, market, rule.mispricing_sd)
    return believe_pooled(mean, error, market, rule)


_NEARNESS = (
    Reason.EMPTY_BOOK,
    Reason.NO_EDGE,
    Reason.EDGE_WITHIN_ERROR,
    Reason.STAKE_BELOW_MINIMUM,
)
"""Of two outcomes that were passed over, the reason that came nearest to a bet is told."""


def _pass(context: Context, reason: Reason, detail: str) -> Pass:
    return Pass(market_id=context.market.id, reason=reason, detail=detail)


def _hindrance(context: Context, forecast: Forecast, purse: Purse) -> tuple[Reason, str] | None:
    """What makes a decision impossible, whatever the edge."""
    error = forecast.standard_error
    if forecast.market_id != context.market.id:
        return Reason.NO_FORECAST, f"the forecast is of another market: {forecast.market_id!r}"
    if not (isfinite(error) and error >= 0 and 0 <= forecast.probability <= 1):
        return Reason.NO_FORECAST, f"probability {forecast.probability!r}, error {error!r}"
    if context.event.engine is Engine.CLOB and context.market.fee_rate is None:
        return Reason.MARKET_UNREADABLE, "the venue states no fee"
    stated = context.market.minimum_order
    if stated is not None and stated.currency is not purse.currency:
        return Reason.MARKET_UNREADABLE, f"the minimum order is in {stated.currency}"
    if purse.bankroll.amount <= ZERO or purse.ceiling.amount <= ZERO:
        return Reason.NO_MONEY, f"bankroll {purse.bankroll}, to stake {purse.ceiling}"
    return None


def offers_of(
    context: Context, outcome_id: OutcomeId, currency: Currency, *, most: int | None = None
) -> tuple[Offer, ...]:
    """What is on offer of an outcome, best first. `most` is all that the caller looks at."""
    if context.event.engine is Engine.AMM:
        mine = [q for q in context.quotes if q.outcome_id == outcome_id and q.currency is currency]
        return quoted_offers(mine)
    rate = context.market.fee_rate
    for book in (context.book1, context.book2):
        if book is None or book.outcome_id != outcome_id or book.currency is not currency:
            continue
        return () if rate is None else book_offers(book, rate, most=most)
    return ()


def _answer(
    context: Context,
    forecast: Forecast,
    outcome_id: OutcomeId,
    belief: Belief,
    purse: Purse,
    rule: SizingRule,
) -> Bet | Pass:
    """The bet on one outcome whose best offer is worth having, or why there is none."""
    offers = offers_of(context, outcome_id, purse.currency)
    depth = depth_within(offers, belief.bound, purse.currency)
    cap = min(purse.ceiling, depth, purse.bankroll * rule.bankroll_fraction).rounded_down()
    stake = _stake(offers, belief, purse.bankroll, cap, rule)
    least = minimum_stake(context, purse.currency)
    bought = purchase(offers, stake)
    if stake < least or bought is None:
        detail = f"{stake} is worth staking, the venue takes {least} at least"
        return _pass(context, Reason.STAKE_BELOW_MINIMUM, detail)
    return _case(context, forecast, outcome_id, belief, bought)


def _why_not(belief: Belief, best: Offer, rule: SizingRule) -> tuple[Reason, str]:
    raw_edge = belief.probability - float(best.break_even)
    detail = (
        f"chance {belief.probability:.4f}, believed {belief.mean:.4f}, "
        f"break-even {best.break_even:.4f}, market {belief.market_price:.4f}"
    )
    # With an edge of its own, it was the forecast's error that took it away.
    reason = Reason.NO_EDGE if raw_edge <= rule.minimum_edge else Reason.EDGE_WITHIN_ERROR
    return reason, detail


def _stake(
    offers: tuple[Offer, ...], belief: Belief, bankroll: Money, cap: Money, rule: SizingRule
) -> Money:
    """The largest stake, in minor units, that is not above its own Kelly stake.

    A larger stake is dearer, so its Kelly stake is smaller: the two cross once.
    """
    mean = from_statistics(belief.mean)
    unit = bankroll.currency.minor_unit

    def affordable(units: int) -> bool:
        stake = Money(unit * units, bankroll.currency)
        bought = purchase(offers, stake)
        if bought is None:
            return False
        wanted = kelly_fraction(mean, bought.effective_price) * rule.kelly_fraction
        return stake <= bankroll * wanted

    low, high = 0, int(cap.amount / unit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if affordable(middle) else (low, middle - 1)
    return Money(unit * low, bankroll.currency)


def _case(
    context: Context,
    forecast: Forecast,
    outcome_id: OutcomeId,
    belief: Belief,
    bought: Purchase,
) -> Bet:
    price = bought.effective_price.quantize(Decimal("0.000001"), ROUND_CEILING)
    edge = from_statistics(belief.mean) - price
    is_quoted = context.event.engine is Engine.AMM
    # On a book the last level touched. A formula's quote has its fee inside: there, it is the
    # highest price with fee at which the bet would still be made.
    worst = cut_to_tick(belief.bound) if is_quoted else bought.worst_price
    return Bet(
        wish=Buy(
            market_id=context.market.id,
            outcome_id=outcome_id,
            stake=bought.cash,
            worst_price=Price(worst),
        ),
        forecast_id=forecast.id,
        forecast_made_at=forecast.made_at,
        probability=belief.probability,
        belief=belief.mean,
        standard_error=belief.standard_error,
        market_price=belief.market_price,
        effective_price=price,
        edge=edge,
        raw_edge=from_statistics(belief.probability) - price,
        confidence=confidence_percent(float(edge), belief.standard_error),
    )
