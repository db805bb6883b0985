"""What every pass asks of the books, kept beside them so that a pass need not query.

Nothing here is a second truth: it is loaded from the tables when the store opens, and follows each
transaction after it was committed. One process writes, so the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.journal import (
    Deposit,
    IntentChange,
    Look,
    MarketResult,
    OpenIntent,
    TrackedMarket,
)
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import Intent, IntentId, IntentStatus
from bayse_agent.domain.portfolio import (
    Portfolio,
    opened,
    with_deposit,
    with_fill,
    with_settlement,
)


@dataclass(slots=True, kw_only=True)
class Standing:
    """The state of the books as of the last committed transaction.

    `order` is the sorted form of `tracked`, None when it must be made anew.
    """

    portfolios: dict[Currency, Portfolio] = field(default_factory=dict)
    tracked: dict[MarketId, TrackedMarket] = field(default_factory=dict)
    last_looks: dict[MarketId, datetime] = field(default_factory=dict)
    listings: dict[str, datetime] = field(default_factory=dict)
    open_intents: dict[IntentId, OpenIntent] = field(default_factory=dict)
    order: tuple[TrackedMarket, ...] | None = None
    intents: int = 0
    fills: int = 0
    settlements: int = 0

    def portfolio(self, currency: Currency) -> Portfolio:
        """The folded books of a currency, with the intents that are live now."""
        known = self.portfolios.get(currency)
        return opened(Money.zero(currency)) if known is None else known

    def in_order(self) -> tuple[TrackedMarket, ...]:
        """Tracked markets, first to close first."""
        if self.order is None:
            self.order = tuple(sorted(self.tracked.values(), key=_closing))
        return self.order

    def deposited(self, deposit: Deposit) -> None:
        currency = deposit.amount.currency
        self.portfolios[currency] = with_deposit(self.portfolio(currency), deposit.amount)

    def listed(self, source: str, markets: list[TrackedMarket], read_at: datetime) -> None:
        self.listings[source] = read_at
        self.order = None
        for market in markets:
            self.tracked[market.market_id] = market

    def looked(self, look: Look) -> None:
        self.last_looks[look.market_id] = look.at

    def planned(self, intent: Intent) -> None:
        self.intents += 1
        self.open_intents[intent.id] = OpenIntent(
            intent=intent, status=IntentStatus.PENDING, order_id=None, fills=(), absences=0
        )
        self._refresh_live(intent.currency)

    def after_change(
        self, before: OpenIntent, change: IntentChange
    ) -> tuple[OpenIntent, Portfolio]:
        """What a change would lead to. Raises BrokenInvariant when it may not happen."""
        if not before.status.may_become(change.status):
            raise BrokenInvariant(f"{before.status} may not become {change.status}")
        intent, order = before.intent, change.order
        if order is not None and before.order_id not in (None, order.id):
            raise BrokenInvariant(f"intent {intent.id!r} has a second order {order.id!r}")
        portfolio = self.portfolio(intent.currency)
        for fill in change.fills:
            portfolio = with_fill(portfolio, fill)
        after = replace(
            before,
            status=change.status,
            order_id=before.order_id if order is None else order.id,
            fills=(*before.fills, *change.fills),
            absences=before.absences + change.shows_absence,
        )
        return after, portfolio

    def changed(self, after: OpenIntent, portfolio: Portfolio, fills: int) -> None:
        self.fills += fills
        self.portfolios[portfolio.currency] = portfolio
        if after.status.is_live or after.status is IntentStatus.LOST:
            self.open_intents[after.intent.id] = after
        else:
            self.open_intents.pop(after.intent.id, None)
        self._refresh_live(portfolio.currency)

    def after_results(self, results: Sequence[MarketResult]) -> dict[Currency, Portfolio]:
        """The books once markets have paid. Raises BrokenInvariant when that was not held."""
        books: dict[Currency, Portfolio] = {}
        for settlement in (paid for result in results for paid in result.settlements):
            currency = settlement.payout.currency
            before = books.get(currency, self.portfolio(currency))
            books[currency] = with_settlement(before, settlement)
        return books

    def ended(self, results: Sequence[MarketResult], books: Mapping[Currency, Portfolio]) -> None:
        self.portfolios.update(books)
        self.order = None
        for result in results:
            self.settlements += len(result.settlements)
            self.tracked.pop(result.market_id, None)
            self.last_looks.pop(result.market_id, None)

    def _refresh_live(self, currency: Currency) -> None:
        live = tuple(
            known.intent
            for known in self.open_intents.values()
            if known.status.is_live and known.intent.currency is currency
        )
        self.portfolios[currency] = replace(self.portfolio(currency), live=live)


def _closing(market: TrackedMarket) -> tuple[bool, float, MarketId]:
    closes_at = market.closes_at
    closing = 0.0 if closes_at is None else closes_at.timestamp()
    return closes_at is None, closing, market.market_id
