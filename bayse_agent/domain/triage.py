"""Whether a market is worth research: the most that it could earn against what asking costs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from bayse_agent.domain.errors import InvalidValue
from bayse_agent.domain.fees import break_even_price, depth_within, purchase
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine, OutcomeId
from bayse_agent.domain.money import ONE, ZERO, Currency, Money, Price, from_statistics
from bayse_agent.domain.pooling import from_logit, logit
from bayse_agent.domain.sizing import offers_of

_SURE = 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageRule:
    """What research may bring and what it costs.

    `reach`: how far a forecast may move the believed chance off the market's price, in log-odds,
    where no skill was measured: a large disagreement (2.0) at the weight to begin with (0.2).
    `cost_usd` of a whole look with its answers; `usd` is one dollar in the account's currency.
    `even_within`: a price this close to 0.5 says nothing, so that a market without news has
    nothing to go by.
    """

    reach: float = 0.4
    cost_usd: Decimal = Decimal("0.02")
    usd: Decimal = Decimal(1500)
    even_within: Decimal = Decimal("0.05")

    def __post_init__(self) -> None:
        if not (isfinite(self.reach) and self.reach >= 0):
            raise InvalidValue(f"reach: {self.reach!r}")
        for value in (self.cost_usd, self.usd, self.even_within):
            if not (value.is_finite() and value >= ZERO):
                raise InvalidValue(f"a cost or a rate below 0: {value!r}")


def not_worth(context: Context, most_staked: Money, rule: TriageRule) -> str | None:
    """Why research of a market cannot pay, or None when it may.

    With the chance moved as far as it may be, either way: what could be earned with the largest
    stake that the limits and the offers allow, against the cost of asking. At price 0.50, reach
    0.4 and no fee the chance is 0.5987: 5,000 staked may earn 986.88.
    """
    price = context.market_price
    if price is None:
        return "the market shows no price"
    odds = logit(min(max(float(price), 1.0 - _SURE), _SURE))
    market, currency = context.market, most_staked.currency
    up, down = from_logit(odds + rule.reach), from_logit(odds - rule.reach)
    gains = (
        _gain(context, market.outcome1.id, up, most_staked),
        _gain(context, market.outcome2.id, 1.0 - down, most_staked),
    )
    cost = rule.cost_usd * (ONE if currency is Currency.USD else rule.usd)
    best = max(gains)
    if best > cost:
        return None
    return f"{best:.2f} {currency} at best, and asking costs about {cost:.2f}"


def is_even(context: Context, rule: TriageRule) -> bool:
    """Whether the price itself says nothing either way: it is about one half."""
    price = context.market_price
    return price is not None and abs(price - Decimal("0.5")) <= rule.even_within


def _gain(context: Context, outcome_id: OutcomeId, chance: float, most: Money) -> Decimal:
    """What the largest purchase below the chance would be worth, above what it costs."""
    bound = from_statistics(chance)
    if context.event.engine is Engine.AMM:
        return _listed_gain(context, outcome_id, bound, most)
    offers = offers_of(context, outcome_id, most.currency)
    stake = min(most, depth_within(offers, bound, most.currency)).rounded_down()
    bought = purchase(offers, stake)
    if bought is None or bought.effective_price <= ZERO:
        return ZERO
    return stake.amount * max(ZERO, bound / bought.effective_price - ONE)


def _listed_gain(context: Context, outcome_id: OutcomeId, bound: Decimal, most: Money) -> Decimal:
    """On a formula market by the listed price: its depth is only known by asking for a quote."""
    market = context.market
    is_first = outcome_id == market.outcome1.id
    buy, shown = (
        (market.buy_price1, market.price1) if is_first else (market.buy_price2, market.price2)
    )
    price: Price | None = buy if buy is not None else shown
    if price is None or market.fee_rate is None or price <= ZERO:
        return ZERO
    return most.amount * max(ZERO, bound / break_even_price(price, market.fee_rate) - ONE)
