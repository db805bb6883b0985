"""What a stake may be at most, so that sizing is cut to the limits before the review sees it."""

from __future__ import annotations

from bayse_agent.domain.books import Books
from bayse_agent.domain.forecast import Context
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.risk import readable
from bayse_agent.domain.risk.checks.money import ROOMS
from bayse_agent.domain.risk.limits import Limits
from bayse_agent.domain.risk.view import ground_of
from bayse_agent.domain.sizing import Purse


def purse(context: Context, books: Books, limits: Limits) -> Purse:
    """The bankroll, and the largest stake that every money limit would let through in the market.

    Rounded down to the minor unit; zero where nothing may be staked, or the books cannot be read.
    """
    try:
        return _purse(context, books, limits)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # As in the review: what the types say cannot be must not end in a stake.
        return _empty(books.portfolio.currency)


def _purse(context: Context, books: Books, limits: Limits) -> Purse:
    problems = (*readable.problems_of_context(context), *readable.problems_of_books(books))
    if problems:
        return _empty(books.portfolio.currency)
    ground = ground_of(context, books, limits)
    rooms = (room_for(ground) for room_for in ROOMS)
    ceiling = min(room.largest for room in rooms if room is not None)
    return Purse(bankroll=ground.bankroll, ceiling=ceiling.rounded_down())


def _empty(currency: Currency) -> Purse:
    nothing = Money.zero(currency)
    return Purse(bankroll=nothing, ceiling=nothing)
