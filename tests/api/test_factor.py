"""Second factors: on, asked for, each code once, and off again; and never in the way of a stop."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pyotp
import pytest
import pytest_asyncio

from bayse_agent.adapters.redaction import without_secrets
from bayse_agent.api.app import create_app
from bayse_agent.api.factors import RECOVERY_CODES, STEP_S, TRIES, WITHIN_S
from bayse_agent.domain.access import Scope
from tests.api.stage import NAME, OURS, PASSWORD, Begun, HandClock, Stage, fast_passwords, staged

pytestmark = pytest.mark.asyncio(loop_scope="module")
_LOGIN = {"username": NAME, "password": PASSWORD}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(begun: Begun, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One service for all; each test leaves the second factor off."""
    folder = tmp_path_factory.mktemp("door")
    async with staged(begun, folder, timer=HandClock()) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def fresh(door: Stage) -> Stage:
    """The service a while later, without a second factor."""
    _clock(door).pass_s(WITHIN_S + 1)
    await door.parts.access.factors.remove(NAME, door.parts.timer.now())
    return door


def _clock(stage: Stage) -> HandClock:
    assert isinstance(stage.parts.timer, HandClock)
    return stage.parts.timer


class _Phone:
    """A telephone with the secret, whose clock may be off."""

    def __init__(self, stage: Stage, secret: str) -> None:
        self._stage = stage
        self._machine = pyotp.TOTP(secret)

    def code(self, *, off_s: int = 0) -> str:
        return self._machine.at(int(self._stage.parts.timer.now().timestamp()) + off_s)


async def _post(client: httpx2.AsyncClient, path: str, body: Any = None) -> httpx2.Response:
    return await client.post(path, json=body, headers=OURS)


async def _begun(stage: Stage) -> tuple[httpx2.AsyncClient, _Phone, dict[str, str]]:
    client = await stage.logged_in(stage.client())
    assert (await _post(client, "/auth/step-up", {"password": PASSWORD})).status_code == 200
    answer = await _post(client, "/auth/factor")
    assert answer.status_code == 201, answer.text
    return client, _Phone(stage, answer.json()["secret"]), answer.json()


async def _on(stage: Stage) -> tuple[httpx2.AsyncClient, _Phone, list[str]]:
    client, phone, _ = await _begun(stage)
    answer = await _post(client, "/auth/factor/confirm", {"code": phone.code()})
    assert answer.status_code == 200, answer.text
    _clock(stage).pass_s(2 * STEP_S)
    return client, phone, answer.json()["recovery_codes"]


async def _login(stage: Stage, otp: str | None) -> tuple[int, str]:
    body = _LOGIN if otp is None else {**_LOGIN, "otp": otp}
    answer = await _post(stage.client(), "/auth/login", body)
    return answer.status_code, answer.json().get("code", "")


async def test_factor_when_begun_then_the_password_again_and_a_picture_that_pages_may_show(
    fresh: Stage,
) -> None:
    client = await fresh.logged_in(fresh.client())
    refused = await _post(client, "/auth/factor")
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up")
    _, _, told = await _begun(fresh)
    kind, _, data = told["picture"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    drawn = base64.b64decode(data)
    assert drawn.startswith(b"<svg")
    assert b"<script" not in drawn
    assert told["address"].startswith("otpauth://totp/bayse-agent:ada?secret=")
    # Until a code has confirmed it nobody is asked for one.
    assert await _login(fresh, None) == (200, "")


async def test_login_when_the_factor_is_on_then_password_and_code_in_both_ways(
    fresh: Stage,
) -> None:
    _, phone, _ = await _on(fresh)
    assert await _login(fresh, None) == (401, "second_factor")
    assert await _login(fresh, "000000") == (401, "wrong_code")
    assert await _login(fresh, phone.code()) == (200, "")
    _clock(fresh).pass_s(STEP_S)
    for form, status in ((_LOGIN, 401), ({**_LOGIN, "otp": phone.code()}, 200)):
        answer = await fresh.client().post("/auth/token", data=form)
        assert answer.status_code == status
    assert set(answer.json()) == {"access_token", "token_type", "expires_in"}
    _clock(fresh).pass_s(STEP_S)
    wrong = {"username": NAME, "password": "wrong", "otp": phone.code()}
    refused = await _post(fresh.client(), "/auth/login", wrong)
    assert refused.json()["detail"] == "name or password is wrong"


async def test_code_when_it_comes_again_then_refused_also_in_the_same_moment(
    fresh: Stage,
) -> None:
    _, phone, _ = await _on(fresh)
    code = phone.code()
    answers = await asyncio.gather(*(_login(fresh, code) for _ in range(5)))
    assert sorted(status for status, _ in answers) == [200, 401, 401, 401, 401]
    assert await _login(fresh, code) == (401, "wrong_code")
    _clock(fresh).pass_s(STEP_S)
    # The one before was taken: it is not good in the next half minute either.
    assert await _login(fresh, phone.code(off_s=-STEP_S)) == (401, "wrong_code")


async def test_code_when_it_confirmed_the_factor_then_it_lets_nobody_in(fresh: Stage) -> None:
    client, phone, _ = await _begun(fresh)
    code = phone.code()
    assert (await _post(client, "/auth/factor/confirm", {"code": code})).status_code == 200
    assert await _login(fresh, code) == (401, "wrong_code")


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
async def test_code_when_the_telephone_is_off_then_one_half_minute_is_forgiven(
    fresh: Stage, steps: int, status: int
) -> None:
    _, phone, _ = await _on(fresh)
    assert (await _login(fresh, phone.code(off_s=steps * STEP_S)))[0] == status


async def test_codes_when_guessed_with_the_right_password_then_few_are_looked_at(
    fresh: Stage,
) -> None:
    inside, phone, _ = await _on(fresh)
    told = []
    for number in range(60):
        # A new minute each few tries: the throttle of passwords alone would let these pass.
        _clock(fresh).pass_s(8)
        told.append((await _login(fresh, f"{number:06}"))[0])
    assert told.count(401) <= TRIES
    assert (await _login(fresh, phone.code()))[0] == 429
    # Whoever is in stays in and may stop everything; later the owner comes in as well.
    assert (await inside.get("/auth/me")).status_code == 200
    assert (await _post(inside, "/control/halt", {"reason": "test"})).status_code in (200, 202)
    _clock(fresh).pass_s(WITHIN_S + 1)
    assert (await _login(fresh, phone.code()))[0] == 200


async def test_recovery_code_when_used_then_it_lets_in_once_however_it_is_typed(
    fresh: Stage,
) -> None:
    client, _, codes = await _on(fresh)
    assert len(set(codes)) == RECOVERY_CODES
    assert (await _login(fresh, codes[0].lower().replace("-", " ")))[0] == 200
    assert (await _login(fresh, codes[0]))[0] == 401
    told = (await client.get("/auth/factor")).json()
    assert told == {"is_on": True, "codes_left": RECOVERY_CODES - 1}


async def test_step_up_when_the_factor_is_on_then_a_code_as_well(fresh: Stage) -> None:
    client, phone, _ = await _on(fresh)
    lacking = await _post(client, "/auth/step-up", {"password": PASSWORD})
    assert (lacking.status_code, lacking.json()["code"]) == (403, "second_factor")
    both = {"password": PASSWORD, "otp": phone.code()}
    assert (await _post(client, "/auth/step-up", both)).status_code == 200
    again = await _post(client, "/auth/step-up", both)
    assert (again.status_code, again.json()["code"]) == (403, "wrong_code")


async def test_factor_when_switched_on_then_other_sessions_end_and_it_is_not_made_twice(
    fresh: Stage,
) -> None:
    other = await fresh.logged_in(fresh.client())
    client, phone, _ = await _on(fresh)
    assert (await other.get("/auth/me")).status_code == 401
    twice = await _post(client, "/auth/factor")
    assert twice.status_code == 409
    confirmed = await _post(client, "/auth/factor/confirm", {"code": phone.code()})
    assert confirmed.status_code == 403


async def test_factor_when_switched_off_then_password_and_code_were_wanted(
    fresh: Stage,
) -> None:
    client, phone, _ = await _on(fresh)
    code = phone.code()
    for body in (
        {"password": PASSWORD},
        {"password": "wrong", "otp": code},
        {"password": PASSWORD, "otp": "000000"},
    ):
        assert (await _post(client, "/auth/factor/remove", body)).status_code == 403
    assert await _login(fresh, None) == (401, "second_factor")
    gone = await _post(client, "/auth/factor/remove", {"password": PASSWORD, "otp": code})
    assert gone.status_code == 200
    assert await _login(fresh, None) == (200, "")
    assert (await client.get("/auth/factor")).json() == {"is_on": False, "codes_left": 0}


async def test_factor_when_a_script_asks_then_403(fresh: Stage) -> None:
    client = fresh.client()
    client.headers.update(await fresh.bearer(Scope.ADMIN))
    assert (await client.get("/auth/factor")).status_code == 403
    assert (await client.post("/auth/factor")).status_code == 403


async def test_secret_when_the_books_are_copied_then_it_is_not_in_them_nor_in_a_log(
    begun: Begun, tmp_path: Path
) -> None:
    async with staged(begun, tmp_path, timer=HandClock()) as made:
        web = replace(made.parts.web, factor_key=b"a key of this service's own")
        parts = replace(made.parts, web=web)
        made.app = create_app(parts, passwords=fast_passwords())
        _, phone, told = await _begun(made)
        kept = await parts.access.factors.of(NAME)
        assert kept is not None
        assert told["secret"] not in repr(kept)
        for file in (tmp_path / "demo").iterdir():
            if file.is_file():
                assert told["secret"].encode() not in file.read_bytes()
        assert told["secret"] not in without_secrets(f"made {told['address']}")
        # Another service with the same books makes other codes.
        made.app = create_app(made.parts, passwords=fast_passwords())
        client = await made.logged_in(made.client())
        wrong = await _post(client, "/auth/factor/confirm", {"code": phone.code()})
        assert wrong.status_code == 403
