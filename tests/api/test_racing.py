"""Many people at once over real connections: a signal has one end, and is one order at most."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import httpx2

from bayse_agent.api.parts import WebSettings
from bayse_agent.cli.hosting import Server
from bayse_agent.domain.access import Scope
from bayse_agent.domain.forecast import Context, Forecast, NoForecast
from bayse_agent.domain.order import Buy
from bayse_agent.trading.agent import Approval
from bayse_agent.trading.renewal import intent_of
from bayse_agent.wiring.service import Bind
from tests.api.stage import SECRET, Begun, Stage, staged
from tests.trading.stages import Believer

AT_ONCE = 100
_WEB = WebSettings(
    secret=SECRET, costly_a_minute=10_000, requests_a_minute=100_000, answer_within_s=100
)
_SPEED = 2.0
_TRIES = 600
_SIGNALS = 5
_Asked = tuple[str, dict[str, str]]
_YES: _Asked = ("approve", {})
_NO: _Asked = ("reject", {"reason": "no"})


class Zealot(Believer):
    """Believes in every market that it sees, unless it is as good as decided, or about to close."""

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        self.market_id = None
        return await super().forecast(context)

    def _is_fit(self, context: Context, price: Decimal) -> bool:
        left_s = context.time_left_s
        return left_s is not None and left_s > 600 and Decimal("0.1") < price < Decimal("0.7")


@asynccontextmanager
async def _served(stage: Stage) -> AsyncIterator[httpx2.AsyncClient]:
    """The service at an address of this computer, as a browser finds it."""
    bind = Bind(host="127.0.0.1", port=0)
    server = Server(stage.app, bind)
    serving = asyncio.create_task(server.serve())
    try:
        await server.ready.wait()
        port = server.servers[0].sockets[0].getsockname()[1]
        # One that rests for long is closed by the service, perhaps while it is taken up again.
        limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=0)
        address = f"http://127.0.0.1:{port}"
        async with httpx2.AsyncClient(base_url=address, limits=limits, timeout=120) as client:
            client.headers.update(await stage.bearer(Scope.OPERATE))
            yield client
    finally:
        server.should_exit = True
        await serving


async def _waiting(stage: Stage, client: httpx2.AsyncClient) -> Any:
    """The newest signal that waits for its time."""
    for _ in range(_TRIES):
        answer = await client.get("/signals", params={"status": "PENDING"})
        if found := [one for one in answer.json()["items"] if one["places_at"]]:
            return found[0]
        await stage.parts.timer.sleep_s(0.05)
    raise AssertionError("the agent has found no bet")


async def _end(stage: Stage, client: httpx2.AsyncClient, signal: Any) -> tuple[str, int]:
    """How a signal ended, and how many orders it became."""
    told = (await client.get(f"/signals/{signal['id']}")).json()
    intents, _ = await stage.parts.store.ledger()
    since = [one for one in intents if one.created_at >= stage.demo.starts_at]
    bought = [one.market_id for one in since if isinstance(one.wish, Buy)]
    assert Counter(bought)[signal["market_id"]] <= 1
    return told["status"], [one.id for one in intents].count(intent_of(signal["id"]))


async def _ask_all(
    stage: Stage, client: httpx2.AsyncClient, signal: Any, asked: list[_Asked]
) -> Counter[str]:
    """Ask for everything at once; how often which end was told, which is the signal's."""
    path = f"/signals/{signal['id']}"
    answers = await asyncio.gather(
        *(client.post(f"{path}/{verb}", json=body) for verb, body in asked)
    )
    assert {one.status_code for one in answers} <= {200, 409}
    told = Counter(one.json()["result"]["status"] for one in answers if one.status_code == 200)
    status, orders = await _end(stage, client, signal)
    assert set(told) <= {status}
    assert orders == (status == "EXECUTED")
    return told


async def test_signals_when_a_hundred_ask_at_once_then_each_has_one_end_and_one_order_at_most(
    begun: Begun, tmp_path: Path
) -> None:
    async with (
        staged(
            begun,
            tmp_path,
            web=_WEB,
            approval=Approval.DELAYED,
            runs=True,
            speed=_SPEED,
            forecaster=Zealot(),
        ) as stage,
        _served(stage) as client,
    ):
        for _ in range(_SIGNALS):
            # On a busy computer the first may be refused, for its data grew old meanwhile.
            signal = await _waiting(stage, client)
            told = await _ask_all(stage, client, signal, [_YES] * AT_ONCE)
            if told["EXECUTED"]:
                break
        assert told == {"EXECUTED": AT_ONCE}

        signal = await _waiting(stage, client)
        asked = [_YES, _NO] * (AT_ONCE // 2)
        Random(7).shuffle(asked)
        assert len(await _ask_all(stage, client, signal, asked)) == 1
