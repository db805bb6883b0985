"""The whole agent through the venue's client against the served exchange, with everything going
wrong: no order is doubled, none is lost, and the books end up equal to the venue's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
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
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.forecast import Context, Forecast, NoForecast
from bayse_agent.domain.risk import Limits
from bayse_agent.simulation.clock import SimulatedClock
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.exchange.switches import Enforcement, Switches
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.faults import FaultPlan, parse_faults
from bayse_agent.simulation.server.desk import Desk
from bayse_agent.simulation.world import World
from bayse_agent.strategies.kelly import Kelly, KellySettings
from bayse_agent.trading.agent import Agent, Habits, Schedule
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.trading.verification import discrepancies
from tests.simulation.server.stage import serving
from tests.trading.stages import BANKROLL, NGN, QUOTE_AMOUNTS, Believer, ThinFeed, begin, open_books

_BATCH = "POST /v1/pm/orders/batch"
_SINGLE = "POST /v1/pm/events/{eventId}/markets/{marketId}/orders"
_FAULTS = (
    (_BATCH, "accept_then_lose_reply", 0.25),
    (_SINGLE, "accept_then_lose_reply", 0.25),
    (_BATCH, "accept_then_5xx", 0.2),
    (_SINGLE, "accept_then_5xx", 0.2),
    (_BATCH, "html_body", 0.1),
    (_SINGLE, "truncated_body", 0.1),
    (_BATCH, "refuse_before", 0.1),
    (_BATCH, "rate_limited", 0.1),
    (_BATCH, "forget_order", 0.15),
    (_SINGLE, "forget_order", 0.2),
    ("GET *", "refuse_before", 0.03),
    ("GET *", "truncated_body", 0.02),
    ("GET /v1/pm/orders", "empty_list", 0.2),
)
_QUICK = ClientOptions(
    reads_per_s=10_000,
    writes_per_s=10_000,
    backoff_first_s=0.001,
    backoff_max_s=0.002,
    attempts_max=3,
)
_LIMITS = Limits(max_open_markets=12, max_data_age_s=30)


class Zealot(Believer):
    """Believes in every fit market that it sees, whatever its engine."""

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        self.market_id = None
        self._engine = context.event.engine
        return await super().forecast(context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired:
    """An agent, its books, and the exchange that it reaches over a socket."""

    agent: Agent
    store: SqlStore
    desk: Desk
    account: Account


@asynccontextmanager
async def wired(seed: int, folder: Path) -> AsyncIterator[Wired]:
    world = World(seed=seed, switches=Switches(rate_limits=Enforcement.OFF))
    desk = Desk(world, SystemClock(), seed=7, speed=Decimal(0))
    key = desk.open_account([BANKROLL])
    clock = SimulatedClock(world.advance, from_ms(world.start_ms))
    credentials = Credentials(public_key=SecretStr(key.public), secret_key=SecretStr(key.secret))
    async with serving(desk) as served:
        address = str(served.base_url).rstrip("/")
        client = BayseClient(address, timer=SystemClock(), credentials=credentials, options=_QUICK)
        async with client:
            venue = BayseVenue(client, clock=clock)
            store = await open_books(folder)
            await begin(store, clock.now(), _LIMITS)
            agent = Agent(
                clock=clock,
                market_data=venue,
                venue=venue,
                feed=ThinFeed(world),
                store=store,
                forecaster=Zealot(),
                strategy=Kelly(KellySettings()),
                kill_switch=FileKillSwitch(folder),
                habits=Habits(
                    currency=NGN,
                    quote_amounts=QUOTE_AMOUNTS,
                    schedule=Schedule(exits_s=300),
                ),
            )
            account = world.exchange.account(key.user.id)
            yield Wired(agent=agent, store=store, desk=desk, account=account)
            await store.close()


_SEEDS = [3, 5, *(pytest.param(seed, marks=pytest.mark.torture) for seed in range(10, 30))]


@pytest.mark.parametrize("seed", _SEEDS)
async def test_agent_whose_replies_are_lost_orders_nothing_twice_and_loses_nothing(
    seed: int, tmp_path: Path
) -> None:
    reasons: Counter[str] = Counter()

    async def listen(report: PassReport) -> None:
        reasons.update(look.reason for look in report.looks)

    async with wired(seed, tmp_path) as it:
        it.desk.faults = parse_faults(
            [
                {"route": route, "kind": kind, "p": p, "seed": seed * 100 + index}
                for index, (route, kind, p) in enumerate(_FAULTS)
            ]
        )
        await _live(it, listen, minutes=25)
        fired = sum(count.fired for count in it.desk.faults.counts)
        it.desk.faults = FaultPlan()
        # Longer than an order may be left out of the lists. New bets prove nothing here.
        await _live(it, listen, minutes=60, scan_s=7200.0)

        intents, _ = await it.store.ledger()
        assert fired > 20
        assert reasons["unresolved"] > 0
        # Every order that the venue took is in the books, once, and none was sent for twice.
        assert sorted(await it.store.claimed_orders()) == sorted(
            order.id for order in it.account.orders.values()
        )
        assert len(it.account.orders) <= len(intents)
        assert await discrepancies(it.agent) == ()


async def _live(it: Wired, listen: object, *, minutes: int, scan_s: float = 60.0) -> None:
    schedule = replace(it.agent.habits.schedule, scan_s=scan_s)
    agent = replace(it.agent, habits=replace(it.agent.habits, schedule=schedule))
    runner = Runner(agent, listen)  # type: ignore[arg-type]
    await runner.run(it.agent.clock.now() + timedelta(minutes=minutes))
