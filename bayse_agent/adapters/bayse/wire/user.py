"""Logins, keys and users, read."""

from __future__ import annotations

from pydantic import SecretStr

from bayse_agent.adapters.bayse.records import ApiKey, NewApiKey, User
from bayse_agent.adapters.bayse.secrets import Session
from bayse_agent.adapters.bayse.wire.drift import Drift
from bayse_agent.adapters.bayse.wire.reader import Reader
from bayse_agent.domain.errors import VenueMalformed


def session(value: object, drift: Drift) -> Session:
    row = Reader(value, "login", drift)
    found = Session(
        token=SecretStr(row.id("token")),
        device_id=SecretStr(row.id("deviceId")),
        user_id=row.id("userId"),
    )
    row.done()
    return found


def new_api_key(value: object, drift: Drift) -> NewApiKey:
    row = Reader(value, "new_api_key", drift)
    found = NewApiKey(
        id=row.id("id"),
        name=row.text("name"),
        public_key=SecretStr(row.id("publicKey")),
        secret_key=SecretStr(row.id("secretKey")),
        created_at=row.optional_moment("createdAt"),
    )
    row.done("signingInstructions")
    return found


def api_keys(value: object, drift: Drift) -> tuple[ApiKey, ...]:
    answer = Reader(value, "api_keys", drift)
    found = tuple(_api_key(row) for row in answer.rows("keys", "api_key"))
    answer.done("total")
    return found


def _api_key(row: Reader) -> ApiKey:
    found = ApiKey(
        id=row.id("id"),
        name=row.text("name"),
        public_key=SecretStr(row.id("publicKey")),
        secret_hint=row.text_or_empty("secretKeyHint"),
        created_at=row.optional_moment("createdAt"),
    )
    row.done()
    return found


def user(value: object, drift: Drift) -> User:
    row = Reader(value, "user", drift)
    found = User(id=row.id("id"), tag=row.text("tag"), image_url=row.optional_text("imageUrl"))
    row.done()
    return found


def is_healthy(value: object, drift: Drift) -> bool:
    row = Reader(value, "health", drift)
    status = row.text("status")
    row.done()
    return status.strip().casefold() == "ok"


def version(value: object, drift: Drift) -> str:
    """The venue's version, under `version` or, as some have seen it, under `commit`."""
    row = Reader(value, "version", drift)
    found = row.optional_text("version") or row.optional_text("commit")
    row.done("commit")
    if found is None:
        raise VenueMalformed("version: it tells none")
    return found
