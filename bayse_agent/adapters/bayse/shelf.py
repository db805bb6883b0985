"""Books of watched markets as the websocket and reads told them last, and which may be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bayse_agent.domain.market import MarketId, OrderBook, OutcomeId


class Shelf:
    """The newest book of each outcome of the markets that are watched.

    A book of an outcome that does not belong to its market, and one that is older by its source
    than the one that is here, is turned away.
    """

    def __init__(self, *, oldest: timedelta) -> None:
        self._oldest = oldest
        self._market_of: dict[OutcomeId, MarketId] = {}
        self._outcomes: dict[MarketId, tuple[OutcomeId, ...]] = {}
        self._books: dict[OutcomeId, OrderBook] = {}

    def __len__(self) -> int:
        return len(self._market_of)

    @property
    def outcomes(self) -> Mapping[MarketId, tuple[OutcomeId, ...]]:
        """The outcomes of each watched market that were ever asked for."""
        return self._outcomes

    def watch(self, outcome_id: OutcomeId, market_id: MarketId) -> None:
        if outcome_id not in self._market_of:
            self._market_of[outcome_id] = market_id
            self._outcomes[market_id] = (*self._outcomes.get(market_id, ()), outcome_id)

    def forget(self, market_id: MarketId) -> None:
        for outcome_id in self._outcomes.pop(market_id, ()):
            del self._market_of[outcome_id]
            self._books.pop(outcome_id, None)

    def empty(self) -> None:
        """Believe nothing that came before; go on watching."""
        self._books.clear()

    def put(self, book: OrderBook, now: datetime) -> bool:
        """Take a book in; whether it shows something else than the one before."""
        if self._market_of.get(book.outcome_id) != book.market_id:
            return False
        before = self._books.get(book.outcome_id)
        if before is not None and book.source_at < before.source_at and self._is_young(before, now):
            return False
        self._books[book.outcome_id] = book
        return before is None or (before.bids, before.asks) != (book.bids, book.asks)

    def all_fresh(
        self, outcome_ids: Sequence[OutcomeId], now: datetime
    ) -> dict[OutcomeId, OrderBook] | None:
        """The books of those outcomes; None when one is missing, or too old by its source's clock
        or by ours.
        """
        found = {one: self._books[one] for one in outcome_ids if one in self._books}
        is_whole = len(found) == len(outcome_ids)
        return found if is_whole and all(self._is_young(b, now) for b in found.values()) else None

    def book(self, outcome_id: OutcomeId) -> OrderBook | None:
        """The book that is here, however old."""
        return self._books.get(outcome_id)

    def age(self, outcome_id: OutcomeId, now: datetime) -> timedelta:
        """How old a book is; as good as for ever when there is none."""
        book = self._books.get(outcome_id)
        return timedelta.max if book is None else _age(book, now)

    def _is_young(self, book: OrderBook, now: datetime) -> bool:
        return _age(book, now) <= self._oldest


def _age(book: OrderBook, now: datetime) -> timedelta:
    """The worse of both clocks; a time that is yet to come is as far off as one gone by."""
    return max(abs(now - book.source_at), abs(now - book.received_at))
