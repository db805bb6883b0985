"""The whole agent on paper: the venue's client sees, the paper account trades, and a restart."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bayse_agent.adapters.kill_switch import FileKillSwitch
from bayse_agent.domain.forecast import Context, Forecast, NoForecast
from bayse_agent.domain.risk import Limits
from bayse_agent.simulation.clock import SimulatedClock
from bayse_agent.simulation.exchange.units import from_ms
from bayse_agent.simulation.paper.venue import PaperVenue
from bayse_agent.simulation.venue import LocalMarketData
from bayse_agent.simulation.world import World
from bayse_agent.strategies.kelly import Kelly, KellySettings
from bayse_agent.trading.agent import Agent, Habits
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.trading.verification import discrepancies
from tests.simulation.paper.kit import a_log
from tests.trading.stages import (
    BANKROLL,
    NGN,
    QUOTE_AMOUNTS,
    Believer,
    ThinFeed,
    begin,
    open_books,
)

LIMITS = Limits(max_open_markets=12, max_data_age_s=30)


class Zealot(Believer):
    """Believes in every fit market that it sees, whatever its engine."""

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        self.market_id = None
        self._engine = context.event.engine
        return await super().forecast(context)


async def test_agent_on_paper_when_it_trades_settles_and_restarts_then_the_books_agree(
    tmp_path: Path,
) -> None:
    world = World(seed=3)
    clock = SimulatedClock(world.advance, from_ms(world.start_ms))
    store = await open_books(tmp_path)
    await begin(store, clock.now(), LIMITS)

    async def listen(report: PassReport) -> None:
        pass

    async def live(minutes: int) -> None:
        """Run the agent on the account in the log, opened afresh."""
        async with a_log(tmp_path / "paper.jsonl") as log:
            data = LocalMarketData(world)
            paper = PaperVenue(data, clock=clock, bankroll=BANKROLL, log=log)
            agent = Agent(
                clock=clock,
                market_data=paper,
                venue=paper,
                feed=ThinFeed(world),
                store=store,
                forecaster=Zealot(),
                strategy=Kelly(KellySettings()),
                kill_switch=FileKillSwitch(tmp_path),
                habits=Habits(currency=NGN, quote_amounts=QUOTE_AMOUNTS),
            )
            await Runner(agent, listen).run(clock.now() + timedelta(minutes=minutes))
            assert await discrepancies(agent) == ()
            assert sorted(await store.claimed_orders()) == sorted(
                order.id for order in (await paper.orders(currency=NGN, size=500)).items
            )

    try:
        await live(8)
        await live(14)
        portfolio = await store.portfolio(NGN)
        assert portfolio.realised.amount != Decimal(0)
        assert len(await store.claimed_orders()) >= 4
    finally:
        await store.close()
