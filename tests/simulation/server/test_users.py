"""Logins, API keys and look-ups."""

from __future__ import annotations

import httpx2
import pytest

from tests.simulation.server.stage import Caller, Stage

KEYS = "/v1/user/me/api-keys"


async def sign_in(stage: Stage, caller: Caller) -> dict[str, str]:
    """The headers of a new session."""
    user = stage.desk.accounts.user(caller.user_id)
    assert user is not None
    body = {"email": user.email, "password": user.password}
    session = (await stage.client.post("/v1/user/login", json=body)).json()
    assert session["userId"] == caller.user_id
    return {"x-auth-token": session["token"], "x-device-id": session["deviceId"]}


async def test_a_wrong_password_is_401(stage: Stage) -> None:
    stage.caller()
    body = {"email": "trader1@example.com", "password": "wrong"}
    assert (await stage.client.post("/v1/user/login", json=body)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "a@b.c"},
        {"email": "no at", "password": "x"},
        {"email": "a@b.c", "password": "x" * 129},
        {"email": 7, "password": "x"},
    ],
)
async def test_a_login_without_sense_is_400(stage: Stage, body: dict[str, object]) -> None:
    assert (await stage.client.post("/v1/user/login", json=body)).status_code == 400


async def test_a_second_login_within_two_minutes_is_the_429_without_a_code(stage: Stage) -> None:
    caller = stage.caller()
    await sign_in(stage, caller)
    body = {"email": "trader1@example.com", "password": "x"}
    reply = await stage.client.post("/v1/user/login", json=body)
    assert reply.status_code == 429
    assert reply.headers["retry-after"] == "120"
    assert reply.json() == {
        "message": "Too many login attempts. Please try again later.",
        "retryAfter": 120,
    }
    stage.wall.advance(120)
    assert (await sign_in(stage, caller))["x-auth-token"]


async def test_a_new_key_shows_its_secret_once_and_signs(stage: Stage) -> None:
    caller = stage.caller()
    session = await sign_in(stage, caller)
    made = (await stage.client.post(KEYS, json={"name": "my bot"}, headers=session)).json()
    assert made["publicKey"].startswith("pk_live_")
    assert made["secretKey"].startswith("sk_live_")
    assert made["signingInstructions"] == {
        "algorithm": "HMAC-SHA256",
        "headers": ["X-Public-Key", "X-Timestamp", "X-Signature"],
        "payloadFormat": "{timestamp}.{method}.{path}.{bodyHash}",
        "timestampWindowSeconds": 300,
    }
    listed = (await stage.client.get(KEYS, headers=session)).json()
    assert listed["total"] == 2
    assert "secretKey" not in listed["keys"][1]
    assert listed["keys"][1]["secretKeyHint"] == f"sk_live_...{made['secretKey'][-3:]}"
    caller.public, caller.secret = made["publicKey"], made["secretKey"]
    assert (await caller.place(stage.market)).status_code == 200


async def test_a_name_is_used_once(stage: Stage) -> None:
    session = await sign_in(stage, stage.caller())
    replies = [
        await stage.client.post(KEYS, json={"name": "bot"}, headers=session) for _ in range(2)
    ]
    assert [reply.status_code for reply in replies] == [200, 409]


async def only_key(stage: Stage, session: dict[str, str]) -> str:
    keys: list[dict[str, str]] = (await stage.client.get(KEYS, headers=session)).json()["keys"]
    return keys[0]["id"]


async def test_a_rotated_secret_works_and_the_old_one_does_not(stage: Stage) -> None:
    caller = stage.caller()
    session = await sign_in(stage, caller)
    path = f"{KEYS}/{await only_key(stage, session)}/rotate"
    rotated = (await stage.client.post(path, headers=session)).json()
    assert rotated["publicKey"] == caller.public
    old = await caller.place(stage.market)
    caller.secret = rotated["secretKey"]
    new = await caller.place(stage.market)
    assert (old.status_code, old.json()["error"]) == (401, "invalid_signature")
    assert new.status_code == 200


async def test_a_revoked_key_is_unknown_at_once(stage: Stage) -> None:
    caller = stage.caller()
    session = await sign_in(stage, caller)
    path = f"{KEYS}/{await only_key(stage, session)}"
    assert "message" in (await stage.client.delete(path, headers=session)).json()
    reply = await caller.get("/v1/wallet/assets")
    assert (reply.status_code, reply.json()["error"]) == (401, "unauthorized")


async def test_two_changes_in_half_an_hour_and_no_third(stage: Stage) -> None:
    session = await sign_in(stage, stage.caller())
    path = f"{KEYS}/{await only_key(stage, session)}/rotate"
    replies = [await stage.client.post(path, headers=session) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert replies[2].json()["retryAfter"] == 1800


async def test_somebody_elses_key_is_404(stage: Stage) -> None:
    one, two = stage.caller(), stage.caller()
    session, other = await sign_in(stage, one), await sign_in(stage, two)
    path = f"{KEYS}/{await only_key(stage, other)}"
    assert (await stage.client.delete(path, headers=session)).status_code == 404


@pytest.mark.parametrize("missing", ["x-auth-token", "x-device-id"])
async def test_a_session_needs_both_headers(stage: Stage, missing: str) -> None:
    session = await sign_in(stage, stage.caller())
    del session[missing]
    reply = await stage.client.get(KEYS, headers=session)
    assert (reply.status_code, reply.json()["error"]) == (401, "unauthorized")


async def test_an_api_key_is_no_session(stage: Stage) -> None:
    assert (await stage.caller().get(KEYS)).status_code == 401


async def test_users_are_looked_up_by_tag_or_id(stage: Stage) -> None:
    caller = stage.caller()

    async def lookup(**query: str) -> httpx2.Response:
        return await caller.get("/v1/user/lookup", **query)

    by_tag = await lookup(tag="TRADER1")
    assert by_tag.json() == {"id": caller.user_id, "tag": "trader1", "imageUrl": ""}
    assert (await lookup(userId=caller.user_id)).json() == by_tag.json()
    assert (await lookup(tag="nobody")).status_code == 404
    assert (await lookup(tag="trader1", userId=caller.user_id)).status_code == 400
    assert (await lookup()).status_code == 400
