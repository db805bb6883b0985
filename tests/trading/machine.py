"""One agent in a pretend world, driven a step at a time, with everything that may happen to it.

Holds no opinion: what must be true after each step is in `invariants.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from bayse_agent.adapters.kill_switch import FileKillSwitch
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.command import Command, CommandKind
from bayse_agent.domain.errors import VenueError
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.forecast import Context, Forecast, NoForecast, forecast_id
from bayse_agent.domain.journal import TrackedMarket
from bayse_agent.domain.market import Engine, Side
from bayse_agent.domain.money import Money, Price, probability
from bayse_agent.domain.order import OrderId, OrderType, PlaceOrder, TimeInForce
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.sniping import SnipeRule
from bayse_agent.simulation.clock import SimulatedClock
from bayse_agent.simulation.exchange.refusal import Refusal
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.world import World
from bayse_agent.strategies.kelly import Kelly, KellySettings
from bayse_agent.trading.agent import Agent, Approval, Habits
from bayse_agent.trading.commands import take_commands
from bayse_agent.trading.upkeep import keep_up
from tests.trading.liar import Liar
from tests.trading.stages import BANKROLL, NGN, QUOTE_AMOUNTS, ThinFeed, begin, open_books
from tests.trading.witness import Witness

T = TypeVar("T")
LIMITS = Limits(max_open_markets=4, max_entries_per_market=1, min_confidence=60.0)
ELSEWHERE = Decimal(333)
"""What a person stakes elsewhere: no stake that the agent would think of."""


class Opinionated:
    """Has a strong opinion of a third of the markets, always the same one: half of them go up."""

    name = "opinionated"

    def declines(self, market: TrackedMarket) -> str | None:
        return None

    def reads_news(self, market: TrackedMarket) -> bool:
        return False

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        price, left = context.market_price, context.time_left_s
        if price is None or left is None or left < 60:
            return NoForecast(author=self.name, reason="too late to say")
        mood = sum(context.market.id.encode()) % 6
        if mood > 1:
            return NoForecast(author=self.name, reason="no opinion")
        shift = 0.3 if mood else -0.3
        return Forecast(
            id=forecast_id(self.name, context.market.id, context.now),
            market_id=context.market.id,
            author=self.name,
            probability=probability(min(0.97, max(0.03, float(price) + shift))),
            standard_error=0.01,
            rationale="",
            made_at=context.now,
            market_price=price,
        )


def a_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for books of which nothing must outlive the machine: in memory, where there is."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)


@functools.cache
def empty_books() -> bytes:
    """The file of new books: made once, for migrating takes longer than a whole example."""

    async def make(folder: Path) -> bytes:
        store = await open_books(folder)
        await store.close()
        return (folder / "books.db").read_bytes()

    with a_folder() as folder:
        return asyncio.run(make(Path(folder)))


class Play:
    """The world, the venue that lies, the agent and its books, and who watches them."""

    def __init__(self, folder: Path, seed: int, approval: Approval) -> None:
        self.folder = folder
        (folder / "books.db").write_bytes(empty_books())
        self.world = World(seed=seed)
        self.account = self.world.exchange.open_account("agent")
        self.world.exchange.deposit(self.account, BANKROLL)
        self.venue = Liar(self.world, self.account)
        self.clock = SimulatedClock(self.world.advance, from_ms(self.world.start_ms))
        self.switch = FileKillSwitch(folder)
        self.commands = 0
        self.untold = Money.zero(NGN)
        self.loop = asyncio.Runner()
        self.habits = Habits(
            currency=NGN,
            quote_amounts=QUOTE_AMOUNTS,
            approval=approval,
            exits=ExitRule(stop_loss=Decimal("0.02"), max_discount=Decimal("0.9")),
            snipe=SnipeRule(observe_seconds=3000, proofs_needed=0),
            reads_at_once=1,
            delay_s=60,
        )
        self.store: SqlStore = self.run(open_books(folder))
        self.run(begin(self.store, self.clock.now(), LIMITS))
        self.agent = self._started()

    def _started(self) -> Agent:
        self.witness = Witness(self.store, self.folder, self.switch.file)
        return Agent(
            clock=self.clock,
            market_data=self.venue,
            venue=self.venue,
            feed=ThinFeed(self.world),
            store=self.witness,
            forecaster=Opinionated(),
            strategy=Kelly(KellySettings()),
            kill_switch=self.switch,
            habits=self.habits,
        )

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        async def acting() -> T:
            async with self.clock.actor():
                return await work

        return self.loop.run(acting())

    def act(self, work: Coroutine[Any, Any, object]) -> None:
        """A pass of the agent: a venue that cannot be read costs it, as in the runner."""
        with contextlib.suppress(VenueError):
            self.run(work)

    def keep_up(self) -> None:
        self.act(keep_up(self.agent))

    def wait(self, seconds: float) -> None:
        self.run(self.clock.sleep_until(self.clock.now() + timedelta(seconds=seconds)))

    def ask(self, kind: CommandKind, **arguments: str) -> None:
        """A person asks, and the agent takes it."""
        self.commands += 1
        command = Command(
            id=f"c{self.commands}",
            kind=kind,
            by="me",
            at=self.clock.now(),
            arguments={"reason": "because", **arguments},
        )
        self.run(self.store.add_command(command))
        self.run(take_commands(self.agent))

    def restart(self) -> None:
        """The process is gone; another one opens the same books."""
        self.run(self.store.close())
        self.store = self.run(open_books(self.folder))
        self.run(begin(self.store, self.clock.now(), LIMITS))
        self.agent = self._started()

    def place_elsewhere(self, engine: Engine, price: Decimal) -> None:
        """A person buys with the same account, past the agent."""
        market = next(
            (
                market
                for event in self.world.exchange.live_events()
                for market in event.markets
                if event.spec.engine is engine and market.is_open
            ),
            None,
        )
        if market is None:
            return
        is_book = engine is Engine.CLOB
        order = PlaceOrder(
            event_id=market.event.id,
            market_id=market.id,
            outcome_id=market.outcome_ids[0],
            engine=engine,
            side=Side.BUY,
            type=OrderType.LIMIT if is_book else OrderType.MARKET,
            amount=ELSEWHERE,
            currency=NGN,
            price=Price(price) if is_book else None,
            time_in_force=TimeInForce.GTC if is_book else None,
        )
        self.run(self.venue.place_by_hand(order))

    def transfer(self, amount: int) -> None:
        """Cash comes into the account; the agent is told of it later."""
        money = Money.of(amount, NGN)
        self.world.exchange.deposit(self.account, money)
        self.untold += money

    def tell_of_transfers(self) -> None:
        if self.untold:
            self.ask(CommandKind.TRANSFER, amount=str(self.untold.amount))
            self.untold = Money.zero(NGN)

    def end_early(self, winner: int | None) -> None:
        """A market that something is held in ends before its time."""
        held = [market for _, market, _, _ in self.account.held()]
        if not held:
            return
        try:
            if winner is None:
                self.world.exchange.void(held[0])
            else:
                self.world.exchange.resolve(held[0], winner)
        except Refusal:
            # It has ended already.
            return

    def make_peace(self) -> None:
        """Everything that is wrong with the venue stops, and a person sets all right."""
        venue = self.venue
        venue.replies_to_lose = venue.requests_to_lose = venue.reads_to_fail = 0
        venue.wallets_to_lie, venue.repeats_lines = [], False
        venue.show_all()
        self.switch.release()
        self.tell_of_transfers()

    def cancel_first(self) -> None:
        for known in self.run(self.store.open_intents()):
            if known.order_id is not None:
                self.ask(CommandKind.CANCEL, order=known.order_id)
                return

    def trade_by_hand(self, stake: str) -> None:
        for market in self.run(self.store.tracked()):
            if market.is_trading(self.clock.now()):
                self.ask(
                    CommandKind.TRADE,
                    event=market.event_id,
                    market=market.market_id,
                    outcome=market.outcome1_id,
                    stake=stake,
                )
                return

    def all_orders(self) -> frozenset[OrderId]:
        return frozenset(OrderId(order.id) for order in self.account.orders.values())

    def close(self) -> None:
        self.run(self.store.close())
        self.loop.close()
