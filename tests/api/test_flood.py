"""Floods: many at once at each of the doors take no more than they may, and a stop gets through."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable
from dataclasses import replace
from threading import Event
from typing import Any

import httpx2
from starlette.types import ASGIApp, Message

from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.store.reading import desk
from bayse_agent.adapters.store.reading.reader import Cut
from bayse_agent.api.app import create_app
from bayse_agent.api.routes.live import MOST_LISTENERS
from bayse_agent.api.tickets import TICKET_LIFE_S
from bayse_agent.domain.access import Scope
from tests.api.stage import OURS, HandClock, Stage, fast_passwords


def _app(stage: Stage) -> ASGIApp:
    """The service by the real time, so that nobody is shown out while others come in."""
    return create_app(replace(stage.parts, timer=SystemClock()), passwords=fast_passwords())


async def _never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


class _Listener:
    """One end of a websocket. `told`: what it was sent; with `is_deaf` it takes no text."""

    def __init__(self, *, is_deaf: bool = False) -> None:
        self.told: list[Message] = []
        self._news = asyncio.Event()
        self._is_deaf = is_deaf
        self._came = iter([{"type": "websocket.connect"}])

    @property
    def kinds(self) -> list[str]:
        return [one["type"].removeprefix("websocket.") for one in self.told]

    async def receive(self) -> Message:
        return next(self._came, None) or await _never()

    async def send(self, message: Message) -> None:
        self.told.append(message)
        self._news.set()
        if self._is_deaf and message["type"] == "websocket.send":
            await _never()

    async def until_told(self, *kinds: str) -> None:
        """Wait until he was sent something of one of the kinds."""
        async with asyncio.timeout(10):
            while not set(kinds) & set(self.kinds):
                self._news.clear()
                await self._news.wait()

    async def listen(self, app: ASGIApp, query: str, headers: dict[str, str]) -> None:
        scope: dict[str, Any] = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "scheme": "ws",
            "path": "/ws/live",
            "raw_path": b"/ws/live",
            "query_string": query.encode(),
            "headers": [
                (name.lower().encode(), value.encode())
                for name, value in {"Host": "127.0.0.1", **headers}.items()
            ],
            "client": ("127.0.0.1", 5555),
            "subprotocols": [],
        }
        await app(scope, self.receive, self.send)


async def _all_ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_stream_when_more_come_at_once_than_may_then_no_more_are_let_in(
    stage: Stage,
) -> None:
    app, headers = _app(stage), await stage.bearer(Scope.READ)
    many = [_Listener() for _ in range(MOST_LISTENERS + 20)]
    # The books are slow to read just then.
    is_over = Event()
    reading = asyncio.create_task(stage.parts.reader.ask(lambda _: is_over.wait(10)))
    tasks = [asyncio.create_task(one.listen(app, "", headers)) for one in many]
    await asyncio.gather(*(one.until_told("accept", "close") for one in many))
    is_over.set()
    assert await reading
    let_in = [one for one in many if one.kinds[0] == "accept"]
    assert len(let_in) == MOST_LISTENERS
    # Who leaves makes room.
    await _all_ended(*tasks)
    late = _Listener()
    task = asyncio.create_task(late.listen(app, "", headers))
    await late.until_told("send")
    await _all_ended(task)


async def test_ticket_when_its_session_has_ended_then_it_lets_nobody_in(stage: Stage) -> None:
    client = await stage.logged_in(stage.client())
    ticket = (await client.post("/auth/ticket", headers=OURS)).json()["ticket"]
    assert (await client.post("/auth/logout", headers=OURS)).status_code == 200
    late = _Listener()
    await late.listen(stage.app, f"ticket={ticket}&since=0", {"Origin": "http://127.0.0.1"})
    assert late.kinds == ["close"]


async def test_ticket_when_it_is_old_or_for_another_name_of_ours_then_it_lets_nobody_in(
    stage: Stage, clock: HandClock
) -> None:
    client = await stage.logged_in(stage.client())
    here = {"Origin": "http://127.0.0.1"}
    for wait_s, headers, is_let_in in (
        (TICKET_LIFE_S - 1, here, True),
        (TICKET_LIFE_S, here, False),
        (0.0, {"Host": "rebound.example", "Origin": "http://rebound.example"}, False),
    ):
        ticket = (await client.post("/auth/ticket", headers=OURS)).json()["ticket"]
        clock.pass_s(wait_s)
        late = _Listener()
        task = asyncio.create_task(late.listen(stage.app, f"ticket={ticket}", headers))
        await late.until_told("accept", "close")
        await _all_ended(task)
        assert late.kinds[0] == ("accept" if is_let_in else "close")


async def test_stream_when_who_is_told_the_past_reads_nothing_then_he_is_shown_out_all_the_same(
    stage: Stage,
) -> None:
    client = await stage.logged_in(stage.client())
    ticket = (await client.post("/auth/ticket", headers=OURS)).json()["ticket"]
    deaf = _Listener(is_deaf=True)
    query, headers = f"ticket={ticket}&since=0", {"Origin": "http://127.0.0.1"}
    task = asyncio.create_task(deaf.listen(stage.app, query, headers))
    await deaf.until_told("send")
    assert (await client.post("/auth/logout", headers=OURS)).status_code == 200
    async with asyncio.timeout(10):
        await task
    assert deaf.kinds[-1] == "close"
    assert json.loads(deaf.told[1]["text"])["type"] != "hello"


async def test_stop_when_the_service_is_flooded_then_others_are_braked_and_it_is_not(
    stage: Stage,
) -> None:
    """One address is that of everybody here, as behind a proxy that nobody told us of."""
    web = replace(stage.parts.web, requests_a_minute=30, costly_a_minute=5)
    keys = (b"one key of webhooks that nobody can guess",)
    stage.app = create_app(
        replace(stage.parts, web=replace(web, webhook_keys=keys)), passwords=fast_passwords()
    )
    stranger, owner = stage.client(), await stage.logged_in(stage.client())
    script = stage.client()
    script.headers.update(await stage.bearer(Scope.READ))
    signed = {"webhook-id": "w", "webhook-timestamp": "1", "webhook-signature": "v1,AA=="}
    floods: list[tuple[str, list[Awaitable[Any]]]] = [
        ("health", [stranger.get("/health") for _ in range(100)]),
        ("ready", [stranger.get("/health/ready") for _ in range(100)]),
        ("webhook", [stranger.post("/webhook/order", headers=signed) for _ in range(100)]),
        ("tickets", [script.post("/auth/ticket", json={}) for _ in range(100)]),
        ("check", [script.get("/audit/check") for _ in range(100)]),
    ]
    counts = {}
    for name, flood in floods:
        counts[name] = Counter(one.status_code for one in await asyncio.gather(*flood))
    assert counts["health"] == {200: 30, 429: 70}
    assert counts["ready"] == {429: 100}
    assert counts["webhook"] == {401: 100}
    assert counts["tickets"] == {200: 30, 429: 70}
    assert counts["check"] == {429: 100}
    log = await stage.parts.reader.ask(desk.access(Cut(limit=200)))
    assert sum(one.kind == "webhook_refused" for one in log.items) == 10
    answer = await owner.post("/control/halt", json={"reason": "x"}, headers=OURS)
    assert answer.status_code == 202
    assert stage.parts.brake is not None
    assert stage.parts.brake.pulled() is not None
    # Another address is not braked for it.
    away = httpx2.ASGITransport(app=stage.app, client=("198.51.100.7", 1))
    async with httpx2.AsyncClient(transport=away, base_url="http://127.0.0.1") as other:
        assert (await other.get("/health")).status_code == 200
