"""Finds markets by what people call them."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select

from bayse_agent.adapters.store import tables
from bayse_agent.adapters.store.reading.decisions import market_view
from bayse_agent.adapters.store.reading.reader import Query
from bayse_agent.adapters.store.reading.views import MarketView

_markets = tables.markets
_ESCAPE = "\\"


def markets_called(words: str, *, most: int) -> Query[tuple[MarketView, ...]]:
    """Markets of that id or event, else those with the words in their title or series; the last to
    close first.
    """

    def read(connection: Connection) -> tuple[MarketView, ...]:
        query = select(_markets).order_by(_markets.c.closes_at.desc(), _markets.c.id).limit(most)
        named = query.where(or_(_markets.c.id == words, _markets.c.event_id == words))
        rows = connection.execute(named).all()
        if not rows:
            like = f"%{_escaped(words.lower())}%"
            texts = (func.lower(_markets.c.title), _markets.c.series)
            called = or_(*(text.like(like, escape=_ESCAPE) for text in texts))
            rows = connection.execute(query.where(called)).all()
        return tuple(market_view(row) for row in rows)

    return read


def _escaped(words: str) -> str:
    """Words that stand for themselves in a pattern."""
    for mark in (_ESCAPE, "%", "_"):
        words = words.replace(mark, f"{_ESCAPE}{mark}")
    return words
