"""A service on a port of this computer, in a thread of its own, for clients that block."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import uvicorn
from starlette.types import ASGIApp

from bayse_agent.api.parts import Timer, WebSettings
from tests.api.stage import Begun, Stage, staged

T = TypeVar("T")
_STARTS_WITHIN_S = 60.0


class _Server(uvicorn.Server):
    def capture_signals(self) -> AbstractContextManager[None]:
        return nullcontext()


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """An application on a free port of this computer; its address without a scheme."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, lifespan="on", log_config=None, ws="websockets-sansio", ws_max_size=65_536
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@dataclass(frozen=True)
class Apart:
    """A service that runs beside the test. What concerns it is done in its own loop."""

    stage: Stage
    address: str
    loop: asyncio.AbstractEventLoop

    def do(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(_STARTS_WITHIN_S)


@contextmanager
def served_apart(
    begun: Begun,
    folder: Path,
    *,
    timer: Timer | None = None,
    web: WebSettings,
    around: Callable[[ASGIApp], ASGIApp] = lambda app: app,
) -> Iterator[Apart]:
    """A service over a copy of a demo, in a thread. `around`: what is put around it."""
    made: list[Apart] = []
    is_ready, over = threading.Event(), asyncio.Event()

    async def run() -> None:
        async with (
            staged(begun, folder, timer=timer, web=web) as stage,
            served(around(stage.app)) as address,
        ):
            made.append(Apart(stage, address, asyncio.get_running_loop()))
            is_ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="service")
    thread.start()
    try:
        assert is_ready.wait(_STARTS_WITHIN_S)
        yield made[0]
    finally:
        if made:
            made[0].loop.call_soon_threadsafe(over.set)
        thread.join(_STARTS_WITHIN_S)
