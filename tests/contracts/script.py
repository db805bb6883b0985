"""One script of operations that every venue must answer alike.

It is written against the ports alone, and returns everything that it was told, in order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from bayse_agent.domain.errors import VenueError
from bayse_agent.domain.market import Engine, Event, EventType, Market, MarketStatus, Side
from bayse_agent.domain.money import Currency, Money, Price, Shares
from bayse_agent.domain.order import (
    Accepted,
    Amend,
    OrderType,
    PlaceOrder,
    SelfTrade,
    TimeInForce,
    VenueOrder,
)
from bayse_agent.ports import MarketData, Venue


class TradingVenue(MarketData, Venue, Protocol):
    """Both faces of a venue in one object."""


@dataclass(slots=True)
class Script:
    """A venue under test, and what it has answered so far."""

    venue: TradingVenue
    advance: Callable[[float], Awaitable[None]]
    currency: Currency
    told: list[tuple[str, Any]]

    async def ask(self, what: str, answer: Awaitable[Any]) -> Any:
        """Note an answer; an error of the venue's is an answer too, by its kind."""
        try:
            got = await answer
        except VenueError as error:
            self.told.append((what, type(error).__name__))
            return None
        self.told.append((what, got))
        return got


async def run(script: Script) -> None:
    """The whole script: look, trade on a book, trade on a pool, wait for the end."""
    book_event, pool_event = await _look(script)
    book_market, pool_market = book_event.markets[0], pool_event.markets[0]
    await _refusals(script, book_event, book_market)
    await _book(script, book_event, book_market)
    await _sets(script, book_market)
    await _pool(script, pool_event, pool_market)
    await _account(script, "before the end")
    closes = [e.closes_at for e in (book_event, pool_event) if e.closes_at is not None]
    now = await _venue_time(script, book_market)
    await script.advance((max(closes) - now).total_seconds() + 200)
    for event in (book_event, pool_event):
        await script.ask("resolved", script.venue.event(event.id, currency=script.currency))
    await _account(script, "after the end")


async def _venue_time(script: Script, market: Market) -> datetime:
    books = await script.venue.books([market.outcome1.id], currency=script.currency)
    return books[0].source_at


async def _look(script: Script) -> tuple[Event, Event]:
    venue, currency = script.venue, script.currency
    page = await script.ask(
        "open events", venue.events(currency=currency, status=MarketStatus.OPEN, size=100)
    )
    book_event = _first(page.items, Engine.CLOB)
    pool_event = _first(page.items, Engine.AMM)
    await script.ask("first page", venue.events(currency=currency, size=5))
    await script.ask("keyword", venue.events(currency=currency, keyword="bitcoin", size=50))
    for event in (book_event, pool_event):
        await script.ask("event", venue.event(event.id, currency=currency))
        await script.ask("slug", venue.event_by_slug(event.slug, currency=currency))
    series = await script.ask("series", venue.series(size=100))
    for one in series.items:
        await script.ask("windows", venue.series_windows(one.slug))
    market = book_event.markets[0]
    both = [market.outcome1.id, market.outcome2.id]
    await script.ask("books", venue.books(both, currency=currency, depth=5))
    pool_outcome = pool_event.markets[0].outcome1.id
    await script.ask("no book", venue.books([pool_outcome], currency=currency))
    await script.ask("ticker", venue.ticker(market.id, market.outcome1.id))
    await script.ask("no ticker", venue.ticker(pool_event.markets[0].id, pool_outcome))
    await script.ask("history", venue.price_history(book_event.id, period="12H"))
    for event in (book_event, pool_event):
        for side, amount in ((Side.BUY, Decimal(500)), (Side.SELL, Decimal(3))):
            await script.ask("quote", _quote(script, event, side, amount))
    return book_event, pool_event


def _quote(script: Script, event: Event, side: Side, amount: Decimal) -> Awaitable[Any]:
    market = event.markets[0]
    return script.venue.quote(
        event_id=event.id,
        market_id=market.id,
        outcome_id=market.outcome1.id,
        side=side,
        amount=amount,
        currency=script.currency,
    )


def _first(events: tuple[Event, ...], engine: Engine) -> Event:
    """The first event to trade on: hours to go, and a price that is nobody's certainty."""
    return next(
        event
        for event in sorted(events, key=lambda event: event.slug)
        if event.engine is engine
        and event.type is EventType.SINGLE
        and event.series is None
        and event.markets[0].price1 is not None
        and Decimal("0.2") < event.markets[0].price1 < Decimal("0.8")
    )


def _order(
    script: Script, event: Event, side: Side, amount: str, limit: str | None, **more: Any
) -> PlaceOrder:
    market = event.markets[0]
    return PlaceOrder(
        event_id=event.id,
        market_id=market.id,
        outcome_id=more.pop("outcome", market.outcome1).id,
        engine=event.engine,
        side=side,
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        amount=Decimal(amount),
        currency=script.currency,
        price=None if limit is None else Price(Decimal(limit)),
        **more,
    )


async def _refusals(script: Script, event: Event, market: Market) -> None:
    venue = script.venue
    await script.ask("no event", venue.event("no-such-event", currency=script.currency))  # type: ignore[arg-type]
    await script.ask("no order", venue.order("no-such-order"))  # type: ignore[arg-type]
    small = _order(script, event, Side.BUY, "0.5", "0.50")
    await script.ask("too small", venue.place(small, key="too-small"))
    dear = _order(script, event, Side.BUY, "900000000", "0.50")
    await script.ask("too dear", venue.place(dear, key="too-dear"))
    naked = _order(script, event, Side.SELL, "5", "0.50")
    await script.ask("not held", venue.place(naked, key="not-held"))
    crossing = _order(script, event, Side.BUY, "500", "0.98", post_only=True)
    await script.ask("crosses", venue.place(crossing, key="crosses"))
    never = _order(script, event, Side.BUY, "500", "0.01", time_in_force=TimeInForce.FOK)
    await script.ask("fill or kill", venue.place(never, key="fok"))


async def _book(script: Script, event: Event, market: Market) -> None:
    venue = script.venue
    take = _order(script, event, Side.BUY, "700", "0.97", time_in_force=TimeInForce.FAK)
    taken = await script.ask("take", venue.place(take, key="take"))
    await script.ask("take again", venue.place(take, key="take"))
    changed = _order(script, event, Side.BUY, "800", "0.97", time_in_force=TimeInForce.FAK)
    await script.ask("key reused", venue.place(changed, key="take"))
    order_id = _accepted(taken).id
    await script.ask("read", venue.order(order_id))
    await script.ask("fills", venue.trades(order_id=order_id))
    rest = _order(script, event, Side.BUY, "500", "0.05", self_trade=SelfTrade.CANCEL_OLDEST)
    resting = _accepted(await script.ask("rest", venue.place(rest, key="rest"))).id
    await script.ask("wallets", venue.wallets())
    price = Amend(order_id=resting, new_price=Price(Decimal("0.06")))
    await script.ask("reprice", venue.amend(price, key="reprice"))
    size = Amend(order_id=resting, new_size=Shares(Decimal(20)))
    await script.ask("resize", venue.amend(size, key="resize"))
    await script.ask("orders", venue.orders(currency=script.currency))
    other = Currency.USD if script.currency is Currency.NGN else Currency.NGN
    await script.ask("other currency", venue.orders(currency=other))
    await script.ask("by market", venue.orders(currency=script.currency, market_id=market.id))
    await script.ask("cancel", venue.cancel(resting))
    await script.ask("holdings", venue.holdings())
    sell = _order(script, event, Side.SELL, "2", "0.02", time_in_force=TimeInForce.FAK)
    await script.ask("sell", venue.place(sell, key="sell"))
    opposite = _order(
        script,
        event,
        Side.BUY,
        "300",
        "0.90",
        outcome=market.outcome2,
        time_in_force=TimeInForce.FAK,
    )
    await script.ask("the other side", venue.place(opposite, key="opposite"))


def _accepted(answer: object) -> VenueOrder:
    assert isinstance(answer, Accepted), answer
    return answer.order


async def _sets(script: Script, market: Market) -> None:
    thousand = Money.of(1000, script.currency)
    await script.ask("mint", script.venue.mint(market.id, thousand))
    await script.ask("burn", script.venue.burn(market.id, Money.of(500, script.currency)))
    huge = Money.of(90_000_000, script.currency)
    await script.ask("burn too much", script.venue.burn(market.id, huge))


async def _pool(script: Script, event: Event, market: Market) -> None:
    venue = script.venue
    buy = _order(script, event, Side.BUY, "600", None)
    bought = await script.ask("pool buy", venue.place(buy, key="pool-buy"))
    await script.ask("pool read", venue.order(_accepted(bought).id))
    sell = _order(script, event, Side.SELL, "2.5", None)
    await script.ask("pool sell", venue.place(sell, key="pool-sell"))
    other = _order(script, event, Side.BUY, "400", None, outcome=market.outcome2)
    await script.ask("pool other", venue.place(other, key="pool-other"))


async def _account(script: Script, when: str) -> None:
    venue = script.venue
    await script.ask(f"wallets {when}", venue.wallets())
    await script.ask(f"holdings {when}", venue.holdings())
    for kind in (None, "buys", "sells", "limits", "payout"):
        await script.ask(f"{kind} {when}", venue.activities(kind=kind))
    await script.ask(f"pnl {when}", venue.profit_and_loss(currency=script.currency))
