"""The parts that an agent is made of."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bayse_agent.domain.money import Currency
from bayse_agent.domain.risk import Limits
from bayse_agent.ports import Clock, Forecaster, MarketData, PriceFeed, Store, Strategy, Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the agent goes about its passes. Times in seconds of world time.

    `quote_amounts`: cash that formula markets are asked a price for, smallest first.
    `relist_s`: how old the list of all events may get. `grace_s`: how long an order of which the
    venue never answered may hide before it counts as lost; `watch_s`: how long a lost one is still
    looked for. `shares_tolerance`, `cash_tolerance_units`: what books and venue may differ by,
    in shares and in minor units.
    """

    currency: Currency
    quote_amounts: tuple[Decimal, ...]
    pass_interval_s: float = 60.0
    relist_s: float = 1800.0
    grace_s: float = 120.0
    watch_s: float = 86_400.0
    reads_at_once: int = 8
    books_a_read: int = 40
    page_size: int = 100
    shares_tolerance: Decimal = Decimal("0.001")
    cash_tolerance_units: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Everything a pass works with. It holds no state: what must last is in the store."""

    clock: Clock
    market_data: MarketData
    venue: Venue
    feed: PriceFeed
    store: Store
    forecaster: Forecaster
    strategy: Strategy
    limits: Limits
    habits: Habits
