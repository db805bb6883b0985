"""What was seen of the real venue at one moment, in the units that the local exchange counts in.

Everything that a paper account is answered from goes through these values, so that the log of them
is all that a restart needs. Where a number does not fit the grid it is rounded against us.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from bayse_agent.domain.fees import fee_fraction
from bayse_agent.domain.market import (
    Engine,
    Event,
    EventId,
    Level,
    Market,
    MarketId,
    MarketStatus,
    OrderBook,
    OutcomeId,
    Quote,
    Side,
)
from bayse_agent.domain.money import ONE, ZERO, Currency, Money, cost_of
from bayse_agent.domain.order import Trade
from bayse_agent.simulation.exchange.units import MICRO, NANO, TICKS, to_ms, to_units

Rung = tuple[int, int]
"""(tick in the outcome's own terms, micro-shares on offer)."""

_FEE_DOUBT = 3
"""A fee within this factor of the documented one is that one: the currencies are 100 apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMarket:
    """A market as the venue tells of it. `winner` is 0 (outcome1) or 1 once it is announced.

    `closes_ms` is None when the venue tells of no closing, `fee_rate` when it leaves the fee out.
    """

    event_id: EventId
    market_id: MarketId
    outcome_ids: tuple[OutcomeId, OutcomeId]
    title: str
    engine: Engine
    status: MarketStatus
    currencies: tuple[Currency, ...]
    closes_ms: int | None = None
    fee_rate: Decimal | None = None
    minimum: Money | None = None
    winner: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBook:
    """One outcome's book: best first. `is_whole` when no level was cut off on that side."""

    outcome: int
    currency: Currency
    bids: tuple[Rung, ...]
    asks: tuple[Rung, ...]
    bids_are_whole: bool
    asks_are_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTrade:
    """A match at the venue: its price in outcome1's terms, its size, and the currency it paid.

    `currency` is None when that cannot be told: the venue leaves it out, and only a fee shows it.
    """

    id: str
    at_ms: int
    price: Decimal
    micro: int
    currency: Currency | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenQuote:
    """What the venue would do with an order on a formula market; `nanos` is all of the cash."""

    micro: int
    nanos: int
    fee_nanos: int
    is_complete: bool
    exceeds_liability: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of one market. `trades` is None when they were not asked for."""

    market: SeenMarket
    books: tuple[SeenBook, ...] = ()
    trades: tuple[SeenTrade, ...] | None = None
    quote: SeenQuote | None = None


def seen_market(event: Event, market: Market) -> SeenMarket:
    """A market with what its event says of it: it trades while both of them do."""
    is_event_open = event.status is MarketStatus.OPEN
    winner = None
    if market.winner is not None:
        winner = 0 if market.winner == market.outcome1.id else 1
    return SeenMarket(
        event_id=event.id,
        market_id=market.id,
        outcome_ids=(market.outcome1.id, market.outcome2.id),
        title=market.title,
        engine=event.engine,
        status=market.status if is_event_open or _is_over(market) else event.status,
        closes_ms=None if event.closes_at is None else to_ms(event.closes_at),
        fee_rate=market.fee_rate,
        minimum=market.minimum_order,
        currencies=event.currencies or tuple(Currency),
        winner=winner,
    )


def _is_over(market: Market) -> bool:
    return market.status in (MarketStatus.RESOLVED, MarketStatus.CANCELLED)


def seen_book(book: OrderBook, outcome: int, depth: int) -> SeenBook:
    """A book on the exchange's grid. `depth` is how many levels were asked for."""
    return SeenBook(
        outcome=outcome,
        currency=book.currency,
        bids=_rungs(book.bids, ROUND_FLOOR),
        asks=_rungs(book.asks, ROUND_CEILING),
        bids_are_whole=len(book.bids) < depth,
        asks_are_whole=len(book.asks) < depth,
    )


def _rungs(levels: Iterable[Level], rounding: str) -> tuple[Rung, ...]:
    """Levels by tick: finer prices are rounded away from the middle, and levels may merge."""
    found: dict[int, int] = {}
    for level in levels:
        tick = int((level.price * TICKS).to_integral_value(rounding))
        micro = to_units(level.shares, MICRO)
        if 0 < tick < TICKS and micro > 0:
            found[tick] = found.get(tick, 0) + micro
    return tuple(found.items())


def seen_trade(trade: Trade, market: SeenMarket) -> SeenTrade:
    """A trade in outcome1's terms, at the price of who was there first."""
    is_first = trade.maker_outcome_id == market.outcome_ids[0]
    return SeenTrade(
        id=trade.id,
        at_ms=to_ms(trade.at),
        price=trade.maker_price if is_first else ONE - trade.maker_price,
        micro=to_units(trade.size, MICRO),
        currency=_paid_in(trade, market.fee_rate),
    )


def _paid_in(trade: Trade, rate: Decimal | None) -> Currency | None:
    """The currency of a trade, told by the size of its fee: a naira share pays 100 times more.

    10 shares at 0.50 with rate 0.10 cost a fee of 25 in naira, of 0.25 in dollars.
    """
    if not rate or trade.taker_fee <= ZERO:
        return None
    for currency in Currency:
        value = cost_of(trade.size, trade.taker_price, currency).amount
        expected = value * fee_fraction(trade.taker_price, rate)
        if expected / _FEE_DOUBT < trade.taker_fee < expected * _FEE_DOUBT:
            return currency
    return None


def seen_quote(quote: Quote, market: SeenMarket) -> SeenQuote:
    """A quote's terms. The fee is inside the cash; how much of it, the documented curve tells."""
    is_buy = quote.side is Side.BUY
    cash = quote.amount
    if not is_buy:
        cash = cost_of(quote.shares, quote.average_price, quote.currency).amount
    rate = market.fee_rate or ZERO
    part = fee_fraction(quote.market_price, rate)
    fee = cash * part if is_buy else cash * part / (ONE - part)
    return SeenQuote(
        micro=to_units(quote.shares, MICRO),
        nanos=to_units(cash, NANO),
        fee_nanos=to_units(fee, NANO),
        is_complete=quote.is_complete,
        exceeds_liability=quote.exceeds_liability,
    )
