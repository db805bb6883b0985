"""Forecasters of known skill: what the pool learns of them, and what proof makes of them.

The truth of each market is drawn, its price is the truth with an error (and calibrated), and each
member sees the truth with an error of its own, or nothing, and tells it more or less surely than it
should. The oracle is what the same method gives one member's or several members' weights on very
many markets. Nothing is hidden: how far learned weights are from it is told beside what any
estimator could reach (the error that the outcomes themselves leave, from the Fisher information).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median

import numpy as np
from numpy.typing import NDArray

from bayse_agent.domain.decision import Bet
from bayse_agent.domain.experience import Cell, SettledForecast, cell
from bayse_agent.domain.forecast import Context, Forecast
from bayse_agent.domain.learning import extended, learned, no_record
from bayse_agent.domain.market import Engine, Level, MarketId, OrderBook, OutcomeId
from bayse_agent.domain.money import Currency, Money, Price, Shares, probability
from bayse_agent.domain.pooling import Opinion, PoolPrior, Skill, pool
from bayse_agent.domain.proof import PROMOTED_AT, Step, prove, steps
from bayse_agent.domain.sizing import Purse, SizingRule, size
from bench.questions import Question, context_of

Floats = NDArray[np.float64]

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_KIND: Cell = cell("politics", 30 * 86_400.0)
_BLIND = float("inf")
_PRIOR = PoolPrior()
_HALF_SPREAD, _SHARES = Decimal("0.01"), Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Member:
    """`error`: of what it sees, in log-odds; `stretch`: how many times too surely it tells it.

    `copies`: it sees the market's price and not the truth.
    """

    name: str
    error: float
    stretch: float = 1.0
    copies: bool = False


@dataclass(frozen=True, slots=True)
class Setup:
    """A world: spread of the truth and error of the price, in log-odds, and who forecasts in it."""

    truth_sd: float
    price_error: float
    members: tuple[Member, ...]


SETUPS: Mapping[str, Setup] = {
    "informative": Setup(3.0, 2.0, (Member("threshold", 2.0),)),
    "informative_llm": Setup(3.0, 2.0, (Member("llm", 2.0),)),
    "good": Setup(2.0, 1.5, (Member("threshold", 1.5),)),
    "subtle": Setup(1.5, 0.5, (Member("threshold", 0.5),)),
    "over_confident_informative": Setup(3.0, 2.0, (Member("llm", 2.0, stretch=2.5),)),
    "no_skill": Setup(1.5, 0.3, (Member("threshold", _BLIND),)),
    "no_skill_sure": Setup(1.5, 0.3, (Member("threshold", _BLIND, stretch=2.5),)),
    "over_confident_copy": Setup(1.5, 0.3, (Member("threshold", 0.7, stretch=2.5, copies=True),)),
    "several": Setup(
        3.0, 2.0, (Member("threshold", 2.0), Member("llm", 3.0), Member("base_rate", _BLIND))
    ),
}


def drawn(setup: Setup, count: int, seed: int) -> Iterator[SettledForecast]:
    """Settled forecasts of every member on as many markets, one an hour."""
    random = np.random.default_rng(seed)
    truth = random.normal(0.0, setup.truth_sd, count)
    outcomes = (random.random(count) < _chances(truth)).astype(int)
    shrink = setup.truth_sd**2 / (setup.truth_sd**2 + setup.price_error**2)
    prices = shrink * (truth + random.normal(0.0, 1.0, count) * setup.price_error)
    said = {one.name: _said(one, truth, prices, random) for one in setup.members}
    for number in range(count):
        for name, values in said.items():
            yield SettledForecast(
                forecast_id=f"{name}-{number}",
                look_id=str(number),
                market_id=MarketId(str(number)),
                author=name,
                category=_KIND.category,
                time_left_s=30 * 86_400.0,
                made_at=_BEGIN + timedelta(hours=number),
                settled_at=_BEGIN + timedelta(hours=number, days=30),
                probability=float(_chances(values[number])),
                standard_error=0.02,
                market_price=float(_chances(prices[number])),
                outcome=int(outcomes[number]),
            )


def _said(one: Member, truth: Floats, prices: Floats, random: np.random.Generator) -> Floats:
    noise = random.normal(0.0, 1.0, len(truth))
    if one.error == _BLIND:
        return np.asarray(one.stretch * noise)
    seen = prices if one.copies else truth
    return np.asarray(one.stretch * (seen + one.error * noise))


def _chances(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-values)))


def skill_of(setup: Setup, count: int, seed: int) -> Skill:
    """What is learned from as many settled markets."""
    names = tuple(one.name for one in setup.members)
    return learned(extended(no_record(names), drawn(setup, count, seed), most=count), _PRIOR)


def weights_of(skill: Skill) -> Floats:
    return np.array([skill.weight(author, _KIND)[0] for author in skill.authors])


def measure_weights(setup: Setup, *, runs: int, settled: int, oracle: int) -> dict[str, object]:
    """Learned weights after so many settled forecasts, over many runs, beside the oracle's."""
    best = weights_of(skill_of(setup, oracle, 10_000))
    found = np.array([weights_of(skill_of(setup, settled, seed)) for seed in range(runs)])
    errors = np.array([_floor(setup, settled, seed) for seed in range(min(runs, 10))])
    bets = [bets_after(setup, settled, seed) for seed in range(min(runs, 10))]
    return {
        "members": [one.name for one in setup.members],
        "oracle": _rounded(best),
        "mean": _rounded(found.mean(axis=0)),
        "mean_absolute_deviation": _rounded(np.abs(found - best).mean(axis=0)),
        "within_0.05": _rounded((np.abs(found - best) <= 0.05).mean(axis=0)),
        "statistical_floor": _rounded(errors.mean(axis=0) * (2 / np.pi) ** 0.5),
        "bets_of_100_before": bets_after(setup, 0, 0),
        "bets_of_100_after": round(sum(bets) / len(bets), 2),
        "runs": runs,
        "settled": settled,
    }


def _floor(setup: Setup, settled: int, seed: int) -> Floats:
    """Errors that the data alone leave to weights: with a prior that says nothing."""
    wide = replace(_PRIOR, weight_sd=100.0, cell_weight_sd=1e-3)
    names = tuple(one.name for one in setup.members)
    record = extended(no_record(names), drawn(setup, settled, seed), most=settled)
    return learned(record, wide).weights.of(0).errors


def bets_after(setup: Setup, settled: int, seed: int) -> int:
    """Of 100 new markets, how many are bet on by the real sizing after so many settled ones."""
    skill = skill_of(setup, settled, seed)
    new: dict[str, list[SettledForecast]] = {}
    for one in drawn(setup, 100, 77_000 + seed):
        new.setdefault(one.look_id, []).append(one)
    return sum(_is_bet(looks, skill) for looks in new.values())


def _is_bet(looks: Sequence[SettledForecast], skill: Skill) -> bool:
    price = min(max(looks[0].market_price or 0.5, 0.03), 0.97)
    opinions = [
        Opinion(author=one.author, probability=one.probability, standard_error=one.standard_error)
        for one in looks
    ]
    pooled = pool(price, opinions, _KIND, skill)
    context = _market(price)
    made = _forecast(context, looks[0], pooled.probability, pooled.standard_error)
    parts = tuple(
        replace(made, author=name, weight=weight, is_pooled=False)
        for name, weight in pooled.weights.items()
    )
    bankroll = Money.of(100_000, Currency.NGN)
    answer = size(
        context,
        replace(made, parts=parts),
        Purse(bankroll=bankroll, ceiling=bankroll),
        SizingRule(),
    )
    return isinstance(answer, Bet)


def _forecast(context: Context, one: SettledForecast, chance: float, error: float) -> Forecast:
    return Forecast(
        id=one.look_id,
        market_id=context.market.id,
        author="pool",
        probability=probability(chance),
        standard_error=error,
        rationale="",
        made_at=context.now,
        market_price=context.market_price,
        is_pooled=True,
    )


def _market(price: float) -> Context:
    """A market with a book a point wide around a price, and a fee of 2 %."""
    asked = Question("m", "politics", "Will it?", "", _BEGIN, _BEGIN, price, 0)
    bare = context_of(asked)
    middle = Decimal(str(round(price, 3)))
    market = replace(bare.market, fee_rate=Decimal("0.02"))
    event = replace(bare.event, engine=Engine.CLOB, markets=(market,))
    one, two = (
        _book(bare, market.outcome1.id, middle),
        _book(bare, market.outcome2.id, 1 - middle),
    )
    return replace(bare, event=event, market=market, book1=one, book2=two)


def _book(context: Context, outcome_id: OutcomeId, middle: Decimal) -> OrderBook:
    def level(price: Decimal) -> Level:
        return Level(price=Price(price), shares=Shares(_SHARES))

    return OrderBook(
        market_id=context.market.id,
        outcome_id=outcome_id,
        currency=Currency.NGN,
        bids=(level(middle - _HALF_SPREAD),),
        asks=(level(middle + _HALF_SPREAD),),
        last_price=None,
        source_at=context.now,
        received_at=context.now,
    )


def measure_promotions(*, runs: int, markets: int) -> dict[str, object]:
    """How often luck alone is promoted, when forecasts differ from a right price by five points."""
    proofs = [prove(sided(0.0, markets, seed)) for seed in range(runs)]
    return {
        "runs": runs,
        "markets": markets,
        "false_promotions": sum(one.is_promoted for one in proofs) / runs,
        # Rightly: five points from a right price scores worse than the price.
        "halted": sum(one.is_halting for one in proofs) / runs,
    }


def measure_edge(edge: float, *, runs: int, markets: int) -> dict[str, object]:
    """After how many settled markets a true edge is proven; those not found count as never."""
    found: list[float] = []
    for seed in range(runs):
        path = prove(sided(edge, markets, seed)).path
        passed = next((n for n, worth in enumerate(path, 1) if worth >= PROMOTED_AT), None)
        found.append(float("inf") if passed is None else passed)
    middle = median(found)
    return {
        "edge": edge,
        "runs": runs,
        "found": sum(n < float("inf") for n in found) / runs,
        "median_n": None if middle == float("inf") else middle,
    }


def sided(edge: float, count: int, seed: int) -> Sequence[Step]:
    """Forecasts five points from the price, of which `edge` is true, one market an hour."""
    random = np.random.default_rng(seed)
    prices, signs = random.uniform(0.2, 0.8, count), random.choice([-1.0, 1.0], count)
    won = random.random(count) < prices + signs * edge
    settled = [
        SettledForecast(
            forecast_id=str(number),
            look_id=str(number),
            market_id=MarketId(str(number)),
            author="pool",
            category=None,
            time_left_s=None,
            made_at=_BEGIN,
            settled_at=_BEGIN + timedelta(hours=number),
            probability=float(prices[number] + signs[number] * 0.05),
            standard_error=0.02,
            market_price=float(prices[number]),
            outcome=int(won[number]),
        )
        for number in range(count)
    ]
    return steps(settled)


def simulate(*, runs: int, null_runs: int, oracle: int) -> dict[str, object]:
    """All of it, as one report."""
    return {
        "weights": {
            name: measure_weights(setup, runs=runs, settled=500, oracle=oracle)
            for name, setup in SETUPS.items()
        },
        "null": measure_promotions(runs=null_runs, markets=1500),
        "edges": [
            measure_edge(edge, runs=max(10, runs // 2), markets=4000) for edge in (0.03, 0.05, 0.08)
        ],
    }


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 4) for value in values]
