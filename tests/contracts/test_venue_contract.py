"""The in-process venue and the client of the served one answer the same script alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from pydantic import SecretStr

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.secrets import Credentials
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.domain.money import Currency, Money
from bayse_agent.simulation.exchange.switches import AmmEnvelope, Casing, Switches
from bayse_agent.simulation.server.app import create_app
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.server.serving import create_server
from bayse_agent.simulation.venue import LocalVenue
from bayse_agent.simulation.world import World
from tests.contracts.script import Script, TradingVenue, run

DEPOSITS = (Money.of(100_000, Currency.NGN), Money.of(5_000, Currency.USD))
OTHERWISE = Switches(amm_envelope=AmmEnvelope.ORDER, casing=Casing.LIVE)


@asynccontextmanager
async def in_process(world: World) -> AsyncIterator[TradingVenue]:
    account = world.exchange.open_account("the account")
    for money in DEPOSITS:
        world.exchange.deposit(account, money)
    yield LocalVenue(world, account)


@asynccontextmanager
async def served(world: World) -> AsyncIterator[TradingVenue]:
    """The client against the server, on a loopback port; the world stands still in between."""
    desk = Desk(world, SystemClock(), seed=7, speed=Decimal(0))
    key = desk.open_account(DEPOSITS)
    server = create_server(create_app(desk), host="127.0.0.1", port=0)
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        await server.ready.wait()
        port = server.servers[0].sockets[0].getsockname()[1]
        credentials = Credentials(
            public_key=SecretStr(key.public), secret_key=SecretStr(key.secret)
        )
        client = BayseClient(
            f"http://127.0.0.1:{port}", timer=SystemClock(), credentials=credentials
        )
        try:
            async with client:
                yield BayseVenue(client, clock=SystemClock())
        finally:
            server.stop()


async def told_by(venue: TradingVenue, world: World, currency: Currency) -> list[tuple[str, Any]]:
    async def advance(seconds: float) -> None:
        world.advance(world.now_ms + int(seconds * 1000))

    script = Script(venue, advance, currency, [])
    await run(script)
    return [(what, plain(answer)) for what, answer in script.told]


def plain(value: Any) -> Any:
    """An answer as plain data, without the moment of its arrival and the words of a doubt."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Decimal):
        return value.normalize()
    if is_dataclass(value) and not isinstance(value, type):
        named = {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        return {"": type(value).__name__, **{k: v for k, v in named.items() if k not in _OWN}}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def differences(mine: Any, theirs: Any, where: str) -> Iterator[str]:
    """Where two answers differ, field by field."""
    if isinstance(mine, dict) and isinstance(theirs, dict) and mine.keys() == theirs.keys():
        for key, value in mine.items():
            yield from differences(value, theirs[key], f"{where}.{key}")
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        for index, pair in enumerate(zip(mine, theirs, strict=True)):
            yield from differences(*pair, f"{where}[{index}]")
    elif mine != theirs:
        yield f"{where}: {mine!r} here, {theirs!r} there"


_OWN = frozenset({"received_at", "reason"})


@pytest.mark.parametrize("currency", list(Currency))
@pytest.mark.parametrize("switches", [Switches(), OTHERWISE], ids=["documented", "otherwise"])
async def test_script_in_process_and_over_the_wire_is_answered_alike(
    currency: Currency, switches: Switches
) -> None:
    worlds = [World(seed=11, switches=switches) for _ in range(2)]
    async with in_process(worlds[0]) as local:
        here = await told_by(local, worlds[0], currency)
    async with served(worlds[1]) as remote:
        there = await told_by(remote, worlds[1], currency)
    assert [what for what, _ in here] == [what for what, _ in there]
    for (what, mine), (_, theirs) in zip(here, there, strict=True):
        assert list(differences(mine, theirs, what)) == []
