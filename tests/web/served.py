"""The program as a user starts it: `bayse-agent serve`, in a process of its own."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, StorageState

from bayse_agent.domain.order import Buy
from bayse_agent.domain.signal import SignalStatus
from bayse_agent.trading.agent import Approval
from bayse_agent.trading.runner import Runner
from bayse_agent.wiring.demo import open_demo
from bayse_agent.wiring.options import DemoOptions
from tests.api.stage import demo_options, silent
from tests.cli.program import PROGRAM
from tests.web.browser import Visit, visiting

NAME = "admin"
_SEED = 17
_LONGEST_MINUTES = 40
_JUST_NOW = timedelta(seconds=5)
_START_S, _STOP_S = 60.0, 30.0
_STARTS = 8
"""Lines at most until it serves: what it is, how to log in, where."""


@dataclass(frozen=True)
class Served:
    """A service that runs, and who may log in: the password that it printed at its start."""

    address: str
    password: str
    state: StorageState


def demo_of(folder: Path, approval: Approval) -> DemoOptions:
    """A world whose crowd is never looking, so that there is always something to bet on."""
    return replace(
        demo_options(folder, speed=None),
        seed=_SEED,
        efficiency=0.0,
        forecaster="pool",
        approval=approval,
    )


async def trade_a_while(folder: Path, length: timedelta) -> None:
    """Let a demo trade by itself, as fast as can be."""
    async with open_demo(demo_of(folder, Approval.AUTOMATIC)) as demo:
        await Runner(demo.agent, silent).run(demo.starts_at + length)


async def ask_a_while(folder: Path, *, fewest: int) -> None:
    """Let a demo go on by hand until so many bets were put before a person just now."""
    async with open_demo(demo_of(folder, Approval.BY_HAND)) as demo:
        for minute in range(_LONGEST_MINUTES):
            until = demo.starts_at + timedelta(minutes=minute, seconds=1)
            await Runner(demo.agent, silent).run(until)
            waiting = await demo.store.signals(SignalStatus.PENDING)
            bets = [one for one in waiting if isinstance(one.wish, Buy)]
            if sum(demo.clock.now() - one.made_at < _JUST_NOW for one in bets) >= fewest:
                return
    raise AssertionError(f"fewer than {fewest} signals wait")


@asynccontextmanager
async def served(folder: Path, browser: Browser, *options: str) -> AsyncIterator[Served]:
    """Serve the demo in a folder, with somebody logged in."""
    program = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *("serve", "--port", "0", "--data", str(folder)),
        *options,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        address, password = await asyncio.wait_for(_told(program), _START_S)
        async with visiting(browser, address) as visit:
            await enter(visit, password)
            state = await visit.page.context.storage_state()
        yield Served(address, password, state)
    finally:
        program.send_signal(signal.SIGTERM)
        await asyncio.wait_for(program.communicate(), _STOP_S)
    assert program.returncode == 0


async def _told(program: asyncio.subprocess.Process) -> tuple[str, str]:
    """Address and one-time password, as it prints them."""
    assert program.stdout is not None
    password = ""
    for _ in range(_STARTS):
        line = (await program.stdout.readline()).decode()
        if found := re.search(r"shown once: (\S+)", line):
            password = found[1]
        if found := re.search(r"serving at (\S+)", line):
            return found[1], password
    raise AssertionError("it does not serve")


async def enter(visit: Visit, password: str, name: str = NAME) -> None:
    """Log in as a person does."""
    await visit.page.goto(f"{visit.address}/")
    await visit.page.get_by_label("Name").fill(name)
    await visit.page.get_by_label("Password").fill(password)
    await visit.page.get_by_role("button", name="Log in").click()
    await visit.page.wait_for_url("**/app**")
    await visit.page.locator("#main").wait_for()
