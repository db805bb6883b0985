"""What an audit of the trading core left to mend: each a claim that was not true, and is now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bayse_agent.adapters.kill_switch import FILE_NAME
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.journal import IntentChange
from bayse_agent.domain.market import Engine, OrderBook, Side
from bayse_agent.domain.money import Money, Shares
from bayse_agent.domain.order import FillId, Intent, IntentId, IntentStatus, OrderId
from bayse_agent.domain.signal import SignalStatus
from bayse_agent.trading.halting import stop, why_held_back
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from tests.builders import (
    NOON,
    a_fill,
    a_sealed_order,
    a_tracked_market,
    a_venue_order,
    an_intent,
)
from tests.trading.stages import NGN, Venue, open_books, stage
from tests.trading.test_commands import a_signal, asked
from tests.trading.test_external import bought_elsewhere


async def test_resume_when_it_finds_orders_from_elsewhere_then_a_person_must_see_them_first(
    tmp_path: Path,
) -> None:
    """HALTED is stricter than the REDUCING of an adoption, and was lifted with it."""
    async with stage(tmp_path) as s:
        await stop(s.agent, reason="a look around", by="me")
        await bought_elsewhere(s, Engine.CLOB)
        first = await asked(s, CommandKind.RESUME, "c1", reason="on with it")
        assert (first.status, "elsewhere" in (first.result or {})["reason"]) == (
            CommandStatus.REFUSED,
            True,
        )
        assert (await s.store.control()).state is TradingState.HALTED
        second = await asked(s, CommandKind.RESUME, "c2", reason="they are mine")
        assert second.status is CommandStatus.DONE
        assert (await s.store.control()).state is TradingState.ARMED


async def test_resume_to_reducing_when_it_finds_orders_from_elsewhere_then_it_reduces(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await stop(s.agent, reason="a look around", by="me")
        await bought_elsewhere(s, Engine.CLOB)
        told = await asked(s, CommandKind.RESUME, "c1", reason="on with it", state="REDUCING")
        assert told.status is CommandStatus.DONE


async def test_approve_when_it_was_executed_before_then_it_says_so_with_the_order(
    tmp_path: Path,
) -> None:
    """The process died between the end of the signal and the answer to the command."""
    async with stage(tmp_path) as s:
        signal_id = await a_signal(s)
        first = await asked(s, CommandKind.APPROVE, "c1", signal=signal_id)
        again = await asked(s, CommandKind.APPROVE, "c2", signal=signal_id)
        assert first.result is not None
        assert again.result is not None
        assert again.status is CommandStatus.DONE
        assert again.result["status"] == SignalStatus.EXECUTED.value
        assert again.result["intent"] == first.result["intent"]
        assert again.result["outcome"] == "executed already"
        assert len(s.venue.placed) == 1


async def test_runner_when_nobody_can_be_told_then_it_trades_on(tmp_path: Path) -> None:
    """Whoever listens may go away: a broken pipe ended the trader."""
    async with stage(tmp_path) as s:

        async def gone(report: PassReport) -> None:
            raise BrokenPipeError(report.name)

        await Runner(s.agent, gone).run(s.agent.clock.now() + timedelta(minutes=3))
        assert len(s.venue.placed) == 1
        assert (await s.store.control()).state is TradingState.ARMED


class Unwritable:
    """Where logs went to before it was closed."""

    def write(self, text: str) -> int:
        raise BrokenPipeError

    def flush(self) -> None:
        raise BrokenPipeError


async def test_runner_when_a_pass_dies_and_no_log_can_be_written_then_it_still_halts(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:

        async def dies() -> None:
            raise RuntimeError("a bug")

        async def deaf(report: PassReport) -> None:
            return None

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdout", Unwritable())
            runner = Runner(s.agent, deaf, {"helper": dies})
            await runner.run(s.agent.clock.now() + timedelta(minutes=1))
        control = await s.store.control()
        assert (control.state, "a bug" in control.reason) == (TradingState.HALTED, True)


async def test_books_when_a_live_order_is_filled_in_part_then_it_counts_once(
    tmp_path: Path,
) -> None:
    """NGN 550 of 1,000 are in a position: 450 can still be spent."""
    async with stage(tmp_path) as s:
        await s.store.track([a_tracked_market()], source="events", read_at=NOON)
        intent = replace(an_intent(), forecast_id=None)
        await s.store.add_intent(intent, sealed=a_sealed_order(), look=None)
        fill = a_fill(intent)
        await s.store.change_intent(
            IntentChange(
                intent_id=intent.id,
                status=IntentStatus.OPEN,
                proof="filled in part",
                at=NOON,
                order=a_venue_order(intent),
                fills=(fill,),
            )
        )
        portfolio = await s.store.portfolio(NGN)
        assert portfolio.reserved == intent.reserved - fill.cash
        assert portfolio.free_cash == portfolio.deposits - intent.reserved
        again = await open_books(tmp_path)
        assert (await again.portfolio(NGN)).reserved == portfolio.reserved
        assert await s.store.check() == ()
        await again.close()


async def _lost(store: SqlStore, number: int) -> None:
    at = NOON + timedelta(days=number)
    market = a_tracked_market(f"market-{number}")
    await store.track([market], source="events", read_at=at)
    plain = replace(an_intent(), forecast_id=None)
    wish = replace(plain.wish, market_id=market.market_id)
    intent: Intent = replace(
        plain,
        id=IntentId(f"intent-{number}"),
        market_id=market.market_id,
        wish=wish,
        created_at=at,
    )
    await store.add_intent(intent, sealed=a_sealed_order(), look=None)
    await store.change_intent(
        IntentChange(intent_id=intent.id, status=IntentStatus.LOST, proof="absent", at=at)
    )


async def test_open_intents_when_one_was_lost_long_ago_then_it_is_watched_no_more(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        for number in range(6):
            await _lost(s.store, number)
        watched = [known.intent.id for known in await s.store.open_intents()]
        assert watched == ["intent-3", "intent-4", "intent-5"]
        again = await open_books(tmp_path)
        assert [known.intent.id for known in await again.open_intents()] == watched
        assert await s.store.check() == ()
        await again.close()


async def test_books_seen_when_they_are_a_month_old_then_they_are_let_go(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        book = await _a_book(s.venue)
        now = s.agent.clock.now()
        for day in (0, 1, 2, 31, 32, 33):
            await s.store.add_books_seen([book], at=now + timedelta(days=day))
        kept = await s.store.touches_kept()
        assert kept == 3


async def _a_book(venue: Venue) -> OrderBook:
    page = await venue.events(currency=NGN, size=50)
    market = next(e.markets[0] for e in page.items if e.engine is Engine.CLOB)
    (book,) = await venue.books([market.outcome1.id], currency=NGN)
    return book


async def test_scan_when_dust_is_left_of_three_positions_then_it_may_buy_still(
    tmp_path: Path,
) -> None:
    """Less than can be sold is no open market: three of them blocked every buy for good."""
    async with stage(tmp_path) as s:
        for number in range(3):
            await _dust(s.store, number)
        assert (await s.store.portfolio(NGN)).open_markets() == 0
        assert len((await s.store.portfolio(NGN)).positions) == 3


async def _dust(store: SqlStore, number: int) -> None:
    market = a_tracked_market(f"market-{number}")
    await store.track([market], source="events", read_at=NOON)
    plain = replace(an_intent(), forecast_id=None)
    wish = replace(plain.wish, market_id=market.market_id)
    intent = replace(plain, id=IntentId(f"intent-{number}"), market_id=market.market_id, wish=wish)
    await store.add_intent(intent, sealed=a_sealed_order(), look=None)
    order = replace(a_venue_order(intent), id=OrderId(f"order-{number}"))
    fill = replace(
        a_fill(intent),
        id=FillId(f"fill-{number}"),
        order_id=order.id,
        market_id=market.market_id,
        shares=Shares(Decimal("0.009")),
        cash=Money.of("0.45", NGN),
        fee=Money.zero(NGN),
    )
    await store.change_intent(
        IntentChange(
            intent_id=intent.id,
            status=IntentStatus.FILLED,
            proof="filled",
            at=NOON,
            order=order,
            fills=(fill,),
        )
    )


@pytest.mark.parametrize(
    ("state", "side", "is_held"),
    [
        (TradingState.ARMED, Side.BUY, False),
        (TradingState.REDUCING, Side.BUY, True),
        (TradingState.REDUCING, Side.SELL, False),
        (TradingState.HALTED, Side.SELL, True),
    ],
)
async def test_why_held_back_when_trading_was_stopped_then_what_it_stops_does_not_leave(
    tmp_path: Path, state: TradingState, side: Side, is_held: bool
) -> None:
    async with stage(tmp_path) as s:
        await stop(s.agent, reason="a test", by="me", state=state)
        why = await why_held_back(s.store, s.agent.kill_switch, side)
        assert (why is not None) is is_held


async def test_why_held_back_when_a_halt_waits_or_the_switch_is_pulled_then_it_does(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        command = Command(
            id="c1", kind=CommandKind.HALT, by="me", at=s.agent.clock.now(), arguments={}
        )
        await s.store.add_command(command)
        assert "halt" in (await why_held_back(s.store, s.agent.kill_switch, Side.SELL) or "")
        (tmp_path / FILE_NAME).write_text("enough")
        assert "enough" in (await why_held_back(s.store, s.agent.kill_switch, Side.SELL) or "")
