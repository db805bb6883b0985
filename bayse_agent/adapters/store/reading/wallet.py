"""What the books come to, in the wallet that is traded with."""

from __future__ import annotations

from collections.abc import Mapping

from bayse_agent.adapters.store.reading.views import RunView
from bayse_agent.domain import risk
from bayse_agent.domain.books import Books
from bayse_agent.domain.money import Currency
from bayse_agent.domain.risk import Limits


def currency_of(run: RunView | None) -> Currency:
    """What the last run traded with; naira in books in which nothing ran yet."""
    told = None if run is None else run.options.get("currency")
    return Currency.NGN if told is None else Currency(told)


def money_of(books: Books, limits: Limits) -> Mapping[str, object]:
    """Cash, what is invested and reserved, what the limits leave, and what has come of it."""
    portfolio, bankroll = books.portfolio, risk.bankroll(books)
    last = books.equity[-1] if books.equity else None
    return {
        "currency": portfolio.currency.value,
        "deposits": portfolio.deposits.amount,
        "cash": portfolio.cash.amount,
        "free_cash": portfolio.free_cash.amount,
        "reserved": portfolio.reserved.amount,
        "invested": portfolio.invested.amount,
        "realised": portfolio.realised.amount,
        "fees": portfolio.fees.amount,
        "worth": None if last is None else last.value.amount,
        "profit": None if last is None else (last.value - portfolio.deposits).amount,
        "peak": None if books.peak is None else books.peak.amount,
        "open_markets": portfolio.open_markets(),
        "reconciled_at": books.reconciled_at,
        "valued_at": None if last is None else last.at,
        "bankroll": bankroll.amount,
        "deployed": (portfolio.invested + portfolio.reserved).amount,
        "reserve": (bankroll * limits.reserve).rounded_down().amount,
        "deployable": risk.deployable(books, limits).rounded_down().amount,
    }
