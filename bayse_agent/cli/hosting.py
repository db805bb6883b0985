"""Runs the service, with a trader or a demo beside it or alone, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from bayse_agent.adapters.logbook import Logbook
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.api.app import create_app
from bayse_agent.api.chronicle import Chronicle
from bayse_agent.api.parts import ApiParts, Brake, WebSettings
from bayse_agent.api.passwords import Passwords
from bayse_agent.cli.garbage import collecting_seldom
from bayse_agent.cli.logs import log_to_stderr
from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.money import Currency, Money
from bayse_agent.settings import Mode, Settings
from bayse_agent.settings.logs import LogFormat, LogLevel
from bayse_agent.trading.agent import Agent, Approval
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.wiring.facts import facts_of
from bayse_agent.wiring.options import DemoOptions
from bayse_agent.wiring.resuming import BOOKS
from bayse_agent.wiring.service import (
    Behind,
    Bind,
    FirstLogin,
    check_bind,
    first_login,
    open_alone,
    open_parts,
    teller_of,
    web_settings,
)

_FOREVER = datetime(9000, 1, 1, tzinfo=UTC)
_LONG = timedelta(days=3650)
_BANKROLL = Money.of(100_000, Currency.NGN)
_STOP_WITHIN_S = 5
_LARGEST_FRAME = 65_536
_LARGEST_HEADERS = 32_768


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What a user may say about a service. `length` is of the computer's time, None without end.

    `approval` is a demo's, None for that of the settings, or else off.
    """

    bind: Bind
    is_live: bool = False
    speed: float = 60.0
    seed: int = 7
    approval: Approval | None = None
    data: Path | None = None
    env_file: Path | None = None
    length: timedelta | None = None
    logbook: Logbook = field(default_factory=Logbook)


def host_all(options: ServeOptions) -> int:
    """Serve beside a trader of the mode of the settings; returns the exit code."""
    settings = Settings.read(options.env_file)
    if options.is_live or settings.mode is not Mode.DEMO:
        from bayse_agent.cli.trading import check_keys

        check_keys(settings, is_live=options.is_live)
    _check_approval(settings, options)
    check_bind(options.bind, settings)
    web = web_settings(settings, options.bind)
    _log_to_stderr(settings, options)
    host = _demo if settings.mode is Mode.DEMO else _trader
    return asyncio.run(host(settings, options, web))


def host_pages(options: ServeOptions) -> int:
    """Serve without a trader."""
    settings = Settings.read(options.env_file)
    check_bind(options.bind, settings)
    web = web_settings(settings, options.bind)
    _log_to_stderr(settings, options)
    return asyncio.run(_pages(settings, options, web))


async def _demo(settings: Settings, options: ServeOptions, web: WebSettings) -> int:
    # A demo needs nothing of the real venue, nor a trader of a demo: both are slow to import.
    from bayse_agent.wiring.demo import open_demo

    async with AsyncExitStack() as stack:
        folder = options.data
        if folder is None:
            passing = TemporaryDirectory(prefix="bayse-agent-", ignore_cleanup_errors=True)
            folder = Path(stack.enter_context(passing)) / "demo"
        told = _demo_options(settings, options, folder)
        demo = await stack.enter_async_context(open_demo(told))
        runner = Runner(demo.agent, _silent)
        assert isinstance(demo.store, SqlStore)
        behind = _behind(settings, demo.agent, runner, demo.store, f"sqlite:///{folder / BOOKS}")
        _say(f"DEMO: a pretend exchange, {options.speed:g} world seconds to one of yours")
        await _host(settings, options, web, behind, lambda: runner.run(demo.ends_at), runner)
    return 0


def _check_approval(settings: Settings, options: ServeOptions) -> None:
    """Raises ConfigurationError where what is asked for a demo would be taken for a trader's."""
    if options.approval is not None and settings.mode is not Mode.DEMO:
        raise ConfigurationError(
            "--approval and --by-hand are for a demo: set AGENT_APPROVAL, for AGENT_MODE is "
            f"{settings.mode}"
        )


def _demo_options(settings: Settings, options: ServeOptions, folder: Path) -> DemoOptions:
    return DemoOptions(
        seed=options.seed,
        duration=_LONG,
        efficiency=0.6,
        forecaster="pool",
        currency=_BANKROLL.currency,
        bankroll=_BANKROLL,
        speed=options.speed,
        data=folder,
        approval=options.approval or settings.asked_approval or Approval.AUTOMATIC,
        word_s=float(settings.approval_ttl_s),
        delay_s=float(settings.approval_delay_s),
    )


async def _trader(settings: Settings, options: ServeOptions, web: WebSettings) -> int:
    from bayse_agent.cli.trading import Teller, greet, snipe_at_once
    from bayse_agent.wiring.trader import open_trader

    async with open_trader(settings) as trader:
        if await greet(trader):
            return 1
        runner: Runner = Runner(
            trader.agent,
            Teller(trader.mode),
            {**trader.companions, "ticks": lambda: snipe_at_once(trader, runner)},
        )
        url = settings.database_url.get_secret_value()
        behind = _behind(settings, trader.agent, runner, trader.store, url)
        await _host(settings, options, web, behind, lambda: runner.run(_FOREVER), runner)
    return 0


async def _pages(settings: Settings, options: ServeOptions, web: WebSettings) -> int:
    async with open_alone(settings) as behind:
        await _host(settings, options, web, behind, None, None)
    return 0


def _behind(settings: Settings, agent: Agent, runner: Runner, store: SqlStore, url: str) -> Behind:
    brake = agent.kill_switch
    return Behind(
        url=url,
        mode=settings.mode,
        currency=agent.habits.currency,
        approval=agent.habits.approval,
        clock=agent.clock,
        store=store,
        market_data=agent.market_data,
        account=agent.venue,
        brake=brake,  # type: ignore[arg-type]
        sources=agent.sources,
        wake=runner.wake,
        ring=lambda: runner.hurry("orders"),
        facts=facts_of(agent.habits),
        exits=agent.habits.exits,
        feed=agent.feed,
    )


async def _host(
    settings: Settings,
    options: ServeOptions,
    web: WebSettings,
    behind: Behind,
    trade: Callable[[], Awaitable[None]] | None,
    runner: Runner | None,
) -> None:
    """Serve until a signal, the end of the time that was given, or the end of the trader."""
    passwords = Passwords()
    behind = replace(behind, logbook=options.logbook)
    async with open_parts(settings, behind, web) as parts:
        server = Server(create_app(parts, passwords=passwords), options.bind)
        _heed_signals(server, runner, behind.brake)
        tasks = [asyncio.create_task(_serve(server, options.bind))]
        following: list[asyncio.Task[None]] = []
        try:
            await _welcome(server, await first_login(settings, parts.access, passwords))
            if trade is not None:
                tasks.append(asyncio.create_task(_run(trade, server)))
            following += [asyncio.create_task(one) for one in _followers(parts)]
            with collecting_seldom():
                await _until_one_ends(tasks, server, runner, options.length)
        finally:
            server.should_exit = True
            for one in following:
                one.cancel()
            await asyncio.gather(*tasks, *following, return_exceptions=True)
    _say("stopped")


async def _welcome(server: Server, login: FirstLogin | None) -> None:
    """Say where it is, and how to get in at the first start."""
    await server.ready.wait()
    if login is not None and login.password is not None:
        _say(f"log in as {login.name} with this password, shown once: {login.password}")
    if server.started:
        _say(f"serving at {server.address}")


def _followers(parts: ApiParts) -> Iterator[Coroutine[Any, Any, None]]:
    """What goes on beside it for as long as it serves."""
    yield Chronicle(parts.reader, parts.timer).run()
    if (teller := teller_of(parts)) is not None:
        yield teller.run()


async def _until_one_ends(
    tasks: list[asyncio.Task[None]],
    server: Server,
    runner: Runner | None,
    length: timedelta | None,
) -> None:
    """Wait for the end of the first, and see the others off: an act that has begun is finished."""
    timeout = None if length is None else length.total_seconds()
    try:
        await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        if runner is not None:
            runner.stop()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _run(trade: Callable[[], Awaitable[None]], server: Server) -> None:
    """Trade, once the pages can be seen: nobody should have to wait for the first pass."""
    await server.ready.wait()
    if not server.should_exit:
        await trade()


async def _serve(server: Server, bind: Bind) -> None:
    await server.serve()
    if not server.started:
        raise ConfigurationError(f"cannot listen at {bind.host} port {bind.port}")


class Server(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    def __init__(self, app: ASGIApp, bind: Bind) -> None:
        self._bind = bind
        self.ready = asyncio.Event()
        super().__init__(
            uvicorn.Config(
                app,
                host=bind.host,
                port=bind.port,
                ssl_certfile=bind.certificate,
                ssl_keyfile=bind.key,
                ws="websockets-sansio",
                ws_max_size=_LARGEST_FRAME,
                h11_max_incomplete_event_size=_LARGEST_HEADERS,
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_STOP_WITHIN_S,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:
            # It has said why, and would end the whole program.
            self.should_exit = True
            return
        finally:
            self.ready.set()

    @property
    def address(self) -> str:
        """Where it listens, with the port that it was given."""
        return replace(self._bind, port=self.servers[0].sockets[0].getsockname()[1]).address


def _heed_signals(server: Server, runner: Runner | None, brake: Brake | None) -> None:
    """SIGINT and SIGTERM end it in peace, SIGUSR1 pulls the kill switch."""

    def stop() -> None:
        server.should_exit = True
        if runner is not None:
            runner.stop()

    def kill() -> None:
        if brake is not None:
            brake.pull("signal SIGUSR1")
        if runner is not None:
            runner.wake()

    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError, AttributeError):
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        loop.add_signal_handler(signal.SIGUSR1, kill)


async def _silent(_: PassReport) -> None:
    """What happens is told by the live stream."""


def _log_to_stderr(settings: Settings, options: ServeOptions) -> None:
    log_to_stderr(settings, form=LogFormat.JSON, least=LogLevel.WARNING, logbook=options.logbook)


def _say(text: str) -> None:
    print(text, flush=True)
