"""What was earned, as pages show it: by period, and by what the bets had in common.

Sums are exact decimals of the wallet that is traded with; what models cost is in US dollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class ProfitCause(StrEnum):
    """What bets can be told apart by: `way_out` is how they ended, the rest how they began."""

    SOURCE = "source"
    AUTHOR = "author"
    CATEGORY = "category"
    HORIZON = "horizon"
    ENGINE = "engine"
    WAY_OUT = "way_out"
    PRICE_BAND = "price_band"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodView:
    """What a period brought, after fees: `profit` = `realised` + `open`.

    `realised`: of what was sold or settled in it. `open`: by how much the positions that were open
    gained beyond that, by the last valuation; None, like `profit` and the drawdown, before the
    first. `fees` are in `realised` already. `drawdown`: the largest fall of the profit in it, and
    the part of the equity that it took. `model_costs` are in US dollars, and in nothing else here.
    """

    name: str
    since: datetime | None
    until: datetime
    profit: Decimal | None
    realised: Decimal
    open: Decimal | None
    fees: Decimal
    model_costs: Decimal
    drawdown: Decimal | None
    drawdown_part: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseView:
    """What some bets came to. A bet is a buy with at least one fill.

    `staked`: cash paid, fees inside. `closed`: the part of that whose shares were sold or settled;
    `profit` is what those brought beyond it, `roi` is profit / closed. `ended`: bets of which
    nothing is left; `win_rate` is the part of them that made money, to be held beside
    `break_even`, the mean of what a share of them cost with its fee: their chance of winning at
    which nothing would be earned. `closing_line`: the mean of the last price that the market was
    seen at before its close less the price that was paid, of the `closing_lines` bets of which
    both are known. By way out, a bet that went in two ways counts in both.
    """

    name: str
    bets: int
    ended: int
    staked: Decimal
    closed: Decimal
    profit: Decimal
    fees: Decimal
    roi: Decimal | None
    wins: int
    win_rate: Decimal | None
    break_even: Decimal | None
    closing_line: Decimal | None
    closing_lines: int
