"""Proofs of how windows settle, collected over the wire from a venue that settles either way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from bayse_agent.adapters.bayse.client import BayseClient
from bayse_agent.adapters.bayse.options import ClientOptions
from bayse_agent.adapters.bayse.secrets import Credentials
from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.adapters.clock import SystemClock
from bayse_agent.adapters.kill_switch import FileKillSwitch
from bayse_agent.domain.settling import ProofRule
from bayse_agent.domain.sniping import SnipeRule
from bayse_agent.simulation.clock import SimulatedClock
from bayse_agent.simulation.exchange.switches import Enforcement, SettlementRule, Switches
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.feed import WorldFeed
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.world import World
from bayse_agent.strategies.kelly import Kelly, KellySettings
from bayse_agent.trading.agent import Agent, Habits
from bayse_agent.trading.discovery import discover
from bayse_agent.trading.upkeep import keep_up
from tests.simulation.server.stage import serving
from tests.trading.stages import (
    BANKROLL,
    LIMITS,
    NGN,
    QUOTE_AMOUNTS,
    Believer,
    begin,
    open_books,
)

# The pretend feed is the one that settles, so that small differences between the rules tell; its
# averages are of 60 ticks, and rounded to the step of the price.
EXACT = ProofRule(tolerance=6e-5)
_QUICK = ClientOptions(reads_per_s=10_000, writes_per_s=10_000)


@asynccontextmanager
async def _wired(rule: SettlementRule, folder: Path) -> AsyncIterator[Agent]:
    """An agent that sees an exchange over a socket, and the prices that it settles on."""
    switches = Switches(rate_limits=Enforcement.OFF, crypto_settlement=rule, other_settlement=rule)
    world = World(seed=3, switches=switches)
    desk = Desk(world, SystemClock(), seed=7, speed=Decimal(0))
    key = desk.open_account([BANKROLL])
    clock = SimulatedClock(world.advance, from_ms(world.start_ms))
    credentials = Credentials(public_key=SecretStr(key.public), secret_key=SecretStr(key.secret))
    async with serving(desk) as served:
        address = str(served.base_url).rstrip("/")
        client = BayseClient(address, timer=SystemClock(), credentials=credentials, options=_QUICK)
        async with client, clock.actor():
            venue = BayseVenue(client, clock=clock)
            store = await open_books(folder)
            await begin(store, clock.now(), LIMITS)
            yield Agent(
                clock=clock,
                market_data=venue,
                venue=venue,
                feed=WorldFeed(world, clock),
                store=store,
                forecaster=Believer(),
                strategy=Kelly(KellySettings()),
                kill_switch=FileKillSwitch(folder),
                habits=Habits(
                    currency=NGN, quote_amounts=QUOTE_AMOUNTS, snipe=SnipeRule(proof=EXACT)
                ),
            )
            await store.close()


@pytest.mark.parametrize("rule", list(SettlementRule))
async def test_keep_up_when_windows_settle_then_it_is_proved_which_rule_they_keep_to(
    rule: SettlementRule, tmp_path: Path
) -> None:
    async with _wired(rule, tmp_path) as agent:
        for _ in range(60):
            await discover(agent, agent.clock.now())
            await keep_up(agent)
            await agent.clock.sleep_until(agent.clock.now() + timedelta(seconds=20))
        records = (await agent.store.settlement_records()).values()
        average = sum(record.average for record in records)
        last_price = sum(record.last_price for record in records)
        assert sum(record.neither for record in records) == 0
        assert average + last_price >= 5
        is_average = rule is SettlementRule.TWAP60
        assert (average > 0) is is_average
        assert (last_price > 0) is not is_average
