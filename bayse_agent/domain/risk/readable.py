"""Whether what a review is given is what it is said to be: the sums of the checks need that.

Every function returns the names of what cannot be read, and none raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from bayse_agent.domain.books import Books
from bayse_agent.domain.decision import Bet, ByHand, Exit
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.market import Engine, Level, MarketId, OrderBook, OutcomeId, Quote
from bayse_agent.domain.money import ONE, ZERO, Currency, Money
from bayse_agent.domain.order import Buy, Sell
from bayse_agent.domain.portfolio import Portfolio
from bayse_agent.domain.risk.limits import LARGEST

_FINEST = -40
_FIRST_YEAR, _LAST_YEAR = 2000, 2999

Problems = Iterator[str]


def problems_of_buy(proposal: Bet | ByHand) -> Problems:
    """Numbers of the proposal that are not finite or out of any sensible range."""
    buy = proposal.wish
    if not isinstance(buy, Buy):
        yield "wish"
        return
    if not (isinstance(buy.stake, Money) and _is_above_zero(buy.stake.amount)):
        yield "stake"
    if not is_between(buy.worst_price):
        yield "worst_price"
    if isinstance(proposal, Bet):
        sane = {
            "probability": _is_float(proposal.probability, ONE),
            "belief": _is_float(proposal.belief, ONE),
            "standard_error": _is_float(proposal.standard_error, LARGEST),
            "confidence": _is_float(proposal.confidence, LARGEST),
            "effective_price": _is_above_zero(proposal.effective_price),
            "edge": is_amount(proposal.edge),
            "raw_edge": is_amount(proposal.raw_edge),
            "forecast_made_at": is_moment(proposal.forecast_made_at),
        }
        yield from _unsound(sane)


def _unsound(sane: Mapping[str, bool]) -> Problems:
    return (name for name, is_sane in sane.items() if not is_sane)


def problems_of_exit(proposal: Exit) -> Problems:
    """Numbers of a wish to sell that cannot be traded with."""
    sell = proposal.wish
    if not isinstance(sell, Sell):
        yield "wish"
        return
    yield from _unsound(
        {"shares": _is_above_zero(sell.shares), "worst_price": is_between(sell.worst_price)}
    )


def problems_of_match(
    market: MarketId, outcome: OutcomeId, currency: object, context: Context, portfolio: Portfolio
) -> Problems:
    """Wish, context and books speak of the same market and the same money."""
    if context.market.id != market or context.market.event_id != context.event.id:
        yield "market"
    elif context.market.outcome(outcome) is None:
        yield "outcome"
    if not isinstance(currency, Currency) or currency is not portfolio.currency:
        yield "currency"


def problems_of_context(context: Context) -> Problems:
    """Times and prices of what was seen of the market."""
    rate, books = context.market.fee_rate, (context.book1, context.book2)
    return _unsound(
        {
            "now": is_moment(context.now),
            "closes_at": _is_moment_or_none(context.event.closes_at),
            "engine": isinstance(context.event.engine, Engine),
            "category": isinstance(context.event.category, str),
            "series": _is_text_or_none(context.event.series),
            "fee_rate": rate is None or is_amount(rate),
            "order_book": all(book is None or _is_book(book) for book in books),
            "quotes": all(_is_quote(quote) for quote in context.quotes),
            "underlying": _is_underlying(context),
        }
    )


def _is_book(book: OrderBook) -> bool:
    sides: Iterable[Level] = (*book.bids, *book.asks)
    return _are_moments((book.source_at, book.received_at)) and all(
        _is_part(level.price) and is_amount(level.shares) and level.shares >= ZERO
        for level in sides
    )


def _is_quote(quote: Quote) -> bool:
    return is_moment(quote.received_at) and is_amount(quote.shares)


def _is_underlying(context: Context) -> bool:
    underlying, symbol = context.underlying, context.event.symbol
    if underlying is None:
        return True
    last = underlying.last
    is_same = symbol is None or last.symbol == symbol
    return is_same and _is_above_zero(last.price) and _are_moments((last.at, last.received_at))


def problems_of_books(books: Books) -> Problems:
    """Sums, times and currencies of the books, and what every market in them belongs to."""
    portfolio, currency = books.portfolio, books.portfolio.currency
    valued = (money for one in books.equity for money in (one.value, one.wallet))
    sane = {
        "cash": _is_money(portfolio.cash, currency),
        "orders": all(isinstance(one.wish, Buy | Sell) for one in portfolio.live),
        "live_buys": _are_sums((intent.reserved for intent in portfolio.live), currency),
        "entries": _are_sums((entry.stake for entry in books.entries), currency),
        "outcomes": all(_is_money(one.profit, currency) for one in books.outcomes),
        "equity": all(_is_money(one, currency) for one in valued),
        "peak": books.peak is None or _is_money(books.peak, currency),
        "times": _are_moments(_moments(books)),
        "tags": _are_tagged(books),
    }
    yield from problems_of_positions(portfolio)
    yield from _unsound(sane)


def _are_tagged(books: Books) -> bool:
    held = {position.market_id for position in books.portfolio.positions}
    ordered = {intent.market_id for intent in books.portfolio.live}
    dates = (tags.closes_at for tags in books.tags.values())
    return held | ordered <= set(books.tags) and all(_is_moment_or_none(date) for date in dates)


def _moments(books: Books) -> Iterator[object]:
    yield from (entry.at for entry in books.entries)
    yield from (outcome.at for outcome in books.outcomes)
    yield from books.sent_at
    if books.reconciled_at is not None:
        yield books.reconciled_at


def problems_of_positions(portfolio: Portfolio) -> Problems:
    """What is held: the only part of the books that getting out depends on."""
    currency, positions = portfolio.currency, portfolio.positions
    counts = [position.shares for position in positions]
    counts += [intent.wish.shares for intent in portfolio.live if isinstance(intent.wish, Sell)]
    return _unsound(
        {
            "books_currency": isinstance(currency, Currency),
            "shares_held": all(is_amount(count) and count >= ZERO for count in counts),
            "cost_held": _are_sums((position.cost for position in positions), currency),
        }
    )


def is_amount(value: object) -> bool:
    """A finite `Decimal` of a size that sums of it cannot overflow."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return False
    return abs(value) < LARGEST and (value == ZERO or value.adjusted() > _FINEST)


def is_between(value: object) -> bool:
    """A price that can be traded at: above 0 and below 1."""
    return is_amount(value) and isinstance(value, Decimal) and ZERO < value < ONE


def is_moment(value: object) -> bool:
    """A time with its zone, of this millennium."""
    return (
        isinstance(value, datetime)
        and value.utcoffset() is not None
        and _FIRST_YEAR <= value.year <= _LAST_YEAR
    )


def _are_moments(values: Iterable[object]) -> bool:
    return all(is_moment(value) for value in values)


def _is_moment_or_none(value: object) -> bool:
    return value is None or is_moment(value)


def _is_text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_part(value: object) -> bool:
    return is_amount(value) and isinstance(value, Decimal) and ZERO <= value <= ONE


def _is_above_zero(value: object) -> bool:
    return is_amount(value) and isinstance(value, Decimal) and value > ZERO


def _is_float(value: object, most: Decimal) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= most


def _is_money(value: object, currency: Currency) -> bool:
    return isinstance(value, Money) and value.currency is currency and is_amount(value.amount)


def _are_sums(values: Iterable[Money], currency: Currency) -> bool:
    return all(_is_money(value, currency) and value.amount >= ZERO for value in values)
