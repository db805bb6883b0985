"""Nonsense for every route: never an error of ours, never an answer that is not in the document."""

from __future__ import annotations

import os
from random import Random
from typing import Any

import httpx2

from bayse_agent.api.access import ACCESS
from bayse_agent.api.app import document
from bayse_agent.domain.access import Scope
from tests.api.stage import NAME, PASSWORD, Stage

_CASES = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "torture" else 200
_WORDS = (
    *("", "x", "0", "-1", "1", "7", "1e309", "NaN", "Infinity", "true", "null", "9" * 40, "0.1"),
    *("' OR 1=1 --", "'; DROP TABLE signals; --", "../../etc/passwd", "%00", "\x00", "\ud7ff"),
    *("<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "a" * 300, "é", "日本", "💥"),
    *("2026-06-10T12:00:00Z", "2026-06-10", "2026-06-10T12:00:00", "0001-01-01T00:00:00Z"),
    *("9999-12-31T23:59:59+14:00", "BUY", "YES", "json", "csv", "ARMED", "read", "demo", "market"),
)
_SPECIAL: dict[str, Any] = {"epoch": 1, "reason": "why", "password": "x", "scope": "read"}


def _value(random: Random) -> Any:
    plain = [*_WORDS, 0, -1, 1, 2**70, 1.5, 1e308, True, None, [], {}, ["x"], {"x": {"y": []}}]
    return random.choice(plain)


def _body(random: Random, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """A body with the right names in it, more often than not."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    if random.random() < 0.1:
        return _value(random)
    body: dict[str, Any] = {}
    for name in schema.get("properties", {}):
        if random.random() < 0.8:
            usual = _SPECIAL.get(name, _value(random))
            body[name] = usual if random.random() < 0.6 else _value(random)
    if random.random() < 0.1:
        body[str(_value(random))] = _value(random)
    return body


async def _ask(
    random: Random, client: httpx2.AsyncClient, key: str, told: dict[str, Any], schemas: Any
) -> httpx2.Response:
    method, path = key.split(" ", 1)
    query: dict[str, Any] = {}
    for one in told.get("parameters", ()):
        value = str(random.choice(_WORDS))
        if one["in"] == "path":
            safe = value.encode("utf-8", "replace").hex() if random.random() < 0.3 else value
            path = path.replace("{" + one["name"] + "}", _quoted(safe) or "x")
        elif one["in"] == "query" and (one.get("required") or random.random() < 0.5):
            query[one["name"]] = value
    content: dict[str, Any] = {}
    kinds = told.get("requestBody", {}).get("content", {})
    for kind, media in kinds.items():
        body = _body(random, media["schema"], schemas)
        content = {"json": body} if kind == "application/json" else {"data": _form(body)}
    return await client.request(method, path, params=query, **content)


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def _form(body: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in body.items()} if isinstance(body, dict) else {}


async def test_routes_when_asked_for_nonsense_then_they_answer_as_they_said(
    stage: Stage,
) -> None:
    described = document("1")
    operations = {
        f"{method.upper()} {path}": told
        for path, methods in described["paths"].items()
        for method, told in methods.items()
        if f"{method.upper()} {path}" != "GET /audit/check"
    }
    schemas, random = described["components"]["schemas"], Random(11)
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.ADMIN))
    before = await stage.parts.store.ledger()
    for number in range(_CASES):
        key = random.choice(sorted(operations))
        answer = await _ask(random, client, key, operations[key], schemas)
        assert answer.status_code < 500 or answer.status_code == 503, f"{number} {key}"
        documented = {*operations[key]["responses"], "405", "404"}
        assert str(answer.status_code) in documented, f"{number} {key}: {answer.status_code}"
        if answer.status_code >= 400 and "result" not in answer.text:
            assert set(answer.json()) == {"code", "detail", "request_id"}, key
    assert await stage.parts.store.ledger() == before


async def test_secrets_when_every_route_has_answered_then_none_was_told(stage: Stage) -> None:
    """Nothing of a password, a hash, a key or the signing secret comes out of any route."""
    client = stage.client()
    _, secret = await stage.key(Scope.ADMIN)
    client.headers["Authorization"] = f"Bearer {secret}"
    person = await stage.parts.access.person(NAME)
    assert person is not None
    planted = (PASSWORD, person.password_hash, secret, stage.parts.web.secret.decode())
    for key in sorted(ACCESS):
        method, path = key.split(" ", 1)
        if method != "GET" or "{" in path:
            continue
        answer = await client.get(path)
        assert not [one for one in planted if one in answer.text], key
    assert all(one not in repr(stage.parts) for one in planted)
