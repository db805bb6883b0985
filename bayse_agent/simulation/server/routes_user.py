"""Users and their API keys, and the two routes that say that the server is there."""

from __future__ import annotations

from bayse_agent.simulation.server.accounts import ApiKey
from bayse_agent.simulation.server.amounts import time_text
from bayse_agent.simulation.server.call import Call, Endpoint, Level
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.encoding import Json
from bayse_agent.simulation.server.problem import (
    bad_request,
    not_found,
    too_many,
    too_many_logins,
)
from bayse_agent.simulation.server.signing import WINDOW_S

PASSWORD_LIMIT = 128
VERSION = "simulated"


def health(desk: Desk, call: Call) -> Json:
    return {"status": "ok"}


def version(desk: Desk, call: Call) -> Json:
    """Sources disagree on the name of the field: both are there."""
    return {"version": VERSION, "commit": VERSION}


def login(desk: Desk, call: Call) -> Json:
    """One try in two minutes for each e-mail, right or wrong."""
    fields = call.fields()
    email, password = fields.text("email"), fields.text("password")
    if "@" not in email or len(password) > PASSWORD_LIMIT:
        raise bad_request("email or password is not valid")
    wait_s = desk.logins.take(email.casefold(), call.now_s)
    if wait_s is not None:
        raise too_many_logins(wait_s)
    session = desk.accounts.sign_in(email, password)
    return {"token": session.token, "deviceId": session.device, "userId": session.user.id}


def create_key(desk: Desk, call: Call) -> Json:
    name = call.fields().text("name")
    return _with_secret(desk.accounts.add_key(call.user, name, desk.exchange.now_ms))


def _with_secret(key: ApiKey) -> Json:
    return {
        "id": key.id,
        "name": key.name,
        "publicKey": key.public,
        "secretKey": key.secret,
        "signingInstructions": {
            "algorithm": "HMAC-SHA256",
            "headers": ["X-Public-Key", "X-Timestamp", "X-Signature"],
            "payloadFormat": "{timestamp}.{method}.{path}.{bodyHash}",
            "timestampWindowSeconds": WINDOW_S,
        },
        "createdAt": time_text(key.created_ms),
    }


def list_keys(desk: Desk, call: Call) -> Json:
    keys = list(call.user.keys.values())
    return {
        "keys": [
            {
                "id": key.id,
                "name": key.name,
                "publicKey": key.public,
                "secretKeyHint": f"sk_live_...{key.secret[-3:]}",
                "createdAt": time_text(key.created_ms),
            }
            for key in keys
        ],
        "total": len(keys),
    }


def _key_to_change(desk: Desk, call: Call) -> ApiKey:
    """The key of the path. Raises Problem 429 after two changes in 30 minutes."""
    key = desk.accounts.key_of(call.user, call.parameters["keyId"])
    token = call.headers.get("x-auth-token", "")
    wait_s = desk.key_changes.take(token, call.now_s)
    if wait_s is not None:
        raise too_many(wait_s)
    return key


def revoke_key(desk: Desk, call: Call) -> Json:
    desk.accounts.revoke(_key_to_change(desk, call))
    return {"message": "API key revoked"}


def rotate_key(desk: Desk, call: Call) -> Json:
    key = _key_to_change(desk, call)
    desk.accounts.rotate(key)
    return _with_secret(key)


def lookup(desk: Desk, call: Call) -> Json:
    tag, user_id = call.query.text("tag"), call.query.text("userId")
    if (tag is None) is (user_id is None):
        raise bad_request("give exactly one of tag and userId")
    accounts = desk.accounts
    user = accounts.user(user_id or "") if tag is None else accounts.user_by_tag(tag)
    if user is None:
        raise not_found("User")
    return {"id": user.id, "tag": user.tag, "imageUrl": ""}


_KEYS = "/v1/user/me/api-keys"
ENDPOINTS = (
    Endpoint(route="GET /health", level=Level.PUBLIC, handler=health),
    Endpoint(route="GET /version", level=Level.PUBLIC, handler=version),
    Endpoint(route="POST /v1/user/login", level=Level.PUBLIC, handler=login),
    Endpoint(route=f"POST {_KEYS}", level=Level.SESSION, handler=create_key),
    Endpoint(route=f"GET {_KEYS}", level=Level.SESSION, handler=list_keys),
    Endpoint(route=f"DELETE {_KEYS}/{{keyId}}", level=Level.SESSION, handler=revoke_key),
    Endpoint(route=f"POST {_KEYS}/{{keyId}}/rotate", level=Level.SESSION, handler=rotate_key),
    Endpoint(route="GET /v1/user/lookup", level=Level.READ, handler=lookup),
)
