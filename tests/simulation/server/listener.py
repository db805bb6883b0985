"""A websocket client for the tests, which splits frames into messages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect

from tests.simulation.server.stage import Caller, Stage

Message = dict[str, object]


@dataclass
class Listener:
    """A websocket client that splits frames into messages."""

    socket: ClientConnection
    frames: list[int] = field(default_factory=list)
    _waiting: list[Message] = field(default_factory=list)

    async def say(self, **message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self) -> Message:
        if not self._waiting:
            text = str(await asyncio.wait_for(self.socket.recv(), 5))
            self._waiting = [json.loads(line) for line in text.split("\n")]
            self.frames.append(len(self._waiting))
        return self._waiting.pop(0)

    async def hear_of(self, kind: str) -> Message:
        """The next message of a type; the ones before it are passed over."""
        while True:
            message = await self.hear()
            if message["type"] == kind:
                return message

    async def settle(self) -> list[Message]:
        """Everything that is said up to the answer to a ping."""
        await self.say(type="ping")
        heard: list[Message] = []
        while not heard or heard[-1]["type"] != "pong":
            heard.append(await self.hear())
        return heard[:-1]


@asynccontextmanager
async def listening(stage: Stage, name: str) -> AsyncIterator[Listener]:
    async with connect(stage.ws(name)) as socket:
        listener = Listener(socket)
        await listener.hear_of("connected")
        yield listener


def data_of(message: Message) -> dict[str, object]:
    data = message["data"]
    assert isinstance(data, dict)
    return data


def auth(caller: Caller) -> Message:
    return {"apiKey": caller.public}
