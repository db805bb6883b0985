"""The parts that an agent is made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal

from bayse_agent.domain.admission import AdmissionRule
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import SeriesSlug
from bayse_agent.domain.money import Currency
from bayse_agent.domain.signal import Approval as Approval
from bayse_agent.domain.sniping import SnipeRule
from bayse_agent.domain.triage import TriageRule
from bayse_agent.ports import (
    Clock,
    Forecaster,
    KillSwitch,
    Library,
    MarketData,
    NewsSource,
    PriceFeed,
    Store,
    Strategy,
    Venue,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How often each pass begins, in seconds of world time.

    `watch_s`: how often stops are looked for while a pass is under way; None is between acts only.
    """

    scan_s: float = 60.0
    snipe_s: float | None = None
    exits_s: float = 15.0
    orders_s: float = 60.0
    watch_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsHabits:
    """How news is gathered for a market.

    `articles`: how many are asked of each source, whose answer may take `source_timeout_s`;
    `library_timeout_s` goes for remembering and recalling. `snippets`: how many are read in the
    end, `most_of_a_domain` of one publisher at most. `remembered`: how many the library is asked
    for, before the filters.
    """

    admission: AdmissionRule = field(default_factory=AdmissionRule)
    articles: int = 10
    snippets: int = 5
    most_of_a_domain: int = 2
    remembered: int = 20
    sources_at_once: int = 4
    source_timeout_s: float = 30.0
    library_timeout_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the agent goes about its passes. Times in seconds of world time.

    `quote_amounts`: cash that formula markets are asked a price for, smallest first.
    `long_cooldown_s`: how long a market of more than an hour is left alone after a look.
    `relist_s`: how old the list of all events may get. `grace_s`: how long an order of which the
    venue never answered may hide before it counts as lost; `watch_s`: how long a lost one is still
    looked for. `fresh_books_s`: how old a reconciliation may be when something is bought.
    `approval_ttl_s`: how long an approval by the risk review is good for; `signal_ttl_s`: how long
    a person may take; `refusal_s`: how long his no holds for the same bet. `delay_s`: how long a
    bet waits for a no when `approval` is DELAYED; `overdue_s`: how late it may still be placed.
    `difference_s`: how long books and venue may differ before that is a halt.
    `shares_tolerance`, `cash_tolerance_units`: what books and venue may differ by, in shares and
    in minor units. `thoughts_at_once`: markets that are forecast at a time.
    `reread_s`: a market that was thought about for longer is read again before
    anything is done. `series`, `sniped`: the series to look at and to snipe; empty is all of them.
    """

    currency: Currency
    quote_amounts: tuple[Decimal, ...]
    approval: Approval = Approval.AUTOMATIC
    schedule: Schedule = field(default_factory=Schedule)
    exits: ExitRule = field(default_factory=ExitRule)
    snipe: SnipeRule = field(default_factory=SnipeRule)
    news: NewsHabits = field(default_factory=NewsHabits)
    triage: TriageRule = field(default_factory=TriageRule)
    series: frozenset[SeriesSlug] = frozenset()
    sniped: frozenset[SeriesSlug] = frozenset()
    long_cooldown_s: float = 600.0
    relist_s: float = 1800.0
    grace_s: float = 120.0
    watch_s: float = 86_400.0
    fresh_books_s: float = 30.0
    approval_ttl_s: float = 2.0
    signal_ttl_s: float = 3 * 3600.0
    refusal_s: float = 3 * 3600.0
    delay_s: float = 300.0
    overdue_s: float = 120.0
    difference_s: float = 180.0
    reread_s: float = 1.0
    reads_at_once: int = 8
    thoughts_at_once: int = 8
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
    kill_switch: KillSwitch
    habits: Habits
    sources: tuple[NewsSource, ...] = ()
    library: Library | None = None
    guards: tuple[Guard, ...] = ()
    reach: Reach | None = None


Reach = Callable[[Context], Awaitable[float]]
"""How far news may move a forecast off the market's price, in log-odds, by what skill was shown."""
Guard = Callable[[Agent], Awaitable[object]]
"""Looks, after each orders pass, whether trading should go on, and halts it when not."""
