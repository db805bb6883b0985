"""Bets that wait for a no: placed once at their time, through the door of an approval, or never."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import pytest

from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.errors import VenueUnreachable
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.market import Event, EventId, Side
from bayse_agent.domain.money import Currency
from bayse_agent.domain.portfolio import Wallet
from bayse_agent.domain.signal import Approval, Signal, SignalStatus
from bayse_agent.trading.agent import Schedule
from bayse_agent.trading.commands import take_commands
from bayse_agent.trading.delayed import MOST_DUE, place, place_due, ripen
from bayse_agent.trading.halting import stop
from bayse_agent.trading.leaving import run_exits
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport, scan
from bayse_agent.trading.upkeep import keep_up
from bayse_agent.trading.verification import discrepancies
from tests.trading.stages import Crash, CrashingAfter, Stage, Venue, begin, open_books, stage
from tests.trading.test_commands import asked

DELAY_S = 60
GRACE_S = 20


def delaying(s: Stage, **habits: object) -> None:
    asks = {"approval": Approval.DELAYED, "delay_s": float(DELAY_S), "overdue_s": float(GRACE_S)}
    s.agent = replace(s.agent, habits=replace(s.agent.habits, **{**asks, **habits}))


async def a_delayed(s: Stage, **habits: object) -> Signal:
    """Have the scan find a bet that waits."""
    delaying(s, **habits)
    await scan(s.agent)
    (signal,) = await s.store.signals(SignalStatus.PENDING)
    return signal


async def ended(s: Stage) -> Signal:
    (signal,) = await s.store.signals()
    return signal


async def restarted(s: Stage, folder: Path, after_s: float = 0) -> None:
    """The process is gone, and another one opens the books after a while."""
    await s.store.close()
    await s.wait(after_s)
    s.store = await open_books(folder)
    await begin(s.store, s.agent.clock.now())
    s.agent = s.with_store(s.store)


async def test_scan_when_bets_are_delayed_then_placed_at_its_time_and_not_before(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        signal = await a_delayed(s)
        assert signal.places_at == signal.made_at + timedelta(seconds=DELAY_S)
        assert signal.expires_at == signal.places_at + timedelta(seconds=GRACE_S)
        await s.wait(DELAY_S - 1)
        await place_due(s.agent)
        assert s.venue.placed == []
        await s.wait(1)
        await place_due(s.agent)
        await place_due(s.agent)
        assert len(s.venue.placed) == 1
        assert (await ended(s)).status is SignalStatus.EXECUTED
        assert (await ended(s)).decided_by == "time"
        assert await discrepancies(s.agent) == ()


async def test_ripen_when_many_are_due_then_the_first_of_them_are_thought_of_and_the_others_next(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        first = await a_delayed(s)
        assert first.places_at is not None
        for number in range(2 * MOST_DUE):
            later = first.places_at + timedelta(seconds=number / 10)
            await s.store.add_signal(replace(first, id=f"more-{number:02}", places_at=later))
        await s.wait(DELAY_S + 3)
        thought = [one.signal.id for one in await ripen(s.agent)]
        assert sorted(thought) == sorted([first.id, *(f"more-{n:02}" for n in range(MOST_DUE - 1))])
        await place_due(s.agent)
        following = {one.signal.id for one in await ripen(s.agent)}
        assert not following & set(thought)
        assert len(following) == MOST_DUE


class Unreadable:
    """Market data in which one event cannot be read."""

    def __init__(self, stage: Stage, event_id: EventId) -> None:
        self._data, self._event_id = stage.agent.market_data, event_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._data, name)

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        if event_id == self._event_id:
            raise VenueUnreachable("the connection was lost")
        return await self._data.event(event_id, currency=currency)


async def test_ripen_when_the_first_cannot_be_read_then_the_ones_behind_them_are_thought_of(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        last = await a_delayed(s)
        assert last.places_at is not None
        away = EventId("an-event-that-is-away")
        for number in range(MOST_DUE):
            at = last.places_at - timedelta(seconds=number + 1)
            signal = replace(last, id=f"away-{number}", event_id=away, places_at=at)
            await s.store.add_signal(signal)
        await s.wait(DELAY_S)
        agent = replace(s.agent, market_data=Unreadable(s, away))
        assert [one.signal.id for one in await ripen(agent)] == [last.id]


async def test_scan_when_the_market_closes_before_the_delay_ends_then_a_person_must_say_so(
    tmp_path: Path,
) -> None:
    """A shorter wait than was promised would be no time to say no."""
    async with stage(tmp_path) as s:
        signal = await a_delayed(s, delay_s=3600.0)
        assert signal.places_at is None
        assert signal.expires_at < signal.made_at + timedelta(seconds=3600)
        await s.wait(3601)
        await place_due(s.agent)
        await keep_up(s.agent)
        assert s.venue.placed == []
        assert (await ended(s)).status is SignalStatus.EXPIRED


async def test_reject_when_it_comes_before_its_time_then_never_placed_nor_asked_again(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        signal = await a_delayed(s)
        answer = await asked(s, CommandKind.REJECT, signal=signal.id, reason="no")
        assert "would_have_placed_at" in answer.result
        await s.wait(DELAY_S)
        await place_due(s.agent)
        await scan(s.agent)
        assert s.venue.placed == []
        assert (await ended(s)).status is SignalStatus.REJECTED


async def test_reject_when_it_is_written_in_the_last_moment_then_not_placed(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        signal = await a_delayed(s)
        await s.wait(DELAY_S)
        (ripe,) = await ripen(s.agent)
        at = s.agent.clock.now()
        arguments = {"signal": signal.id}
        no = Command(id="no", kind=CommandKind.REJECT, by="me", at=at, arguments=arguments)
        await s.store.add_command(no)
        assert await place(s.agent, ripe) is None
        await take_commands(s.agent)
        assert s.venue.placed == []
        assert (await ended(s)).status is SignalStatus.REJECTED


async def test_approve_when_it_waits_then_placed_at_once_and_not_again_at_its_time(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        signal = await a_delayed(s)
        await asked(s, CommandKind.APPROVE, signal=signal.id)
        assert len(s.venue.placed) == 1
        await s.wait(DELAY_S)
        await place_due(s.agent)
        assert len(s.venue.placed) == 1
        assert (await ended(s)).decided_by == "me"


async def test_approve_when_it_is_being_thought_about_then_placed_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        signal = await a_delayed(s)
        await s.wait(DELAY_S)
        (ripe,) = await ripen(s.agent)
        await asked(s, CommandKind.APPROVE, signal=signal.id)
        assert await place(s.agent, ripe) is None
        assert len(s.venue.placed) == 1


@pytest.mark.parametrize("kind", [CommandKind.HALT, CommandKind.REDUCE])
async def test_stop_when_it_comes_while_a_bet_waits_then_it_is_over_even_after_a_resume(
    tmp_path: Path, kind: CommandKind
) -> None:
    async with stage(tmp_path) as s:
        await a_delayed(s)
        await s.wait(10)
        await asked(s, kind, "c1", reason="enough")
        await s.wait(10)
        answer = await asked(s, CommandKind.RESUME, "c2", reason="fine again")
        assert answer.status is CommandStatus.DONE
        await s.wait(DELAY_S)
        await place_due(s.agent)
        assert s.venue.placed == []
        signal = await ended(s)
        assert signal.status is SignalStatus.EXPIRED
        assert "trading was stopped while it waited" in signal.note


async def test_halt_when_it_holds_at_the_time_then_nothing_is_placed(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await a_delayed(s)
        await s.wait(DELAY_S)
        (ripe,) = await ripen(s.agent)
        await stop(s.agent, reason="enough", by="me")
        await place(s.agent, ripe)
        assert s.venue.placed == []
        assert (await ended(s)).status is SignalStatus.EXPIRED


@pytest.mark.parametrize(("late_s", "placed"), [(GRACE_S - 1, 1), (GRACE_S, 0)])
async def test_start_when_a_time_went_by_meanwhile_then_placed_within_the_grace_only(
    tmp_path: Path, late_s: int, placed: int
) -> None:
    async with stage(tmp_path) as s:
        await a_delayed(s)
        await restarted(s, tmp_path, DELAY_S + late_s)
        await place_due(s.agent)
        await keep_up(s.agent)
        assert len(s.venue.placed) == placed, (await ended(s)).note
        expected = SignalStatus.EXECUTED if placed else SignalStatus.EXPIRED
        assert (await ended(s)).status is expected


@pytest.mark.parametrize("later", ["in time", "a no", "too late"])
async def test_start_when_the_process_died_in_the_placing_then_sent_once_and_told_so(
    tmp_path: Path, later: str
) -> None:
    """What is out is not called back: a no that comes after it is told so."""
    async with stage(tmp_path, CrashingAfter) as s:
        signal = await a_delayed(s)
        await s.wait(DELAY_S)
        with pytest.raises(Crash):
            await place_due(s.agent)
        await restarted(s, tmp_path, 24 * 3600 if later == "too late" else 0)
        match later:
            case "in time":
                await place_due(s.agent)
            case "a no":
                answer = await asked(s, CommandKind.REJECT, signal=signal.id)
                assert answer.status is CommandStatus.REFUSED
            case _:
                await keep_up(s.agent)
        assert len(s.venue.placed) == 1
        assert (await ended(s)).status is SignalStatus.EXECUTED


async def test_start_when_bets_wait_for_a_word_by_now_then_what_was_to_be_placed_is_over(
    tmp_path: Path,
) -> None:
    """Whoever sets it to manual wants nothing placed by itself, nor what was to be."""
    async with stage(tmp_path) as s:
        await a_delayed(s)
        delaying(s, approval=Approval.BY_HAND)
        await s.wait(DELAY_S)
        assert await place_due(s.agent) is None
        await keep_up(s.agent)
        assert s.venue.placed == []
        assert (await ended(s)).status is SignalStatus.EXPIRED


class Meanwhile(Venue):
    """Something happens while the account is read."""

    happens: Callable[[], Awaitable[None]] | None = None

    async def wallets(self) -> tuple[Wallet, ...]:
        happens, self.happens = self.happens, None
        if happens is not None:
            await happens()
        return await super().wallets()


@pytest.mark.parametrize("what", ["time", "a stop"])
async def test_place_when_it_is_over_while_the_account_is_read_then_nothing_is_sent(
    tmp_path: Path, what: str
) -> None:
    async with stage(tmp_path, Meanwhile) as s:
        await a_delayed(s)
        await s.wait(DELAY_S)
        (ripe,) = await ripen(s.agent)
        assert isinstance(s.venue, Meanwhile)
        by_time, by_stop = (lambda: s.wait(GRACE_S)), (lambda: stop(s.agent, reason="no", by="me"))
        s.venue.happens = by_time if what == "time" else by_stop
        told = await place(s.agent, ripe)
        assert told is not None
        assert "EXPIRED by now" in told
        assert s.venue.placed == []
        assert (await ended(s)).status is SignalStatus.EXPIRED


async def test_approve_when_its_time_ends_while_the_account_is_read_then_answered_and_not_sent(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Meanwhile) as s:
        delaying(s, approval=Approval.BY_HAND, signal_ttl_s=60.0)
        await scan(s.agent)
        signal = await ended(s)
        await s.wait(55)
        assert isinstance(s.venue, Meanwhile)
        s.venue.happens = lambda: s.wait(10)
        answer = await asked(s, CommandKind.APPROVE, signal=signal.id)
        assert answer.status is CommandStatus.REFUSED
        assert "EXPIRED by now" in answer.result["reason"]
        assert s.venue.placed == []


async def test_place_when_the_case_no_longer_holds_then_refused_with_the_reason(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        signal = await a_delayed(s)
        for market in s.world.exchange.live_events():
            for one in market.markets:
                if one.id == signal.wish.market_id:
                    s.world.exchange.resolve(one, 0)
        await s.wait(DELAY_S)
        await place_due(s.agent)
        assert s.venue.placed == []
        assert (await ended(s)).status is SignalStatus.REFUSED
        assert (await ended(s)).note


async def test_place_when_the_venue_cannot_be_read_then_it_waits_for_as_long_as_the_grace(
    tmp_path: Path,
) -> None:
    class Unreadable(Venue):
        is_up = True

        async def event(self, event_id: EventId, *, currency: Currency) -> Event:
            if not self.is_up:
                raise VenueUnreachable("connection refused")
            return await super().event(event_id, currency=currency)

    async with stage(tmp_path, Unreadable) as s:
        await a_delayed(s)
        await s.wait(DELAY_S)
        assert isinstance(s.venue, Unreadable)
        s.venue.is_up = False
        with pytest.raises(VenueUnreachable):
            await place_due(s.agent)
        assert (await ended(s)).status is SignalStatus.PENDING
        s.venue.is_up = True
        await place_due(s.agent)
        assert (await ended(s)).status is SignalStatus.EXECUTED


class Slow:
    """A venue that takes its time to be read, so that what is done regularly is always due."""

    def __init__(self, stage: Stage) -> None:
        self._venue, self._clock = stage.agent.venue, stage.agent.clock

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._venue, name)
        if name == "send" or not iscoroutinefunction(found):
            return found

        async def slowly(*asked: Any, **named: Any) -> Any:
            await self._clock.sleep_until(self._clock.now() + timedelta(seconds=4))
            return await found(*asked, **named)

        return slowly


async def test_run_when_passes_are_always_due_then_delayed_bets_have_their_turn_all_the_same(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        always = Schedule(scan_s=3600, exits_s=1, orders_s=1)
        signal = await a_delayed(s, schedule=always)

        async def listen(_: PassReport) -> None:
            return

        slow = replace(s.agent, venue=Slow(s))
        await Runner(slow, listen).run(signal.expires_at + timedelta(seconds=60))
        assert (await ended(s)).status in (SignalStatus.EXECUTED, SignalStatus.REFUSED)
        assert (await ended(s)).decided_at < signal.expires_at


async def test_exits_when_bets_are_delayed_then_sold_at_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await scan(s.agent)
        delaying(s, exits=ExitRule(stop_loss=Decimal(0), max_discount=Decimal("0.9")))
        await run_exits(s.agent)
        assert [order.side for _, order in s.venue.placed] == [Side.BUY, Side.SELL]
        assert await s.store.signals() == ()


async def test_run_when_bets_are_delayed_then_the_loop_places_them_at_their_time(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        reports: list[PassReport] = []

        async def listen(report: PassReport) -> None:
            reports.append(report)

        delaying(s)
        start = s.agent.clock.now()
        await Runner(s.agent, listen).run(start + timedelta(seconds=DELAY_S + 30))
        (signal,) = await s.store.signals()
        assert signal.status is SignalStatus.EXECUTED
        assert signal.places_at == signal.decided_at
        assert len(s.venue.placed) == 1
        (told,) = [report.told for report in reports if report.name == "signals"]
        assert told[0].startswith(f"placed: {signal.id}, traded")


async def test_run_when_the_venue_fails_at_the_time_then_placed_a_little_later(
    tmp_path: Path,
) -> None:
    class Stumbling(Venue):
        fails = 0

        async def event(self, event_id: EventId, *, currency: Currency) -> Event:
            if self.fails:
                self.fails -= 1
                raise VenueUnreachable("connection refused")
            return await super().event(event_id, currency=currency)

    async def listen(report: PassReport) -> None:
        """Nobody listens."""

    async with stage(tmp_path, Stumbling) as s:
        signal = await a_delayed(s)
        await s.wait(DELAY_S)
        assert isinstance(s.venue, Stumbling)
        s.venue.fails = 1
        start = s.agent.clock.now()
        await Runner(s.agent, listen).run(start + timedelta(seconds=30))
        assert len(s.venue.placed) == 1, (await ended(s)).note
        assert (await ended(s)).id == signal.id
