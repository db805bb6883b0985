"""How requests are carried: what is repeated, what never is, and what is signed."""

from __future__ import annotations

import dataclasses
import gzip
import json

import pytest

from bayse_agent.adapters.bayse.client import Access, BayseClient, Request
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.errors import (
    ConfigurationError,
    VenueError,
    VenueMalformed,
    VenueNotFound,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
)
from tests.adapters.bayse.conftest import HASTY, QUICK, is_signed_right
from tests.adapters.bayse.scripted_server import (
    HANG_UP,
    PAGE_OF_A_PROXY,
    Reply,
    ScriptedServer,
)
from tests.adapters.bayse.timers import HandTimer

OK = Reply.of({"fine": True})
POST = Request(method="POST", path="/v1/x", access=Access.WRITE, body=b'{"a":1}')


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Reply.complaint(500, "internal_server_error"), id="500"),
        pytest.param(PAGE_OF_A_PROXY, id="html 502"),
        pytest.param(Reply.complaint(429, "rate_limit"), id="429"),
        pytest.param(Reply(status=408), id="408"),
        pytest.param(HANG_UP, id="hang-up"),
        pytest.param(Reply(body=b'{"fine": true}', sent_bytes=60), id="cut off"),
    ],
)
async def test_read_when_trouble_passes_then_answers(
    client: BayseClient, server: ScriptedServer, trouble: Reply
) -> None:
    server.answers(trouble, OK)

    assert await client.read("/v1/x") == {"fine": True}
    assert len(server.requests) == 2


async def test_read_when_an_answer_takes_too_long_then_asks_again(
    server: ScriptedServer, timer: HandTimer
) -> None:
    server.answers(Reply(pause_s=0.5))
    server.usual = OK

    async with BayseClient(server.url, timer=timer, options=HASTY) as client:
        assert await client.read("/v1/x") == {"fine": True}


async def test_read_when_an_answer_trickles_for_ever_then_gives_up(
    server: ScriptedServer, timer: HandTimer
) -> None:
    options = dataclasses.replace(QUICK, request_timeout_s=0.05, attempts_max=1)
    server.usual = Reply(pause_s=0.5)

    async with BayseClient(server.url, timer=timer, options=options) as client:
        with pytest.raises(VenueUnreachable, match="TimeoutError"):
            await client.read("/v1/x")


async def test_read_when_trouble_stays_then_raises_after_the_last_attempt(
    client: BayseClient, server: ScriptedServer
) -> None:
    server.usual = PAGE_OF_A_PROXY

    with pytest.raises(VenueUnreachable):
        await client.read("/v1/x")
    assert len(server.requests) == QUICK.attempts_max


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply.complaint(404, "not_found"), VenueNotFound),
        (Reply.complaint(400, "bad"), VenueRejected),
        (Reply.complaint(401, "unauthorized"), VenueRejected),
        (Reply(status=404, body=b"<html>"), VenueMalformed),
        (Reply(status=401, body=b"{}"), VenueMalformed),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:1/"}), VenueMalformed),
    ],
)
async def test_read_when_the_answer_is_final_then_raises_at_once(
    client: BayseClient, server: ScriptedServer, reply: Reply, expected: type[VenueError]
) -> None:
    server.answers(reply)

    with pytest.raises(VenueError) as caught:
        await client.read("/v1/x")
    assert type(caught.value) is expected
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"<html>please log in</html>"),
        Reply(body=b'{"price": NaN}'),
        Reply(body=b'{"a": 1, "a": 2}'),
        Reply(body=b"\xff\xfe"),
        Reply(body=b"[" * 100_000),
        Reply(body=b""),
        Reply(body=b"x", headers={"Content-Encoding": "gzip"}),
    ],
)
async def test_read_when_the_answer_is_garbled_then_asks_again_but_not_for_ever(
    client: BayseClient, server: ScriptedServer, reply: Reply
) -> None:
    server.answers(reply, Reply.of({"is": "fine"}))
    assert await client.read("/v1/x") == {"is": "fine"}
    assert len(server.requests) == 2

    server.answers(*[reply] * QUICK.attempts_max)
    with pytest.raises(VenueMalformed):
        await client.read("/v1/x")
    assert len(server.requests) == 2 + QUICK.attempts_max


async def test_read_when_redirected_then_sends_nothing_to_the_other_place(
    client: BayseClient, server: ScriptedServer
) -> None:
    server.answers(Reply(status=307, headers={"Location": f"{server.url}/elsewhere"}))

    with pytest.raises(VenueMalformed):
        await client.read("/v1/x", access=Access.READ)
    assert [seen.path for seen in server.requests] == ["/v1/x"]


async def test_read_when_the_answer_is_too_long_then_stops_reading(
    server: ScriptedServer, timer: HandTimer
) -> None:
    options = dataclasses.replace(QUICK, body_max_bytes=1000)
    bomb = gzip.compress(b" " * 10_000_000)
    server.answers(Reply(body=bomb, headers={"Content-Encoding": "gzip"}))

    async with BayseClient(server.url, timer=timer, options=options) as client:
        with pytest.raises(VenueMalformed, match="too long"):
            await client.read("/v1/x")


async def test_read_when_the_venue_names_a_wait_then_waits_that_long(
    client: BayseClient, server: ScriptedServer, timer: HandTimer
) -> None:
    server.answers(Reply(status=429, headers={"Retry-After": "7"}), OK)

    await client.read("/v1/x")

    assert 7 <= timer.monotonic_s() < 8


async def test_read_when_the_wait_is_named_in_the_body_then_waits_that_long(
    client: BayseClient, server: ScriptedServer, timer: HandTimer
) -> None:
    server.answers(Reply.of({"message": "slow down", "retryAfter": 5}, 429), OK)

    await client.read("/v1/x")

    assert 5 <= timer.monotonic_s() < 6


@pytest.mark.parametrize("told", [-1, "5", True, None, 10**30, 1.5])
async def test_read_when_the_wait_in_the_body_is_absurd_then_waits_no_longer_than_allowed(
    client: BayseClient, server: ScriptedServer, timer: HandTimer, told: object
) -> None:
    server.answers(Reply.of({"retryAfter": told}, 429), OK)

    await client.read("/v1/x")

    assert timer.monotonic_s() <= QUICK.retry_after_max_s


@pytest.mark.parametrize("header", ["1000000000000", "-1", "abc", "", "1e9", "٣"])
async def test_read_when_the_wait_is_absurd_then_waits_no_longer_than_allowed(
    client: BayseClient, server: ScriptedServer, timer: HandTimer, header: str
) -> None:
    server.answers(Reply(status=429, headers={"Retry-After": header}), OK)

    await client.read("/v1/x")

    assert timer.monotonic_s() <= QUICK.retry_after_max_s


async def test_read_when_public_and_keyless_then_shows_nothing_of_us(
    server: ScriptedServer, timer: HandTimer
) -> None:
    server.answers(OK)

    async with BayseClient(server.url, timer=timer, options=QUICK) as client:
        await client.read("/v1/x")

    assert not [name for name in server.requests[0].headers if name.startswith("x-")]


async def test_read_when_the_account_is_needed_but_keyless_then_refuses(
    server: ScriptedServer, timer: HandTimer
) -> None:
    async with BayseClient(server.url, timer=timer, options=QUICK) as client:
        with pytest.raises(ConfigurationError):
            await client.read("/v1/x", access=Access.READ)

    assert server.requests == []


async def test_read_when_not_opened_then_refuses(timer: HandTimer) -> None:
    with pytest.raises(ConfigurationError):
        await BayseClient("http://127.0.0.1:1", timer=timer).read("/v1/x")


@pytest.mark.parametrize(
    "trouble", [PAGE_OF_A_PROXY, HANG_UP, Reply(status=429), Reply(status=500)]
)
async def test_once_when_there_is_trouble_then_never_sends_again(
    client: BayseClient, server: ScriptedServer, trouble: Reply
) -> None:
    server.usual = trouble

    if trouble is HANG_UP:
        with pytest.raises(VenueUnreachable):
            await client.once(POST)
    else:
        assert not (await client.once(POST)).is_success
    assert len(server.requests) == 1


@pytest.mark.parametrize("trouble", [PAGE_OF_A_PROXY, Reply(status=503), Reply(status=408)])
async def test_post_known_when_it_may_have_been_taken_then_never_sends_again(
    client: BayseClient, server: ScriptedServer, trouble: Reply
) -> None:
    server.usual = trouble

    assert not (await client.post_known("/v1/x", b"{}", "key-1")).is_success
    assert len(server.requests) == 1


async def test_post_known_when_the_connection_breaks_then_never_sends_again(
    client: BayseClient, server: ScriptedServer
) -> None:
    server.usual = HANG_UP

    with pytest.raises(VenueUnreachable):
        await client.post_known("/v1/x", b"{}", "key-1")
    assert len(server.requests) == 1


async def test_post_known_when_limited_for_ever_then_says_so(
    client: BayseClient, server: ScriptedServer
) -> None:
    server.usual = Reply(status=429)

    with pytest.raises(VenueRateLimited):
        await client.post_known("/v1/x", b"{}", "key-1")
    assert len(server.requests) == QUICK.attempts_max


async def test_remove_when_trouble_passes_then_signs_each_attempt_afresh(
    client: BayseClient, server: ScriptedServer
) -> None:
    server.answers(Reply(status=429, headers={"Retry-After": "2"}), OK)

    await client.remove("/v1/pm/orders/1")

    first, second = server.requests
    assert is_signed_right(first)
    assert is_signed_right(second)
    assert first.headers["x-timestamp"] != second.headers["x-timestamp"]


async def test_remove_when_orders_have_used_their_share_then_goes_at_once(
    client: BayseClient, server: ScriptedServer, timer: HandTimer
) -> None:
    server.usual = OK
    for _ in range(QUICK.writes_per_s - QUICK.writes_kept_for_cancels):
        await client.once(POST)

    await client.remove("/v1/pm/orders/1")
    assert timer.monotonic_s() == 0

    await client.once(POST)
    assert timer.monotonic_s() >= 1


async def test_read_when_the_venue_repeats_our_key_then_the_message_hides_it(
    client: BayseClient, server: ScriptedServer
) -> None:
    server.answers(Reply.complaint(401, "unauthorized", "no such key pk_live_public123\r\nX: y"))

    with pytest.raises(VenueRejected) as caught:
        await client.read("/v1/x", access=Access.READ)
    assert "public123" not in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_client_when_shown_then_hides_its_keys(client: BayseClient) -> None:
    assert "live" not in repr(client)


async def test_read_when_nobody_listens_then_raises_unreachable(timer: HandTimer) -> None:
    async with BayseClient("http://127.0.0.1:1", timer=timer, options=QUICK) as client:
        with pytest.raises(VenueUnreachable):
            await client.read("/v1/x")


async def test_read_when_called_more_often_than_the_rate_then_is_held_back(
    client: BayseClient, server: ScriptedServer, timer: HandTimer
) -> None:
    server.usual = OK

    for _ in range(QUICK.reads_per_s + 1):
        await client.read("/v1/x")

    assert timer.monotonic_s() >= 1


async def test_read_when_the_system_keeps_time_then_answers(server: ScriptedServer) -> None:
    server.answers(Reply(body=json.dumps({"p": 0.1}).encode()))

    async with BayseClient(server.url, timer=SystemClock(), options=QUICK) as client:
        assert str(await client.read("/v1/x")) == "{'p': Decimal('0.1')}"
