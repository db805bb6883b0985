"""Stops trading once it is proven, at any time and by no luck, that our forecasts lose money."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bayse_agent.domain.proof import HALTED_AT, Proof, proof_of
from bayse_agent.ports import Experience
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.halting import stop

MOST = 20_000
_BY = "skill"
_EVERY = timedelta(minutes=15)


class SkillGuard:
    """Looks every quarter of an hour, whoever asks how often: proof grows by the hour."""

    def __init__(self, experience: Experience) -> None:
        self._experience = experience
        self._looked_at: datetime | None = None

    async def look(self, agent: Agent) -> Proof | None:
        """Halt when it is proven that the forecaster that trades loses; None before it is time."""
        now = agent.clock.now()
        if self._looked_at is not None and now - self._looked_at < _EVERY:
            return None
        self._looked_at = now
        return await guard_skill(agent, self._experience)


async def guard_skill(agent: Agent, experience: Experience) -> Proof:
    """Halt when the e-value against the forecaster that trades has reached 20. It needs a resume.

    What was settled before the last resume is known to the person who resumed: it counts no more.
    """
    control = await agent.store.control()
    since = control.at if control.epoch else None
    settled = await experience.settled_forecasts(since=since, most=MOST)
    # Off the loop: there may be much of it.
    found = await asyncio.to_thread(proof_of, settled, agent.forecaster.name)
    if found.is_halting:
        await stop(
            agent,
            reason=(
                f"{agent.forecaster.name} is proven to lose: e-value {found.best_against_us:.1f} "
                f"against it after {found.steps} hours with settled markets, {HALTED_AT:g} halts"
            ),
            by=_BY,
        )
    return found
