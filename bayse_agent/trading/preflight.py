"""What must be true before real money is traded: asked of the venue, each with its answer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bayse_agent.domain.errors import BayseAgentError, VenueError
from bayse_agent.domain.fees import fee_fraction
from bayse_agent.domain.market import Engine, Event, Market, MarketStatus, Quote, Side
from bayse_agent.domain.money import ZERO, Money
from bayse_agent.domain.order import Declined, OrderId
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.upkeep import keep_up

_NO_ORDER = OrderId("00000000-0000-4000-8000-000000000000")
_KNOWN_KEY = frozenset({400, 404, 409, 422})
_FEE_TOLERANCE = Decimal("0.10")
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
    checks = (_signature, _balance, _fee, _books)
    found = [await _asked(check.__name__.strip("_"), check, agent) for check in checks]
    return (*found, _clock(skew_s))


async def _asked(name: str, check: object, agent: Agent) -> Check:
    assert callable(check)
    try:
        detail, is_passed = await check(agent)
    except BayseAgentError as error:
        return Check(name=name, is_passed=False, detail=str(error))
    return Check(name=name, is_passed=is_passed, detail=detail)


def _clock(skew_s: float) -> Check:
    detail = f"the venue's clock is {skew_s:+.1f} s from ours, {MAX_SKEW_S:g} are allowed"
    return Check(name="clock", is_passed=abs(skew_s) <= MAX_SKEW_S, detail=detail)


async def _signature(agent: Agent) -> tuple[str, bool]:
    """Cancel an order that is not there: the venue says so only to a signature that it accepts."""
    reply = await agent.venue.cancel(_NO_ORDER)
    if isinstance(reply, Declined):
        return f"HTTP {reply.status} {reply.message}", reply.status in _KNOWN_KEY
    return str(reply), False


async def _balance(agent: Agent) -> tuple[str, bool]:
    currency = agent.habits.currency
    wallets = [w for w in await agent.venue.wallets() if w.available.currency is currency]
    cash = sum((wallet.available.amount for wallet in wallets), ZERO)
    return f"{Money(cash, currency)} may be spent", cash > ZERO


async def _fee(agent: Agent) -> tuple[str, bool]:
    """Compare a quote's fee with the one that decisions are made on."""
    for event, market in await _open_books(agent):
        least = market.minimum_order
        if least is None or market.fee_rate is None:
            continue
        try:
            quote = await agent.market_data.quote(
                event_id=event.id,
                market_id=market.id,
                outcome_id=market.outcome1.id,
                side=Side.BUY,
                amount=least.amount,
                currency=agent.habits.currency,
            )
        except VenueError:
            continue
        if quote.is_complete and quote.shares > ZERO:
            return _compared(quote, market.fee_rate)
    return "no market with a book could be quoted", False


def _compared(quote: Quote, rate: Decimal) -> tuple[str, bool]:
    expected = quote.amount * fee_fraction(quote.average_price, rate)
    told = quote.fee.amount
    slack = max(expected * _FEE_TOLERANCE, quote.currency.minor_unit)
    detail = f"a buy of {quote.amount} is quoted with a fee of {told}, ours is {expected:.4f}"
    return detail, abs(told - expected) <= slack


async def _open_books(agent: Agent) -> list[tuple[Event, Market]]:
    page = await agent.market_data.events(
        currency=agent.habits.currency, status=MarketStatus.OPEN, page=1, size=50
    )
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
