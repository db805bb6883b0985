"""What is signed, with which time, and which path."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from email.utils import format_datetime

import pytest

from bayse_agent.adapters.bayse.client import Access, BayseClient, Request
from tests.adapters.bayse.conftest import CREDENTIALS, is_signed_right
from tests.adapters.bayse.scripted_server import (
    Reply,
    ScriptedServer,
)
from tests.adapters.bayse.timers import START, HandTimer

OK = Reply.of({"fine": True})
POST = Request(method="POST", path="/v1/x", access=Access.WRITE, body=b'{"a":1}')


async def test_read_when_signing_is_not_needed_then_does_not_sign(
    client: BayseClient, server: ScriptedServer
) -> None:
    server.answers(OK)

    await client.read("/v1/x", access=Access.READ)

    assert server.requests[0].headers["x-public-key"] == "pk_live_public123"
    assert "x-signature" not in server.requests[0].headers


async def test_once_when_signed_then_the_signature_is_of_the_bytes_that_arrived(
    client: BayseClient, server: ScriptedServer
) -> None:
    server.answers(OK)

    await client.once(POST)

    assert is_signed_right(server.requests[0])
    assert int(server.requests[0].headers["x-timestamp"]) == int(START.timestamp())


@pytest.mark.parametrize("base", ["", "/", "/v1", "/v1/"])
async def test_once_when_the_base_is_spelt_in_any_way_then_signs_the_path_that_is_asked(
    server: ScriptedServer, timer: HandTimer, base: str
) -> None:
    server.answers(OK)

    async with BayseClient(server.url + base, timer=timer, credentials=CREDENTIALS) as client:
        await client.once(POST)

    assert server.requests[0].path == "/v1/x"
    assert is_signed_right(server.requests[0])


async def test_once_when_behind_a_proxy_then_signs_the_path_that_the_venue_sees(
    server: ScriptedServer, timer: HandTimer
) -> None:
    server.answers(OK)
    base = f"{server.url}/relay/v1"

    async with BayseClient(base, timer=timer, credentials=CREDENTIALS) as client:
        await client.once(POST)

    seen = server.requests[0]
    assert seen.path == "/relay/v1/x"
    assert is_signed_right(dataclasses.replace(seen, path="/v1/x"))


async def test_post_known_when_limited_then_sends_the_same_bytes_signed_afresh(
    client: BayseClient, server: ScriptedServer
) -> None:
    server.answers(Reply(status=429, headers={"Retry-After": "3"}), OK)

    await client.post_known("/v1/x", b'{"a":1}', "key-1")

    first, second = server.requests
    assert (first.body, first.headers["idempotency-key"]) == (b'{"a":1}', "key-1")
    assert (second.body, second.headers["idempotency-key"]) == (b'{"a":1}', "key-1")
    assert int(second.headers["x-timestamp"]) >= int(first.headers["x-timestamp"]) + 3
    assert is_signed_right(first)
    assert is_signed_right(second)


async def test_once_when_the_venues_clock_is_ahead_then_signs_with_its_time(
    client: BayseClient, server: ScriptedServer
) -> None:
    ahead = format_datetime(START + timedelta(seconds=90), usegmt=True)
    server.answers(Reply.of({}, Date=ahead), OK)

    await client.read("/v1/x")
    await client.once(POST)

    told = int(server.requests[1].headers["x-timestamp"])
    assert 90 <= told - START.timestamp() <= 91
    assert 90 <= client.clock_skew_s <= 91


@pytest.mark.parametrize("date", ["yesterday", "", "Tue, 17 Feb 1970 12:00:00 GMT"])
async def test_once_when_the_venues_date_is_absurd_then_keeps_the_computers_time(
    client: BayseClient, server: ScriptedServer, date: str
) -> None:
    server.answers(Reply.of({}, Date=date))

    await client.read("/v1/x")

    assert client.clock_skew_s == 0


async def test_read_when_the_page_is_a_proxys_then_its_date_is_not_believed(
    client: BayseClient, server: ScriptedServer
) -> None:
    date = format_datetime(START + timedelta(seconds=90), usegmt=True)
    server.answers(
        Reply(status=502, body=b"<html>", headers={"Content-Type": "text/html", "Date": date}), OK
    )

    await client.read("/v1/x")

    assert client.clock_skew_s == 0
