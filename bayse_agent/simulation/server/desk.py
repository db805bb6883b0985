"""Where requests are served: the world and everything the server keeps about its callers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Protocol

from bayse_agent.domain.money import Currency, Money
from bayse_agent.ports import Clock
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.book import Order
from bayse_agent.simulation.exchange.exchange import Exchange
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.exchange.records import TradeRecord
from bayse_agent.simulation.exchange.switches import Switches
from bayse_agent.simulation.faults import FaultPlan
from bayse_agent.simulation.series import SeriesSpec
from bayse_agent.simulation.server.accounts import Accounts, ApiKey
from bayse_agent.simulation.server.buckets import (
    KEY_CHANGES,
    KEY_CHANGES_EVERY_S,
    LOGIN_EVERY_S,
    Buckets,
    Throttle,
)
from bayse_agent.simulation.server.call import Call
from bayse_agent.simulation.server.hub import Hub
from bayse_agent.simulation.server.idempotency import IdempotencyStore
from bayse_agent.simulation.server.pace import Pace
from bayse_agent.simulation.server.request_log import RequestLog


class World(Protocol):
    """What the server serves."""

    @property
    def exchange(self) -> Exchange: ...

    def advance(self, to_ms: int) -> None:
        """Move the whole world on."""

    def series(self) -> Sequence[SeriesSpec]:
        """The series that are listed."""

    def asset_price(self, symbol: str, at_ms: int) -> tuple[int, Decimal] | None:
        """The last tick of an underlying asset at a moment, as (its time, its price)."""

    def price_history(
        self, market: MarketState, outcome: int, currency: Currency, since_ms: int, step_ms: int
    ) -> Sequence[tuple[int, Decimal | None]]:
        """(time, price) of an outcome every `step_ms`, oldest first; None before any price."""


class Desk:
    """One served world. All of it lives on one event loop, and no handler ever waits."""

    def __init__(self, world: World, wall: Clock, *, seed: int, speed: Decimal) -> None:
        self.world = world
        self.wall = wall
        self.accounts = Accounts(seed)
        self.idempotency = IdempotencyStore()
        self.buckets = Buckets()
        self.logins = Throttle(1, LOGIN_EVERY_S)
        self.key_changes = Throttle(KEY_CHANGES, KEY_CHANGES_EVERY_S)
        self.faults = FaultPlan()
        self.log = RequestLog()
        self.pace = Pace(start_ms=world.exchange.now_ms, speed=speed, wall_s=self._wall_s())
        self.hub = Hub(self)
        self._forgotten: dict[str, int] = {}
        self._trades: list[str] | None = None
        world.exchange.observe(self._noticed)

    @property
    def exchange(self) -> Exchange:
        return self.world.exchange

    @property
    def switches(self) -> Switches:
        return self.world.exchange.switches

    def _wall_s(self) -> float:
        return self.wall.now().timestamp()

    def catch_up(self) -> bool:
        """Move the world towards its time, a bounded step; says whether it is there."""
        target, is_reached = self.pace.next_ms(self._wall_s(), self.exchange.now_ms)
        if target > self.exchange.now_ms:
            self.world.advance(target)
        return is_reached

    def skip(self, milliseconds: int) -> None:
        """Move the world on by so much, over and above its pace."""
        while not self.catch_up():
            pass
        self.pace.skip(milliseconds)
        while not self.catch_up():
            pass

    def account_of(self, call: Call) -> Account:
        """The caller's account at the exchange."""
        return self.exchange.account(call.user.id)

    def open_account(self, deposits: Sequence[Money]) -> ApiKey:
        """Open an account with money in it, and make its first API key."""
        number = len(self.accounts.users()) + 1
        account = self.exchange.open_account(f"user-{number}")
        for money in deposits:
            self.exchange.deposit(account, money)
        user = self.accounts.add_user(account.id)
        return self.accounts.add_key(user, "first", self.exchange.now_ms)

    def forget(self, order_ids: Sequence[str], minutes: float) -> None:
        """Leave orders out of reads for so many minutes of world time."""
        until = self.exchange.now_ms + int(minutes * 60_000)
        self._forgotten.update(dict.fromkeys(order_ids, until))

    def remembers(self, order: Order | None) -> bool:
        """Whether reads may show an order."""
        if order is None or not self._forgotten:
            return True
        until = self._forgotten.get(order.id)
        return until is None or self.exchange.now_ms >= until

    @contextmanager
    def watched(self, trades: list[str]) -> Iterator[None]:
        """Note the ids of the trades that happen meanwhile."""
        self._trades = trades
        try:
            yield
        finally:
            self._trades = None

    def _noticed(self, what: TradeRecord | Order) -> None:
        if self._trades is not None and isinstance(what, TradeRecord):
            self._trades.append(what.id)
        self.hub.notice(what)
