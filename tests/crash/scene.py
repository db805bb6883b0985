"""A pretend world that outlives the agent's process, the agent's books on a file, and a judge."""

from __future__ import annotations

import copy
import copyreg
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from bayse_agent.adapters.kill_switch import FileKillSwitch
from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.forecast import Context, Forecast, NoForecast
from bayse_agent.domain.journal import Run
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import IntentSource, PlaceReply, SealedOrder, Unresolved
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.signal import SignalStatus
from bayse_agent.domain.sniping import SnipeRule
from bayse_agent.simulation.clock import SimulatedClock
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.venue import LocalVenue
from bayse_agent.simulation.world import World
from bayse_agent.strategies.kelly import Kelly, KellySettings
from bayse_agent.trading.agent import Agent, Approval, Habits, Schedule
from bayse_agent.trading.renewal import intent_of
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.trading.verification import discrepancies
from bayse_agent.wiring.opening import Opening, arm_once, open_books
from bench.interposing import Calls, Moment, interposed
from tests.trading.stages import Believer, ThinFeed

NGN = Currency.NGN
BANKROLL = Money.of(100_000, NGN)
SEED = 3
NANOS = 10**9
START_MS = 1000
_A_PASS = timedelta(seconds=31)
LIMITS = Limits(max_open_markets=3, max_entries_per_market=1)
HABITS = Habits(
    currency=NGN,
    quote_amounts=(Decimal(100), Decimal(500), Decimal(1999)),
    schedule=Schedule(scan_s=60, snipe_s=30, exits_s=60, orders_s=30),
    snipe=SnipeRule(observe_seconds=3000, proofs_needed=0),
)
BY_HAND = replace(HABITS, approval=Approval.BY_HAND)
DELAYING = replace(HABITS, approval=Approval.DELAYED, delay_s=60)
SELLING = replace(HABITS, exits=ExitRule(stop_loss=Decimal(0), max_discount=Decimal("0.9")))
"""Sells whatever cost a fee."""

# A world holds read-only mappings, which cannot be copied otherwise.
copyreg.pickle(MappingProxyType, lambda proxy: (MappingProxyType, (dict(proxy),)))


class Crash(BaseException):
    """The process ends here."""


@dataclass(slots=True)
class Death:
    """Ends the process at one moment of one call; whatever is called after that ends, too."""

    at: int = 0
    moment: Moment = Moment.BEFORE
    is_dead: bool = False

    def __call__(self, name: str, number: int, moment: Moment) -> None:
        if number == self.at and moment is self.moment:
            self.is_dead = True
        if self.is_dead:
            raise Crash(f"{moment} {name}")


class Zealot(Believer):
    """Believes in every fit market that it sees, whatever its engine."""

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        self.market_id = None
        self._engine = context.event.engine
        return await super().forecast(context)


class Exchange(LocalVenue):
    """The venue, with a record of what it took. It may lose its answers, or the requests."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self.taken: list[tuple[str, str | None, bytes]] = []
        self.loses_answers = False
        self.loses_requests = False

    async def send(self, sealed: SealedOrder) -> PlaceReply:
        if self.loses_requests:
            return Unresolved(reason="no answer within 10 s")
        before = len(self._account.orders)
        reply = await super().send(sealed)
        taken = (sealed.route, sealed.key, sealed.body)
        self.taken += [taken] * (len(self._account.orders) - before)
        return Unresolved(reason="no answer within 10 s") if self.loses_answers else reply


@dataclass(slots=True)
class Scene:
    """What a crash leaves behind: the world with the account in it, and the books' folder."""

    folder: Path
    world: World
    account: Account
    exchange: Exchange

    def copied(self, folder: Path) -> Scene:
        """The same once more. No process may have the books open."""
        folder.mkdir(parents=True)
        shutil.copy(self.folder / "books.db", folder)
        world, account, exchange = copy.deepcopy((self.world, self.account, self.exchange))
        return Scene(folder, world, account, exchange)


def new_scene(folder: Path, *, seed: int = SEED) -> Scene:
    folder.mkdir(parents=True, exist_ok=True)
    world = World(seed=seed)
    account = world.exchange.open_account("agent")
    world.exchange.deposit(account, BANKROLL)
    return Scene(folder, world, account, Exchange(world, account))


@dataclass(slots=True)
class Process:
    """An agent that runs in a scene. `calls`: what it asked of its ports."""

    scene: Scene
    agent: Agent
    store: SqlStore
    calls: Calls
    death: Death
    reports: list[PassReport] = field(default_factory=list)

    async def wait(self, seconds: float) -> None:
        clock = self.agent.clock
        await clock.sleep_until(clock.now() + timedelta(seconds=seconds))

    async def run(self, seconds: float) -> None:
        """Run all passes for so long."""

        async def listen(report: PassReport) -> None:
            self.reports.append(report)

        agent = self.agent
        await Runner(agent, listen).run(agent.clock.now() + timedelta(seconds=seconds))


@asynccontextmanager
async def process(
    scene: Scene, habits: Habits = HABITS, death: Death | None = None
) -> AsyncIterator[Process]:
    """Start an agent in a scene as every start does: lease, run, first arming. It takes a while."""
    scene.world.advance(scene.world.now_ms + START_MS)
    clock = SimulatedClock(scene.world.advance, from_ms(scene.world.now_ms))
    store = await open_store(f"sqlite:///{scene.folder}/books.db")
    try:
        await _begin(store, clock)
        ending = death or Death()
        calls = Calls(ending)
        agent = Agent(
            clock=clock,
            market_data=scene.exchange,
            venue=scene.exchange,
            feed=ThinFeed(scene.world),
            store=store,
            forecaster=Zealot(),
            strategy=Kelly(KellySettings()),
            kill_switch=FileKillSwitch(scene.folder),
            habits=habits,
        )
        async with clock.actor():
            yield Process(scene, interposed(agent, calls), store, calls, ending)
    finally:
        await store.close()


async def _begin(store: SqlStore, clock: SimulatedClock) -> None:
    history = await store.history()
    number = 1 if history is None else history.runs + 1
    run = Run(id=f"run-{number}", mode="demo", started_at=clock.now(), options={})
    opening = Opening(run=run, holder=f"process {number}", limits=LIMITS, bankroll=BANKROLL)
    await open_books(store, opening)
    await arm_once(store, by="test", opening=opening)


async def judged(alive: Process) -> list[str]:
    """What is wrong with a scene after a restart has run for a while; nothing when all is well."""
    store, orders = alive.store, {order.id for order in alive.scene.account.orders.values()}
    found = [f"difference: {line}" for line in await discrepancies(alive.agent)]
    found += [f"check: {line}" for line in await store.check()]
    found += [f"audit: {line}" for line in (await store.verify()).findings]
    claimed = await store.claimed_orders()
    found += [f"not in the books: {name}" for name in sorted(orders - claimed)]
    found += [f"not at the exchange: {name}" for name in sorted(claimed - orders)]
    found += _doubled(alive.scene)
    found += [f"pending: {c.kind} {c.id}" for c in await store.pending_commands()]
    found += [f"open: {k.intent.id}" for k in await store.open_intents() if k.status.is_live]
    intents, _ = await store.ledger()
    found += [f"external: {i.id}" for i in intents if i.source is IntentSource.EXTERNAL]
    found += await _signals(alive)
    control = await store.control()
    if control.state is not TradingState.ARMED:
        found.append(f"{control.state}: {control.reason}")
    return found + _too_early(alive.calls.names) + _too_much(alive.scene)


async def _signals(alive: Process) -> list[str]:
    """Signals that say another thing of their order than the books, or wait after their end."""
    found, now = [], alive.agent.clock.now()
    for signal in await alive.store.signals():
        is_sent = await alive.store.has_intent(intent_of(signal.id))
        if is_sent is not (signal.status is SignalStatus.EXECUTED):
            found.append(f"signal {signal.id}: {signal.status}, sent: {is_sent}")
        if signal.status is SignalStatus.PENDING and signal.expires_at < now - _A_PASS:
            found.append(f"signal {signal.id} waits on")
    return found


def _doubled(scene: Scene) -> list[str]:
    """Orders that were taken more often than they were written down."""
    with sqlite3.connect(scene.folder / "books.db") as books:
        rows = books.execute("SELECT route, key, body FROM intents").fetchall()
    books.close()
    written = Counter((route, key, bytes(body)) for route, key, body in rows)
    taken = Counter(scene.exchange.taken)
    return [
        f"taken {count} times: {what}" for what, count in taken.items() if count > written[what]
    ]


def _too_early(names: list[str]) -> list[str]:
    """Whether something was sent before books and venue had been found equal after the start."""
    if "venue.send" not in names:
        return []
    first = names.index("venue.send")
    return [] if "store.add_equity" in names[:first] else [f"sent before reconciled: call {first}"]


def _too_much(scene: Scene) -> list[str]:
    """Limits that what stands at the exchange has passed."""
    buys = [order for order in scene.account.orders.values() if order.side is Side.BUY]
    bought = Counter(order.market.id for order in buys)
    found = [f"{count} buys in {key}" for key, count in bought.items() if count > 1]
    largest = BANKROLL.amount * LIMITS.max_market_part
    staked = [Decimal(order.amount) / NANOS for order in buys]
    found += [f"{stake} in one market" for stake in staked if stake > largest]
    held = {market.id for market, _, _ in scene.account.positions.values()}
    if len(held) > LIMITS.max_open_markets:
        found.append(f"{len(held)} markets are held")
    return found
