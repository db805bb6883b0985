"""Stops: at once, for good until a person says otherwise, and what rests is taken back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bayse_agent.adapters.kill_switch import FILE_NAME
from bayse_agent.domain.command import Command, CommandKind
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.forecast import Context, Forecast, NoForecast
from bayse_agent.domain.market import Engine, Side
from bayse_agent.domain.money import Price
from bayse_agent.domain.order import (
    IntentStatus,
    OrderId,
    OrderType,
    PlaceOrder,
    TimeInForce,
    Unresolved,
)
from bayse_agent.trading.discovery import discover
from bayse_agent.trading.external import adopt_external
from bayse_agent.trading.halting import heed_kill_switch, stop, take_back
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport, scan
from bayse_agent.trading.upkeep import keep_up
from bayse_agent.trading.verification import discrepancies
from tests.trading.stages import NGN, Believer, Stage, Venue, begin, open_books, stage


async def a_resting_buy(s: Stage) -> None:
    """An order far below the market, placed elsewhere and taken into the books."""
    now = s.agent.clock.now()
    known = await discover(s.agent, now)
    market = next(m for m in known if m.engine is Engine.CLOB and m.series is None)
    order = PlaceOrder(
        event_id=market.event_id,
        market_id=market.market_id,
        outcome_id=market.outcome1_id,
        engine=Engine.CLOB,
        side=Side.BUY,
        type=OrderType.LIMIT,
        amount=Decimal(500),
        currency=NGN,
        price=Price(Decimal("0.02")),
        time_in_force=TimeInForce.GTC,
    )
    await s.venue.answer(order, "by-hand")
    await adopt_external(s.agent)


async def test_stop_when_already_stricter_then_the_first_reason_stands(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await stop(s.agent, reason="first", by="a")
        await stop(s.agent, reason="second", by="b", state=TradingState.REDUCING)
        control = await s.store.control()
        assert (control.state, control.reason, control.by) == (TradingState.HALTED, "first", "a")


async def test_stop_when_the_books_are_opened_again_then_it_still_holds(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await stop(s.agent, reason="enough", by="a person")
        await s.store.close()
        s.store = await open_books(tmp_path)
        await begin(s.store, s.agent.clock.now())
        assert (await s.store.control()).state is TradingState.HALTED


async def test_kill_switch_when_the_file_is_there_then_nothing_is_bought(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        (tmp_path / FILE_NAME).touch()
        report = await scan(s.agent)
        assert s.venue.placed == []
        ends = [look.reason for look in report.looks if look.forecast is not None]
        assert ends == [Reason.HALTED]
        assert (await s.store.control()).state is TradingState.HALTED


async def test_kill_switch_when_the_file_is_gone_then_only_a_person_lets_it_trade(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        (tmp_path / FILE_NAME).touch()
        await heed_kill_switch(s.agent)
        (tmp_path / FILE_NAME).unlink()
        await scan(s.agent)
        assert s.venue.placed == []


class Interrupting(Believer):
    """A person asks for a stop while the forecast is being made."""

    def __init__(self, kind: CommandKind) -> None:
        super().__init__()
        self._kind = kind
        self.stage: Stage | None = None

    async def forecast(self, context: Context) -> Forecast | NoForecast:
        assert self.stage is not None
        command = Command(id="stop", kind=self._kind, by="me", at=context.now)
        await self.stage.store.add_command(command)
        return await super().forecast(context)


@pytest.mark.parametrize("kind", [CommandKind.HALT, CommandKind.REDUCE])
async def test_stop_when_asked_for_just_before_then_the_order_is_not_started(
    tmp_path: Path, kind: CommandKind
) -> None:
    believer = Interrupting(kind)
    async with stage(tmp_path, forecaster=believer) as s:
        believer.stage = s
        report = await scan(s.agent)
        assert s.venue.placed == []
        assert await s.store.open_intents() == ()
        assert Reason.HALTED in {look.reason for look in report.looks}


async def test_take_back_when_halted_then_what_rests_is_cancelled_and_counted(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await a_resting_buy(s)
        (resting,) = await s.store.open_intents()
        assert resting.status is IntentStatus.OPEN
        told = await take_back(s.agent, TradingState.HALTED)
        assert told == {"cancelled": "1", "left": "0"}
        await keep_up(s.agent)
        assert await s.store.open_intents() == ()
        assert await discrepancies(s.agent) == ()


async def test_take_back_when_the_venue_is_away_then_it_says_what_is_left(tmp_path: Path) -> None:
    class NoCancels(Venue):
        async def cancel(self, order_id: OrderId) -> Unresolved:
            return Unresolved(reason="no answer")

    async with stage(tmp_path, NoCancels) as s:
        await a_resting_buy(s)
        told = await take_back(s.agent, TradingState.HALTED)
        assert (told["cancelled"], told["left"]) == ("0", "1")
        assert "no answer" in told["why"]


async def test_runner_when_a_pass_dies_then_trading_halts_and_the_pass_is_named(
    tmp_path: Path,
) -> None:
    class Broken(Believer):
        async def forecast(self, context: Context) -> Forecast | NoForecast:
            raise ZeroDivisionError("a bug")

    async with stage(tmp_path, forecaster=Broken()) as s:
        await Runner(s.agent, _deaf).run(s.agent.clock.now() + timedelta(seconds=30))
        control = await s.store.control()
        assert (control.state, control.by) == (TradingState.HALTED, "runner")
        assert control.reason == "scan died: ZeroDivisionError: a bug"


async def test_runner_when_a_companion_ends_then_trading_halts_and_it_is_named(
    tmp_path: Path,
) -> None:
    async def feed() -> None:
        return None

    async with stage(tmp_path) as s:
        end = s.agent.clock.now() + timedelta(seconds=30)
        await Runner(s.agent, _deaf, {"feed": feed}).run(end)
        control = await s.store.control()
        assert control.state is TradingState.HALTED
        assert control.reason.startswith("feed died")


async def test_runner_when_a_companion_ended_then_it_is_begun_again(tmp_path: Path) -> None:
    begun: list[float] = []
    async with stage(tmp_path) as s:
        start = s.agent.clock.now()

        async def feed() -> None:
            begun.append((s.agent.clock.now() - start).total_seconds())

        await Runner(s.agent, _deaf, {"feed": feed}).run(start + timedelta(seconds=40))
    assert begun == [0, 5, 15, 35]


async def _deaf(report: PassReport) -> None:
    return None
