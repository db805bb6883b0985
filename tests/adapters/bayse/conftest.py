"""A scripted venue, and a client that talks to it without waiting."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.options import ClientOptions
from bayse_agent.adapters.bayse.secrets import Credentials
from bayse_agent.adapters.bayse.signing import signature
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock
from tests.adapters.bayse.scripted_server import ScriptedServer, Seen, scripted_server
from tests.adapters.bayse.socket_server import SocketServer, socket_server
from tests.adapters.bayse.timers import HandTimer

SECRET = SecretStr("sk_live_secret789xyz")
CREDENTIALS = Credentials(public_key=SecretStr("pk_live_public123"), secret_key=SECRET)
QUICK = ClientOptions(
    connect_timeout_s=10,
    reply_timeout_s=10,
    request_timeout_s=20,
    backoff_first_s=0.001,
    backoff_max_s=0.002,
    attempts_max=3,
    retry_after_max_s=60,
)

HASTY = dataclasses.replace(QUICK, reply_timeout_s=0.25)
"""For what must not wait for an answer that does not come."""


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as scripted:
        yield scripted


@pytest.fixture
def timer() -> HandTimer:
    return HandTimer()


@pytest.fixture
async def client(server: ScriptedServer, timer: HandTimer) -> AsyncIterator[BayseClient]:
    made = BayseClient(server.url, timer=timer, credentials=CREDENTIALS, options=QUICK)
    async with made as opened:
        yield opened


@pytest.fixture
def venue(client: BayseClient) -> BayseVenue:
    return BayseVenue(client, clock=SystemClock())


@pytest.fixture
async def sockets() -> AsyncIterator[SocketServer]:
    async with socket_server() as scripted:
        yield scripted


def is_signed_right(seen: Seen) -> bool:
    """Whether a request carries the signature of exactly its time, path and bytes."""
    expected = signature(
        SECRET,
        timestamp_s=int(seen.headers["x-timestamp"]),
        method=seen.method,
        path=seen.path,
        body=seen.body,
    )
    return seen.headers["x-signature"] == expected
