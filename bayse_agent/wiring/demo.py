"""Makes a demo: a pretend world, books, and an agent in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.kill_switch import FileKillSwitch
from bayse_agent.adapters.store.experience import open_experience
from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.journal import History, Run
from bayse_agent.domain.market import Symbol
from bayse_agent.domain.money import ZERO
from bayse_agent.domain.pricing import SettlementRule as KnownSettlement
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.sizing import SizingRule
from bayse_agent.domain.sniping import SnipeRule
from bayse_agent.domain.triage import TriageRule
from bayse_agent.forecasters.base_rate import BaseRates
from bayse_agent.forecasters.coin import Coin
from bayse_agent.forecasters.llm import Llm, LlmSettings
from bayse_agent.forecasters.market_price import MarketPrice
from bayse_agent.forecasters.pool import Pool
from bayse_agent.forecasters.threshold import Threshold, ThresholdSettings
from bayse_agent.plugins import load_forecaster
from bayse_agent.ports import Clock, Experience, Forecaster, Store
from bayse_agent.simulation.clock import PacedClock, SimulatedClock
from bayse_agent.simulation.exchange.switches import SettlementRule
from bayse_agent.simulation.exchange.units import from_ms, to_ms
from bayse_agent.simulation.feed import WorldFeed
from bayse_agent.simulation.logged_venue import LoggedVenue
from bayse_agent.simulation.models.scripted import scripted_model
from bayse_agent.simulation.news import PUBLISHERS
from bayse_agent.simulation.press import Press
from bayse_agent.simulation.tape import Tape, read_tape
from bayse_agent.simulation.venue import LocalVenue
from bayse_agent.simulation.world import DEFAULT_START_MS, LONGEST_RESOLUTION_MS, World
from bayse_agent.simulation.write_log import Origin, WriteLog, tape_file
from bayse_agent.strategies.kelly import Kelly, KellySettings
from bayse_agent.trading.agent import Agent, Habits, Schedule
from bayse_agent.trading.skill_guard import SkillGuard
from bayse_agent.wiring.opening import Opening, arm_once, open_books
from bayse_agent.wiring.options import DemoOptions
from bayse_agent.wiring.resuming import (
    BOOKS,
    as_before,
    check_books,
    continued,
    open_log,
    run_folder,
)

_ACCOUNT = "agent"
_MODEL = "sensible"
_BET_FRACTION = Decimal("0.01")
_LIMITS = Limits(
    max_open_markets=12,
    max_cluster_part=Decimal("0.20"),
    max_daily_stake_part=Decimal(1),
    trades_per_hour=100,
    trades_per_day=1000,
)
"""Small bets on many windows: the luck of an hour on few would drown what there is to see."""
_QUOTE_STEPS = (1, 5, 20)
"""What formula markets are asked for, in multiples of the venue's least order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """An agent in a pretend world, ready to run.

    `begun_at` is when the world began, `starts_at` where this run of it starts.
    """

    options: DemoOptions
    world: World
    clock: Clock
    store: Store
    agent: Agent
    begun_at: datetime
    starts_at: datetime
    ends_at: datetime


@asynccontextmanager
async def open_demo(options: DemoOptions) -> AsyncIterator[Demo]:
    """Make a world with an account in it, books, and an agent: fresh ones, or those of a run that
    goes on. Raises ConfigurationError for what cannot be done.
    """
    async with AsyncExitStack() as stack:
        folder = run_folder(options, stack)
        log = None if options.data is None else stack.enter_context(open_log(folder))
        if log is not None and log.origin is not None:
            options = continued(options, log.origin)
        world, venue = await _place(options, log)
        store = await open_store(f"sqlite:///{folder / BOOKS}")
        stack.push_async_callback(store.close)
        history = await store.history()
        if log is not None and history is not None:
            options = as_before(options, history)
            await check_books(store, log)
            # Like the real ones, this world does not go back behind what was written of it.
            world.advance(max(to_ms(history.until), world.now_ms))
        clock = _clock(options, world)
        starts_at = clock.now()
        opening = _opening(options, history, starts_at)
        await open_books(store, opening)
        await arm_once(store, by="demo", opening=opening)
        experience = open_experience(f"sqlite:///{folder / BOOKS}")
        stack.push_async_callback(experience.close)
        minds = _Minds(options=options, world=world, clock=clock, experience=experience)
        yield Demo(
            options=options,
            world=world,
            clock=clock,
            store=store,
            agent=_agent(minds, venue, store, folder),
            begun_at=from_ms(world.start_ms),
            starts_at=starts_at,
            ends_at=_end(options, world, starts_at),
        )
        if log is not None:
            log.stop(world.now_ms)


def _opening(options: DemoOptions, history: History | None, starts_at: datetime) -> Opening:
    number = 1 if history is None else history.runs + 1
    run = _run(options, number, starts_at)
    return Opening(run=run, holder=run.id, limits=_LIMITS, bankroll=options.bankroll)


def _agent(minds: _Minds, venue: LocalVenue, store: Store, folder: Path) -> Agent:
    world, clock = minds.world, minds.clock
    forecaster = _forecaster(minds)
    return Agent(
        clock=clock,
        market_data=venue,
        venue=venue,
        feed=WorldFeed(world, clock),
        store=store,
        forecaster=forecaster,
        strategy=Kelly(KellySettings(rule=SizingRule(bankroll_fraction=_BET_FRACTION))),
        kill_switch=FileKillSwitch(folder),
        habits=_habits(minds.options),
        sources=(Press(world, clock),),
        guards=(SkillGuard(minds.experience).look,),
        reach=forecaster.reach if isinstance(forecaster, Pool) else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Minds:
    """What forecasters of a demo are made of."""

    options: DemoOptions
    world: World
    clock: Clock
    experience: Experience


def forecasters() -> Mapping[str, Callable[[_Minds], Forecaster]]:
    """The forecasters that a demo can run with, by name."""
    return {
        Pool.name: _pool,
        Threshold.name: lambda minds: _threshold(minds.world),
        Llm.name: _llm,
        MarketPrice.name: lambda minds: MarketPrice(),
        Coin.name: lambda minds: Coin(minds.options.seed),
    }


def _forecaster(minds: _Minds) -> Forecaster:
    known, name = forecasters(), minds.options.forecaster
    if ":" in name:
        return load_forecaster(name)
    if name not in known:
        names = ", ".join(sorted(known))
        raise ConfigurationError(f"no forecaster {name!r}: there are {names}")
    return known[name](minds)


def _pool(minds: _Minds) -> Pool:
    members: list[Forecaster] = [_threshold(minds.world), _llm(minds), BaseRates(minds.experience)]
    return Pool(members, minds.experience)


def _llm(minds: _Minds) -> Llm:
    """A scripted model: it reads the world's own press, and costs nothing."""
    model = scripted_model(_MODEL, clock=minds.clock, seed=minds.options.seed)
    return Llm(
        [model], LlmSettings(secret=f"demo {minds.options.seed}", trusted=frozenset(PUBLISHERS))
    )


def _threshold(world: World) -> Threshold:
    """The pricer, told how the pretend venue settles each symbol: from the feed it also shows."""
    rules = {
        Symbol(series.symbol): KnownSettlement(
            averaged_weight=float(
                series.settlement(world.exchange.switches) is SettlementRule.TWAP60
            ),
            tick=10.0 ** -world.prices.path(series.symbol).places,
            basis_sd=0.0,
        )
        for series in world.series()
    }
    return Threshold(ThresholdSettings(rules=rules))


def _habits(options: DemoOptions) -> Habits:
    least = Decimal(options.currency.payout)
    return Habits(
        currency=options.currency,
        quote_amounts=tuple(least * step for step in _QUOTE_STEPS),
        approval=options.approval,
        signal_ttl_s=options.word_s,
        delay_s=options.delay_s,
        # An exit is looked for as often as a bet: the crowd here does not move much faster.
        schedule=Schedule(exits_s=60.0),
        # How this world settles is known: the pricer is told.
        snipe=SnipeRule(proofs_needed=0),
        # A scripted model costs nothing: whatever could be earned is worth asking for.
        triage=TriageRule(cost_usd=ZERO),
        # Nothing is gained by asking an exchange in one's own process many things at once.
        reads_at_once=1,
        thoughts_at_once=1,
    )


async def _place(options: DemoOptions, log: WriteLog | None) -> tuple[World, LocalVenue]:
    """The world and the venue in it, as they were left."""
    origin = None if log is None else log.origin
    file = None if origin is None else origin.tape
    tape = None
    if options.tape is not None:
        tape = read_tape(options.tape, None if file is None else file.symbol)
        if file is not None and tape_file(options.tape, file.symbol).sha256 != file.sha256:
            raise ConfigurationError(f"the tape {options.tape} is not what it was")
    start_ms = DEFAULT_START_MS if origin is None else origin.start_ms
    world = World(seed=options.seed, start_ms=start_ms, efficiency=options.efficiency, tape=tape)
    account = world.exchange.open_account(_ACCOUNT)
    world.exchange.deposit(account, options.bankroll)
    if log is None:
        return world, LocalVenue(world, account)
    if origin is None:
        log.begin(_origin(options, world, tape))
    venue = LoggedVenue(world, account, log)
    await venue.replay()
    return world, venue


def _origin(options: DemoOptions, world: World, tape: Tape | None) -> Origin:
    file = None
    if tape is not None and options.tape is not None:
        file = tape_file(options.tape.resolve(), tape.symbol)
    return Origin(
        seed=options.seed,
        start_ms=world.start_ms,
        efficiency=options.efficiency,
        switches={},
        tape=file,
        account=_ACCOUNT,
        deposit=options.bankroll,
    )


def _clock(options: DemoOptions, world: World) -> SimulatedClock:
    start = from_ms(world.now_ms)
    if options.speed is None:
        return SimulatedClock(world.advance, start)
    pause = SystemClock().sleep_s
    return PacedClock(world.advance, start, speed=options.speed, pause=pause)


def _end(options: DemoOptions, world: World, starts_at: datetime) -> datetime:
    wanted = starts_at + options.duration
    if world.ends_ms is None:
        return wanted
    # A tape ends; what it settles is announced a little later.
    return min(wanted, from_ms(world.ends_ms + LONGEST_RESOLUTION_MS) + timedelta(minutes=1))


def _run(options: DemoOptions, number: int, starts_at: datetime) -> Run:
    told = {
        "seed": str(options.seed),
        "efficiency": str(options.efficiency),
        "forecaster": options.forecaster,
        "currency": options.currency.value,
        "bankroll": str(options.bankroll.amount),
        "tape": "" if options.tape is None else options.tape.name,
    }
    return Run(id=f"demo-{number:06d}", mode="demo", started_at=starts_at, options=told)
