"""A service over a real store and a real demo, with a clock of its own for the doors."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.types import ASGIApp

from bayse_agent.adapters.kill_switch import FileKillSwitch
from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.api.app import create_app
from bayse_agent.api.parts import ApiParts, Timer, WebSettings
from bayse_agent.api.passwords import Passwords
from bayse_agent.api.tokens import digest, new_id, new_secret
from bayse_agent.domain.access import ApiToken, Scope
from bayse_agent.domain.money import Currency, Money
from bayse_agent.ports import Forecaster
from bayse_agent.settings import Mode, Settings
from bayse_agent.trading.agent import Agent, Approval
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.wiring.demo import Demo, open_demo
from bayse_agent.wiring.options import DemoOptions
from bayse_agent.wiring.resuming import BOOKS
from bayse_agent.wiring.service import Behind, open_parts

SECRET = b"Zk3-9vQ_x7Lr2Tn8Wb5Yc1Hf6Jd4Mg0PsAeUiOq"
NAME, PASSWORD = "ada", "orange kettle 4917 drum"
OURS = {"X-Bayse-Agent": "1", "Origin": "http://127.0.0.1"}
"""What the dashboard sends with every change."""
_START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_LONG = timedelta(days=365)


@dataclass
class HandClock:
    """The computer's time, moved by hand. Waiting takes no time but lets others work."""

    at: datetime = _START
    passed_s: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic_s(self) -> float:
        return self.passed_s

    async def sleep_s(self, seconds: float) -> None:
        self.pass_s(seconds)
        await asyncio.sleep(0)

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.passed_s += seconds


@dataclass
class Stage:
    """A service, ready to be asked."""

    app: ASGIApp
    parts: ApiParts
    demo: Demo
    rung: list[int] = field(default_factory=list)

    def client(self, origin: str = "http://127.0.0.1") -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.app, client=("127.0.0.1", 5555))
        return httpx2.AsyncClient(transport=transport, base_url=origin)

    async def key(self, scope: Scope, *, days: int | None = None) -> tuple[str, str]:
        """A script's key: its id and its secret."""
        secret, now = f"bay_{new_secret()}", self.parts.timer.now()
        token = ApiToken(
            id=new_id()[:12],
            name=f"of {scope}",
            scope=scope,
            made_by="test",
            made_at=now,
            ends_at=None if days is None else now + timedelta(days=days),
            used_at=None,
            revoked_at=None,
        )
        await self.parts.access.add_token(token, digest(secret))
        return token.id, secret

    async def bearer(self, scope: Scope) -> dict[str, str]:
        """The header of a script with that right."""
        _, secret = await self.key(scope)
        return {"Authorization": f"Bearer {secret}"}

    async def logged_in(self, client: httpx2.AsyncClient) -> httpx2.AsyncClient:
        """The same client, with the cookies of a login."""
        body = {"username": NAME, "password": PASSWORD}
        answer = await client.post("/auth/login", json=body, headers=OURS)
        assert answer.status_code == 200, answer.text
        return client


def fast_passwords() -> Passwords:
    return Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))


def demo_options(folder: Path, *, speed: float | None) -> DemoOptions:
    return DemoOptions(
        seed=7,
        duration=_LONG,
        efficiency=0.6,
        forecaster="threshold",
        currency=Currency.NGN,
        bankroll=Money.of(100_000, Currency.NGN),
        speed=speed,
        data=folder,
    )


async def silent(_: PassReport) -> None:
    """Nobody listens."""


async def run_a_while(folder: Path, length: timedelta) -> None:
    """A demo that has bought, sold and settled."""
    async with open_demo(demo_options(folder, speed=None)) as demo:
        await Runner(demo.agent, silent).run(demo.starts_at + length)


@dataclass(frozen=True)
class Begun:
    """A demo that was run for a while: its folder, and the world in it as it was left."""

    folder: Path
    demo: Demo


async def begin(folder: Path, length: timedelta) -> Begun:
    """Run a demo, and keep its world to be looked at."""
    await run_a_while(folder, length)
    async with open_demo(demo_options(folder, speed=1.0)) as demo:
        return Begun(folder, demo)


@asynccontextmanager
async def staged(
    begun: Begun,
    folder: Path,
    *,
    timer: Timer | None = None,
    web: WebSettings | None = None,
    approval: Approval = Approval.AUTOMATIC,
    runs: bool = False,
    speed: float = 1.0,
    forecaster: Forecaster | None = None,
) -> AsyncIterator[Stage]:
    """A service over a copy of a demo; with the agent at work, when it `runs`.

    When it does not, the world is the one that was kept: to make one anew takes longest of all.
    """
    shutil.copytree(begun.folder, folder / "demo")
    async with AsyncExitStack() as stack:
        demo = begun.demo
        if runs:
            options = demo_options(folder / "demo", speed=speed)
            demo = await stack.enter_async_context(open_demo(options))
            assert isinstance(demo.store, SqlStore)
            store = demo.store
        else:
            store = await open_store(f"sqlite:///{folder / 'demo' / BOOKS}")
            stack.push_async_callback(store.close)
            await store.take_lease(holder="test", at=demo.clock.now())
        agent = replace(
            demo.agent,
            habits=replace(demo.agent.habits, approval=approval),
            forecaster=forecaster or demo.agent.forecaster,
        )
        runner, rung = Runner(agent, silent), list[int]()
        behind = _behind(folder, agent, store, runner, rung)
        parts = await stack.enter_async_context(
            open_parts(Settings(), behind, web or WebSettings(secret=SECRET))
        )
        parts = parts if timer is None else replace(parts, timer=timer)
        passwords = fast_passwords()
        hashed = await passwords.hash(PASSWORD)
        await parts.access.set_password(NAME, hashed, must_change=False, at=parts.timer.now())
        stage = Stage(app=create_app(parts, passwords=passwords), parts=parts, demo=demo, rung=rung)
        if not runs:
            yield stage
            return
        running = asyncio.create_task(runner.run(demo.ends_at))
        try:
            yield stage
        finally:
            runner.stop()
            await running


def _behind(folder: Path, agent: Agent, store: SqlStore, runner: Runner, rung: list[int]) -> Behind:
    return Behind(
        url=f"sqlite:///{folder / 'demo' / BOOKS}",
        mode=Mode.DEMO,
        currency=Currency.NGN,
        approval=agent.habits.approval,
        clock=agent.clock,
        store=store,
        market_data=agent.market_data,
        account=agent.venue,
        # The agent looks for it there as well.
        brake=FileKillSwitch(folder / "demo"),
        wake=runner.wake,
        ring=lambda: rung.append(1),
        exits=agent.habits.exits,
        feed=agent.feed,
    )
