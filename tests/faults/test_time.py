"""Clocks that are wrong, jump, or turn a day over: limits hold by every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Context, Forecast, NoForecast
from bayse_agent.domain.market import OrderBook, OutcomeId
from bayse_agent.domain.money import Currency
from bayse_agent.ports import Clock
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.world import World
from bayse_agent.trading.scan import scan
from tests.trading.liar import Liar
from tests.trading.stages import LIMITS, NGN, Stage, stage
from tests.trading.test_scan import Enthusiast
from tests.trading.witness import rows_of


class Skewed(Liar):
    """Its clock is not ours: what it dates is early or late."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self.skew = timedelta()

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = 20
    ) -> tuple[OrderBook, ...]:
        found = await super().books(outcome_ids, currency=currency, depth=depth)
        return tuple(replace(book, source_at=book.source_at + self.skew) for book in found)


@pytest.mark.parametrize("seconds", [-3600, -60, -31, -11, 11, 31, 60, 3600])
async def test_scan_when_the_venues_clock_is_off_then_nothing_is_bought(
    tmp_path: Path, seconds: int
) -> None:
    """F1, skew of 11 s to 1 h either way: 0 orders, for prices of another time are none."""
    async with stage(tmp_path, Skewed) as s:
        assert isinstance(s.venue, Skewed)
        s.venue.skew = timedelta(seconds=seconds)
        report = await scan(s.agent)
        assert s.venue.placed == []
        assert Reason.REFUSED_DATA_AGE in {look.reason for look in report.looks}


@pytest.mark.parametrize("seconds", [-9, 9])
async def test_scan_when_the_venues_clock_is_a_little_off_then_it_trades(
    tmp_path: Path, seconds: int
) -> None:
    """F1, skew within the age that prices may have: 1 order."""
    async with stage(tmp_path, Skewed) as s:
        assert isinstance(s.venue, Skewed)
        s.venue.skew = timedelta(seconds=seconds)
        await scan(s.agent)
        assert len(s.venue.placed) == 1


class Stepped:
    """A clock that somebody set: it tells another time than passes."""

    def __init__(self, inner: Clock) -> None:
        self._inner = inner
        self.step = timedelta()

    def now(self) -> datetime:
        return self._inner.now() + self.step

    async def sleep_until(self, moment: datetime) -> None:
        await self._inner.sleep_until(moment - self.step)

    def actor(self) -> AbstractAsyncContextManager[None]:
        return self._inner.actor()


@pytest.mark.parametrize("back", [timedelta(seconds=45), timedelta(minutes=30), timedelta(hours=5)])
async def test_scan_when_the_clock_was_set_back_then_no_count_begins_anew(
    tmp_path: Path, back: timedelta
) -> None:
    """F1, step back by 45 s to 5 h: the buy of before still counts, 0 more within the hour."""
    limits = replace(LIMITS, trades_per_hour=1, max_open_markets=20)
    async with stage(tmp_path, Liar, Enthusiast(), limits=limits) as s:
        clock = Stepped(s.agent.clock)
        s.agent = replace(s.agent, clock=clock)
        await scan(s.agent)
        assert len(s.venue.placed) == 1
        clock.step = -back
        for _ in range(3):
            await scan(s.agent)
            await s.wait(61)
        assert len(s.venue.placed) == 1


async def _until(s: Stage, moment: datetime) -> None:
    await s.agent.clock.sleep_until(moment)


async def test_scan_when_midnight_comes_in_lagos_then_the_day_turns_over_there_and_only_then(
    tmp_path: Path,
) -> None:
    """F2, I34: one trade a day; 0 more at 22:50 UTC, one at 23:05 UTC, which is 00:05 in Lagos."""
    limits = replace(LIMITS, trades_per_day=1, max_open_markets=20)
    async with stage(tmp_path, Liar, Enthusiast(), limits=limits) as s:
        await scan(s.agent)
        assert len(s.venue.placed) == 1
        day = s.agent.clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        await _until(s, day + timedelta(hours=22, minutes=50))
        await scan(s.agent)
        assert len(s.venue.placed) == 1
        for minute in range(65, 110, 5):
            await _until(s, day + timedelta(hours=22, minutes=minute))
            await scan(s.agent)
        assert len(s.venue.placed) == 2


class Paused(Enthusiast):
    """The process stands still for a minute while it thinks."""

    clock: Stepped | None = None

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        found = await super().forecast(context)
        if isinstance(found, Forecast) and self.clock is not None:
            self.clock.step = timedelta(seconds=60)
        return found


async def test_scan_when_the_process_stood_still_for_a_minute_then_nothing_is_bought_on_old_prices(
    tmp_path: Path,
) -> None:
    """A3, stopped for 60 s and continued: 0 orders on what was read before the pause."""
    believer = Paused()
    async with stage(tmp_path, Liar, believer) as s:
        believer.clock = Stepped(s.agent.clock)
        s.agent = replace(s.agent, clock=believer.clock)
        report = await scan(s.agent)
        assert s.venue.placed == []
        assert Reason.REFUSED_DATA_AGE in {look.reason for look in report.looks}


class StandingStill(Stepped):
    """The process is stopped for a minute as soon as an intent is in the books."""

    def __init__(self, clock: Clock, folder: Path) -> None:
        super().__init__(clock)
        self._folder = folder

    def now(self) -> datetime:
        if not self.step:
            with rows_of(self._folder) as books:
                (count,) = books.execute("SELECT count(*) FROM intents").fetchone()
            self.step = timedelta(seconds=60 * count)
        return super().now()


async def test_execute_when_the_process_stood_still_before_the_bytes_left_then_they_never_do(
    tmp_path: Path,
) -> None:
    """A3: what was decided before the pause is not sent after it, and is known not to be."""
    async with stage(tmp_path, Liar) as s:
        s.agent = replace(s.agent, clock=StandingStill(s.agent.clock, tmp_path))
        await scan(s.agent)
        intents, _ = await s.store.ledger()
        assert len(intents) == 1
        assert s.venue.placed == []
        assert await s.store.open_intents() == ()
        assert (await s.store.portfolio(NGN)).reserved.amount == 0
