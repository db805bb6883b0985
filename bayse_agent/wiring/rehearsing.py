"""Makes an agent that only looks: it works on copies, and its venue takes nothing.

It is the same agent with the same passes: what it would bet is left to a person's word, in books
that are thrown away.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from bayse_agent.adapters.kill_switch import FILE_NAME
from bayse_agent.adapters.store.copying import copy_to_look_at
from bayse_agent.adapters.store.database import address_of, file_of
from bayse_agent.adapters.store.store import open_store, read_store
from bayse_agent.domain.errors import ConfigurationError, FeedStale
from bayse_agent.domain.journal import TrackedMarket
from bayse_agent.domain.market import MarketId, Symbol
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.signal import Approval, SignalStatus
from bayse_agent.settings import Mode, Settings
from bayse_agent.simulation.closed_venue import ClosedVenue
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.discovery import discover
from bayse_agent.trading.runner import Companion
from bayse_agent.trading.scan import PassReport, scan
from bayse_agent.wiring.demo import open_demo
from bayse_agent.wiring.mind import SECRET_FILE
from bayse_agent.wiring.options import DemoOptions
from bayse_agent.wiring.resuming import BOOKS, WRITES
from bayse_agent.wiring.trader import PAPER_LOG, Parts, open_trader

_FEEDS = ("feed", "books")
"""What must run beside a look at real markets: their prices come by themselves."""
_DEMO_BANKROLL = Money.of(100_000, Currency.NGN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """An agent that only looks. `told`: what it goes without."""

    mode: Mode
    agent: Agent
    companions: Mapping[str, Companion]
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a pass came to. `bets`: the markets that a bet would have gone out in."""

    report: PassReport
    bets: frozenset[MarketId]
    markets: Mapping[MarketId, TrackedMarket]


@asynccontextmanager
async def rehearse_demo(data: Path | None, *, seed: int) -> AsyncIterator[Rehearsal]:
    """In a new world, or in that of a run that is kept, as it was left."""
    with TemporaryDirectory(prefix="bayse-agent-", ignore_cleanup_errors=True) as passing:
        folder = Path(passing) / "run"
        if data is not None:
            await _copy_run(data, folder)
        options = DemoOptions(
            seed=seed,
            duration=timedelta(hours=1),
            efficiency=0.6,
            forecaster="pool",
            currency=_DEMO_BANKROLL.currency,
            bankroll=_DEMO_BANKROLL,
            data=folder,
            approval=Approval.BY_HAND,
        )
        async with open_demo(options) as demo:
            yield Rehearsal(mode=Mode.DEMO, agent=_closed(demo.agent), companions={})


@asynccontextmanager
async def rehearse_trader(settings: Settings) -> AsyncIterator[Rehearsal]:
    """At the real venue's markets, on paper or live, with the books as they are now.

    What models cost is written down in the real books, and counts against their caps. Raises
    ConfigurationError for books that cannot be copied.
    """
    url = settings.database_url.get_secret_value()
    await _check_books(url, settings)
    async with AsyncExitStack() as stack:
        passing = TemporaryDirectory(prefix="bayse-agent-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(passing))
        copy = await copy_to_look_at(url, folder / BOOKS)
        _copy_files(settings.data_dir, folder, (PAPER_LOG, SECRET_FILE, FILE_NAME))
        apart = {"data_dir": folder, "asked_database": SecretStr(copy)}
        parts = Parts(venue=ClosedVenue, purse=url)
        trader = await stack.enter_async_context(
            open_trader(settings.model_copy(update=apart), parts)
        )
        yield Rehearsal(
            mode=settings.mode,
            agent=_closed(trader.agent),
            companions={name: trader.companions[name] for name in _FEEDS},
            told=trader.told,
        )


async def rehearse(rehearsal: Rehearsal, *, watch: timedelta) -> Rehearsed:
    """Run one pass. `watch`: how long prices of what is traded on are waited for."""
    agent = rehearsal.agent
    beside = [asyncio.create_task(_run(one)) for one in rehearsal.companions.values()]
    try:
        if beside:
            await _watch(agent, watch)
        before = {one.id for one in await agent.store.signals(SignalStatus.PENDING)}
        report = await scan(agent)
        waiting = await agent.store.signals(SignalStatus.PENDING)
        return Rehearsed(
            report=report,
            bets=frozenset(one.wish.market_id for one in waiting if one.id not in before),
            markets={one.market_id: one for one in await agent.store.tracked()},
        )
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


def _closed(agent: Agent) -> Agent:
    """The agent with its hands bound: a person's word is missing, and the venue takes nothing."""
    habits = replace(agent.habits, approval=Approval.BY_HAND)
    return replace(agent, venue=ClosedVenue(agent.venue), habits=habits)


async def _run(companion: Companion) -> None:
    await companion()


async def _watch(agent: Agent, length: timedelta) -> None:
    """Ask for the prices that markets hang on, and wait until each has come or the time is up."""
    now = agent.clock.now()
    await discover(agent, now)
    markets = await agent.store.tracked()
    missing = {one.symbol for one in markets if one.symbol is not None and one.is_trading(now)}
    for symbol in sorted(missing):
        with suppress(FeedStale):
            await agent.feed.underlying(symbol)
    with suppress(TimeoutError):
        async with asyncio.timeout(length.total_seconds()):
            await _until_all(agent, missing)


async def _until_all(agent: Agent, missing: set[Symbol]) -> None:
    if not missing:
        return
    async for symbol in agent.feed.stream(sorted(missing)):
        missing.discard(symbol)
        if not missing:
            return


async def _check_books(url: str, settings: Settings) -> None:
    """Books that are not there yet are made: what models cost must be written down somewhere.

    Raises ConfigurationError for older ones.
    """
    if _is_missing(url):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        await (await open_store(url)).close()
    else:
        await (await read_store(url)).close()


def _is_missing(url: str) -> bool:
    file = file_of(address_of(url))
    return file is not None and not file.is_file()


async def _copy_run(data: Path, folder: Path) -> None:
    """A demo's books first: its exchange may know of more than they do, and never of less."""
    _begin(data, folder)
    await copy_to_look_at(f"sqlite:///{data / BOOKS}", folder / BOOKS)
    _copy_files(data, folder, (WRITES, FILE_NAME))


def _begin(data: Path, folder: Path) -> None:
    if not (data / WRITES).is_file():
        raise ConfigurationError(f"there is no run of a demo in {data}: it has no {WRITES}")
    folder.mkdir()


def _copy_files(source: Path, target: Path, names: Sequence[str]) -> None:
    """Those of the files that there are."""
    try:
        for name in names:
            if (source / name).exists():
                shutil.copyfile(source / name, target / name)
    except OSError as error:
        raise ConfigurationError(f"cannot copy what is in {source}: {error}") from error
