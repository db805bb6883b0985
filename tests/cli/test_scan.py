"""`bayse-agent scan`: it says what the agent would do, and does none of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import structlog

from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import Declined, OrderId
from bayse_agent.simulation.closed_venue import ClosedVenue
from bayse_agent.simulation.venue import LocalVenue
from bayse_agent.simulation.world import World
from tests.api.stage import run_a_while
from tests.builders import MARKET_ID, a_sealed_order
from tests.cli.program import run

_BETS = "8"
"""A world in which there is something to bet on from the first moment."""


@pytest.fixture(autouse=True)
def _demo_mode(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AGENT_MODE", "MOCK_MODE"):
        monkeypatch.delenv(name, raising=False)
    yield
    structlog.reset_defaults()


def _contents(folder: Path) -> Mapping[str, str]:
    """What is in the files, but for those that SQLite makes for whoever reads."""
    found = (file for file in folder.iterdir() if not file.name.endswith(("-shm", "-wal")))
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in found}


def test_scan_when_there_is_an_edge_then_the_bet_is_told_with_its_numbers() -> None:
    found = json.loads(run("scan", "--seed", _BETS, "--json").out)
    (bet,) = [one for one in found["looks"] if one["would_bet"]]
    assert bet["reason"] == "awaiting_approval"
    assert float(bet["inputs"]["edge"]) > 0


def test_scan_when_a_run_is_kept_then_it_is_looked_at_and_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    asyncio.run(run_a_while(folder, timedelta(minutes=3)))
    before = _contents(folder)
    done = run("scan", "--data", str(folder))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("DEMO, 2026-06-01 09:03:00 UTC: ")
    assert "Nothing was sent." in done.out
    assert "found no edge after fees" in done.out
    assert _contents(folder) == before


def test_scan_when_there_is_no_run_then_bad_input(tmp_path: Path) -> None:
    done = run("scan", "--data", str(tmp_path))
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "there is no run of a demo" in done.err


async def test_closed_venue_when_asked_to_act_then_it_declines_and_nothing_has_changed() -> None:
    world = World(seed=7)
    account = world.exchange.open_account("agent")
    world.exchange.deposit(account, Money.of("1000", Currency.NGN))
    open_one = LocalVenue(world, account)
    closed, money = ClosedVenue(open_one), Money.of("10", Currency.NGN)
    answers = [
        await closed.send(a_sealed_order()),
        await closed.cancel(OrderId("any")),
        await closed.mint(MARKET_ID, money),
        await closed.burn(MARKET_ID, money),
    ]
    assert all(isinstance(one, Declined) for one in answers)
    assert await closed.wallets() == await open_one.wallets()
    assert await closed.holdings() == ()
    assert (await closed.orders(currency=Currency.NGN)).items == ()
