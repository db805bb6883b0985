"""What a review looks at, and the sums that more than one check needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bayse_agent.domain.books import Books, Tags
from bayse_agent.domain.decision import Bet, ByHand
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import (
    Engine,
    EventId,
    MarketId,
    OrderBook,
    Quote,
    SeriesSlug,
    Side,
    Symbol,
)
from bayse_agent.domain.money import ONE, ZERO, Currency, Money, total
from bayse_agent.domain.order import Buy
from bayse_agent.domain.portfolio import Portfolio
from bayse_agent.domain.risk.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a buy would be made: the market, and what it shares its risk with."""

    market_id: MarketId
    event_id: EventId
    series: SeriesSlug | None
    symbol: Symbol | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the limits on money, losses and pace stand on, all of it readable. `ground_at` makes it.

    `committed` is what positions cost, and live orders may.
    """

    spot: Spot
    now: datetime
    books: Books
    limits: Limits
    bankroll: Money
    committed: Money

    @property
    def currency(self) -> Currency:
        return self.bankroll.currency

    def committed_in(self, belongs: Callable[[MarketId], bool]) -> Money:
        """The part of `committed` that is in the markets named."""
        portfolio = self.books.portfolio
        positions = (p.cost for p in portfolio.positions if belongs(p.market_id))
        orders = (i.reserved for i in portfolio.live if belongs(i.market_id))
        return total(positions, self.currency) + total(orders, self.currency)

    def committed_beside(self, shares_risk: Callable[[Tags], bool]) -> Money:
        """The part of `committed` in this market and in those whose tags say they share a risk."""
        mine, tags = self.spot.market_id, self.books.tags
        return self.committed_in(lambda market: market == mine or shares_risk(tags[market]))

    def age(self, *moments: datetime) -> timedelta:
        """How far the moment that is furthest from now is away from it.

        A time in the future is a clock that cannot be trusted, and counts like one in the past.
        """
        return max(abs(self.now - moment) for moment in moments)


def ground_of(context: Context, books: Books, limits: Limits) -> Ground:
    """The ground of a buy in the market that was looked at."""
    event = context.event
    spot = Spot(
        market_id=context.market.id,
        event_id=event.id,
        series=event.series,
        symbol=event.symbol,
        closes_at=event.closes_at,
    )
    return ground_at(spot, books, limits, now=context.now)


def ground_at(spot: Spot, books: Books, limits: Limits, *, now: datetime) -> Ground:
    """The sums that most limits need, done once."""
    portfolio = books.portfolio
    return Ground(
        spot=spot,
        now=now,
        books=books,
        limits=limits,
        bankroll=bankroll(books),
        committed=portfolio.invested + portfolio.reserved,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a check of one buy may look at."""

    proposal: Bet | ByHand
    context: Context
    ground: Ground

    @property
    def buy(self) -> Buy:
        return self.proposal.wish

    @property
    def books(self) -> Books:
        return self.ground.books

    @property
    def limits(self) -> Limits:
        return self.ground.limits

    @property
    def now(self) -> datetime:
        return self.ground.now

    @property
    def is_quoted(self) -> bool:
        """Whether the market trades against a formula, and not in a book."""
        return self.context.event.engine is Engine.AMM

    @property
    def book(self) -> OrderBook | None:
        """The book of the outcome to be bought, in the currency that it is bought with."""
        books = (self.context.book1, self.context.book2)
        return next((b for b in books if b is not None and self._is_mine(b)), None)

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """What the formula asks for the outcome to be bought, where it would fill at all."""
        buys = (q for q in self.context.quotes if q.side is Side.BUY and q.is_complete)
        return tuple(
            q for q in buys if self._is_mine(q) and q.shares > ZERO and not q.exceeds_liability
        )

    def _is_mine(self, shown: OrderBook | Quote) -> bool:
        return (
            shown.market_id == self.buy.market_id
            and shown.outcome_id == self.buy.outcome_id
            and shown.currency is self.buy.stake.currency
        )

    def age(self, *moments: datetime) -> timedelta:
        """How far the moment that is furthest from now is away from it."""
        return self.ground.age(*moments)


def bankroll(books: Books) -> Money:
    """Cash plus cost of positions: the lower of our own books and the venue's last word on cash.

    Not below zero. 7,000 in cash and 3,000 invested is 10,000; 9,000 when the venue last said
    that the wallet held 6,000.
    """
    ours = books.portfolio.bankroll
    if books.equity:
        ours = min(ours, books.equity[-1].wallet + books.portfolio.invested)
    return max(Money.zero(ours.currency), ours)


def spendable(books: Books, limits: Limits) -> Money:
    """What may be staked in all: bankroll x (1 - reserve). 10,000 at a reserve of 0.30 is 7,000."""
    return bankroll(books) * (ONE - limits.reserve)


def deployable(books: Books, limits: Limits) -> Money:
    """Money that may still be staked: what may be in all, - invested - reserved, not below 0.

    Cash is without what is in positions already: 7,000 in cash and 3,000 invested at a reserve of
    0.30 is 10,000 x 0.7 - 3,000 = 4,000.
    """
    portfolio: Portfolio = books.portfolio
    spare = spendable(books, limits) - portfolio.invested - portfolio.reserved
    return max(Money.zero(portfolio.currency), spare)
