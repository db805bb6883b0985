"""Webhooks: signed, fresh, once, and believed in nothing."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import httpx2
import pytest

from bayse_agent.api.parts import WebSettings
from bayse_agent.api.routes.webhook import signatures
from tests.api.stage import SECRET, Begun, HandClock, Stage, staged

_KEY, _NEXT = b"the first key of two, long enough", b"the second key, while both are good"
_BODY = b'{"orderId":"o-1","status":"filled","payout":999999,"marketId":"m-1"}'
_FLIPS = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "torture" else 500


@pytest.fixture
async def ringing(begun: Begun, tmp_path: Path, clock: HandClock) -> AsyncIterator[Stage]:
    web = WebSettings(secret=SECRET, webhook_keys=(_KEY, _NEXT), static_webhook="s" * 30)
    async with staged(begun, tmp_path / "ringing", timer=clock, web=web) as made:
        yield made


def _signed(clock: HandClock, name: str = "msg-1", *, key: bytes = _KEY) -> dict[str, str]:
    stamp = str(int(clock.now().timestamp()))
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": signatures([key], name, stamp, _BODY)[0],
        "content-type": "application/json",
    }


async def _post(stage: Stage, headers: dict[str, str], body: bytes = _BODY) -> httpx2.Response:
    return await stage.client().post("/webhook/order", content=body, headers=headers)


async def test_webhook_when_signed_by_either_key_then_it_rings_and_changes_nothing(
    ringing: Stage, clock: HandClock
) -> None:
    before = await ringing.parts.store.ledger()
    for number, key in enumerate((_KEY, _NEXT)):
        answer = await _post(ringing, _signed(clock, f"msg-{number}", key=key))
        assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert len(ringing.rung) == 2
    assert await ringing.parts.store.ledger() == before
    assert await ringing.parts.store.pending_commands() == ()


async def test_webhook_when_it_comes_again_then_it_does_not_ring_again(
    ringing: Stage, clock: HandClock
) -> None:
    headers = _signed(clock)
    assert [(await _post(ringing, headers)).status_code for _ in range(5)] == [200] * 5
    assert len(ringing.rung) == 1


async def test_webhook_when_a_bit_of_it_is_flipped_then_it_is_refused(
    ringing: Stage, clock: HandClock
) -> None:
    random, headers = Random(7), _signed(clock)
    client = ringing.client()
    accepted = 0
    for _ in range(_FLIPS):
        body, changed = bytearray(_BODY), dict(headers)
        where = random.choice(["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
        text = body if where == "body" else bytearray(changed[where].encode())
        # Only bits that keep a header a header: the lowest four.
        text[random.randrange(len(text))] ^= 1 << random.randrange(4)
        if where != "body":
            changed[where] = text.decode("latin-1")
        answer = await client.post("/webhook/order", content=bytes(body), headers=changed)
        accepted += answer.status_code == 200
        assert answer.status_code in (200, 400, 401)
    assert accepted == 0
    assert ringing.rung == []


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_webhook_when_its_time_is_not_now_then_refused(
    ringing: Stage, clock: HandClock, minutes: int
) -> None:
    headers = _signed(clock)
    clock.pass_s(minutes * 60)
    assert (await _post(ringing, headers)).status_code == 401


async def test_webhook_when_only_the_static_header_is_there_then_taken_where_it_is_set(
    ringing: Stage, stage: Stage
) -> None:
    headers = {"X-Webhook-Secret": "s" * 30, "content-type": "application/json"}
    assert (await _post(ringing, headers)).status_code == 200
    assert (await _post(ringing, {**headers, "X-Webhook-Secret": "t" * 30})).status_code == 401
    assert (await _post(stage, headers)).status_code == 404
    assert len(ringing.rung) == 1


async def test_webhook_when_the_form_is_wrong_then_422_and_no_ring(
    ringing: Stage, clock: HandClock
) -> None:
    body = b'{"orderId":["x"]}'
    stamp = str(int(clock.now().timestamp()))
    headers = {
        "webhook-id": "msg",
        "webhook-timestamp": stamp,
        "webhook-signature": signatures([_KEY], "msg", stamp, body)[0],
    }
    assert (await _post(ringing, headers, body)).status_code == 422
    assert ringing.rung == []
