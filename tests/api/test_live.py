"""The live stream over a real socket: who is let in, what is told, and who is shown out."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.api.live import Listener, Live
from bayse_agent.domain.access import Scope
from bayse_agent.domain.control import Control, TradingState
from tests.api.stage import NAME, OURS, PASSWORD, Begun, Stage, staged


class _Server(uvicorn.Server):
    def capture_signals(self) -> Any:
        return _nothing()


@asynccontextmanager
async def _served(stage: Stage) -> AsyncIterator[str]:
    """The service on a port of this computer; its address without a scheme."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        stage.app, lifespan="on", log_config=None, ws="websockets-sansio", ws_max_size=65_536
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


def _nothing() -> Any:
    from contextlib import nullcontext

    return nullcontext()


@pytest.fixture
async def address(begun: Begun, tmp_path: Path) -> AsyncIterator[tuple[Stage, str]]:
    async with staged(begun, tmp_path) as stage, _served(stage) as where:
        yield stage, where


async def _ticket(where: str, client: httpx2.AsyncClient) -> str:
    answer = await client.post("/auth/ticket", headers={**OURS, "Origin": f"http://{where}"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["ticket"])


@asynccontextmanager
async def _logged_in(where: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=f"http://{where}") as client:
        body = {"username": NAME, "password": PASSWORD}
        headers = {**OURS, "Origin": f"http://{where}"}
        assert (await client.post("/auth/login", json=body, headers=headers)).status_code == 200
        yield client


async def _next(stream: ClientConnection, kind: str) -> Any:
    """The next message of a kind."""
    async with asyncio.timeout(10):
        while True:
            told = json.loads(await stream.recv())
            if told["type"] == kind:
                return told


async def _halt(stage: Stage) -> None:
    before = await stage.parts.store.control()
    await stage.parts.store.set_control(
        Control(
            epoch=before.epoch + 1,
            state=TradingState.HALTED,
            reason="a test",
            by="test",
            at=stage.parts.clock.now(),
        )
    )


async def test_stream_when_let_in_by_a_ticket_then_it_tells_what_happens_and_goes_on(
    address: tuple[Stage, str],
) -> None:
    stage, where = address
    async with _logged_in(where) as client:
        ticket = await _ticket(where, client)
        async with connect(f"ws://{where}/ws/live?ticket={ticket}") as stream:
            hello = await _next(stream, "hello")
            await _halt(stage)
            told = await _next(stream, "control")
            assert told["data"]["state"] == "HALTED"
            assert told["id"] > hello["data"]["id"]
            await stream.send("anything")
            assert (await _next(stream, "heartbeat"))["data"] == {}
        # What was missed is told to who comes back, from where he left off.
        again = await _ticket(where, client)
        since = hello["data"]["id"]
        async with connect(f"ws://{where}/ws/live?ticket={again}&since={since}") as stream:
            first = json.loads(await stream.recv())
            assert (first["type"], first["id"]) == ("control", told["id"])


async def test_stream_when_the_past_is_asked_for_then_the_old_messages_are_in_it(
    address: tuple[Stage, str],
) -> None:
    stage, where = address
    headers = await stage.bearer(Scope.READ)
    kinds: dict[str, Any] = {}
    async with (
        connect(f"ws://{where}/ws/live?since=0", additional_headers=headers) as stream,
        asyncio.timeout(20),
    ):
        while "hello" not in kinds:
            told = json.loads(await stream.recv())
            kinds[told["type"]] = told["data"]
    assert {"new_signal", "order_resolved", "intent", "fill", "settlement"} <= set(kinds)
    assert set(kinds["order_resolved"]) == {"order_id", "resolution", "pnl"}
    assert kinds["new_signal"]["signal_type"].startswith("BUY_")
    assert "body" not in kinds["intent"]
    if "snipe_executed" in kinds:
        assert set(kinds["snipe_executed"]) == {
            "market_id",
            "market_name",
            "signal",
            "seconds_to_close",
            "confidence",
        }


async def _until_closed(stream: ClientConnection, frames: Sequence[str | bytes] = ()) -> None:
    async with asyncio.timeout(5):
        for frame in frames:
            await stream.send(frame)
        while True:
            await stream.recv()


async def _refused(url: str, headers: dict[str, str] | None = None) -> int:
    with pytest.raises(InvalidStatus) as caught:
        async with connect(url, additional_headers=headers or {}):
            pass
    return int(caught.value.response.status_code)


async def test_stream_when_somebody_may_not_come_in_then_403(address: tuple[Stage, str]) -> None:
    stage, where = address
    url = f"ws://{where}/ws/live"
    bearer = await stage.bearer(Scope.READ)
    secret = bearer["Authorization"].removeprefix("Bearer ")
    async with _logged_in(where) as client:
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        ticket = await _ticket(where, client)
        assert await _refused(url) == 403
        assert await _refused(f"{url}?ticket=guessed") == 403
        assert await _refused(f"{url}?token={secret}", bearer) == 403
        assert await _refused(url, {"Cookie": cookies}) == 403
        hijack = {"Cookie": cookies, "Origin": "https://evil.example"}
        assert await _refused(f"{url}?ticket={ticket}", hijack) == 403
        assert await _refused(url, {**bearer, "Origin": "null"}) == 403
        async with connect(f"{url}?ticket={ticket}"):
            pass
        assert await _refused(f"{url}?ticket={ticket}") == 403


async def test_stream_when_the_session_ends_then_it_closes_within_five_seconds(
    address: tuple[Stage, str],
) -> None:
    _, where = address
    async with _logged_in(where) as client:
        ticket = await _ticket(where, client)
        async with connect(f"ws://{where}/ws/live?ticket={ticket}") as stream:
            await _next(stream, "hello")
            headers = {**OURS, "Origin": f"http://{where}"}
            assert (await client.post("/auth/logout", headers=headers)).status_code == 200
            with pytest.raises(ConnectionClosed):
                await _until_closed(stream)
        assert stream.close_code == 1008


async def test_stream_when_flooded_or_sent_bytes_then_closed_and_nothing_changes(
    address: tuple[Stage, str],
) -> None:
    stage, where = address
    headers = await stage.bearer(Scope.READ)
    for frames in ([b"\x00\xff"], ["x"] * 200, ["y" * 70_000]):
        async with connect(f"ws://{where}/ws/live", additional_headers=headers) as stream:
            with pytest.raises(ConnectionClosed):
                await _until_closed(stream, frames)
    assert await stage.parts.store.pending_commands() == ()


async def test_stream_when_a_listener_does_not_read_then_the_others_are_told_all_the_same(
    address: tuple[Stage, str],
) -> None:
    stage, where = address
    headers = await stage.bearer(Scope.READ)
    url = f"ws://{where}/ws/live"
    async with (
        connect(url, additional_headers=headers, max_queue=1, close_timeout=0.5) as deaf,
        connect(url, additional_headers=headers) as stream,
    ):
        await _next(stream, "hello")
        await _next(deaf, "hello")
        for _ in range(20):
            await _halt(stage)
        for _ in range(20):
            assert (await _next(stream, "control"))["data"]["state"] == "HALTED"


async def test_listener_when_he_does_not_read_then_he_is_dropped_and_told_so(
    stage: Stage,
) -> None:
    live = Live(replace(stage.parts, timer=SystemClock()))
    deaf, keen = Listener(queue=asyncio.Queue(maxsize=3)), Listener()
    for listener in (deaf, keen):
        await live.join(listener)
    reading = asyncio.create_task(live.run())
    for _ in range(6):
        await _halt(stage)
    async with asyncio.timeout(10):
        told = [json.loads(await keen.queue.get()) for _ in range(6)]
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert [one["type"] for one in told] == ["control"] * 6
    assert (deaf.is_dropped, keen.is_dropped, live.listeners) == (True, False, 1)


class _Asleep(SystemClock):
    """A timer whose waits never end."""

    async def sleep_s(self, seconds: float) -> None:
        await asyncio.Event().wait()


async def test_change_when_written_by_this_process_then_told_without_waiting_for_a_look(
    stage: Stage,
) -> None:
    live, listener = Live(replace(stage.parts, timer=_Asleep())), Listener()
    await live.join(listener)
    stage.parts.store.heed(live.wake)
    reading = asyncio.create_task(live.run())
    for _ in range(3):
        await _halt(stage)
        async with asyncio.timeout(10):
            assert json.loads(await listener.queue.get())["type"] == "control"
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
