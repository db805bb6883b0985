"""The composition root: makes the parts of an agent and puts them together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.journal import Deposit, History, Run
from bayse_agent.domain.market import Symbol
from bayse_agent.domain.money import ZERO, Currency, Money
from bayse_agent.domain.pricing import SettlementRule as KnownSettlement
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.sizing import SizingRule
from bayse_agent.forecasters.coin import Coin
from bayse_agent.forecasters.market_price import MarketPrice
from bayse_agent.forecasters.threshold import Threshold, ThresholdSettings
from bayse_agent.ports import Clock, Forecaster, Store
from bayse_agent.simulation.clock import PacedClock, SimulatedClock
from bayse_agent.simulation.exchange.switches import SettlementRule
from bayse_agent.simulation.exchange.units import from_ms, to_ms
from bayse_agent.simulation.feed import WorldFeed
from bayse_agent.simulation.logged_venue import LoggedVenue
from bayse_agent.simulation.tape import Tape, read_tape
from bayse_agent.simulation.venue import LocalVenue
from bayse_agent.simulation.world import DEFAULT_START_MS, LONGEST_RESOLUTION_MS, World
from bayse_agent.simulation.write_log import Origin, TapeFile, WriteLog, tape_file
from bayse_agent.strategies.kelly import Kelly, KellySettings
from bayse_agent.trading.agent import Agent, Habits

_BOOKS = "books.db"
_WRITES = "exchange.jsonl"
_ACCOUNT = "agent"
_OPEN_MARKETS = 12
_BET_FRACTION = Decimal("0.01")
"""Small bets on many windows: the luck of an hour on few would drown what there is to see."""
_QUOTE_STEPS = (1, 5, 20)
"""What formula markets are asked for, in multiples of the venue's least order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What a user may say about a demo. `speed` is world seconds a second; None is unpaced.

    `data`: where the run is kept, to go on from another time; None is nowhere. `given`: the names
    of those that the user asked for; a run that goes on keeps its own for the others.
    """

    seed: int
    duration: timedelta
    efficiency: float
    forecaster: str
    currency: Currency
    bankroll: Money
    tape: Path | None = None
    speed: float | None = None
    data: Path | None = None
    given: frozenset[str] = frozenset()


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
        folder = _folder(options, stack)
        log = None if options.data is None else stack.enter_context(_log(folder))
        if log is not None and log.origin is not None:
            options = _continued(options, log.origin)
        world, venue = await _place(options, log)
        store = await open_store(f"sqlite:///{folder / _BOOKS}")
        stack.push_async_callback(store.close)
        history = await store.history()
        if log is not None and history is not None:
            options = _as_before(options, history)
            await _check_books(store, log)
            # Like the real ones, this world does not go back behind what was written of it.
            world.advance(max(to_ms(history.until), world.now_ms))
        clock = _clock(options, world)
        starts_at = clock.now()
        await _begin(store, options, history, starts_at)
        yield Demo(
            options=options,
            world=world,
            clock=clock,
            store=store,
            agent=_agent(options, world, venue, clock, store),
            begun_at=from_ms(world.start_ms),
            starts_at=starts_at,
            ends_at=_end(options, world, starts_at),
        )
        if log is not None:
            log.stop(world.now_ms)


async def _begin(
    store: Store, options: DemoOptions, history: History | None, starts_at: datetime
) -> None:
    """Write down that a run begins, and what was put at its disposal, once."""
    number = 1 if history is None else history.runs + 1
    await store.begin_run(_run(options, number, starts_at))
    if (await store.portfolio(options.currency)).deposits.amount == ZERO:
        await store.add_deposit(Deposit(id="opening", amount=options.bankroll, at=starts_at))


def _agent(
    options: DemoOptions, world: World, venue: LocalVenue, clock: Clock, store: Store
) -> Agent:
    limits = Limits(max_open_markets=_OPEN_MARKETS)
    rule = SizingRule(bankroll_fraction=_BET_FRACTION)
    return Agent(
        clock=clock,
        market_data=venue,
        venue=venue,
        feed=WorldFeed(world, clock),
        store=store,
        forecaster=_forecaster(options, world),
        strategy=Kelly(KellySettings(rule=rule, limits=limits)),
        limits=limits,
        habits=_habits(options.currency),
    )


def forecasters() -> Mapping[str, Callable[[DemoOptions, World], Forecaster]]:
    """The forecasters that a demo can run with, by name."""
    return {
        Threshold.name: _threshold,
        MarketPrice.name: lambda options, world: MarketPrice(),
        Coin.name: lambda options, world: Coin(options.seed),
    }


def _forecaster(options: DemoOptions, world: World) -> Forecaster:
    known = forecasters()
    if options.forecaster not in known:
        names = ", ".join(sorted(known))
        raise ConfigurationError(f"no forecaster {options.forecaster!r}: there are {names}")
    return known[options.forecaster](options, world)


def _threshold(options: DemoOptions, world: World) -> Threshold:
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


def _habits(currency: Currency) -> Habits:
    least = Decimal(currency.payout)
    return Habits(
        currency=currency,
        quote_amounts=tuple(least * step for step in _QUOTE_STEPS),
        # Nothing is gained by asking an exchange in one's own process many things at once.
        reads_at_once=1,
    )


def _folder(options: DemoOptions, stack: AsyncExitStack) -> Path:
    """The directory of a run: a passing one, a new one, or one that holds a run already."""
    if options.data is None:
        return Path(stack.enter_context(TemporaryDirectory(prefix="bayse-agent-")))
    folder = options.data
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {file.name for file in folder.iterdir()}
    except OSError as error:
        raise ConfigurationError(f"cannot use the directory {folder}: {error}") from error
    if names and _WRITES not in names:
        raise ConfigurationError(
            f"the directory {folder} is not empty and holds no {_WRITES}, so there is no run to "
            "go on with: name a new one"
        )
    return folder


def _log(folder: Path) -> closing[WriteLog]:
    """The log of the exchange's writes. Raises ConfigurationError when the books do not fit it."""
    log = WriteLog(folder / _WRITES)
    has_books = (folder / _BOOKS).exists()
    missing = None
    if log.origin is None and has_books:
        missing = f"{folder / _WRITES} is damaged in line 1: there is none, but there are books"
    elif log.order_ids and not has_books:
        missing = f"{folder / _BOOKS} is missing, but {_WRITES} tells of orders"
    if missing is not None:
        log.close()
        raise ConfigurationError(missing)
    return closing(log)


async def _check_books(store: Store, log: WriteLog) -> None:
    unknown = await store.claimed_orders() - log.order_ids
    if unknown:
        raise ConfigurationError(
            f"the books have the order {min(unknown)}, of which {_WRITES} does not tell: "
            "the two are not of one run, or the end of the file is lost"
        )


def _continued(options: DemoOptions, origin: Origin) -> DemoOptions:
    """Options for a world that is there already. Raises ConfigurationError where they differ."""
    deposit = origin.deposit
    if origin.switches:
        raise ConfigurationError(f"a demo has no switches, this run has {dict(origin.switches)}")
    # A bare number is an amount in the currency that the run has.
    bankroll = options.bankroll if "currency" in options.given else options.bankroll.amount
    same = deposit if "currency" in options.given else deposit.amount
    for name, asked, there in (
        ("seed", options.seed, origin.seed),
        ("efficiency", options.efficiency, origin.efficiency),
        ("currency", options.currency.value, deposit.currency.value),
        ("bankroll", bankroll, same),
    ):
        if name in options.given and asked != there:
            raise _contradiction(options, name, there, asked)
    return replace(
        options,
        seed=origin.seed,
        efficiency=origin.efficiency,
        currency=deposit.currency,
        bankroll=deposit,
        tape=_same_tape(options, origin.tape),
    )


def _same_tape(options: DemoOptions, there: TapeFile | None) -> Path | None:
    """The tape of a world that is there already: its content counts, and not where it is."""
    if options.tape is None:
        return None if there is None else there.path
    if there is None:
        raise _contradiction(options, "tape", "none", options.tape)
    if tape_file(options.tape, there.symbol).sha256 != there.sha256:
        raise _contradiction(options, "tape", there.path, options.tape)
    return options.tape


def _contradiction(
    options: DemoOptions, name: str, there: object, asked: object
) -> ConfigurationError:
    return ConfigurationError(
        f"the run in {options.data} was begun with {name} {there}, not {asked}: leave out "
        f"--{name}, or name a new directory"
    )


def _as_before(options: DemoOptions, history: History) -> DemoOptions:
    """The forecaster is no part of the world: another may take over, if the user says so."""
    if "forecaster" in options.given:
        return options
    return replace(options, forecaster=history.last.options["forecaster"])


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
