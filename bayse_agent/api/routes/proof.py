"""What is proven of every forecaster: for it and against it, and what that has earned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from bayse_agent.api.house import InHouse
from bayse_agent.api.proving import Proven, Weight
from bayse_agent.api.trouble import ANYWHERE
from bayse_agent.domain.card import Card
from bayse_agent.domain.experience import Cell
from bayse_agent.domain.proof import (
    CAPITAL,
    HALTED_AT,
    PROMOTED_AT,
    Proof,
    Stage,
    meaning_against,
    meaning_for,
    needs,
    next_stage,
)
from bayse_agent.domain.scoring import Comparison

router = APIRouter(tags=["skill"])
_MOST_POINTS = 200
_CHANCE = 1e-9


class EValueOut(BaseModel):
    """An e-value: the money of somebody who began with 1 and bets on a claim at fair odds.

    `now` and the `best` ever; `by_luck`: the greatest chance that luck alone would ever show the
    best one, 1 / best; `meaning` says it in words. `threshold`: from there on it counts as proof.
    """

    now: float
    best: float
    by_luck: float
    threshold: float
    is_proof: bool
    meaning: str


class NeedOut(BaseModel):
    """One thing that the next stage asks for. `have` is null while nobody knows."""

    name: str
    have: float | None
    want: float
    is_met: bool


class NextStage(BaseModel):
    stage: Stage
    capital: float
    needs: list[NeedOut]


class WeightOut(BaseModel):
    """Its weight in the pool on one kind of market, with the error of the weight.

    `is_proven`: it rests on what was settled, and not on what was believed to begin with.
    """

    category: str
    horizon: str
    weight: float
    error: float
    is_proven: bool


class EdgeOut(BaseModel):
    """What siding with it at tradable prices was said to bring and what it brought, before fees, in
    parts of a payout. `ratio`: realised over claimed.
    """

    forecasts: int
    claimed: float
    realised: float
    error: float | None
    ratio: float | None


class DriftOut(BaseModel):
    """Closing-line value: how far the price came towards it afterwards, in parts of a payout."""

    forecasts: int
    mean: float
    error: float | None


class BesideOut(BaseModel):
    """A score beside the market's on the same forecasts; lower is better. Below 0 in `difference`
    is better than the market; `error` is its standard error, by markets.
    """

    forecasts: int
    own: float
    market: float
    difference: float
    error: float | None


class HaltingOut(BaseModel):
    """The proof by which trading stops: of what was settled since `since`, when the trading state
    was last changed; `against` halts at `threshold`. Only of who trades.
    """

    since: datetime | None
    looks: int
    against: float
    threshold: float
    halts: bool


class ProvenOut(BaseModel):
    """One forecaster. `trades`: its forecasts are bet on. `looks`: hours with settled markets, each
    one bet of the proof. `capital`: the part of the usual stakes that its stage may put at risk
    when capital goes by proof. `path`: the e-value for it over its looks, thinned out.
    """

    author: str
    trades: bool
    since: datetime
    until: datetime
    forecasts: int
    markets: int
    looks: int
    for_us: EValueOut
    against_us: EValueOut
    stage: Stage
    capital: float
    next: NextStage | None
    halting: HaltingOut | None
    weights: list[WeightOut]
    brier: BesideOut | None
    log_loss: BesideOut | None
    edge: EdgeOut | None
    closing_line: DriftOut | None
    path: list[float]


class ProofOut(BaseModel):
    """As of `at`, of the latest of `settled` forecasts. `goes_by_proof`: stakes of real money grow
    with the stage; where they do not, the stage is only told.
    """

    at: datetime
    settled: int
    goes_by_proof: bool
    authors: list[ProvenOut]


@router.get("/skill/proof", response_model=ProofOut, responses=ANYWHERE)
async def skill_proof(house: InHouse) -> ProofOut:
    """What settled forecasts prove for each forecaster and against it, and what it has earned.

    Worked out anew every half a minute, when something was settled meanwhile.
    """
    found = await house.provings.standing()
    return ProofOut(
        at=found.at,
        settled=found.settled,
        goes_by_proof=house.parts.means.goes_by_proof,
        authors=[_out(one, found.counts_since) for one in found.authors],
    )


def _out(one: Proven, since: datetime | None) -> ProvenOut:
    card = one.card
    proof, edge, drift = card.proof, card.edge, card.drift
    return ProvenOut(
        author=card.author,
        trades=one.trades,
        since=one.since,
        until=one.until,
        forecasts=card.rows,
        markets=card.markets,
        looks=proof.steps,
        for_us=_for(proof),
        against_us=_against(proof),
        stage=card.stage,
        capital=CAPITAL[card.stage],
        next=_next(card),
        halting=_halting(one.guarded, since) if one.trades else None,
        weights=[_weight(weight) for weight in one.weights],
        brier=_beside(card.brier),
        log_loss=_beside(card.log_loss),
        edge=None
        if edge is None
        else EdgeOut(
            forecasts=edge.rows,
            claimed=edge.claimed,
            realised=edge.realised,
            error=edge.realised_error,
            ratio=edge.ratio,
        ),
        closing_line=None
        if drift is None
        else DriftOut(forecasts=drift.rows, mean=drift.mean, error=drift.error),
        path=_thinned(proof.path),
    )


def _for(proof: Proof) -> EValueOut:
    return EValueOut(
        now=proof.for_us,
        best=proof.best_for_us,
        by_luck=_by_luck(proof.best_for_us),
        threshold=PROMOTED_AT,
        is_proof=proof.is_promoted,
        meaning=meaning_for(proof),
    )


def _against(proof: Proof) -> EValueOut:
    return EValueOut(
        now=proof.against_us,
        best=proof.best_against_us,
        by_luck=_by_luck(proof.best_against_us),
        threshold=HALTED_AT,
        is_proof=proof.is_halting,
        meaning=meaning_against(proof),
    )


def _by_luck(best: float) -> float:
    """Ville's bound, not told finer than anybody needs it."""
    return max(_CHANCE, 1.0 / best)


def _next(card: Card) -> NextStage | None:
    wanted = next_stage(card.stage)
    if wanted is None:
        return None
    ratio = None if card.edge is None else card.edge.ratio
    found = needs(wanted, card.proof, markets=card.markets, ratio=ratio)
    return NextStage(
        stage=wanted,
        capital=CAPITAL[wanted],
        needs=[
            NeedOut(name=one.name, have=one.have, want=one.want, is_met=one.is_met) for one in found
        ],
    )


def _halting(proof: Proof, since: datetime | None) -> HaltingOut:
    return HaltingOut(
        since=since,
        looks=proof.steps,
        against=proof.best_against_us,
        threshold=HALTED_AT,
        halts=proof.is_halting,
    )


def _weight(weight: Weight) -> WeightOut:
    kind: Cell = weight.kind
    return WeightOut(
        category=kind.category,
        horizon=kind.horizon.value,
        weight=weight.weight,
        error=weight.error,
        is_proven=weight.is_proven,
    )


def _beside(found: Comparison | None) -> BesideOut | None:
    if found is None:
        return None
    return BesideOut(
        forecasts=found.rows,
        own=found.agent,
        market=found.market,
        difference=found.difference,
        error=found.standard_error,
    )


def _thinned(path: Sequence[float]) -> list[float]:
    """At most so many points, the last one among them."""
    stride = -(-len(path) // _MOST_POINTS) or 1
    return list(path[::-1][::stride][::-1])
