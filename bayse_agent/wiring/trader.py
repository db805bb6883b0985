"""Makes an agent at the real venue: on paper, where only the money is pretended, or live."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from hashlib import sha256
from random import Random

from bayse_agent.adapters.bayse.cached import CachedMarketData
from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.feed import StreamPriceFeed
from bayse_agent.adapters.bayse.secrets import Credentials
from bayse_agent.adapters.bayse.stream import BayseStream, Socket
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock, Timer
from bayse_agent.adapters.kill_switch import FileKillSwitch
from bayse_agent.adapters.store.rereading import Rereader
from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.admission import FORECAST_SITES, AdmissionRule
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.journal import Run
from bayse_agent.domain.market import SeriesSlug
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.proof import CAPITAL, Stage
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.sizing import SizingRule
from bayse_agent.domain.sniping import SnipeRule
from bayse_agent.domain.triage import TriageRule
from bayse_agent.ports import Clock, Forecaster, MarketData, Store, Strategy, Venue
from bayse_agent.settings import Mode, Settings
from bayse_agent.simulation.paper.log import PaperLog
from bayse_agent.simulation.paper.venue import PaperVenue
from bayse_agent.strategies.kelly import Kelly, KellySettings
from bayse_agent.trading.agent import Agent, Approval, Habits, NewsHabits, Schedule
from bayse_agent.trading.halting import stop, why_held_back
from bayse_agent.trading.preflight import Check, preflight
from bayse_agent.trading.runner import Companion
from bayse_agent.trading.stocktaking import take_stock
from bayse_agent.wiring.mind import Mind, open_mind
from bayse_agent.wiring.opening import Opening, arm_once, open_books

_QUOTE_STEPS = (1, 5, 20)
_WATCH_S = 0.25
_SNIPE_S = 2.0
_SNIPE_GAP_S = 0.1
_ORDERS_S = 20.0
_PAPER_WATCH_S = 5.0
_AUDIT_S = 3600.0
PAPER_LOG = "paper.jsonl"
_OTHER: Mapping[Currency, Currency] = {
    Currency.NGN: Currency.USD,
    Currency.USD: Currency.NGN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What thinks and what decides: the plug-ins of an agent, and how often its passes begin.

    `forecaster`: None is the pool of the settings; `strategy`: None is Kelly with what was earned.
    `clock` tells the time of the world that is traded in; the computer's own, for the real one.
    `venue` stands before what orders go to. `purse`: address of the books that money spent on
    models is written down in; None is those of the settings.
    """

    forecaster: Callable[[], Forecaster] | None = None
    strategy: Callable[[], Strategy] | None = None
    schedule: Schedule | None = None
    clock: Callable[[], Clock] = SystemClock
    venue: Callable[[Venue], Venue] = lambda venue: venue
    purse: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trader:
    """An agent at the real venue, ready to run.

    `companions` must run beside it; one that ends is a reason to halt. `checks`: what was found
    before the start. `told`: what the agent goes without. `market_data`: what the agent sees, which
    tells when a book has moved.
    """

    mode: Mode
    agent: Agent
    market_data: CachedMarketData
    store: SqlStore
    kill_switch: FileKillSwitch
    companions: Mapping[str, Companion]
    checks: tuple[Check, ...] = field(default=())
    told: tuple[str, ...] = ()


@asynccontextmanager
async def open_trader(settings: Settings, parts: Parts | None = None) -> AsyncIterator[Trader]:
    """Open books and venue for the mode of the settings: paper or live.

    Live books are armed at their first start only when every check before it passed. Raises
    ConfigurationError for what cannot be done, LeaseHeld while another process trades with the
    books, and VenueError when the account cannot be read.
    """
    made = parts or Parts()
    _check_mode(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        clock, timer = made.clock(), SystemClock()
        store = await open_store(settings.database_url.get_secret_value())
        stack.push_async_callback(store.close)
        opening = await _opening(store, settings, clock)
        await open_books(store, opening)
        client = await stack.enter_async_context(_client(settings, timer))
        switch = FileKillSwitch(settings.data_dir)
        gate = partial(why_held_back, store, switch)
        real = BayseVenue(client, clock=clock, gate=gate)
        seen, venue, companions = _desks(settings, real, clock, timer, stack)
        market_data = _cached(settings, seen, clock, timer)
        feed = _feed(settings, clock, timer)
        mind = await _mind(made, settings, store, clock, stack)
        agent = Agent(
            clock=clock,
            market_data=market_data,
            venue=made.venue(venue),
            feed=feed,
            store=store,
            forecaster=mind.forecaster,
            strategy=made.strategy() if made.strategy else _kelly(settings, mind.stage),
            kill_switch=switch,
            habits=replace(
                _habits(settings, made.schedule),
                triage=mind.triage,
                approval=_approval(settings, mind.stage),
            ),
            sources=mind.sources,
            library=mind.library,
            guards=mind.guards,
            reach=mind.reach,
        )
        checks = await _ready(settings, agent, client, opening)
        yield Trader(
            mode=settings.mode,
            agent=agent,
            market_data=market_data,
            store=store,
            kill_switch=switch,
            companions={
                "feed": feed.run,
                "books": market_data.run,
                "audit": partial(_reread, _rereader(settings, store), agent, timer),
                **companions,
            },
            checks=checks,
            told=(*mind.told, *_told_of_stage(settings, mind.stage)),
        )


async def _mind(
    parts: Parts, settings: Settings, store: Store, clock: Clock, stack: AsyncExitStack
) -> Mind:
    if parts.forecaster is None:
        return await open_mind(settings, store, clock, stack, purse=parts.purse)
    return Mind(
        forecaster=parts.forecaster(), sources=(), library=None, triage=TriageRule(), told=()
    )


def _by_proof(settings: Settings) -> bool:
    """Whether real money is put at risk as far as it was earned; play money proves nothing lost."""
    return settings.mode is Mode.LIVE and settings.capital_by_proof


def _approval(settings: Settings, stage: Stage) -> Approval:
    """Who lets a bet out: a person, unless he said otherwise and the forecasts have earned it.

    What was not earned is not placed after a delay either: nobody may be there to say no.
    """
    is_earned = stage is not Stage.PAPER or not _by_proof(settings)
    return settings.approval if is_earned else Approval.BY_HAND


def _kelly(settings: Settings, stage: Stage) -> Kelly:
    """Stakes of the size that was earned; what a person approves by hand is a small one."""
    rule = SizingRule()
    if not _by_proof(settings) or stage is Stage.FULL:
        return Kelly(KellySettings(rule=rule))
    part = Decimal(str(CAPITAL[Stage.SMALL]))
    return Kelly(
        KellySettings(
            rule=replace(
                rule,
                kelly_fraction=rule.kelly_fraction * part,
                bankroll_fraction=rule.bankroll_fraction * part,
            )
        )
    )


def _told_of_stage(settings: Settings, stage: Stage) -> tuple[str, ...]:
    if not _by_proof(settings) or stage is Stage.FULL:
        return ()
    if stage is Stage.SMALL:
        return ("skill is proven, but not for long: stakes are a quarter of the usual",)
    by_hand = ", and every bet waits for your word" if settings.auto_trade else ""
    return (f"no skill is proven yet: stakes are a quarter of the usual{by_hand}",)


async def _ready(
    settings: Settings, agent: Agent, client: BayseClient, opening: Opening
) -> tuple[Check, ...]:
    """Arm books that are new; live ones only when every check before the start is passed."""
    if settings.mode is Mode.PAPER:
        await arm_once(agent.store, by="paper", opening=opening)
        return ()
    await take_stock(agent)
    checks = await preflight(agent, skew_s=client.clock_skew_s)
    if all(check.is_passed for check in checks):
        await arm_once(agent.store, by="preflight", opening=opening)
    return checks


def _check_mode(settings: Settings) -> None:
    if settings.mode is Mode.DEMO:
        raise ConfigurationError(
            "AGENT_MODE is demo: `bayse-agent demo` runs that; set AGENT_MODE=paper or live"
        )
    if settings.mode is Mode.LIVE and (settings.public_key is None or settings.private_key is None):
        raise ConfigurationError("live needs BAYSE_PUBLIC_KEY and BAYSE_PRIVATE_KEY")


def _client(settings: Settings, timer: Timer) -> BayseClient:
    credentials = None
    if settings.public_key is not None and settings.private_key is not None:
        credentials = Credentials(public_key=settings.public_key, secret_key=settings.private_key)
    return BayseClient(settings.api_address, timer=timer, credentials=credentials)


def _desks(
    settings: Settings, real: BayseVenue, clock: Clock, timer: Timer, stack: AsyncExitStack
) -> tuple[MarketData, Venue, Mapping[str, Companion]]:
    """Where markets are seen, where orders go (on paper never to the venue), and what that needs
    to have done beside it.
    """
    if settings.mode is Mode.LIVE:
        return real, real, {}
    log = PaperLog(settings.data_dir / PAPER_LOG)
    stack.callback(log.close)
    paper = PaperVenue(real, clock=clock, bankroll=settings.paper_bankroll, log=log)

    async def watch() -> None:
        """Resting orders fill, and markets end, whether anybody looks or not."""
        while True:
            await timer.sleep_s(_PAPER_WATCH_S)
            await paper.watch()

    return paper, paper, {"paper": watch}


def _rereader(settings: Settings, store: SqlStore) -> Rereader:
    books = sha256(settings.database_url.get_secret_value().encode()).hexdigest()[:12]
    return Rereader(store, settings.data_dir / f"audit-{books}.mark")


async def _reread(rereader: Rereader, agent: Agent, timer: Timer) -> None:
    """Hold the audit journal against itself and the books at the start, and from time to time."""
    while True:
        if findings := await rereader.go_on():
            await stop(agent, reason=f"the audit journal: {findings[0]}", by="audit")
        await timer.sleep_s(_AUDIT_S)


def _feed(settings: Settings, clock: Clock, timer: Timer) -> StreamPriceFeed:
    stream = _stream(settings, Socket.REALTIME, clock, timer, _nothing)
    return StreamPriceFeed(stream, clock=clock)


def _cached(settings: Settings, data: MarketData, clock: Clock, timer: Timer) -> CachedMarketData:
    """What can be seen, with the books of what is looked at often pushed to us."""
    return CachedMarketData(
        data,
        lambda resync: _stream(settings, Socket.MARKETS, clock, timer, resync),
        clock=clock,
        timer=timer,
        currency=settings.currency,
    )


def _stream(
    settings: Settings,
    socket: Socket,
    clock: Clock,
    timer: Timer,
    resync: Callable[[], Awaitable[None]],
) -> BayseStream:
    return BayseStream(
        settings.sockets_address,
        socket,
        clock=clock,
        timer=timer,
        # Only for the jitter of back-offs: no decision hangs on it.
        generator=Random(),
        currency=settings.currency,
        resync=resync,
    )


async def _nothing() -> None:
    """Prices of assets are told anew every second: there is no hole to fill."""


async def _opening(store: SqlStore, settings: Settings, clock: Clock) -> Opening:
    history = await store.history()
    number = 1 if history is None else history.runs + 1
    mode = settings.mode.value
    run = Run(
        id=f"{mode}-{number:06d}",
        mode=mode,
        started_at=clock.now(),
        options={"currency": settings.currency.value, "venue": settings.api_address},
    )
    return Opening(
        run=run,
        holder=f"{socket.gethostname()}:{os.getpid()}",
        limits=limits_of(settings),
        bankroll=settings.paper_bankroll if settings.mode is Mode.PAPER else None,
    )


def limits_of(settings: Settings) -> Limits:
    """The limits that new books begin with: those of the settings, the usual ones for the rest."""
    usual = Limits()
    other = _OTHER[settings.currency]
    return Limits(
        max_stake={settings.currency: settings.max_position, other: usual.max_stake[other]},
        balance_floor={settings.currency: settings.balance_floor, other: Money.zero(other)},
        reserve=settings.balance_reserve,
        min_confidence=float(settings.min_confidence),
        max_open_markets=settings.max_open_positions,
        trades_per_day=settings.max_daily_trades,
        categories=tuple(settings.categories),
        time_zone=str(settings.timezone),
    )


def _habits(settings: Settings, schedule: Schedule | None) -> Habits:
    least = Decimal(settings.currency.payout)
    return Habits(
        currency=settings.currency,
        quote_amounts=tuple(least * step for step in _QUOTE_STEPS),
        thoughts_at_once=settings.ai_concurrency,
        news=NewsHabits(
            admission=AdmissionRule(refused_domains=FORECAST_SITES | set(settings.search_exclude))
        ),
        schedule=schedule
        or Schedule(
            scan_s=float(settings.scan_interval_s),
            snipe_s=_SNIPE_S,
            orders_s=_ORDERS_S,
            watch_s=_WATCH_S,
        ),
        exits=ExitRule(stop_loss=settings.stop_loss),
        snipe=SnipeRule(
            observe_seconds=float(settings.snipe_observe_s),
            min_seconds=float(settings.snipe_min_s),
            min_gap_s=_SNIPE_GAP_S,
        ),
        series=frozenset(SeriesSlug(slug) for slug in settings.series),
        sniped=frozenset(SeriesSlug(slug) for slug in settings.snipe_series),
        long_cooldown_s=settings.reanalyze_minutes * 60.0,
        signal_ttl_s=float(settings.approval_ttl_s),
        delay_s=float(settings.approval_delay_s),
        page_size=settings.event_page_size,
    )
