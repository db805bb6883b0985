"""The live stream over a websocket: let in by a ticket, told everything in order."""

from __future__ import annotations

import asyncio
import json

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.websockets import WebSocket, WebSocketDisconnect

from bayse_agent.api.caller import Caller
from bayse_agent.api.house import House
from bayse_agent.api.live import Listener
from bayse_agent.api.origins import Origins
from bayse_agent.api.throttle import Throttle

router = APIRouter()
CHECK_EVERY_S = 2.0
LARGEST_FRAME = 65_536
FRAMES_A_MINUTE = 120
GOING_AWAY, POLICY, TRY_LATER = 1001, 1008, 1013
MOST_LISTENERS = 200


@router.websocket("/ws/live")
async def live(socket: WebSocket) -> None:
    """Tell what happens. `ticket` lets in, `since` is the last id that was seen.

    Any text is answered with a heartbeat. Closed when the session ends, and for who does not read.
    """
    house = socket.app.state.house
    assert isinstance(house, House)
    caller = await _caller(house, socket)
    if caller is None:
        # Before it is accepted that is a plain 403.
        await socket.close(POLICY)
        return
    listener = Listener()
    if not house.live.seat(listener, most=MOST_LISTENERS):
        await socket.close(TRY_LATER)
        return
    try:
        await socket.accept()
        await _serve(house, socket, caller, listener)
    except (WebSocketDisconnect, RuntimeError):
        # The other end has left; whatever was being said is said to nobody.
        return
    finally:
        house.live.leave(listener)


async def _caller(house: House, socket: WebSocket) -> Caller | None:
    """Who is at the other end; None for a page of another site, and for who has no ticket."""
    origins, headers = Origins(house.parts.web), Headers(scope=socket.scope)
    if not origins.is_ours(headers) or not origins.may_write(headers):
        return None
    if "token" in socket.query_params:
        # What is in an address ends in logs.
        return None
    ticket = socket.query_params.get("ticket")
    if ticket is not None:
        caller = house.tickets.take(ticket)
        # He may have logged out since it was given.
        return caller if caller is not None and await house.doors.still_in(caller) else None
    kind, _, credential = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return None
    return await house.doors.caller_of(credential.strip(), is_by_cookie=False)


async def _serve(house: House, socket: WebSocket, caller: Caller, listener: Listener) -> None:
    tasks = [
        asyncio.create_task(_tell(house, socket, listener)),
        asyncio.create_task(_listen(house, socket)),
        asyncio.create_task(_watch(house, socket, caller, listener)),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _tell(house: House, socket: WebSocket, listener: Listener) -> None:
    """Tell what was missed, and then what comes. There may be much, and a slow reader."""
    until = await house.live.join(listener)
    since = socket.query_params.get("since", "")
    if since.isascii() and since.isdecimal() and int(since[:18]) < until:
        async for change in house.live.missed(int(since[:18]), until):
            await socket.send_text(change.as_json())
    await _say(socket, "hello", {"id": until, "mode": house.parts.mode})
    while True:
        await socket.send_text(await listener.queue.get())


async def _listen(house: House, socket: WebSocket) -> None:
    """Answer any text with a heartbeat. Nothing that is said changes anything."""
    pace = Throttle(house.parts.timer, times=FRAMES_A_MINUTE, within_s=60.0)
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        is_fit = text is not None and len(text) <= LARGEST_FRAME and not pace.take("frames")
        if not is_fit:
            await socket.close(POLICY)
            return
        await _say(socket, "heartbeat", {})


async def _watch(house: House, socket: WebSocket, caller: Caller, listener: Listener) -> None:
    """Show out who would not be let in any more, and who does not read."""
    while True:
        await house.parts.timer.sleep_s(CHECK_EVERY_S)
        if listener.is_dropped:
            await socket.close(TRY_LATER)
            return
        if not await house.doors.still_in(caller):
            await socket.close(POLICY)
            return


async def _say(socket: WebSocket, kind: str, data: dict[str, object]) -> None:
    await socket.send_text(json.dumps({"type": kind, "data": data}))
