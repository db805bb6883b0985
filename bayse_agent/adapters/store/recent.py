"""What was done lately, as the limits count it: entries, outcomes, orders sent, valuations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bayse_agent.domain.books import Entry, Equity, Outcome
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import Buy, Intent

DAYS_SPAN = timedelta(hours=48)
HOUR_SPAN = timedelta(hours=1)
VALUATIONS = 16


@dataclass(slots=True, kw_only=True)
class Recent:
    """One currency's latest acts, oldest first.

    Spans reach back from the newest of their kind, so that books that are read anew say the same.
    `last_profit` is the last valuation less the deposits of its time, `best_profit` the highest
    such that two in a row support: counted so, a transfer moves the peak along.
    """

    currency: Currency
    entries: list[Entry] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    sent_at: list[datetime] = field(default_factory=list)
    equity: list[Equity] = field(default_factory=list)
    last_profit: Money | None = None
    best_profit: Money | None = None

    def planned(self, *intents: Intent) -> None:
        """Intents were written down."""
        self.sent_at = _within([*self.sent_at, *(one.created_at for one in intents)], HOUR_SPAN)
        self.entries += [entry_of(one) for one in intents if isinstance(one.wish, Buy)]
        if self.entries:
            newest = max(entry.at for entry in self.entries)
            self.entries = [one for one in self.entries if one.at >= newest - DAYS_SPAN]

    def brought_in(self, outcomes: Iterable[Outcome]) -> None:
        """Sales and settlements were written down."""
        self.outcomes.extend(outcomes)
        newest = max((outcome.at for outcome in self.outcomes), default=None)
        if newest is not None:
            self.outcomes = [one for one in self.outcomes if one.at >= newest - DAYS_SPAN]

    def valued(self, equity: Equity, *, deposits: Money, best_profit: Money | None) -> None:
        """A valuation was written down."""
        self.equity = [*self.equity, equity][-VALUATIONS:]
        self.last_profit = equity.value - deposits
        self.best_profit = best_profit

    def better_profit(self, equity: Equity, deposits: Money) -> Money | None:
        """The highest confirmed equity less deposits, once a valuation is counted."""
        if self.last_profit is None:
            return self.best_profit
        supported = min(self.last_profit, equity.value - deposits)
        return supported if self.best_profit is None else max(self.best_profit, supported)

    def markets(self) -> frozenset[MarketId]:
        """Markets that something was entered in."""
        return frozenset(entry.market_id for entry in self.entries)


def entry_of(intent: Intent) -> Entry:
    return Entry(
        intent_id=intent.id,
        market_id=intent.market_id,
        outcome_id=intent.wish.outcome_id,
        stake=intent.reserved,
        at=intent.created_at,
    )


def _within(moments: list[datetime], span: timedelta) -> list[datetime]:
    latest = max(moments, default=None)
    return [one for one in moments if latest is not None and one >= latest - span]
