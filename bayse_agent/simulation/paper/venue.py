"""Paper mode's venue: `ports.Venue` with play money, on the markets of the real one.

Each write looks at the real venue first. When that fails it is declined as never sent, and nothing
is written down; else it is on the disk before it is answered, with what it was answered from.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import structlog

from bayse_agent.domain.errors import (
    BrokenInvariant,
    InvalidValue,
    VenueError,
    VenueMalformed,
    VenueNotFound,
    VenueRejected,
    VenueUnreachable,
)
from bayse_agent.domain.market import Event, EventId, MarketId, OutcomeId, Page
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import (
    Accepted,
    Amend,
    CompleteSet,
    Declined,
    OrderId,
    PlaceOrder,
    PlaceReply,
    SealedOrder,
    Trade,
    Unresolved,
    VenueOrder,
)
from bayse_agent.domain.portfolio import Activity, Holding, ProfitAndLoss, Wallet
from bayse_agent.ports import Clock, MarketData
from bayse_agent.simulation.exchange import views
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.lifecycle import ENDED
from bayse_agent.simulation.exchange.refusal import Refusal
from bayse_agent.simulation.exchange.units import to_ms
from bayse_agent.simulation.paper.desk import PaperDesk
from bayse_agent.simulation.paper.eyes import Eyes, Eyesight, market_in
from bayse_agent.simulation.paper.listings import Listing
from bayse_agent.simulation.paper.log import PaperLog, opened
from bayse_agent.simulation.paper.market_data import PaperMarketData
from bayse_agent.simulation.paper.sealing import as_sent, check_change
from bayse_agent.simulation.paper.seen import Seen
from bayse_agent.simulation.paper.steps import (
    Amending,
    Cancelling,
    Converting,
    Placing,
    Step,
    Write,
)
from bayse_agent.simulation.paper.worth import valued
from bayse_agent.simulation.selection import page_of
from bayse_agent.simulation.writes import Answer, Verb, answer_text, seal_order, unseal_order

A = TypeVar("A", bound=Answer)
T = TypeVar("T")
U = TypeVar("U")

_LONG_MS = 3_600_000
"""An end that is not announced within an hour is asked for less often."""
_GIVE_UP_MS = 600_000
"""So long after the end of an order its market must be readable, or it ends unseen."""
_NOT_SENT = 0
"""The status of a Declined that no venue said: there was nothing to answer it from."""


class PaperVenue(PaperMarketData):
    """`ports.Venue`, and `ports.MarketData` that goes through to the real one.

    `log` is where the account lives; without one it ends with the program. Resting orders and the
    ends of held markets are looked after whenever the account is read, as often as `eyesight` says.
    Raises ConfigurationError when the account in the log was begun with another bankroll.
    """

    def __init__(
        self,
        market_data: MarketData,
        *,
        clock: Clock,
        bankroll: Money,
        log: PaperLog | None = None,
        eyesight: Eyesight | None = None,
    ) -> None:
        super().__init__(market_data)
        self._clock = clock
        self._eyesight = eyesight or Eyesight()
        self._eyes = Eyes(market_data, self._eyesight)
        self._log = log
        self._lock = asyncio.Lock()
        self._events: dict[MarketId, EventId] = {}
        self._looked_ms: dict[MarketId, int] = {}
        opening = opened(log, bankroll, to_ms(clock.now()))
        self._desk = PaperDesk(start_ms=opening.at_ms, bankroll=opening.bankroll)
        if log is not None:
            self._retake(log)

    # -- what is done --------------------------------------------------------------------------

    def seal(self, order: PlaceOrder, *, key: str) -> SealedOrder:
        return seal_order(as_sent(order), key)

    async def place(self, order: PlaceOrder, *, key: str) -> PlaceReply:
        """Seal an order and send it."""
        try:
            sealed = self.seal(order, key=key)
        except InvalidValue as error:
            return Declined(status=_NOT_SENT, code="invalid_order", message=str(error))
        return await self.send(sealed)

    async def send(self, sealed: SealedOrder) -> PlaceReply:
        order, key = unseal_order(sealed)
        write = Placing(order=order, key=key)
        known = self._desk.repeated(write)
        if known is not None:
            return known
        listing = self._desk.listings.get(order.market_id)
        answer = await self._written(write, lambda: self._eyes.for_order(order, listing))
        return _only(Accepted, answer)

    async def cancel(self, order_id: OrderId) -> VenueOrder | Declined | Unresolved:
        write = Cancelling(order_id=order_id)
        answer = await self._written(write, lambda: self._around(order_id))
        return _only(VenueOrder, answer)

    async def amend(self, change: Amend, *, key: str) -> Accepted | Declined | Unresolved:
        try:
            check_change(change)
        except InvalidValue as error:
            return Declined(status=_NOT_SENT, code="invalid_order", message=str(error))
        write = Amending(change=change, amend_key=key)
        known = self._desk.repeated(write)
        if known is not None:
            return known

        async def look() -> Seen | None:
            seen = await self._around(change.order_id)
            if seen is not None and seen.market.fee_rate is None:
                raise VenueMalformed("the venue does not tell the fee of the order's market")
            return seen

        answer = await self._written(write, look)
        return _only(Accepted, answer)

    async def mint(self, market_id: MarketId, amount: Money) -> CompleteSet | Declined | Unresolved:
        return await self._converted(Verb.MINT, market_id, amount)

    async def burn(self, market_id: MarketId, amount: Money) -> CompleteSet | Declined | Unresolved:
        return await self._converted(Verb.BURN, market_id, amount)

    async def _converted(
        self, verb: Verb, market_id: MarketId, amount: Money
    ) -> CompleteSet | Declined | Unresolved:
        write = Converting(verb=verb, market_id=market_id, amount=amount)

        async def look() -> Seen:
            event_id = self._event_of(market_id)
            return Seen(market=await self._eyes.market(event_id, market_id, amount.currency))

        return _only(CompleteSet, await self._written(write, look))

    def _event_of(self, market_id: MarketId) -> EventId:
        """The event of a market that was traded, or read by anybody since the start."""
        listing = self._desk.listings.get(market_id)
        event_id = self._events.get(market_id) if listing is None else listing.seen.event_id
        if event_id is None:
            raise VenueNotFound(f"market {market_id!r} was never read, so its event is not known")
        return event_id

    async def _around(self, order_id: OrderId) -> Seen | None:
        """What a resting order meets before it is changed; None for one that does not rest."""
        try:
            order = self._desk.order(order_id)
        except Refusal:
            return None
        listing = self._desk.listings.get(order.market.id)
        if listing is None or not order.is_resting:
            return None
        return await self._eyes.around(listing, [order.outcome], order.currency, self._now_ms())

    async def _written(self, write: Write, look: Callable[[], Awaitable[Seen | None]]) -> Answer:
        """Look, then do it, write it down, and only then answer."""
        async with self._lock:
            try:
                await self._see_ends()
                seen = await look()
            except VenueError as error:
                return Declined(status=_NOT_SENT, code="not_sent", message=str(error))
            at_ms = self._now_ms()
            answer = self._desk.ask(at_ms, write, seen)
            looks = () if seen is None else (seen,)
            told = dict(answer_text(answer))
            self._note(Step(at_ms=at_ms, seen=looks, write=write, answer=told))
            return answer

    # -- the account ---------------------------------------------------------------------------

    async def order(self, order_id: OrderId) -> VenueOrder:
        await self.watch()
        try:
            return views.order(self._desk.order(order_id))
        except Refusal as refusal:
            raise VenueNotFound(refusal.message, status=404, code="not_found") from refusal

    async def orders(
        self,
        *,
        currency: Currency,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[VenueOrder]:
        def fits(order: Order) -> bool:
            return (
                order.currency is currency
                and market_id in (None, order.market.id)
                and outcome_id in (None, order.outcome_id)
            )

        await self.watch()
        mine = [order for order in reversed(self._desk.account.orders.values()) if fits(order)]
        return _page(mine, page, size, views.order)

    async def holdings(self) -> tuple[Holding, ...]:
        await self.watch()
        held = views.holdings(self._desk.exchange, self._desk.account)
        return await valued(held, self._desk.listings, self._data)

    async def wallets(self) -> tuple[Wallet, ...]:
        await self.watch()
        return views.wallets(self._desk.account)

    async def activities(
        self, *, kind: str | None = None, page: int = 1, size: int = 50
    ) -> Page[Activity]:
        if kind is not None and kind not in views.GROUPS:
            raise VenueRejected(f"unknown type {kind!r}", status=422)
        await self.watch()
        return _page(views.activities(self._desk.account, kind), page, size, views.activity)

    async def profit_and_loss(self, *, currency: Currency) -> ProfitAndLoss:
        await self.watch()
        return views.profit_and_loss(self._desk.account.results, currency)

    # -- what happens meanwhile ----------------------------------------------------------------

    async def watch(self) -> None:
        """Look at the markets in which something may have happened to the account.

        A look that fails changes nothing: the account stays as it was last seen, and the next one
        looks again.
        """
        due = [listing for listing in self._desk.listings if self._is_due(listing)]
        for listing in due:
            self._looked_ms[listing.seen.market_id] = self._now_ms()
        async with self._lock:
            with _looking():
                await self._see_ends()
                self._desk.pass_time(self._now_ms())
            for listing in due:
                with _looking():
                    self._take_note(await self._looks(listing))

    async def _see_ends(self) -> None:
        """Before time passes the end of resting orders, see what traded through them by then."""
        ending = self._desk.ending(self._now_ms())
        if ending:
            looks = [look for listing in ending for look in await self._end_of(listing)]
            self._take_note(looks)

    async def _end_of(self, listing: Listing) -> list[Seen]:
        """The looks at a market whose orders end; what is known of it when it cannot be read.

        One market that the venue tells no more of must not hold up all others for ever.
        """
        try:
            return await self._looks(listing)
        except VenueUnreachable:
            raise
        except VenueError as error:
            if listing not in self._desk.ending(self._now_ms() - _GIVE_UP_MS):
                raise
            market_id = listing.seen.market_id
            structlog.get_logger("paper").warning("end_unseen", market=market_id, error=str(error))
            return [Seen(market=listing.seen)]

    def _is_due(self, listing: Listing) -> bool:
        market = listing.market
        eyesight = self._eyesight
        if market.status in ENDED:
            return False
        if market.user_orders:
            wait_s = eyesight.resting_every_s
        elif self._desk.holds(listing):
            is_awaited = not market.is_open and not self._is_long_past(listing)
            wait_s = eyesight.closed_every_s if is_awaited else eyesight.held_every_s
        else:
            return False
        looked_ms = self._looked_ms.get(listing.seen.market_id)
        return looked_ms is None or self._now_ms() >= looked_ms + round(wait_s * 1000)

    def _is_long_past(self, listing: Listing) -> bool:
        closes_ms = listing.seen.closes_ms
        return closes_ms is not None and self._now_ms() > closes_ms + _LONG_MS

    async def _looks(self, listing: Listing) -> list[Seen]:
        """What is seen of a market, once for each currency that orders rest in."""
        resting = [order for order in self._desk.resting() if order.market is listing.market]
        currencies = {order.currency for order in resting} or {listing.seen.currencies[0]}
        found: list[Seen] = []
        for currency in sorted(currencies):
            outcomes = {order.outcome for order in resting if order.currency is currency}
            look = self._eyes.around(listing, sorted(outcomes), currency, self._now_ms())
            found.append(await look)
        return found

    def _noticed(self, event: Event) -> None:
        for market in event.markets:
            self._events[market.id] = event.id
            listing = self._desk.listings.get(market.id)
            seen = market_in(event, market.id)
            # Where orders rest, trades must be seen too: `watch` does that.
            if listing is None or seen is None or listing.market.user_orders:
                continue
            if listing.market.status not in ENDED:
                self._take_note([Seen(market=seen)])

    def _take_note(self, seen: Sequence[Seen]) -> None:
        """Tell the desk; what changed something is written down."""
        at_ms = self._now_ms()
        if self._desk.look(at_ms, seen):
            self._note(Step(at_ms=at_ms, seen=tuple(seen)))

    def _own_trades(self, order_id: OrderId, page: int, size: int) -> Page[Trade] | None:
        try:
            self._desk.order(order_id)
        except Refusal:
            return None
        return _page(self._desk.exchange.trades_of_order(order_id), page, size, views.trade)

    # -- the log -------------------------------------------------------------------------------

    def _now_ms(self) -> int:
        """The time, which for an account never goes back."""
        return max(to_ms(self._clock.now()), self._desk.exchange.now_ms)

    def _note(self, step: Step) -> None:
        if self._log is not None:
            self._log.note(step)

    def _retake(self, log: PaperLog) -> None:
        """Take every step of the log again. Raises ConfigurationError for another answer."""
        for index, step in enumerate(log.steps):
            if step.write is not None:
                seen = step.seen[0] if step.seen else None
                answer = answer_text(self._desk.ask(step.at_ms, step.write, seen))
                if answer != step.answer:
                    raise log.changed(index, step.answer, answer)
            else:
                self._desk.look(step.at_ms, step.seen)


@contextmanager
def _looking() -> Iterator[None]:
    """A look that may fail."""
    try:
        yield
    except VenueError as error:
        structlog.get_logger("paper").warning("look_failed", error=str(error))


def _only(kind: type[A], answer: Answer) -> A | Declined | Unresolved:
    if isinstance(answer, kind | Declined | Unresolved):
        return answer
    raise BrokenInvariant(f"a {type(answer).__name__} where a {kind.__name__} was asked for")


def _page(items: Sequence[T], page: int, size: int, view: Callable[[T], U]) -> Page[U]:
    shown, last = page_of(items, page, size)
    return Page(items=tuple(view(item) for item in shown), number=page, last=last, total=len(items))
