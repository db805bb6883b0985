"""Who gets in: every route with every kind of bad credential, logins, cookies and forgeries."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest

from bayse_agent.adapters.store.reading.reader import Reader
from bayse_agent.api.access import ACCESS, Right, match, methods_of
from bayse_agent.api.app import create_app, document
from bayse_agent.api.parts import WebSettings, check_secret
from bayse_agent.api.passwords import check_password
from bayse_agent.domain.access import Scope
from bayse_agent.domain.errors import ConfigurationError, InvalidValue
from tests.api.stage import (
    NAME,
    OURS,
    PASSWORD,
    SECRET,
    Begun,
    HandClock,
    Stage,
    fast_passwords,
    staged,
)

_OPEN = (Right.PUBLIC, Right.BELL)
_ELSEWHERE = {
    "GET /",
    "GET /app",
    "GET /app/",
    "GET /app/{path}",
    "GET /assets/{name}",
    "WS /ws/live",
}
"""Not in the document: pages, and what is no request."""


def _operations() -> Iterator[str]:
    for path, methods in document("1")["paths"].items():
        for method in methods:
            yield f"{method.upper()} {path}"


def test_table_when_held_to_the_document_then_each_route_is_in_both() -> None:
    assert set(_operations()) == set(ACCESS) - _ELSEWHERE


def test_table_when_a_path_is_matched_then_it_is_the_entry_of_that_path() -> None:
    for key in set(ACCESS) - _ELSEWHERE:
        method, path = key.split(" ", 1)
        filled = path.replace("{", "x").replace("}", "x")
        assert match(method, filled) == key


async def _ask(client: httpx2.AsyncClient, key: str, headers: dict[str, str]) -> httpx2.Response:
    """A request whose body and parameters are nonsense: the right to ask comes first."""
    method, path = key.split(" ", 1)
    filled = path.replace("{", "x").replace("}", "x")
    body = None if method == "GET" else b"\xff{{{not json"
    headers = {**headers, "Content-Type": "application/json"}
    return await client.request(method, filled, content=body, headers=headers)


async def _walk(
    stage: Stage, headers: dict[str, str], *, every: int = 1, first: int = 0
) -> dict[str, int]:
    client = stage.client("http://localhost")
    # Not by loopback: then the figures need a login as well.
    client._transport.client = ("203.0.113.9", 1)  # type: ignore[attr-defined]
    guarded = [key for key in sorted(ACCESS) if key not in _ELSEWHERE]
    guarded = [key for key in guarded if ACCESS[key].right not in _OPEN]
    return {key: (await _ask(client, key, headers)).status_code for key in guarded[first::every]}


async def test_routes_when_nobody_is_logged_in_then_all_are_401(stage: Stage) -> None:
    assert set((await _walk(stage, {})).values()) == {401}


async def test_routes_when_the_token_is_no_good_then_all_are_401(
    stage: Stage, clock: HandClock
) -> None:
    client = stage.client()
    token = await _token(client)
    revoked_id, revoked = await stage.key(Scope.ADMIN)
    await stage.parts.access.revoke_token(revoked_id, clock.now())
    _, short = await stage.key(Scope.ADMIN, days=1)
    for number, one in enumerate(("nonsense", "bay_nonsense", token[:-2], revoked)):
        headers = {"Authorization": f"Bearer {one}"}
        answers = await _walk(stage, headers, every=3, first=number % 3)
        assert set(answers.values()) == {401}, one
    clock.at += timedelta(days=2)
    for number, one in enumerate((token, short)):
        headers = {"Authorization": f"Bearer {one}"}
        answers = await _walk(stage, headers, every=2, first=number)
        assert set(answers.values()) == {401}


async def test_routes_when_the_right_is_too_weak_then_403_and_nothing_is_done(
    stage: Stage,
) -> None:
    for scope in (Scope.READ, Scope.OPERATE):
        answers = await _walk(stage, await stage.bearer(scope))
        for key, status in answers.items():
            right = ACCESS[key].right
            is_enough = right is Right.METRICS or (
                right is not Right.SELF and scope.includes(Scope(right.value))
            )
            assert (status != 403) is is_enough, f"{key}: {status}"
        if scope is Scope.READ:
            assert await stage.parts.store.pending_commands() == ()


async def test_path_when_it_is_in_no_table_then_401_for_strangers_and_404_for_others(
    stage: Stage,
) -> None:
    client = stage.client()
    assert (await client.get("/etc/passwd")).status_code == 401
    headers = await stage.bearer(Scope.ADMIN)
    assert (await client.get("/etc/passwd", headers=headers)).status_code == 404
    wrong = await client.put("/orders", headers=headers)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")
    # Where everything is for anybody a stranger is told as well, and nowhere else.
    assert (await client.put("/health")).status_code == 405
    assert (await client.put("/orders")).status_code == 401


async def test_query_when_a_name_comes_twice_then_refused(stage: Stage) -> None:
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.READ))
    assert (await client.get("/orders?limit=1&limit=2")).status_code == 422
    assert (await client.get("/orders?%C3%A9=1&%C3%A9=2")).status_code == 422
    lists = await client.get("/markets/orderbook?outcomeId[]=a&outcomeId[]=b")
    assert lists.status_code != 422


async def _token(client: httpx2.AsyncClient, password: str = PASSWORD) -> str:
    form = {"username": NAME, "password": password}
    answer = await client.post("/auth/token", data=form)
    assert answer.status_code == 200
    body = answer.json()
    assert body["token_type"] == "bearer"
    return str(body["access_token"])


async def test_login_when_right_then_a_token_for_minutes_and_me_is_known(
    stage: Stage, clock: HandClock
) -> None:
    client = stage.client()
    bearer = {"Authorization": f"Bearer {await _token(client)}"}
    assert (await client.get("/auth/me", headers=bearer)).json()["username"] == NAME
    clock.pass_s(15 * 60 + 1)
    assert (await client.get("/auth/me", headers=bearer)).status_code == 401


async def test_login_when_wrong_then_401_and_the_same_words(stage: Stage) -> None:
    for name, password in ((NAME, "wrong"), ("nobody", PASSWORD)):
        form = {"username": name, "password": password}
        answer = await stage.client().post("/auth/token", data=form)
        assert answer.status_code == 401
        assert answer.json()["detail"] == "name or password is wrong"


async def test_guesses_when_there_are_a_thousand_then_few_are_looked_at(
    stage: Stage, clock: HandClock
) -> None:
    inside = await stage.logged_in(stage.client())
    clock.pass_s(61)
    client = stage.client()
    statuses = []
    for number in range(1000):
        form = {"username": NAME, "password": f"guess {number}"}
        statuses.append((await client.post("/auth/token", data=form)).status_code)
    assert statuses.count(401) <= 10
    assert statuses.count(429) >= 990
    # Whoever is in stays in, and may do what wants the password again.
    assert (await inside.get("/auth/me")).status_code == 200
    again = await inside.post("/auth/step-up", json={"password": PASSWORD}, headers=OURS)
    assert again.status_code == 200
    clock.pass_s(61)
    assert await _token(client)


async def test_session_when_logged_out_then_no_token_of_it_is_good(stage: Stage) -> None:
    client = await stage.logged_in(stage.client())
    cookies = dict(client.cookies)
    assert (await client.post("/auth/logout", headers=OURS)).status_code == 200
    stolen = stage.client()
    stolen.cookies.update(cookies)
    assert (await stolen.get("/auth/me")).status_code == 401
    assert (await stolen.post("/auth/refresh", headers=OURS)).status_code == 401


async def test_refresh_when_an_old_one_comes_again_then_the_whole_family_is_dead(
    stage: Stage,
) -> None:
    client = await stage.logged_in(stage.client())
    stolen = stage.client()
    stolen.cookies.update(dict(client.cookies))
    assert (await client.post("/auth/refresh", headers=OURS)).status_code == 200
    assert (await client.get("/auth/me")).status_code == 200
    assert (await stolen.post("/auth/refresh", headers=OURS)).status_code == 401
    assert (await client.get("/auth/me")).status_code == 401
    assert (await client.post("/auth/refresh", headers=OURS)).status_code == 401


async def test_session_when_idle_or_old_then_it_is_over(stage: Stage, clock: HandClock) -> None:
    client = await stage.logged_in(stage.client())
    clock.pass_s(61 * 60)
    assert (await client.post("/auth/refresh", headers=OURS)).status_code == 401
    client = await stage.logged_in(stage.client())
    for _ in range(24):
        clock.pass_s(30 * 60 - 1)
        assert (await client.post("/auth/refresh", headers=OURS)).status_code == 200
    clock.pass_s(60)
    assert (await client.post("/auth/refresh", headers=OURS)).status_code == 401


async def test_cookies_when_over_tls_then_bound_to_the_host_and_out_of_reach(
    stage: Stage,
) -> None:
    client = stage.client("https://127.0.0.1")
    body = {"username": NAME, "password": PASSWORD}
    headers = {**OURS, "Origin": "https://127.0.0.1"}
    answer = await client.post("/auth/login", json=body, headers=headers)
    for cookie in answer.headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-bayse_")
        for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie
    assert PASSWORD not in answer.text
    assert "strict-transport-security" in answer.headers


_ACTS = ("POST /control/reduce", "POST /agent/signals/clear", "POST /auth/step-up")


_FORGERIES: list[dict[str, str]] = [
    {},
    {"Origin": "https://evil.example", "X-Bayse-Agent": "1"},
    {"Origin": "null", "X-Bayse-Agent": "1"},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:9999", "X-Bayse-Agent": "1"},
    {"Origin": "http://127.0.0.1", "X-Bayse-Agent": "1", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-origin", "X-Bayse-Agent": "1"},
]


async def test_change_when_another_site_may_have_sent_it_then_403(stage: Stage) -> None:
    client = await stage.logged_in(stage.client())
    for headers in _FORGERIES:
        for act in _ACTS:
            answer = await client.post(act.split(" ")[1], json={}, headers=headers)
            assert answer.status_code == 403, (act, headers)


async def test_host_when_it_is_not_one_of_ours_then_refused(stage: Stage) -> None:
    answer = await stage.client("http://rebound.example").get("/health")
    assert answer.status_code == 421


async def test_step_up_when_it_was_a_while_ago_then_arming_wants_it_again(
    stage: Stage, clock: HandClock
) -> None:
    client = await stage.logged_in(stage.client())
    grave: dict[str, Any] = {
        "/limits": {"changes": {"reserve": "0.4"}, "reason": "test"},
        "/control/resume": {"reason": "test", "epoch": 1},
        "/auth/tokens": {"name": "script"},
        "/agent/config": {},
    }
    for path, body in grave.items():
        answer = await client.post(path, json=body, headers=OURS)
        assert (answer.status_code, answer.json()["code"]) == (403, "step_up"), path
    wrong = await client.post("/auth/step-up", json={"password": "wrong"}, headers=OURS)
    assert wrong.status_code == 403
    right = await client.post("/auth/step-up", json={"password": PASSWORD}, headers=OURS)
    assert right.status_code == 200
    made = await client.post("/auth/tokens", json={"name": "script"}, headers=OURS)
    assert made.status_code == 201
    secret = made.json()["secret"]
    script = stage.client()
    script.headers["Authorization"] = f"Bearer {secret}"
    assert (await script.get("/orders")).status_code == 200
    clock.pass_s(5 * 60 + 1)
    again = await client.post("/auth/tokens", json={"name": "other"}, headers=OURS)
    assert again.status_code == 403


async def test_step_up_when_the_password_is_guessed_then_few_are_looked_at(stage: Stage) -> None:
    client = await stage.logged_in(stage.client())
    guesses = [
        await client.post("/auth/step-up", json={"password": f"guess {one}"}, headers=OURS)
        for one in range(20)
    ]
    assert [one.status_code for one in guesses] == [403] * 10 + [429] * 10


async def test_password_when_it_was_made_for_somebody_then_he_changes_it_first(
    stage: Stage,
) -> None:
    person = await stage.parts.access.person(NAME)
    assert person is not None
    await stage.parts.access.set_password(
        NAME, person.password_hash, must_change=True, at=stage.parts.timer.now()
    )
    client = await stage.logged_in(stage.client())
    assert (await client.get("/orders")).status_code == 200
    refused = await client.post("/agent/signals/clear", headers=OURS)
    assert refused.json()["code"] == "change_password"
    body = {"old_password": PASSWORD, "new_password": "another kettle 5520"}
    assert (await client.post("/auth/password", json=body, headers=OURS)).status_code == 200
    assert (await client.get("/auth/me")).status_code == 401


async def test_headers_when_anything_is_answered_then_they_are_there(stage: Stage) -> None:
    client = stage.client()
    bearer = await stage.bearer(Scope.ADMIN)
    for key in sorted(set(ACCESS) - _ELSEWHERE):
        method, path = key.split(" ", 1)
        if method != "GET" or key == "GET /audit/check":
            continue
        filled = path.replace("{", "x").replace("}", "x")
        for headers in ({}, bearer):
            answer = await client.get(filled, headers=headers)
            assert answer.headers["x-content-type-options"] == "nosniff", key
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"
            assert "server" not in answer.headers
            assert answer.status_code < 500, key


_SITES = ["http://localhost:5173", "http://localhost:5174", "https://localhost:5173", "null"]
_SITES += [f"http://localhost:{port}" for port in (80, 443, 3000, 8000, 51730)]
_SITES += ["http://localhost", "//localhost:5173", "http://localhost:5173/", "file://", ""]
_SITES += ["http://user@localhost:5173", "http://127.0.0.1:5173", "http://[::1]:5173"]
_SITES += ["http://localhost:5173.evil.example", "http://evil.example", "http://LOCALHOST:5173"]


async def test_cors_when_a_site_asks_then_only_the_named_one_is_told_yes(
    begun: Begun, tmp_path: Path
) -> None:
    web = WebSettings(secret=SECRET, origins=frozenset({"http://localhost:5173"}))
    async with staged(begun, tmp_path, web=web) as stage:
        for site in _SITES:
            headers = {"Origin": site, "Access-Control-Request-Method": "POST"}
            asked = await stage.client().options("/orders", headers=headers)
            # What needs no question before it is not to be read by other sites either.
            read = await stage.client().get("/health/live", headers={"Origin": site})
            for answer in (asked, read):
                allowed = answer.headers.get("access-control-allow-origin")
                assert allowed == (site if site == "http://localhost:5173" else None)


async def test_body_when_too_large_or_too_deep_then_refused(stage: Stage) -> None:
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.OPERATE))
    kind = {"Content-Type": "application/json"}
    large = await client.post("/control/reduce", content=b" " * 65_537, headers=kind)
    assert large.status_code == 413
    deep = await client.post("/control/reduce", content=b"[" * 1000, headers=kind)
    assert (deep.status_code, deep.json()["code"]) == (400, "too_deep")

    async def unmeasured() -> AsyncIterator[bytes]:
        for _ in range(66):
            yield b" " * 1000

    # One that does not say how large it is, and one that says less.
    for told in ({}, {"Content-Length": "10"}):
        headers = {**kind, **told}
        answer = await client.post("/control/reduce", content=unmeasured(), headers=headers)
        assert answer.status_code == 413


async def test_unknown_fields_when_given_then_refused(stage: Stage) -> None:
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.ADMIN))
    answer = await client.post("/agent/config", json={"id": 7, "min_confidence": 70})
    assert answer.status_code == 422
    for bad in (-5, 101, "much", None, True):
        body = {"min_confidence": bad, "max_open_positions": bad}
        answer = await client.post("/agent/config", json=body)
        assert answer.status_code in (422, 200) if bad is None else answer.status_code == 422


def test_bodies_when_a_field_is_unknown_then_none_of_them_takes_it() -> None:
    """Webhooks have a form of the venue's, and a login form is no JSON."""
    found = document("1")
    schemas, strict = found["components"]["schemas"], 0
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            shape = content.get("application/json", {}).get("schema", {})
            if "$ref" in shape:
                body = schemas[shape["$ref"].rsplit("/", 1)[-1]]
                assert body.get("additionalProperties") is False, (method, path)
                strict += 1
    assert strict >= 12


async def test_time_when_it_is_a_number_then_refused(stage: Stage) -> None:
    client = stage.client()
    client.headers.update(await stage.bearer(Scope.READ))
    for said in ("0", "-1", "0.5", "1e9", "1780000000", "2026"):
        for path in ("/decisions", "/decisions/funnel", "/equity", "/evidence"):
            answer = await client.get(path, params={"since": said})
            assert answer.status_code == 422, (path, said)
    sound = {"since": "2026-06-10T12:00:00Z"}
    assert (await client.get("/decisions", params=sound)).status_code == 200


def _forged(clock: HandClock, session_id: str) -> Iterator[tuple[str, str]]:
    """Tokens that are each wrong in one thing, of a session that there is; the first is a good one:
    it shows that nothing else is wrong with them.
    """
    at = int(clock.now().timestamp())
    good: dict[str, Any] = {
        "iss": "bayse-agent",
        "aud": "bayse-agent",
        "sub": NAME,
        "sid": session_id,
        "typ": "access",
        "iat": at,
        "nbf": at,
        "exp": at + 900,
        "jti": "j",
    }
    header = {"typ": "at+jwt"}
    yield "good", jwt.encode(good, SECRET, "HS256", headers=header)
    for claim in good:
        left = {name: value for name, value in good.items() if name != claim}
        yield f"no {claim}", jwt.encode(left, SECRET, "HS256", headers=header)
    changes: dict[str, list[Any]] = {
        "iss": ["other", ""],
        "aud": ["other", ["other"]],
        "sub": ["", 7],
        "sid": [""],
        "typ": ["refresh", ""],
        "iat": [at + 3600, f"{at}"],
        "nbf": [at + 3600],
        "exp": [at - 1, at + 10**9, "never", 1e99],
    }
    for claim, values in changes.items():
        for value in values:
            yield f"{claim}={value}", jwt.encode({**good, claim: value}, SECRET, "HS256", header)
    yield "other key", jwt.encode(good, b"x" * 48, "HS256", headers=header)
    for name in ("HS384", "HS512"):
        yield name, jwt.encode(good, SECRET + SECRET, name, headers=header)
    for told in ({"typ": "JWT"}, {"typ": "at+jwt", "kid": "../../dev/null"}):
        yield f"header {told}", jwt.encode(good, SECRET, "HS256", headers=told)

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    for algorithm in ("none", "None", "RS256", ""):
        yield algorithm, f"{part({'alg': algorithm, 'typ': 'at+jwt'})}.{part(good)}."
    yield "huge", jwt.encode({**good, "x": "y" * 4000}, SECRET, "HS256", headers=header)
    yield from ((f"cut {cut}", jwt.encode(good, SECRET)[:cut]) for cut in (-1, -2, -40))
    yield "two headers", f"{part({'alg': 'HS256'})}.{jwt.encode(good, SECRET, 'HS256')}"
    yield "no parts", "a.b.c"
    yield "no session", jwt.encode({**good, "sid": "s"}, SECRET, "HS256", headers=header)


async def test_token_when_forged_then_401(stage: Stage, clock: HandClock) -> None:
    client = stage.client()
    given = await _token(client)
    session_id = jwt.decode(given, options={"verify_signature": False})["sid"]
    answers = {}
    for name, token in _forged(clock, session_id):
        answer = await client.get("/auth/me", headers={"Authorization": f"Bearer {token}"})
        answers[name] = answer.status_code
    assert answers.pop("good") == 200
    assert len(answers) >= 40
    assert set(answers.values()) == {401}, answers


async def test_token_when_a_refresh_one_is_used_for_access_then_401(stage: Stage) -> None:
    client = await stage.logged_in(stage.client())
    refresh = client.cookies["bayse_refresh"]
    stranger = stage.client()
    answer = await stranger.get("/auth/me", headers={"Authorization": f"Bearer {refresh}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "secret", ["", "short", "change_me", "a" * 64, "change_me" * 8, "my-secret-key-" * 4]
)
def test_secret_when_it_can_be_guessed_then_refused(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="APP_SECRET_KEY is too weak"):
        check_secret(secret)


@pytest.mark.parametrize(
    "password", ["short", "password1234", "aaaaaaaaaaaaaaaa", "ada-is-my-name", "x" * 300]
)
def test_password_when_too_easy_then_refused(password: str) -> None:
    with pytest.raises(InvalidValue):
        check_password(password, NAME)


def test_password_when_long_then_taken() -> None:
    check_password("kettle-7 " * 20, NAME)


class _Broken(Reader):
    async def ask(self, query: object) -> Any:
        raise RuntimeError(f"the secret is {SECRET!r}")


async def test_error_when_something_breaks_then_no_trace_and_a_number(stage: Stage) -> None:
    broken = replace(stage.parts, reader=_Broken(None))  # type: ignore[arg-type]
    app = create_app(broken, passwords=fast_passwords())
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/orders", headers=await stage.bearer(Scope.READ))
    assert answer.status_code == 500
    assert answer.json()["detail"] == "something went wrong"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_methods_when_a_path_stands_in_the_table_by_name_then_its_own_and_no_patterns() -> None:
    plain = [tuple(key.split(" ", 1)) for key in ACCESS if "{" not in key]
    for path in {path for _, path in plain}:
        assert set(methods_of(path)) == {method for method, known in plain if known == path}
    assert set(methods_of("/trades/t-1")) == {"DELETE"}
