"""What to think of an outcome when a forecast and the market's price are weighed together."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import sqrt
from statistics import NormalDist

from bayse_agent.domain.forecast import Context, Forecast
from bayse_agent.domain.market import OutcomeId
from bayse_agent.domain.money import ONE, probability
from bayse_agent.domain.pooling import moved

_NORMAL = NormalDist()


def confidence_percent(edge: float, standard_error: float) -> float:
    """Chance, in percent, that the edge is above zero: 0.02 with an error of 0.03 is 74.8."""
    if standard_error <= 0:
        return 100.0 if edge > 0 else 0.0
    return 100.0 * _NORMAL.cdf(edge / standard_error)


def pull(
    probability: float, error: float, market_price: float, mispricing_sd: float
) -> tuple[float, float]:
    """Pull a forecast towards the market's price by its own error: (mean, error that is left).

    0.60 with error 0.03 against 0.50, at a mispricing sd of 0.03, is 0.55 with error 0.0212.
    """
    weight = mispricing_sd**2 / (mispricing_sd**2 + error**2)
    return market_price + weight * (probability - market_price), error * sqrt(weight)


def chance_of_outcome(forecast: Forecast, outcome_id: OutcomeId, context: Context) -> float:
    """A forecast's chance that one outcome wins."""
    q = float(forecast.probability)
    return q if outcome_id == context.market.outcome1.id else 1.0 - q


def weighed(
    forecast: Forecast,
    outcome_id: OutcomeId,
    context: Context,
    market: Decimal,
    mispricing_sd: float,
) -> tuple[float, float]:
    """What a forecast and the market's price of an outcome come to: (mean, error that is left).

    A forecast of its own is pulled by its error. A pooled one has the market in it already: it is
    only moved with the price, by the weight that the price has in it.
    """
    chance = chance_of_outcome(forecast, outcome_id, context)
    if not forecast.is_pooled:
        return pull(chance, forecast.standard_error, float(market), mispricing_sd)
    if forecast.market_price is None:
        return chance, forecast.standard_error
    is_first = outcome_id == context.market.outcome1.id
    before = forecast.market_price if is_first else ONE - forecast.market_price
    others = sum(part.weight or 0.0 for part in forecast.parts)
    mean = moved(chance, 1.0 - others, float(before), float(market))
    return mean, forecast.standard_error


def doubted(forecast: Forecast, outcome_id: OutcomeId, context: Context) -> Forecast:
    """The forecast as if the publisher that speaks most for an outcome had written nothing.

    An outcome is bought on this: never on the word of one publisher.
    """
    is_first = outcome_id == context.market.outcome1.id
    return _as_if(forecast, forecast.least if is_first else forecast.greatest)


def trusted(forecast: Forecast, outcome_id: OutcomeId, context: Context) -> Forecast:
    """The forecast as if the publisher that speaks most against an outcome had written nothing.

    An outcome is sold on this: never on the word of one publisher.
    """
    is_first = outcome_id == context.market.outcome1.id
    return _as_if(forecast, forecast.greatest if is_first else forecast.least)


def _as_if(forecast: Forecast, chance: float) -> Forecast:
    return replace(forecast, probability=probability(chance)) if forecast.without else forecast
