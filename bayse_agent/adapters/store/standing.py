"""What every pass asks of the books, kept beside them so that a pass need not query.

Nothing here is a second truth: it is loaded from the tables when the store opens, and follows each
transaction after it was committed. One process writes, so the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bayse_agent.adapters.store.recent import Recent
from bayse_agent.domain.books import Books, Outcome, Tags
from bayse_agent.domain.control import Control, TradingState
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.journal import (
    Deposit,
    IntentChange,
    Look,
    MarketResult,
    OpenIntent,
    TrackedMarket,
)
from bayse_agent.domain.ledger import (
    Cause,
    Entry,
    Place,
    entry_of_fill,
    entry_of_settlement,
    given_up,
)
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.order import Intent, IntentId, IntentStatus, OrderId
from bayse_agent.domain.portfolio import (
    Portfolio,
    opened,
    with_deposit,
    with_fill,
    with_settlement,
)
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.settling import SettlementRecord, WindowClosing, WindowKind
from bayse_agent.domain.signal import Signal

NEVER_ARMED = Control(
    epoch=0,
    state=TradingState.HALTED,
    reason="these books were never armed",
    by="",
    at=datetime(1970, 1, 1, tzinfo=UTC),
)


LOST_SPAN = timedelta(hours=48)
"""How long before the newest intent one may have been lost and still be looked for."""


@dataclass(slots=True, kw_only=True)
class Standing:
    """The state of the books as of the last committed transaction.

    `mode` is that of the runs, `begun_at` when the last began; None before the first. `order` is
    the sorted form of `tracked`, None when it must be made anew. `tags` has every market of which
    `books` has to tell, `waiting` the signals that are pending, `claimed` every order at the venue
    that is known as ours, `newest` when the last intent was made, `closings` the windows that have
    closed and are not settled yet.
    """

    mode: str | None = None
    begun_at: datetime | None = None
    control: Control = NEVER_ARMED
    limits: Limits = field(default_factory=Limits)
    limits_version: int = 0
    portfolios: dict[Currency, Portfolio] = field(default_factory=dict)
    recent: dict[Currency, Recent] = field(default_factory=dict)
    tags: dict[MarketId, Tags] = field(default_factory=dict)
    marks: dict[Place, Price] = field(default_factory=dict)
    tracked: dict[MarketId, TrackedMarket] = field(default_factory=dict)
    last_looks: dict[MarketId, datetime] = field(default_factory=dict)
    listings: dict[str, datetime] = field(default_factory=dict)
    open_intents: dict[IntentId, OpenIntent] = field(default_factory=dict)
    claimed: frozenset[OrderId] = frozenset()
    waiting: dict[str, Signal] = field(default_factory=dict)
    closings: dict[MarketId, WindowClosing] = field(default_factory=dict)
    records: dict[WindowKind, SettlementRecord] = field(default_factory=dict)
    order: tuple[TrackedMarket, ...] | None = None
    newest: datetime | None = None
    intents: int = 0
    fills: int = 0
    settlements: int = 0
    entries: int = 0

    def portfolio(self, currency: Currency) -> Portfolio:
        """The folded books of a currency, with the intents that are live now."""
        known = self.portfolios.get(currency)
        return opened(Money.zero(currency)) if known is None else known

    def lately(self, currency: Currency) -> Recent:
        """What was done lately in a currency."""
        return self.recent.setdefault(currency, Recent(currency=currency))

    def books(self, currency: Currency) -> Books:
        """What the limits count."""
        portfolio, recent = self.portfolio(currency), self.lately(currency)
        held = {position.market_id for position in portfolio.positions}
        wanted = held | {intent.market_id for intent in portfolio.live} | recent.markets()
        best, nothing = recent.best_profit, Money.zero(currency)
        return Books(
            portfolio=portfolio,
            state=self.control.state,
            tags={key: self.tags[key] for key in sorted(wanted)},
            entries=tuple(recent.entries),
            outcomes=tuple(recent.outcomes),
            sent_at=tuple(recent.sent_at),
            equity=tuple(recent.equity),
            peak=None if best is None else max(nothing, portfolio.deposits + best),
            reconciled_at=recent.equity[-1].at if recent.equity else None,
            begun_at=self.begun_at,
        )

    def in_order(self) -> tuple[TrackedMarket, ...]:
        """Tracked markets, first to close first."""
        if self.order is None:
            self.order = tuple(sorted(self.tracked.values(), key=_closing))
        return self.order

    def deposited(self, deposit: Deposit) -> None:
        currency = deposit.amount.currency
        self.portfolios[currency] = with_deposit(self.portfolio(currency), deposit.amount)
        self.entries += 1

    def listed(self, source: str, markets: list[TrackedMarket], read_at: datetime) -> None:
        self.listings[source] = read_at
        self.order = None
        for market in markets:
            self.tracked[market.market_id] = market

    def looked(self, look: Look) -> None:
        if look.market_id in self.tracked:
            last = self.last_looks.get(look.market_id, look.at)
            self.last_looks[look.market_id] = max(last, look.at)

    def planned(self, intent: Intent, tags: Tags) -> None:
        self.intents += 1
        self.open_intents[intent.id] = OpenIntent(
            intent=intent, status=IntentStatus.PENDING, order_id=None, fills=(), absences=0
        )
        self.tags[intent.market_id] = tags
        self._forget_lost(intent.created_at)
        self.lately(intent.currency).planned(intent)
        self._refresh_live(intent.currency)
        self._forget_closed()

    def after_change(
        self, before: OpenIntent, change: IntentChange
    ) -> tuple[OpenIntent, Portfolio, tuple[Entry, ...]]:
        """What a change would lead to. Raises BrokenInvariant when it may not happen."""
        if not before.status.may_become(change.status):
            raise BrokenInvariant(f"{before.status} may not become {change.status}")
        intent, order = before.intent, change.order
        if order is not None and before.order_id not in (None, order.id):
            raise BrokenInvariant(f"intent {intent.id!r} has a second order {order.id!r}")
        portfolio = self.portfolio(intent.currency)
        entries: list[Entry] = []
        for fill in change.fills:
            earlier, portfolio = portfolio, with_fill(portfolio, fill)
            entries.append(entry_of_fill(fill, given_up(earlier, portfolio), change.at))
        after = replace(
            before,
            status=change.status,
            order_id=before.order_id if order is None else order.id,
            fills=(*before.fills, *change.fills),
            absences=before.absences + change.shows_absence,
        )
        return after, portfolio, tuple(entries)

    def changed(self, after: OpenIntent, portfolio: Portfolio, entries: Sequence[Entry]) -> None:
        self.fills += len(entries)
        self.portfolios[portfolio.currency] = portfolio
        self._posted(entries)
        if after.order_id is not None and after.order_id not in self.claimed:
            self.claimed |= {after.order_id}
        if after.status.is_live or after.status is IntentStatus.LOST:
            self.open_intents[after.intent.id] = after
        else:
            self.open_intents.pop(after.intent.id, None)
        self._refresh_live(portfolio.currency)
        self._forget_closed()

    def after_results(
        self, results: Sequence[MarketResult]
    ) -> tuple[dict[Currency, Portfolio], list[Entry]]:
        """The books once markets have paid. Raises BrokenInvariant when that was not held."""
        books: dict[Currency, Portfolio] = {}
        entries: list[Entry] = []
        for result in results:
            for settlement in result.settlements:
                currency = settlement.payout.currency
                before = books.get(currency, self.portfolio(currency))
                after = books[currency] = with_settlement(before, settlement)
                cost = given_up(before, after)
                entries.append(entry_of_settlement(settlement, cost, result.at))
        return books, entries

    def ended(
        self,
        results: Sequence[MarketResult],
        books: Mapping[Currency, Portfolio],
        entries: Sequence[Entry],
    ) -> None:
        self.portfolios.update(books)
        self._posted(entries)
        self.order = None
        for result in results:
            self.settlements += len(result.settlements)
            self.tracked.pop(result.market_id, None)
            self.last_looks.pop(result.market_id, None)
        self._forget_closed()

    def places(self) -> frozenset[Place]:
        """Where there is an open position, in whatever currency."""
        return _places(self.portfolios.values())

    def places_left(self, books: Mapping[Currency, Portfolio]) -> frozenset[Place]:
        """Marked places where no position is open any more, once these are the books."""
        return frozenset(self.marks) - _places({**self.portfolios, **books}.values())

    def better_marks(self, marks: Mapping[Place, Price]) -> dict[Place, Price]:
        """Of the marks, those of open positions that are higher than the ones known."""
        here = self.places()
        return {
            place: price
            for place, price in marks.items()
            if place in here and price > self.marks.get(place, -1)
        }

    def _posted(self, entries: Sequence[Entry]) -> None:
        self.entries += len(entries)
        for entry in entries:
            outcome = outcome_of(entry)
            if outcome is not None:
                self.lately(outcome.profit.currency).brought_in((outcome,))

    def _forget_closed(self) -> None:
        """Marks of positions that are not open any more, and tags that nothing asks for."""
        here = self.places()
        self.marks = {place: price for place, price in self.marks.items() if place in here}
        wanted = {market_id for market_id, _ in here}
        wanted |= {known.intent.market_id for known in self.open_intents.values()}
        wanted = wanted.union(*(recent.markets() for recent in self.recent.values()))
        self.tags = {key: tags for key, tags in self.tags.items() if key in wanted}

    def _forget_lost(self, made_at: datetime) -> None:
        """What was lost so long before the newest intent is looked for no more."""
        self.newest = made_at if self.newest is None else max(self.newest, made_at)
        earliest = self.newest - LOST_SPAN
        self.open_intents = {
            key: known
            for key, known in self.open_intents.items()
            if known.status is not IntentStatus.LOST or known.intent.created_at >= earliest
        }

    def _refresh_live(self, currency: Currency) -> None:
        live = tuple(
            known.rest
            for known in self.open_intents.values()
            if known.status.is_live and known.intent.currency is currency
        )
        self.portfolios[currency] = replace(self.portfolio(currency), live=live)


def _places(portfolios: Iterable[Portfolio]) -> frozenset[Place]:
    return frozenset(
        (position.market_id, position.outcome_id)
        for portfolio in portfolios
        for position in portfolio.positions
    )


def outcome_of(entry: Entry) -> Outcome | None:
    """What a sale or a settlement brought in; None for what is neither."""
    profit, places = entry.profit, [posting.place for posting in entry.postings if posting.place]
    if entry.cause not in (Cause.SALE, Cause.SETTLEMENT) or profit is None:
        return None
    return Outcome(market_id=places[0][0], profit=profit, at=entry.at)


def tags_of(market: TrackedMarket) -> Tags:
    return Tags(
        event_id=market.event_id,
        category=market.category,
        series=market.series,
        symbol=market.symbol,
        closes_at=market.closes_at,
    )


def _closing(market: TrackedMarket) -> tuple[bool, float, MarketId]:
    closes_at = market.closes_at
    closing = 0.0 if closes_at is None else closes_at.timestamp()
    return closes_at is None, closing, market.market_id
