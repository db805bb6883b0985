"""The guard of skill: losses that are no luck stop trading, and a resume begins anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.experience import SettledForecast, SettledMarket
from bayse_agent.domain.market import MarketId
from bayse_agent.trading.skill_guard import SkillGuard, guard_skill
from tests.trading.stages import Believer, stage


class Lived:
    """Experience that is given."""

    def __init__(self, forecasts: Sequence[SettledForecast]) -> None:
        self._forecasts = forecasts

    async def settled_forecasts(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledForecast, ...]:
        return tuple(f for f in self._forecasts if since is None or f.settled_at >= since)

    async def settled_markets(
        self, *, since: datetime | None = None, most: int
    ) -> tuple[SettledMarket, ...]:
        return ()


def losses(count: int, begin: datetime, author: str = Believer.name) -> list[SettledForecast]:
    return [
        SettledForecast(
            forecast_id=f"f-{number}",
            look_id=f"f-{number}",
            market_id=MarketId(f"m-{number}"),
            author=author,
            category=None,
            time_left_s=60.0,
            made_at=begin,
            settled_at=begin + timedelta(hours=number),
            probability=0.9,
            standard_error=0.02,
            market_price=0.5,
            outcome=0,
        )
        for number in range(count)
    ]


async def test_guard_when_losses_are_proven_then_halted_by_name(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        begin = (await s.store.control()).at
        await guard_skill(s.agent, Lived(losses(60, begin)))
        control = await s.store.control()
    assert control.state is TradingState.HALTED
    assert control.by == "skill"
    assert "believer is proven to lose" in control.reason


async def test_guard_when_losses_may_be_luck_then_armed(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        begin = (await s.store.control()).at
        await guard_skill(s.agent, Lived(losses(3, begin)))
        assert (await s.store.control()).state is TradingState.ARMED


async def test_guard_when_another_forecaster_loses_then_armed(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        begin = (await s.store.control()).at
        await guard_skill(s.agent, Lived(losses(60, begin, author="coin")))
        assert (await s.store.control()).state is TradingState.ARMED


async def test_guard_when_losses_were_before_the_last_resume_then_armed(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        begin = (await s.store.control()).at - timedelta(hours=100)
        await guard_skill(s.agent, Lived(losses(60, begin)))
        assert (await s.store.control()).state is TradingState.ARMED


async def test_guard_that_has_just_looked_does_not_look_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        begin = (await s.store.control()).at
        guard = SkillGuard(Lived(losses(3, begin)))
        assert await guard.look(s.agent) is not None
        assert await guard.look(s.agent) is None
