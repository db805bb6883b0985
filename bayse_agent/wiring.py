"""The composition root: makes the parts of an agent and puts them together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.journal import Deposit, Run
from bayse_agent.domain.market import Symbol
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.pricing import SettlementRule as KnownSettlement
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.sizing import SizingRule
from bayse_agent.forecasters.coin import Coin
from bayse_agent.forecasters.market_price import MarketPrice
from bayse_agent.forecasters.threshold import Threshold, ThresholdSettings
from bayse_agent.ports import Clock, Forecaster, Store
from bayse_agent.simulation.clock import PacedClock, SimulatedClock
from bayse_agent.simulation.exchange.switches import SettlementRule
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.feed import WorldFeed
from bayse_agent.simulation.tape import read_tape
from bayse_agent.simulation.venue import LocalVenue
from bayse_agent.simulation.world import LONGEST_RESOLUTION_MS, World
from bayse_agent.strategies.kelly import Kelly, KellySettings
from bayse_agent.trading.agent import Agent, Habits

_BOOKS = "books.db"
_OPEN_MARKETS = 12
_BET_FRACTION = Decimal("0.01")
"""Small bets on many windows: the luck of an hour on few would drown what there is to see."""
_QUOTE_STEPS = (1, 5, 20)
"""What formula markets are asked for, in multiples of the venue's least order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What a user may say about a demo. `speed` is world seconds a second; None is unpaced.

    `data`: where the books are kept; None is a directory that is gone afterwards.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """An agent in a pretend world, ready to run."""

    options: DemoOptions
    world: World
    clock: Clock
    store: Store
    agent: Agent
    starts_at: datetime
    ends_at: datetime


@asynccontextmanager
async def open_demo(options: DemoOptions) -> AsyncIterator[Demo]:
    """Make a fresh world with an account in it, fresh books, and an agent. Raises
    ConfigurationError for what cannot be done.
    """
    async with AsyncExitStack() as stack:
        folder = _folder(options, stack)
        world = _world(options)
        account = world.exchange.open_account("agent")
        world.exchange.deposit(account, options.bankroll)
        venue = LocalVenue(world, account)
        clock = _clock(options, world)
        starts_at = clock.now()
        store = await open_store(f"sqlite:///{folder / _BOOKS}")
        stack.push_async_callback(store.close)
        await store.begin_run(_run(options, starts_at))
        await store.add_deposit(Deposit(id="opening", amount=options.bankroll, at=starts_at))
        limits = Limits(max_open_markets=_OPEN_MARKETS)
        agent = Agent(
            clock=clock,
            market_data=venue,
            venue=venue,
            feed=WorldFeed(world, clock),
            store=store,
            forecaster=_forecaster(options, world),
            strategy=Kelly(
                KellySettings(rule=SizingRule(bankroll_fraction=_BET_FRACTION), limits=limits)
            ),
            limits=limits,
            habits=_habits(options.currency),
        )
        yield Demo(
            options=options,
            world=world,
            clock=clock,
            store=store,
            agent=agent,
            starts_at=starts_at,
            ends_at=_end(options, world, starts_at),
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
    if options.data is None:
        return Path(stack.enter_context(TemporaryDirectory(prefix="bayse-agent-")))
    try:
        options.data.mkdir(parents=True, exist_ok=True)
        is_taken = any(options.data.iterdir())
    except OSError as error:
        raise ConfigurationError(f"cannot use the directory {options.data}: {error}") from error
    if is_taken:
        raise ConfigurationError(f"the directory {options.data} is not empty: name a new one")
    return options.data


def _world(options: DemoOptions) -> World:
    tape = None if options.tape is None else read_tape(options.tape)
    return World(seed=options.seed, efficiency=options.efficiency, tape=tape)


def _clock(options: DemoOptions, world: World) -> SimulatedClock:
    start = from_ms(world.start_ms)
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


def _run(options: DemoOptions, starts_at: datetime) -> Run:
    told = {
        "seed": str(options.seed),
        "efficiency": str(options.efficiency),
        "forecaster": options.forecaster,
        "currency": options.currency.value,
        "bankroll": str(options.bankroll.amount),
        "tape": "" if options.tape is None else options.tape.name,
    }
    return Run(id=f"demo-{starts_at.isoformat()}", mode="demo", started_at=starts_at, options=told)
