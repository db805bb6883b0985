"""The paper account as a machine: what was asked and what was seen go in, an answer comes out.

It never looks at anything by itself, so the same steps make the same account. Each market that is
traded is listed in a local exchange under the venue's ids; fees, matching, locking, the ledger and
the history are the exchange's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar, assert_never

from bayse_agent.domain.market import Engine, MarketId, MarketStatus, Side
from bayse_agent.domain.money import Currency, Money, Shares
from bayse_agent.domain.order import (
    Accepted,
    CompleteSet,
    Declined,
    Unresolved,
)
from bayse_agent.simulation.exchange import checks, pools, views
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.refusal import (
    Refusal,
    bad_request,
    item_code,
    not_found,
    route_code,
)
from bayse_agent.simulation.exchange.sets import SetOperation
from bayse_agent.simulation.paper.listings import Listing, Listings
from bayse_agent.simulation.paper.seen import Seen, SeenBook, SeenQuote
from bayse_agent.simulation.paper.steps import (
    Amending,
    Cancelling,
    Converting,
    Placing,
    Write,
)
from bayse_agent.simulation.writes import Answer, Verb

T = TypeVar("T")


class PaperDesk:
    """One account, its local exchange, and the markets that it ever traded."""

    def __init__(self, *, start_ms: int, bankroll: Money) -> None:
        self.exchange = Exchange(start_ms=start_ms)
        self.account = self.exchange.open_account("paper")
        self.exchange.deposit(self.account, bankroll)
        self.listings = Listings(self.exchange)
        self._answers: dict[str, tuple[Write, Accepted]] = {}

    def pass_time(self, at_ms: int) -> None:
        """Move time on: orders expire, markets close. Nothing that would have to be written.

        Not past the end of an order in whose market trades were not looked at: see `ending`.
        """
        self._advance(at_ms)

    # -- steps -------------------------------------------------------------------------------

    def look(self, at_ms: int, seen: Sequence[Seen]) -> bool:
        """Take note of what is seen of some markets. Says whether that changed anything."""
        listings = [self.listings.find(one.market) for one in seen]
        before = self._mark(listings)
        self._pass(at_ms, list(zip(listings, seen, strict=True)))
        return self._mark(listings) != before

    def ask(self, at_ms: int, write: Write, seen: Seen | None) -> Answer:
        """Do what is asked, on its market as it is seen; None for what needs no market."""
        listing = None if seen is None else self.listings.find(seen.market)
        self._pass(at_ms, [] if seen is None or listing is None else [(listing, seen)])
        try:
            match write:
                case Placing():
                    return self._once(write.key, write, lambda: self._place(write, seen, listing))
                case Amending():
                    key = write.amend_key
                    return self._once(key, write, lambda: self._amend(write, seen, listing))
                case Cancelling():
                    return views.order(self.exchange.cancel(self.account, write.order_id))
                case Converting():
                    return self._convert(write, listing)
                case _:
                    assert_never(write)
        except Refusal as refusal:
            return _declined(write, refusal)

    def repeated(self, write: Placing | Amending) -> Accepted | Unresolved | None:
        """The answer to a write whose key is known already; None for a new one."""
        is_keyed = isinstance(write, Amending) or write.order.engine is Engine.CLOB
        key = write.amend_key if isinstance(write, Amending) else write.key
        known = self._answers.get(key) if is_keyed else None
        if known is None:
            return None
        if known[0] != write:
            return Unresolved(reason="the key was used before, with another order")
        return Accepted(order=known[1].order, is_replay=True)

    # -- reads -------------------------------------------------------------------------------

    def order(self, order_id: str) -> Order:
        """Raises Refusal when it is none of the account's."""
        return self.exchange.order(self.account, order_id)

    def resting(self) -> Iterator[Order]:
        """The account's orders that wait."""
        return (order for order in self.account.orders.values() if order.is_resting)

    def ending(self, at_ms: int) -> list[Listing]:
        """Markets whose orders end by then: what passed through them before must be seen first."""
        found: dict[str, Listing] = {}
        for order in self.resting():
            listing = self.listings.get(order.market.id)
            if listing is not None and _ends(order, listing, at_ms):
                found[order.market.id] = listing
        return list(found.values())

    def holds(self, listing: Listing) -> bool:
        """Whether the account has shares of a market."""
        return any(
            self.account.shares(listing.market, outcome, currency)
            for outcome in (0, 1)
            for currency in Currency
        )

    # -- how it is done ----------------------------------------------------------------------

    def _pass(self, at_ms: int, looks: Sequence[tuple[Listing, Seen]]) -> None:
        """Move time on through the trades that others made, then take note of how things stand."""
        fresh = [
            (trade, listing)
            for listing, seen in looks
            for trade in self.listings.fresh(listing, seen)
        ]
        for trade, listing in sorted(fresh, key=lambda one: (one[0].at_ms, one[0].id)):
            self._advance(min(trade.at_ms, at_ms))
            if listing.market.is_open:
                listing.display.trade_through(trade)
        self._advance(at_ms)
        for listing, seen in looks:
            self.listings.note(listing, seen)

    def _advance(self, at_ms: int) -> None:
        self.listings.close_until(at_ms)
        self.exchange.advance(max(at_ms, self.exchange.now_ms))

    def _mark(self, listings: Sequence[Listing]) -> object:
        marks = [listing.mark() for listing in listings]
        return marks, len(self.account.activities), len(self.account.trades)

    def _once(
        self, key: str, write: Placing | Amending, act: Callable[[], Accepted]
    ) -> Accepted | Unresolved:
        known = self.repeated(write)
        if known is not None:
            return known
        answer = act()
        if isinstance(write, Amending) or write.order.engine is Engine.CLOB:
            self._answers[key] = (write, answer)
        return answer

    def _place(self, write: Placing, seen: Seen | None, listing: Listing | None) -> Accepted:
        order = write.order
        if seen is None or listing is None or order.outcome_id not in seen.market.outcome_ids:
            raise not_found("Outcome")
        if seen.quote is not None:
            return Accepted(order=views.placed(self._take_quote(write, seen.quote, listing)))
        if order.engine is Engine.CLOB and listing.is_pool:
            raise Refusal(400, "UNSUPPORTED_ENGINE", "AMM orders cannot be placed in a batch")
        placed = self._on_display(
            seen.books, listing, lambda: self.exchange.place(self.account, order)
        )
        return Accepted(order=views.placed(placed))

    def _take_quote(self, write: Placing, quote: SeenQuote, listing: Listing) -> Order:
        """Fill an order on a formula market at what the venue quoted for it."""
        state, market, order = self.exchange.state, listing.market, write.order
        checks.shape(state, market, order)
        _, outcome = self.exchange.market_of(order.outcome_id)
        if order.side is Side.BUY:
            checks.minimum(market, order.currency, order.amount)
            checks.cash(self.account, order.currency, quote.nanos)
        if not quote.is_complete or quote.micro <= 0 or quote.nanos <= 0:
            raise bad_request("no liquidity: the venue's quote does not fill the order")
        offer = pools.Offer(
            side=order.side,
            outcome=outcome,
            micro=quote.micro,
            nanos=quote.nanos,
            fee_nanos=quote.fee_nanos,
            exceeds_liability=quote.exceeds_liability,
        )
        return pools.take_offer(state, self.account, market, order, offer)

    def _amend(self, write: Amending, seen: Seen | None, listing: Listing | None) -> Accepted:
        change = write.change
        if seen is None or listing is None:
            self.order(change.order_id)
            raise not_found("Order")
        answer = self._on_display(
            seen.books, listing, lambda: self.exchange.amend(self.account, [change])[0]
        )
        if isinstance(answer, Refusal):
            raise answer
        return Accepted(order=replace(views.placed(answer), currency=None))

    def _on_display(self, books: tuple[SeenBook, ...], listing: Listing, act: Callable[[], T]) -> T:
        """Do something while what the venue displays stands in the local book."""
        if not books or listing.market.status is not MarketStatus.OPEN:
            return act()
        with listing.display.shown(books[0]):
            return act()

    def _convert(self, write: Converting, listing: Listing | None) -> CompleteSet:
        if listing is None:
            raise not_found("Market")
        act = self.exchange.mint if write.verb is Verb.MINT else self.exchange.burn
        done: SetOperation = act(self.account, listing.market, write.amount)
        return CompleteSet(
            operation_id=done.id,
            market_id=MarketId(listing.market.id),
            pairs=Shares(views.in_shares(done.micro)),
            cash=Money(views.in_cash(done.nanos), write.amount.currency),
        )


def _ends(order: Order, listing: Listing, at_ms: int) -> bool:
    ends = (order.expires_ms, listing.seen.closes_ms)
    return any(end is not None and end <= at_ms for end in ends)


def _declined(write: Write, refusal: Refusal) -> Declined:
    """The exchange's no, as the venue words it: book orders go as items of a batch."""
    is_item = isinstance(write, Amending) or (
        isinstance(write, Placing) and write.order.engine is Engine.CLOB
    )
    if is_item:
        return Declined(status=200, code=item_code(refusal.code), message=refusal.message)
    return Declined(status=refusal.status, code=route_code(refusal.code), message=refusal.message)
