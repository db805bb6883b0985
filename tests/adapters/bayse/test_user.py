"""Health, login, keys and users, and that none of their secrets shows."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.secrets import Session
from bayse_agent.adapters.bayse.user import BayseUser
from bayse_agent.domain.errors import (
    VenueError,
    VenueMalformed,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
)
from tests.adapters.bayse import samples
from tests.adapters.bayse.scripted_server import PAGE_OF_A_PROXY, Reply, ScriptedServer
from tests.adapters.bayse.timers import HandTimer

SESSION = Session(token=SecretStr("token-1"), device_id=SecretStr("device-1"), user_id="user-1")
PASSWORD = SecretStr("correct horse")


@pytest.fixture
def user(client: BayseClient) -> BayseUser:
    return BayseUser(client)


async def test_health_and_version_when_asked_then_have_no_version_in_their_path(
    user: BayseUser, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"status": "ok"}), Reply.of({"commit": "abc123"}))

    assert await user.is_healthy()
    assert await user.version() == "abc123"
    assert [seen.path for seen in server.requests] == ["/health", "/version"]


async def test_health_when_the_venue_says_otherwise_then_is_not_healthy(
    user: BayseUser, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"status": "degraded"}))

    assert not await user.is_healthy()


async def test_version_when_both_names_are_told_then_takes_the_version(
    user: BayseUser, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"version": "1.2", "commit": "abc"}), Reply.of({}))

    assert await user.version() == "1.2"
    with pytest.raises(VenueMalformed):
        await user.version()


async def test_log_in_when_taken_then_the_session_hides_its_token(
    user: BayseUser, server: ScriptedServer
) -> None:
    server.answers(Reply.of({"token": "token-9", "deviceId": "device-9", "userId": "user-1"}))

    session = await user.log_in("me@example.org", PASSWORD)

    assert session.token.get_secret_value() == "token-9"
    assert "token-9" not in repr(session)
    assert json.loads(server.requests[0].body)["password"] == "correct horse"
    assert "x-signature" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply.complaint(401, "unauthorized"), VenueRejected),
        (
            Reply.of({"message": "Too many login attempts.", "retryAfter": 120}, 429),
            VenueRateLimited,
        ),
        (PAGE_OF_A_PROXY, VenueUnreachable),
        (Reply.of({"token": "", "deviceId": "d", "userId": "u"}), VenueMalformed),
    ],
)
async def test_log_in_when_it_fails_then_is_not_tried_again(
    user: BayseUser, server: ScriptedServer, reply: Reply, expected: type[VenueError]
) -> None:
    server.usual = reply

    with pytest.raises(expected) as caught:
        await user.log_in("me@example.org", PASSWORD)
    assert len(server.requests) == 1
    assert "correct horse" not in str(caught.value)


async def test_log_in_when_limited_then_does_not_hold_up_reads(
    user: BayseUser, server: ScriptedServer, timer: HandTimer
) -> None:
    server.answers(Reply(status=429, headers={"Retry-After": "50"}), Reply.of({"status": "ok"}))

    with pytest.raises(VenueRateLimited) as caught:
        await user.log_in("me@example.org", PASSWORD)
    await user.is_healthy()

    assert caught.value.retry_after_s == 50
    assert timer.monotonic_s() == 0


async def test_create_key_when_made_then_carries_the_session_and_hides_the_secret(
    user: BayseUser, server: ScriptedServer
) -> None:
    server.answers(Reply.of(samples.new_key(), 201))

    key = await user.create_key(SESSION, "my bot")

    headers = server.requests[0].headers
    assert (headers["x-auth-token"], headers["x-device-id"]) == ("token-1", "device-1")
    assert "x-public-key" not in headers
    assert key.secret_key.get_secret_value() == "sk_live_new"
    assert "sk_live_new" not in repr(key)
    assert "pk_live_new" not in repr(key)


async def test_rotate_key_when_the_date_is_missing_then_reads_it_all_the_same(
    user: BayseUser, server: ScriptedServer
) -> None:
    told = samples.new_key()
    del told["createdAt"]
    server.answers(Reply.of(told))

    key = await user.rotate_key(SESSION, "key/1")

    assert key.created_at is None
    assert server.requests[0].path == "/v1/user/me/api-keys/key%2F1/rotate"


async def test_rotate_key_when_in_doubt_then_is_never_sent_again(
    user: BayseUser, server: ScriptedServer
) -> None:
    server.usual = PAGE_OF_A_PROXY

    with pytest.raises(VenueUnreachable):
        await user.rotate_key(SESSION, "key-1")
    assert len(server.requests) == 1


async def test_keys_when_listed_and_revoked_then_take_their_routes(
    user: BayseUser, server: ScriptedServer
) -> None:
    row = {"id": "key-1", "name": "n", "publicKey": "pk_live_1", "secretKeyHint": "sk_live_...xyz"}
    server.answers(Reply.of({"keys": [row], "total": 1}), Reply.of({"message": "revoked"}))

    (key,) = await user.keys(SESSION)
    await user.revoke_key(SESSION, key.id)

    assert [(seen.method, seen.path) for seen in server.requests] == [
        ("GET", "/v1/user/me/api-keys"),
        ("DELETE", "/v1/user/me/api-keys/key-1"),
    ]


async def test_find_when_by_tag_or_by_id_then_gives_exactly_one(
    user: BayseUser, server: ScriptedServer
) -> None:
    server.usual = Reply.of({"id": "user-1", "tag": "ada", "imageUrl": ""})

    found = await user.find_by_tag("Ada")
    await user.find_by_id("user-1")

    assert (found.tag, found.image_url) == ("ada", None)
    assert [seen.query for seen in server.requests] == [
        (("tag", "Ada"),),
        (("userId", "user-1"),),
    ]
