"""One of the venue's websockets, kept alive: reconnects, subscribes anew, and has gaps re-read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bayse_agent.adapters.bayse.address import Address
from bayse_agent.adapters.bayse.options import StreamOptions
from bayse_agent.adapters.bayse.pacing import RateWindow
from bayse_agent.adapters.bayse.secrets import redact
from bayse_agent.adapters.bayse.wire import stream as wire
from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.reader import decode
from bayse_agent.adapters.bayse.wire.stream import Change, Reception, Subscription
from bayse_agent.adapters.bayse.wire.writing import Field, encode
from bayse_agent.adapters.clock import Timer
from bayse_agent.domain.errors import VenueError, VenueMalformed
from bayse_agent.domain.money import Currency
from bayse_agent.ports import Clock


class Socket(StrEnum):
    """The venue's websockets."""

    MARKETS = "/ws/v1/markets"
    USER = "/ws/v1/user"
    REALTIME = "/ws/v1/realtime"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """How a stream fares. Times are of the world's clock; None is never."""

    is_connected: bool
    connections: int
    received_at: datetime | None
    """When anything came in last, if only a pong."""
    changed_at: datetime | None
    """When something came in last that told of a change."""
    dropped: int
    """Changes that nobody took in time."""
    complaint: str | None
    """What the venue complained of last, or why the last connection ended."""


async def _nothing_to_resync() -> None:
    """For streams of what is told anew every second."""


class BayseStream:
    """A websocket as a stream of changes. `run` keeps it going until it is cancelled.

    There are no sequence numbers and no replay: after each connection, once everything is
    subscribed to, `resync` is awaited to read by REST what may have been missed. If it raises a
    VenueError the connection is given up, so that nobody trusts a stream with a hole in it.
    """

    def __init__(
        self,
        base_url: str,
        socket: Socket,
        *,
        clock: Clock,
        timer: Timer,
        generator: Random,
        currency: Currency,
        options: StreamOptions | None = None,
        public_key: SecretStr | None = None,
        resync: Callable[[], Awaitable[None]] = _nothing_to_resync,
    ) -> None:
        self.drift = Drift()
        self._url = Address.of_sockets(base_url).url(socket.value)
        self._options = options or StreamOptions()
        self._clock = clock
        self._timer = timer
        self._generator = generator
        self._currency = currency
        self._public_key = public_key
        self._resync = resync
        self._logger = _silent_logger()
        self._wanted: dict[Subscription, None] = {}
        self._wish_changed = asyncio.Event()
        self._changes: asyncio.Queue[Change] = asyncio.Queue(self._options.queue_max)
        self._state = StreamState(
            is_connected=False,
            connections=0,
            received_at=None,
            changed_at=None,
            dropped=0,
            complaint=None,
        )

    def __repr__(self) -> str:
        return f"BayseStream({self._url!r})"

    @property
    def state(self) -> StreamState:
        return self._state

    def subscribe(self, *subscriptions: Subscription) -> None:
        """Ask for pushes, now and after each reconnect. Asking twice is asking once."""
        self._wanted |= dict.fromkeys(subscriptions)
        self._wish_changed.set()

    def unsubscribe(self, *subscriptions: Subscription) -> None:
        """Ask no more. Where the room's name is unknown, pushes end with the connection."""
        for subscription in subscriptions:
            self._wanted.pop(subscription, None)
        self._wish_changed.set()

    async def changes(self) -> AsyncIterator[Change]:
        """Changes as they come. For one reader; the oldest are dropped if it is slow."""
        while True:
            yield await self._changes.get()

    async def run(self) -> None:
        """Connect, and connect again, for ever."""
        failures = 0
        while True:
            began_s = self._timer.monotonic_s()
            try:
                await self._connection()
            except* (OSError, WebSocketException, TimeoutError, VenueError) as group:
                self._state = replace(self._state, complaint=_reason(group))
            lasted_s = self._timer.monotonic_s() - began_s
            failures = 0 if lasted_s >= self._options.stable_after_s else failures + 1
            await self._timer.sleep_s(self._pause_s(failures))

    def _pause_s(self, failures: int) -> float:
        """Twice as long after each failure, within bounds, and a little more by chance."""
        options = self._options
        doubled_s = options.backoff_first_s * 2.0 ** min(max(0, failures - 1), 30)
        return min(options.backoff_max_s, doubled_s) * (1 + self._generator.random() / 4)

    async def _connection(self) -> None:
        options = self._options
        async with connect(
            self._url,
            open_timeout=options.open_timeout_s,
            close_timeout=options.close_timeout_s,
            ping_interval=None,
            max_size=options.frame_max_bytes,
            logger=self._logger,
            proxy=options.proxy_url,
        ) as socket:
            self._state = replace(
                self._state, is_connected=True, connections=self._state.connections + 1
            )
            pace = RateWindow(per_s=options.messages_per_s, timer=self._timer)
            subscribed = asyncio.Event()
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._receive(socket))
                    tasks.create_task(self._keep_alive(socket, pace))
                    tasks.create_task(self._follow_wishes(socket, pace, subscribed))
                    tasks.create_task(self._catch_up(subscribed))
            finally:
                self._state = replace(self._state, is_connected=False)

    async def _receive(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(self._options.receive_timeout_s):
                frame = await socket.recv()
            self._state = replace(self._state, received_at=self._clock.now())
            text = frame.encode() if isinstance(frame, str) else frame
            for line in text.split(b"\n"):
                if line.strip():
                    self._take(line)

    def _take(self, line: bytes) -> None:
        reception = Reception(
            received_at=self._clock.now(),
            currency=self._currency,
            source_ahead_max=timedelta(seconds=self._options.source_ahead_max_s),
        )
        try:
            found = wire.changes(decode(line), reception, self.drift)
        except VenueMalformed as error:
            self.drift.left_out("message", str(error))
            return
        for change in found:
            if isinstance(change, wire.StreamError):
                self._state = replace(self._state, complaint=redact(change.message))
            self._put(change)

    def _put(self, change: Change) -> None:
        if self._changes.full():
            self._changes.get_nowait()
            self._state = replace(self._state, dropped=self._state.dropped + 1)
        self._changes.put_nowait(change)
        self._state = replace(self._state, changed_at=self._clock.now())

    async def _keep_alive(self, socket: ClientConnection, pace: RateWindow) -> None:
        while True:
            await self._timer.sleep_s(self._options.ping_every_s)
            await self._send(socket, pace, {"type": "ping"})

    async def _follow_wishes(
        self, socket: ClientConnection, pace: RateWindow, subscribed: asyncio.Event
    ) -> None:
        """Bring what the venue was asked for in line with what is wanted, whenever that changes."""
        asked: set[Subscription] = set()
        while True:
            self._wish_changed.clear()
            for subscription in [one for one in self._wanted if one not in asked]:
                await self._send(socket, pace, subscription.message())
                asked.add(subscription)
            for subscription in [one for one in asked if one not in self._wanted]:
                asked.remove(subscription)
                if subscription.room is not None:
                    leave: dict[str, Field] = {"type": "unsubscribe", "room": subscription.room}
                    await self._send(socket, pace, leave)
            subscribed.set()
            await self._wish_changed.wait()

    async def _catch_up(self, subscribed: asyncio.Event) -> None:
        await subscribed.wait()
        async with asyncio.timeout(self._options.resync_timeout_s):
            await self._resync()

    async def _send(
        self, socket: ClientConnection, pace: RateWindow, message: dict[str, Field]
    ) -> None:
        """Send one message at the venue's pace; where there is a key, each one carries it."""
        if self._public_key is not None:
            message = {**message, "auth": {"apiKey": self._public_key.get_secret_value()}}
        await pace.take()
        await socket.send(encode(message).decode())


def _silent_logger() -> logging.Logger:
    """For the library, which would write whole messages, and the key in them, to its log."""
    logger = logging.Logger("bayse_agent.websocket", level=logging.CRITICAL)
    logger.addHandler(logging.NullHandler())
    return logger


def _reason(group: BaseExceptionGroup[BaseException]) -> str:
    """The first of what went wrong, in a few words without secrets."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return redact(f"{type(error).__name__}: {error}")
