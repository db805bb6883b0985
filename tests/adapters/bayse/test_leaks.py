"""With every logger at its most talkative, no secret comes out of anything that is done."""

from __future__ import annotations

import logging
from random import Random

import pytest
from pydantic import SecretStr

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.stream import BayseStream, Socket
from bayse_agent.adapters.bayse.user import BayseUser
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.bayse.wire import stream as wire
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.errors import VenueError
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.money import Currency
from bayse_agent.domain.order import OrderId
from tests.adapters.bayse import samples
from tests.adapters.bayse.orders import KEY, book_order
from tests.adapters.bayse.scripted_server import HANG_UP, Reply, ScriptedServer
from tests.adapters.bayse.socket_server import socket_server
from tests.adapters.bayse.stream_kit import QUICK, running

CANARIES = (
    "pk_live_public123",
    "sk_live_secret789xyz",
    "canary-password",
    "canary-token",
    "canary-device",
    "sk_live_new",
    "pk_live_new",
)


def assert_silent(*texts: str) -> None:
    for canary in CANARIES:
        assert not [text for text in texts if canary in text]


async def test_requests_when_everything_is_logged_then_no_secret_is(
    client: BayseClient,
    venue: BayseVenue,
    server: ScriptedServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    session = {"token": "canary-token", "deviceId": "canary-device", "userId": "u"}
    server.answers(
        Reply.of(session),
        Reply.of(samples.new_key()),
        Reply(status=429),
        Reply.of(samples.batch(samples.placed_book_order())),
        HANG_UP,
        Reply.complaint(401, "invalid_signature", "bad key pk_live_public123"),
        Reply.complaint(401, "unauthorized", "bad key pk_live_public123"),
    )
    user = BayseUser(client)

    opened = await user.log_in("me@example.org", SecretStr("canary-password"))
    key = await user.create_key(opened, "bot")
    placed = await venue.place(book_order(), key=KEY)
    cancelled = await venue.cancel(OrderId(samples.ORDER))
    with pytest.raises(VenueError) as caught:
        await venue.wallets()

    shown = capfd.readouterr()
    assert_silent(caplog.text, shown.out, shown.err, repr(client), str(caught.value))
    assert_silent(repr(opened), repr(key), repr(placed), repr(cancelled))


async def test_stream_when_everything_is_logged_then_no_secret_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    clock = SystemClock()
    async with socket_server() as sockets:
        stream = BayseStream(
            sockets.url,
            Socket.USER,
            clock=clock,
            timer=clock,
            generator=Random(1),
            currency=Currency.NGN,
            options=QUICK,
            public_key=SecretStr("pk_live_public123"),
        )
        stream.subscribe(*wire.own_orders([MarketId("m")]))
        async with running(stream):
            heard = await sockets.hears(1)

    ours = [entry.getMessage() for entry in caplog.records if entry.name != "websockets.server"]
    assert heard[0]["auth"] == {"apiKey": "pk_live_public123"}
    assert_silent(*ours, repr(stream), repr(stream.state))
