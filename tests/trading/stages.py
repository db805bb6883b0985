"""A pretend world with an agent in it, and venues that go wrong on purpose."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bayse_agent.adapters.kill_switch import FileKillSwitch
from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.errors import VenueUnreachable
from bayse_agent.domain.forecast import Context, Forecast, NoForecast, Underlying, forecast_id
from bayse_agent.domain.journal import Run, TrackedMarket
from bayse_agent.domain.market import (
    Engine,
    Event,
    EventId,
    MarketId,
    OutcomeId,
    Page,
    Quote,
    Side,
    Symbol,
    Tick,
)
from bayse_agent.domain.money import Currency, Money, Price, probability
from bayse_agent.domain.order import Declined, PlaceOrder, PlaceReply, Unresolved, VenueOrder
from bayse_agent.domain.risk import Limits
from bayse_agent.ports import Forecaster
from bayse_agent.simulation.clock import SimulatedClock
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.venue import LocalVenue
from bayse_agent.simulation.world import World
from bayse_agent.strategies.kelly import Kelly, KellySettings
from bayse_agent.trading.agent import Agent, Habits
from bayse_agent.wiring.opening import Opening, arm_once
from bayse_agent.wiring.opening import open_books as begin_books

NGN = Currency.NGN
BANKROLL = Money.of(100_000, NGN)
SEED = 3
LIMITS = Limits()
QUOTE_AMOUNTS = (Decimal(100), Decimal(500), Decimal(1999))


class Believer:
    """Believes strongly in outcome1 of the first fit market that it sees, and in nothing else."""

    name = "believer"

    def __init__(self, engine: Engine = Engine.CLOB) -> None:
        self._engine = engine
        self.market_id: MarketId | None = None

    def declines(self, market: TrackedMarket) -> str | None:
        return None

    def reads_news(self, market: TrackedMarket) -> bool:
        return False

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        price = context.market_price
        if self.market_id is None and price is not None and self._is_fit(context, price):
            self.market_id = context.market.id
        if price is None or context.market.id != self.market_id:
            return NoForecast(author=self.name, reason="not the one")
        return Forecast(
            id=forecast_id(self.name, context.market.id, context.now),
            market_id=context.market.id,
            author=self.name,
            probability=probability(min(0.97, float(price) + 0.3)),
            standard_error=0.01,
            rationale="",
            made_at=context.now,
            market_price=price,
        )

    def _is_fit(self, context: Context, price: Decimal) -> bool:
        book, left = context.book1, context.time_left_s
        is_tight = book is None or (book.spread is not None and book.spread <= Decimal("0.08"))
        is_long = left is not None and 840 <= left <= 3600
        is_middling = Decimal("0.3") <= price <= Decimal("0.6")
        return context.event.engine is self._engine and is_tight and is_long and is_middling


class Venue(LocalVenue):
    """A venue that counts what it was asked to place."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self.placed: list[tuple[str, PlaceOrder]] = []

    async def place(self, order: PlaceOrder, *, key: str) -> PlaceReply:
        self.placed.append((key, order))
        return await self.answer(order, key)

    async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
        return await super().place(order, key=key)


class Declining(Venue):
    """Says no to every order."""

    async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
        return Declined(status=400, code="BAD_REQUEST", message="no")


class LosingReplies(Venue):
    """Takes the order, and the answer is lost."""

    async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
        await super().answer(order, key)
        return Unresolved(reason="no answer within 10 s")


class LosingRequests(Venue):
    """Never hears of the order; it can be delivered later, and kept out of the lists."""

    hides_orders = False

    async def orders(
        self,
        *,
        currency: Currency,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[VenueOrder]:
        found = await super().orders(
            currency=currency, market_id=market_id, outcome_id=outcome_id, page=page, size=size
        )
        return replace(found, items=()) if self.hides_orders else found

    async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
        return Unresolved(reason="no answer within 10 s")

    async def deliver(self) -> None:
        key, order = self.placed[0]
        await super().answer(order, key)


class Crash(BaseException):
    """The process ends here."""


class CrashingBefore(Venue):
    """The process ends before the order has left."""

    async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
        raise Crash


class CrashingAfter(Venue):
    """The order is taken, and the process ends before it hears of it."""

    async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
        await super().answer(order, key)
        raise Crash


class Moving(Venue):
    """A formula market gets dear between the first question for its price and the second."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self.asked: set[tuple[OutcomeId, Decimal]] = set()

    async def quote(
        self,
        *,
        event_id: EventId,
        market_id: MarketId,
        outcome_id: OutcomeId,
        side: Side,
        amount: Decimal,
        currency: Currency,
    ) -> Quote:
        quote = await super().quote(
            event_id=event_id,
            market_id=market_id,
            outcome_id=outcome_id,
            side=side,
            amount=amount,
            currency=currency,
        )
        is_again = (outcome_id, amount) in self.asked
        self.asked.add((outcome_id, amount))
        return replace(quote, average_price=Price(Decimal("0.99"))) if is_again else quote


class ThinFeed:
    """Shows the last price of an asset, and no history: the believer needs none."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def underlying(self, symbol: Symbol) -> Underlying:
        found = self._world.asset_price(symbol, self._world.now_ms)
        assert found is not None
        at = from_ms(found[0])
        last = Tick(symbol=symbol, price=found[1], at=at, received_at=at)
        return Underlying(last=last, recent=(), bars=())

    async def stream(self, symbols: Sequence[Symbol]) -> AsyncIterator[Symbol]:
        for symbol in symbols:
            yield symbol


class Unreachable(Venue):
    """Cannot be read."""

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        raise VenueUnreachable("connection refused")


@dataclass(slots=True)
class Stage:
    """A world, an account in it, the agent's books, and the agent."""

    world: World
    account: Account
    venue: Venue
    store: SqlStore
    agent: Agent

    def with_store(self, store: SqlStore) -> Agent:
        """The agent with other books."""
        return replace(self.agent, store=store)

    async def wait(self, seconds: float) -> None:
        clock = self.agent.clock
        await clock.sleep_until(clock.now() + timedelta(seconds=seconds))


@asynccontextmanager
async def stage(
    folder: Path,
    venue: type[Venue] = Venue,
    forecaster: Forecaster | None = None,
    *,
    seed: int = SEED,
    limits: Limits = LIMITS,
) -> AsyncIterator[Stage]:
    """A fresh world in which an agent with NGN 100,000 has not yet done anything."""
    world = World(seed=seed)
    account = world.exchange.open_account("agent")
    world.exchange.deposit(account, BANKROLL)
    desk = venue(world, account)
    clock = SimulatedClock(world.advance, from_ms(world.start_ms))
    store = await open_books(folder)
    await begin(store, clock.now(), limits)
    agent = Agent(
        clock=clock,
        market_data=desk,
        venue=desk,
        feed=ThinFeed(world),
        store=store,
        forecaster=forecaster or Believer(),
        strategy=Kelly(KellySettings()),
        kill_switch=FileKillSwitch(folder),
        habits=Habits(currency=NGN, quote_amounts=QUOTE_AMOUNTS),
    )
    made = Stage(world, account, desk, store, agent)
    async with clock.actor():
        yield made
    await made.store.close()


async def open_books(folder: Path) -> SqlStore:
    return await open_store(f"sqlite:///{folder}/books.db")


async def begin(
    store: SqlStore,
    at: datetime,
    limits: Limits = LIMITS,
    bankroll: Money | None = BANKROLL,
) -> None:
    """Begin a run: new books get the bankroll, and are armed."""
    history = await store.history()
    number = 1 if history is None else history.runs + 1
    run = Run(id=f"run-{number}", mode="demo", started_at=at, options={})
    opening = Opening(run=run, holder="test", limits=limits, bankroll=bankroll)
    await begin_books(store, opening)
    await arm_once(store, by="test", opening=opening)
