"""Guards that break, and who tries to get round them: nothing opens, and nothing is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from structlog.testing import capture_logs

from bayse_agent.adapters.store.access import SqlAccess
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.api.access import ACCESS, Right
from bayse_agent.api.app import create_app
from bayse_agent.api.parts import ApiParts
from bayse_agent.api.passwords import Passwords
from bayse_agent.domain.access import Scope
from tests.api.stage import NAME, OURS, PASSWORD, SECRET, HandClock, Stage, fast_passwords

_WORDS = f"broken: the secret is {SECRET!r}"


class _Broken:
    """Stands where a part was, and raises for whatever is asked of it."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(_WORDS)


@pytest.fixture(autouse=True)
def _unprinted() -> Iterator[None]:
    """What breaks is noted, but not drawn: a trace with all its values takes seconds each."""
    with capture_logs():
        yield


def _client(parts: ApiParts, passwords: Passwords | None = None) -> httpx2.AsyncClient:
    app = create_app(parts, passwords=passwords or fast_passwords())
    transport = httpx2.ASGITransport(app=app, client=("203.0.113.9", 1))
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost")


def _requests() -> list[tuple[str, str, Right]]:
    return [
        (*key.replace("{", "").replace("}", "").split(" ", 1), rule.right)
        for key, rule in sorted(ACCESS.items())
        if not key.startswith("WS ")
    ]  # type: ignore[misc]


async def test_routes_when_everything_behind_them_is_broken_then_no_word_of_it_is_told(
    stage: Stage,
) -> None:
    parts = replace(
        stage.parts,
        reader=_Broken(),  # type: ignore[arg-type]
        store=_Broken(),  # type: ignore[arg-type]
        market_data=_Broken(),  # type: ignore[arg-type]
        account=_Broken(),  # type: ignore[arg-type]
        clock=_Broken(),  # type: ignore[arg-type]
    )
    client, told = _client(parts), Counter[int]()
    client.headers.update(await stage.bearer(Scope.ADMIN))
    for method, path, _ in _requests():
        answer = await client.request(method, path, json=None if method == "GET" else {})
        told[answer.status_code] += 1
        assert "broken" not in answer.text, path
        assert "Traceback" not in answer.text, path
        if answer.status_code == 500:
            assert answer.json()["detail"] == "something went wrong", path
            assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert told[500] >= 30, told


@pytest.mark.parametrize("breaks", ["session", "token_of", "person"])
async def test_guard_when_it_breaks_then_nobody_comes_in(stage: Stage, breaks: str) -> None:
    """Whatever the check of a caller trips over, the route behind it is not reached."""

    class Broken(SqlAccess):
        def __getattribute__(self, name: str) -> Any:
            if name == breaks:
                raise RuntimeError(_WORDS)
            return super().__getattribute__(name)

    broken = Broken(stage.parts.access._database)
    client = _client(replace(stage.parts, access=broken))
    form = {"username": NAME, "password": PASSWORD}
    person = await stage.client().post("/auth/token", data=form)
    bearer = {"Authorization": f"Bearer {person.json()['access_token']}"}
    headers = await stage.bearer(Scope.ADMIN) if breaks == "token_of" else bearer
    for method, path, right in _requests():
        if right not in (Right.PUBLIC, Right.BELL):
            answer = await client.request(method, path, headers=headers)
            assert answer.status_code == 500, path
            assert "broken" not in answer.text
    assert await stage.parts.store.pending_commands() == ()


async def test_writes_when_the_books_cannot_take_them_then_nothing_is_said_to_be_done_but_it_stops(
    stage: Stage,
) -> None:
    store: SqlStore = _Broken()  # type: ignore[assignment]
    client = _client(replace(stage.parts, store=store))
    client.headers.update(await stage.bearer(Scope.ADMIN))
    for path, body in (
        ("/control/halt", {"reason": "x"}),
        ("/control/reduce", {"reason": "x"}),
        ("/agent/signals/clear", None),
        ("/positions/m/close", {"confirm": True}),
    ):
        answer = await client.post(path, json=body)
        assert answer.status_code != 202, path
        assert answer.status_code < 300 or "broken" not in answer.text
    # The kill switch is no part of the books: it was pulled all the same.
    assert stage.parts.brake is not None
    assert stage.parts.brake.pulled() is not None


class _Stuck:
    """A kill switch that cannot be pulled: its disk is full."""

    def pulled(self) -> str | None:
        return None

    def pull(self, reason: str) -> None:
        raise OSError(28, "No space left on device")

    def release(self) -> bool:
        return False


async def test_stop_when_the_kill_switch_cannot_be_pulled_then_the_books_tell_the_trader(
    stage: Stage,
) -> None:
    client = _client(replace(stage.parts, brake=_Stuck()))
    client.headers.update(await stage.bearer(Scope.OPERATE))
    assert (await client.post("/control/halt", json={"reason": "x"})).status_code == 202
    (asked,) = await stage.parts.store.pending_commands()
    assert asked.kind.stops_trading


class _Counting(Argon2Hasher):
    """Counts how often a password was looked at, whoever it is of."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.looked = 0

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        self.looked += 1
        return super().verify(password, hash)


async def test_login_when_nobody_has_the_name_then_as_much_work_is_done(stage: Stage) -> None:
    """Counted, and not timed: one look at a hash each, of the same cost."""
    counting = _Counting()
    client = _client(stage.parts, Passwords(counting))
    looked = []
    for name in (NAME, "nobody", "x" * 64, "' OR 1=1 --"):
        before = counting.looked
        answer = await client.post("/auth/token", data={"username": name, "password": "wrong"})
        assert answer.status_code == 401
        looked.append(counting.looked - before)
    assert looked == [1, 1, 1, 1]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP"])
async def test_guesses_when_the_address_is_spoofed_then_throttled_all_the_same(
    stage: Stage, clock: HandClock, header: str
) -> None:
    client = _client(stage.parts)
    told = Counter[int]()
    for number in range(40):
        form = {"username": f"person {number}", "password": "guess"}
        spoofed = {header: f"198.51.100.{number}"}
        told[(await client.post("/auth/token", data=form, headers=spoofed)).status_code] += 1
    assert told == {401: 10, 429: 30}
    clock.pass_s(61)
    assert (await stage.logged_in(stage.client())).cookies


async def test_guesses_when_they_come_from_many_addresses_then_few_of_one_name_are_looked_at(
    stage: Stage,
) -> None:
    statuses = []
    for number in range(15):
        transport = httpx2.ASGITransport(app=stage.app, client=(f"198.51.100.{number}", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            form = {"username": NAME, "password": "guess"}
            statuses.append((await client.post("/auth/token", data=form)).status_code)
    assert statuses == [401] * 10 + [429] * 5


@pytest.mark.parametrize("path", ["/auth/login", "/auth/token", "/auth/refresh"])
async def test_login_when_another_site_sends_it_then_nobody_is_logged_in_by_it(
    stage: Stage, path: str
) -> None:
    """Whoever is logged in as somebody else would do his work under that name."""
    body = {"username": NAME, "password": PASSWORD}
    sent: dict[str, Any] = {"data": body} if path == "/auth/token" else {"json": body}
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        answer = await stage.client().post(path, headers=headers, **sent)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_origin")
        assert not answer.cookies


async def test_stop_when_the_doors_are_besieged_then_it_is_never_braked(stage: Stage) -> None:
    web = replace(stage.parts.web, requests_a_minute=20)
    stage.app = create_app(replace(stage.parts, web=web), passwords=fast_passwords())
    inside = await stage.logged_in(stage.client())
    key = await stage.bearer(Scope.OPERATE)
    form = {"username": NAME, "password": "guess"}
    for _ in range(30):
        await inside.post("/auth/token", data=form)
    for _ in range(web.requests_a_minute):
        await inside.get("/auth/me")
    assert (await inside.get("/control")).status_code == 429
    stops = [inside.post("/control/reduce", json={"reason": "x"}, headers=OURS) for _ in range(3)]
    stops.append(stage.client().post("/control/halt", json={"reason": "x"}, headers=key))
    answers = await asyncio.gather(*stops)
    assert {answer.status_code for answer in answers} <= {200, 202}
