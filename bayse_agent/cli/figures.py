"""What a run came to, in figures: the same ones for the JSON line and for the closing words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from bayse_agent.domain.journal import ScoreSummary
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import Buy, Fill, Intent
from bayse_agent.domain.portfolio import Portfolio
from bayse_agent.wiring.demo import Demo


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A run in figures. `pnl` is after fees, with open positions at what they cost."""

    demo: Demo
    until: datetime
    markets_seen: int
    funnel: Mapping[str, int]
    orders: int
    fills: int
    portfolio: Portfolio
    scores: ScoreSummary
    digest: str
    wall_s: float

    @property
    def looks(self) -> int:
        return sum(self.funnel.values())

    @property
    def pnl(self) -> Money:
        return self.portfolio.bankroll - self.portfolio.deposits


async def figures_of(demo: Demo, wall_s: float) -> Figures:
    """Read a run's figures out of its books."""
    store = demo.store
    intents, fills = await store.ledger()
    return Figures(
        demo=demo,
        until=demo.clock.now(),
        markets_seen=await store.markets_seen(),
        funnel=await store.funnel(),
        orders=len(await store.claimed_orders()),
        fills=len(fills),
        portfolio=await store.portfolio(demo.options.currency),
        scores=await store.score_summary(),
        digest=digest(intents, fills),
        wall_s=wall_s,
    )


def digest(intents: Sequence[Intent], fills: Sequence[Fill]) -> str:
    """SHA-256 over every intent and fill, in order: two runs that acted alike have the same."""
    told = sha256()
    for line in (*map(_intent_line, intents), *map(_fill_line, fills)):
        told.update(f"{line}\n".encode())
    return told.hexdigest()


def _intent_line(intent: Intent) -> str:
    wish = intent.wish
    amount = wish.stake.amount if isinstance(wish, Buy) else wish.shares
    return _line(
        "intent",
        intent.id,
        type(wish).__name__,
        wish.outcome_id,
        intent.currency,
        amount,
        wish.worst_price,
        intent.created_at,
    )


def _fill_line(fill: Fill) -> str:
    return _line(
        "fill",
        fill.id,
        fill.intent_id,
        fill.side,
        fill.outcome_id,
        fill.shares,
        fill.price,
        fill.cash.amount,
        fill.fee.amount,
        fill.at,
    )


def _line(*parts: object) -> str:
    return "|".join(_plain(part) for part in parts)


def _plain(part: object) -> str:
    """One spelling for each value: 1.50 and 1.5 are the same number."""
    if isinstance(part, Decimal):
        return format(part.normalize(), "f")
    return part.isoformat() if isinstance(part, datetime) else str(part)


def as_json(figures: Figures) -> dict[str, object]:
    """The figures as one JSON object: counts are integers, sums have two decimals."""
    options, portfolio = figures.demo.options, figures.portfolio
    return {
        "world": {
            "seed": options.seed,
            "start": figures.demo.begun_at.isoformat(),
            "end": figures.until.isoformat(),
            "tape": None if options.tape is None else str(options.tape),
            "efficiency": options.efficiency,
            "currency": options.currency.value,
            "forecaster": options.forecaster,
        },
        "markets_seen": figures.markets_seen,
        "funnel": dict(figures.funnel),
        "orders": figures.orders,
        "fills": figures.fills,
        "bankroll_start": _sum(portfolio.deposits),
        "bankroll_end": _sum(portfolio.bankroll),
        "fees": _sum(portfolio.fees),
        "pnl": _sum(figures.pnl),
        "open_positions": len(portfolio.positions),
        "forecasts": {
            "n": figures.scores.count,
            "brier_agent": figures.scores.brier_agent,
            "brier_market": figures.scores.brier_market,
            "log_loss_agent": figures.scores.log_loss_agent,
            "log_loss_market": figures.scores.log_loss_market,
        },
        "digest": figures.digest,
        "wall_s": round(figures.wall_s, 3),
    }


def _sum(money: Money) -> float:
    return float(round(money.amount, 2))
