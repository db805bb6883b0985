"""Markets whose pushed books are not what the venue answers when it is asked.

A stream can go on telling an old book with new times on it: by its own word it is fresh. Only a
question to the venue tells. One answer that fits nothing pushed may be a market that moves; two in
a row are not believed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bayse_agent.domain.market import MarketId, OrderBook, OutcomeId

_NEEDED = 2


class Doubt:
    """Counts answers that contradict what was pushed before and after them."""

    def __init__(self, *, lasts: timedelta) -> None:
        self._lasts = lasts
        self._contradicted: dict[OutcomeId, int] = {}
        self._until: dict[MarketId, datetime] = {}

    def is_on(self, market_id: MarketId, now: datetime) -> bool:
        """Whether the pushed books of a market are not to be believed now."""
        until = self._until.get(market_id)
        return until is not None and now < until

    def compare(
        self,
        asked: OrderBook,
        pushed: tuple[OrderBook | None, OrderBook | None],
        now: datetime,
    ) -> None:
        """Hold an answer against the books that were pushed before it and after it."""
        touches = {_touch(book) for book in pushed if book is not None}
        if not touches or _touch(asked) in touches:
            self._contradicted.pop(asked.outcome_id, None)
            return
        count = self._contradicted.get(asked.outcome_id, 0) + 1
        self._contradicted[asked.outcome_id] = count
        if count >= _NEEDED:
            self._until[asked.market_id] = now + self._lasts


def _touch(book: OrderBook) -> tuple[object, object]:
    return book.best_bid, book.best_ask
