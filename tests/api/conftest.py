"""A demo that has run for a while, made once; and a service over a copy of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from bayse_agent.api.parts import WebSettings
from tests.api.stage import SECRET, Begun, HandClock, Stage, begin, staged


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> Iterator[None]:
    """Logs as they are in a service, and not with every local of a trace drawn in a box."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Begun:
    """Books of an agent that has traded for three quarters of an hour."""
    folder = tmp_path_factory.mktemp("begun") / "demo"
    return asyncio.run(begin(folder, timedelta(minutes=45)))


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def stage(begun: Begun, tmp_path: Path, clock: HandClock) -> AsyncIterator[Stage]:
    """A service whose agent does nothing, and whose doors go by a clock moved by hand."""
    # Nobody takes commands here: that is known after a moment as well as after ten seconds.
    web = WebSettings(secret=SECRET, answer_within_s=0.2)
    async with staged(begun, tmp_path, timer=clock, web=web) as made:
        yield made
