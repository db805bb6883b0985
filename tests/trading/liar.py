"""A venue that loses, forgets, repeats and lies, one thing at a time, as it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from bayse_agent.domain.errors import VenueUnreachable
from bayse_agent.domain.market import Event, EventId, MarketId, OutcomeId, Page, Side
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import (
    OrderId,
    PlaceOrder,
    PlaceReply,
    SealedOrder,
    Unresolved,
    VenueOrder,
)
from bayse_agent.domain.portfolio import Activity, Holding, Wallet
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.world import World
from bayse_agent.simulation.writes import unseal_order
from tests.trading.stages import Venue

T = TypeVar("T")


@dataclass(slots=True)
class Sent:
    """One request of the agent's, and the orders that the exchange made of it."""

    at_ms: int
    is_buy: bool
    orders: list[OrderId] = field(default_factory=list)


class Liar(Venue):
    """Every fault is off until it is switched on. Counts down what is to go wrong so often."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self.replies_to_lose = 0
        self.requests_to_lose = 0
        self.reads_to_fail = 0
        self.wallets_to_lie: list[Decimal] = []
        self.repeats_lines = False
        self.is_silent = False
        self.is_account_away = False
        self.hidden: set[OrderId] = set()
        self.lost: list[tuple[str, PlaceOrder]] = []
        self.faults: dict[str, int] = {}
        self.sent: dict[str, list[Sent]] = {}
        self._by_hand = 0

    async def send(self, sealed: SealedOrder) -> PlaceReply:
        order, key = unseal_order(sealed)
        request = Sent(at_ms=self._world.now_ms, is_buy=order.side is Side.BUY)
        self.sent.setdefault(key, []).append(request)
        return await super().send(sealed)

    async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
        if self.is_silent or self.requests_to_lose > 0:
            self.requests_to_lose -= not self.is_silent
            self.lost.append((key, order))
            self._count("lost request")
            return Unresolved(reason="no answer within 10 s")
        reply = await self._take(order, key)
        if self.replies_to_lose > 0:
            self.replies_to_lose -= 1
            self._count("lost reply")
            return Unresolved(reason="no answer within 10 s")
        return reply

    async def deliver(self) -> PlaceReply | None:
        """The oldest request that was lost arrives after all."""
        if not self.lost:
            return None
        key, order = self.lost.pop(0)
        self._count("late delivery")
        return await self._take(order, key)

    async def place_by_hand(self, order: PlaceOrder) -> PlaceReply:
        """A person's order, past the agent."""
        self._by_hand += 1
        return await super().answer(order, f"by-hand-{self._by_hand}")

    async def _take(self, order: PlaceOrder, key: str) -> PlaceReply:
        before = set(self._account.orders)
        reply = await super().answer(order, key)
        made = [OrderId(self._account.orders[n].id) for n in self._account.orders.keys() - before]
        for request in self.sent.get(key, [])[-1:]:
            request.orders += made
        return reply

    def hide_all(self) -> None:
        """Leave every order that is there now out of the lists."""
        self.hidden |= {OrderId(order.id) for order in self._account.orders.values()}

    def show_all(self) -> None:
        self.hidden.clear()

    async def orders(
        self,
        *,
        currency: Currency,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[VenueOrder]:
        self._read()
        found = await super().orders(
            currency=currency, market_id=market_id, outcome_id=outcome_id, page=page, size=size
        )
        shown = tuple(order for order in found.items if order.id not in self.hidden)
        if len(shown) < len(found.items):
            self._count("hidden order")
        return replace(found, items=self._repeated(shown))

    async def activities(
        self, *, kind: str | None = None, page: int = 1, size: int = 50
    ) -> Page[Activity]:
        self._read()
        found = await super().activities(kind=kind, page=page, size=size)
        return replace(found, items=self._repeated(found.items))

    async def wallets(self) -> tuple[Wallet, ...]:
        self._read_account()
        found = await super().wallets()
        if not self.wallets_to_lie:
            return found
        self._count("wrong wallet")
        factor = self.wallets_to_lie.pop(0)
        return tuple(
            replace(one, available=Money(one.available.amount * factor, one.available.currency))
            for one in found
        )

    async def holdings(self) -> tuple[Holding, ...]:
        self._read_account()
        return await super().holdings()

    async def order(self, order_id: OrderId) -> VenueOrder:
        self._read()
        return await super().order(order_id)

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        self._read()
        return await super().event(event_id, currency=currency)

    def _read_account(self) -> None:
        self._read()
        if self.is_account_away:
            self._count("account away")
            raise VenueUnreachable("503 Service Unavailable")

    def _read(self) -> None:
        if self.is_silent or self.reads_to_fail > 0:
            self.reads_to_fail -= not self.is_silent
            self._count("failed read")
            raise VenueUnreachable("no answer within 10 s")

    def _repeated(self, lines: Sequence[T]) -> tuple[T, ...]:
        if self.repeats_lines and lines:
            self._count("repeated line")
            return (lines[0], *lines)
        return tuple(lines)

    def _count(self, fault: str) -> None:
        self.faults[fault] = self.faults.get(fault, 0) + 1
