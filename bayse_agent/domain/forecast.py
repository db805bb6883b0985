"""What was known of a market at a moment, and what a forecaster makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from bayse_agent.domain.market import Bar, Event, Market, MarketId, OrderBook, Quote, Tick
from bayse_agent.domain.money import Price, Probability
from bayse_agent.domain.news import News


@dataclass(frozen=True, slots=True, kw_only=True)
class Underlying:
    """The asset a window settles on, as of now: the last tick, and closed one-minute bars.

    `recent` are the last ticks (oldest first, at most one a second), for the running average
    of an averaged settlement; `bars` are oldest first and end before `now`.
    """

    last: Tick
    recent: Sequence[Tick]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything known of one market at `now`. `book1`, `book2` are None on a formula market,
    where `quotes` (buy outcome1, buy outcome2 at the venue's minimum) stand in their place.
    """

    event: Event
    market: Market
    book1: OrderBook | None
    book2: OrderBook | None
    quotes: tuple[Quote, ...]
    underlying: Underlying | None
    now: datetime
    news: News = field(default_factory=News)

    @property
    def market_price(self) -> Price | None:
        """The market's own probability of outcome1: the middle of its book, or the listed price.

        None while a book is one-sided: half a market is no forecast.
        """
        if self.book1 is not None:
            return self.book1.middle
        return self.market.price1

    @property
    def threshold(self) -> Decimal | None:
        """What outcome1 must reach: the market's own figure, else its event's."""
        if self.market.threshold is not None:
            return self.market.threshold
        return self.event.threshold

    @property
    def time_left_s(self) -> float | None:
        """Seconds until trading ends; None when the venue gives no closing date."""
        if self.event.closes_at is None:
            return None
        return (self.event.closes_at - self.now).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that a publisher said, and what it was worth.

    `quote` stands word for word in the snippet. `stance` is from -2 (against outcome1) to +2.
    `contribution` is its part of the log-odds, what its publisher's clip left of it.
    """

    snippet_id: str
    url: str
    domain: str
    title: str
    published_at: datetime | None
    retrieved_at: datetime
    found_by: str
    claim: str
    quote: str
    stance: int
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A forecaster's belief that outcome1 wins.

    `standard_error` is of the probability itself, in the same unit: how far the forecaster's
    number is expected to be from the best one, one standard deviation. `parts` are the forecasts
    that a pool was made of, each with its `weight` there. `prompts` are ids of the prompts that
    were put for it. `is_pooled`: the market's price is in it already, with the right weight.
    `without`: by publisher, what the probability would be had he written nothing.
    """

    id: str
    market_id: MarketId
    author: str
    probability: Probability
    standard_error: float
    rationale: str
    made_at: datetime
    market_price: Price | None
    threshold: Decimal | None = None
    parts: tuple[Forecast, ...] = ()
    weight: float | None = None
    evidence: tuple[Evidence, ...] = ()
    prompts: tuple[str, ...] = ()
    without: tuple[tuple[str, float], ...] = ()
    is_pooled: bool = False

    @property
    def least(self) -> float:
        """The lowest probability that it comes to when any one publisher is left out."""
        return min((float(self.probability), *(chance for _, chance in self.without)))

    @property
    def greatest(self) -> float:
        """The highest probability that it comes to when any one publisher is left out."""
        return max((float(self.probability), *(chance for _, chance in self.without)))


def forecast_id(author: str, market_id: MarketId, at: datetime) -> str:
    """Derive a forecast's id from who made it, of what and when: a replay gives the same."""
    text = "\x1f".join((author, market_id, at.isoformat()))
    return str(UUID(bytes=sha256(text.encode()).digest()[:16], version=5))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoForecast:
    """A forecaster's refusal to say anything, with its reason.

    `is_for_money`: it could have said something, but what that costs was not to be spent.
    """

    author: str
    reason: str
    is_for_money: bool = False
