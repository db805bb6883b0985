"""What must be true before real money is traded: asked of the venue, each with its answer."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from decimal import Decimal

from bayse_agent.domain.errors import BayseAgentError, VenueError
from bayse_agent.domain.fees import Purchase, book_offers, purchase
from bayse_agent.domain.market import Engine, Event, Market, MarketStatus, Quote, Side
from bayse_agent.domain.money import ONE, ZERO, Currency, Money
from bayse_agent.domain.order import Declined, OrderId
from bayse_agent.ports import MarketData, Venue
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.upkeep import keep_up

_NO_ORDER = OrderId("00000000-0000-4000-8000-000000000000")
_KNOWN_KEY = frozenset({400, 404, 409, 422})
_FEE_TOLERANCE = Decimal("0.10")
_BOOK_TOLERANCE = Decimal("0.02")
MAX_SKEW_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at, and what was found."""

    name: str
    is_passed: bool
    detail: str


async def preflight(agent: Agent, *, skew_s: float) -> tuple[Check, ...]:
    """Look at signature, clock, balance, fee and books. Nothing is bought or sold.

    `skew_s`: how far the venue's clock is ahead of ours, in seconds.
    """
    currency = agent.habits.currency
    return (
        await check_signature(agent.venue),
        await check_balance(agent.venue, currency),
        await check_fee(agent.market_data, currency),
        await _asked("books", _books(agent)),
        check_clock(skew_s),
    )


async def check_signature(venue: Venue) -> Check:
    """Whether the venue accepts what we sign. It never raises what the venue does."""
    return await _asked("signature", _signature(venue))


async def check_balance(venue: Venue, currency: Currency) -> Check:
    """Whether there is cash to spend."""
    return await _asked("balance", _balance(venue, currency))


async def check_fee(market_data: MarketData, currency: Currency) -> Check:
    """Whether the venue charges what decisions are made on."""
    return await _asked("fee", _fee(market_data, currency))


async def _asked(name: str, asking: Awaitable[tuple[str, bool]]) -> Check:
    try:
        detail, is_passed = await asking
    except BayseAgentError as error:
        return Check(name=name, is_passed=False, detail=str(error))
    return Check(name=name, is_passed=is_passed, detail=detail)


def check_clock(skew_s: float) -> Check:
    """Whether the venue's clock is near enough. `skew_s`: how far it is ahead of ours."""
    detail = f"the venue's clock is {skew_s:+.1f} s from ours, {MAX_SKEW_S:g} are allowed"
    return Check(name="clock", is_passed=abs(skew_s) <= MAX_SKEW_S, detail=detail)


async def _signature(venue: Venue) -> tuple[str, bool]:
    """Cancel an order that is not there: the venue says so only to a signature that it accepts."""
    reply = await venue.cancel(_NO_ORDER)
    if isinstance(reply, Declined):
        return f"HTTP {reply.status} {reply.message}", reply.status in _KNOWN_KEY
    return str(reply), False


async def _balance(venue: Venue, currency: Currency) -> tuple[str, bool]:
    wallets = [w for w in await venue.wallets() if w.available.currency is currency]
    cash = sum((wallet.available.amount for wallet in wallets), ZERO)
    return f"{Money(cash, currency)} may be spent", cash > ZERO


async def _fee(market_data: MarketData, currency: Currency) -> tuple[str, bool]:
    """Compare a quote's fee with the one that decisions are made on, level by level of the book."""
    for event, market in await _open_books(market_data, currency):
        least, rate = market.minimum_order, market.fee_rate
        if least is None or rate is None:
            continue
        try:
            quote = await market_data.quote(
                event_id=event.id,
                market_id=market.id,
                outcome_id=market.outcome1.id,
                side=Side.BUY,
                amount=least.amount,
                currency=currency,
            )
            books = await market_data.books([market.outcome1.id], currency=currency)
        except VenueError:
            continue
        ours = purchase(book_offers(books[0], rate), least) if books else None
        if quote.is_complete and ours is not None and _are_of_one_book(quote, ours):
            return _compared(quote, ours)
    return "no market with a book could be quoted", False


def _are_of_one_book(quote: Quote, ours: Purchase) -> bool:
    """Whether the book is still the one that was quoted from: each is read by itself.

    Before fees, so that a venue that takes another one does not pass for another book.
    """
    kept = ONE - quote.fee.amount / quote.amount
    if kept <= ZERO:
        return True
    either = (quote.shares, quote.shares / kept)
    return any(abs(gross - ours.gross) <= ours.gross * _BOOK_TOLERANCE for gross in either)


def _compared(quote: Quote, ours: Purchase) -> tuple[str, bool]:
    told, expected = quote.fee.amount, ours.fee.amount
    slack = max(expected * _FEE_TOLERANCE, quote.currency.minor_unit)
    detail = f"a buy of {quote.amount} is quoted with a fee of {told}, ours is {expected:.4f}"
    return detail, abs(told - expected) <= slack


async def _open_books(market_data: MarketData, currency: Currency) -> list[tuple[Event, Market]]:
    page = await market_data.events(currency=currency, status=MarketStatus.OPEN, page=1, size=50)
    return [
        (event, market)
        for event in page.items
        if event.engine is Engine.CLOB
        for market in event.markets
        if market.status is MarketStatus.OPEN
    ]


async def _books(agent: Agent) -> tuple[str, bool]:
    found = await keep_up(agent)
    return "; ".join(found.differences) or "books and venue agree", not found.differences
