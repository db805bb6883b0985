"""What an audit of the trading core found: each a claim that was not true, and is now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bayse_agent.adapters.kill_switch import FILE_NAME
from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.errors import VenueNotFound
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.forecast import Context, Forecast, NoForecast
from bayse_agent.domain.journal import Deposit
from bayse_agent.domain.market import Engine, Event, EventId, Page, Quote, Side
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import (
    Declined,
    OrderId,
    PlaceOrder,
    PlaceReply,
    Unresolved,
    VenueOrder,
)
from bayse_agent.domain.portfolio import Wallet
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.world import World
from bayse_agent.trading.commands import take_commands
from bayse_agent.trading.halting import stop
from bayse_agent.trading.leaving import run_exits
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport, scan
from bayse_agent.trading.settlement import settle
from bayse_agent.trading.stocktaking import take_stock
from bayse_agent.trading.upkeep import keep_up
from tests.trading.stages import BANKROLL, NGN, Believer, Stage, Venue, begin, open_books, stage
from tests.trading.test_commands import asked
from tests.trading.test_external import bought_elsewhere
from tests.trading.test_halting import a_resting_buy

ALWAYS_SELL = ExitRule(stop_loss=Decimal(0), max_discount=Decimal("0.9"))


async def _deaf(report: PassReport) -> None:
    return None


async def resolved(s: Stage, winner: int) -> None:
    """What is held is resolved, and paid."""
    (position,) = (await s.store.portfolio(NGN)).positions
    market = s.world.exchange.market(position.market_id)
    await s.wait((market.event.spec.closes_ms - s.world.now_ms) / 1000)
    s.world.exchange.resolve(market, winner)
    await s.wait(61)


# Settlement: the market's end and the account's line are two readings, and both must say the same.


class Contradicting(Venue):
    """Names as winner the outcome that it did not pay."""

    is_lying = True

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        found = await super().event(event_id, currency=currency)
        if not self.is_lying:
            return found
        return replace(
            found,
            markets=tuple(
                market
                if market.winner is None
                else replace(
                    market,
                    winner=market.outcome2.id
                    if market.winner == market.outcome1.id
                    else market.outcome1.id,
                )
                for market in found.markets
            ),
        )


@pytest.mark.parametrize("winner", [0, 1])
async def test_settle_when_event_and_payout_contradict_each_other_then_nothing_is_final(
    tmp_path: Path, winner: int
) -> None:
    async with stage(tmp_path, Contradicting) as s:
        assert isinstance(s.venue, Contradicting)
        await scan(s.agent)
        await resolved(s, winner)
        (position,) = (await s.store.portfolio(NGN)).positions
        ended = [result.market_id for result in await settle(s.agent)]
        assert position.market_id not in ended
        s.venue.is_lying = False
        assert position.market_id in [result.market_id for result in await settle(s.agent)]


async def test_keep_up_when_event_and_payout_go_on_contradicting_then_it_halts(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Contradicting) as s:
        await scan(s.agent)
        await resolved(s, 0)
        for _ in range(5):
            await keep_up(s.agent)
            await s.wait(60)
        control = await s.store.control()
        assert control.state is TradingState.HALTED
        assert "winner" in control.reason


class TakingBack(Venue):
    """Takes a payout back, as one who resolves a market anew."""

    taken = Decimal(0)

    async def wallets(self) -> tuple[Wallet, ...]:
        return tuple(
            replace(one, available=Money(one.available.amount - self.taken, NGN))
            if one.available.currency is NGN
            else one
            for one in await super().wallets()
        )


async def test_keep_up_when_a_payout_is_taken_back_after_it_was_settled_then_it_halts(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, TakingBack) as s:
        assert isinstance(s.venue, TakingBack)
        await scan(s.agent)
        await resolved(s, 0)
        await keep_up(s.agent)
        portfolio = await s.store.portfolio(NGN)
        assert portfolio.positions == ()
        s.venue.taken = Decimal(500)
        for _ in range(5):
            await keep_up(s.agent)
            await s.wait(60)
        assert (await s.store.control()).state is TradingState.HALTED


# Selling: what the venue does not take is not tried again at every pass.


class NoSales(Venue):
    """Buys, and says no to every sell."""

    async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
        if order.side is Side.SELL:
            return Declined(status=400, code="BAD_REQUEST", message="no")
        return await super().answer(order, key)


@pytest.mark.parametrize("engine", list(Engine))
async def test_exits_when_every_sell_is_declined_then_they_are_tried_ever_more_seldom(
    tmp_path: Path, engine: Engine
) -> None:
    async with stage(tmp_path, NoSales, Believer(engine)) as s:
        s.agent = replace(s.agent, habits=replace(s.agent.habits, exits=ALWAYS_SELL))
        await scan(s.agent)
        bought = len(s.venue.placed)
        for _ in range(40):
            await run_exits(s.agent)
            await s.wait(15)
        tried = len(s.venue.placed) - bought
        assert 3 <= tried <= 7


async def test_exits_when_a_sell_was_declined_once_then_the_next_pass_tries_again(
    tmp_path: Path,
) -> None:
    class Once(NoSales):
        async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
            sells = [one for _, one in self.placed if one.side is Side.SELL]
            if order.side is Side.SELL and len(sells) > 1:
                return await Venue.answer(self, order, key)
            return await super().answer(order, key)

    async with stage(tmp_path, Once) as s:
        s.agent = replace(s.agent, habits=replace(s.agent.habits, exits=ALWAYS_SELL))
        await scan(s.agent)
        await run_exits(s.agent)
        await s.wait(15)
        await run_exits(s.agent)
        assert await s.store.open_intents() == ()
        assert [order.side for _, order in s.venue.placed] == [Side.BUY, Side.SELL, Side.SELL]


# Commands: one that cannot be carried out, however it fails, is answered and holds up no other.


class Broken(Believer):
    async def forecast(self, context: Context) -> Forecast | NoForecast:
        raise ZeroDivisionError("a bug")


async def test_command_when_it_dies_of_a_bug_then_it_is_answered_and_the_next_one_is_taken(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, forecaster=Broken()) as s:
        await keep_up(s.agent)
        market = next(m for m in await _listed(s) if m.is_trading(s.agent.clock.now()))
        with pytest.raises(ZeroDivisionError):
            await asked(
                s, CommandKind.ANALYZE, "c1", event=market.event_id, market=market.market_id
            )
        first = await s.store.command("c1")
        assert first is not None
        assert first.status is CommandStatus.FAILED
        assert "ZeroDivisionError" in first.result["reason"]
        second = await asked(s, CommandKind.HALT, "c2", reason="enough")
        assert second.status is CommandStatus.DONE


async def _listed(s: Stage) -> Sequence[Any]:
    from bayse_agent.trading.discovery import discover

    return await discover(s.agent, s.agent.clock.now())


@pytest.mark.parametrize("amount", ["1e30", "-1e30", "1e999999", "0", "0.0000000001"])
async def test_transfer_when_no_such_sum_can_have_been_moved_then_refused(
    tmp_path: Path, amount: str
) -> None:
    async with stage(tmp_path) as s:
        answer = await asked(s, CommandKind.TRANSFER, amount=amount, reason="a slip of the keys")
        assert answer.status is CommandStatus.REFUSED
        assert (await s.store.portfolio(NGN)).cash == BANKROLL


@pytest.mark.parametrize("stake", ["1e30", "1e999999", "-5", "0"])
async def test_trade_when_the_stake_is_none_then_refused(tmp_path: Path, stake: str) -> None:
    for engine in Engine:
        folder = tmp_path / engine.value
        folder.mkdir()
        async with stage(folder) as s:
            market = next(
                m
                for m in await _listed(s)
                if m.engine is engine and m.is_trading(s.agent.clock.now())
            )
            answer = await asked(
                s,
                CommandKind.TRADE,
                event=market.event_id,
                market=market.market_id,
                outcome=market.outcome1_id,
                stake=stake,
            )
            assert answer.status in (
                CommandStatus.REFUSED,
                CommandStatus.DONE,
                CommandStatus.FAILED,
            )
            assert s.venue.placed == []


async def test_command_when_nobody_took_it_for_hours_then_only_a_stop_is_still_meant(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        for kind in (CommandKind.REDUCE, CommandKind.RESUME):
            at = s.agent.clock.now()
            command = Command(id=kind, kind=kind, by="me", at=at, arguments={"reason": "later"})
            await s.store.add_command(command)
        await s.wait(3600)
        await take_commands(s.agent)
        taken = [await s.store.command(kind) for kind in (CommandKind.REDUCE, CommandKind.RESUME)]
        assert [one.status for one in taken if one] == [CommandStatus.DONE, CommandStatus.REFUSED]
        assert (await s.store.control()).state is TradingState.REDUCING


# The gate: what was approved or not stopped before a slow read counts no more after it.


class SlowQuotes(Venue):
    """Takes its time for the second question, in which something happens."""

    seconds = 5.0
    asked = 0
    stage: Stage | None = None

    async def quote(self, **arguments: Any) -> Quote:
        found = await super().quote(**arguments)
        self.asked += 1
        if self.stage is not None:
            await self.happens(self.stage)
        return found

    async def happens(self, s: Stage) -> None:
        await s.wait(self.seconds)


class Pulling(SlowQuotes):
    folder: Path | None = None

    async def happens(self, s: Stage) -> None:
        assert self.folder is not None
        (self.folder / FILE_NAME).touch()


async def _sell_slowly(s: Stage) -> None:
    s.agent = replace(s.agent, habits=replace(s.agent.habits, exits=ALWAYS_SELL))
    await scan(s.agent)
    assert isinstance(s.venue, SlowQuotes)
    s.venue.stage = s
    await run_exits(s.agent)
    s.venue.stage = None


async def test_execute_when_the_last_read_takes_longer_than_the_approval_holds_then_not_sent(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, SlowQuotes) as s:
        await _sell_slowly(s)
        assert [order.side for _, order in s.venue.placed] == [Side.BUY]


async def test_execute_when_the_kill_switch_is_pulled_during_the_last_read_then_not_sent(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Pulling) as s:
        assert isinstance(s.venue, Pulling)
        s.venue.folder = tmp_path
        await _sell_slowly(s)
        assert [order.side for _, order in s.venue.placed] == [Side.BUY]


# Stops: two at once, and what rests is taken back whoever saw the switch first.


async def test_stop_when_two_want_it_at_once_then_neither_fails(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await asyncio.gather(
            stop(s.agent, reason="one", by="watch"),
            stop(s.agent, reason="two", by="loop"),
            stop(s.agent, reason="three", by="loop", state=TradingState.REDUCING),
        )
        control = await s.store.control()
        assert control.state is TradingState.HALTED


class NotingCancels(Venue):
    """Remembers what was to be cancelled, and cancels it."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self.cancelled: list[OrderId] = []

    async def cancel(self, order_id: OrderId) -> VenueOrder | Declined | Unresolved:
        self.cancelled.append(order_id)
        return await super().cancel(order_id)


async def test_kill_switch_when_the_gate_sees_it_first_then_what_rests_is_taken_back_as_well(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, NotingCancels) as s:
        assert isinstance(s.venue, NotingCancels)
        await a_resting_buy(s)
        await asked(s, CommandKind.RESUME, reason="seen")
        (tmp_path / FILE_NAME).touch()
        await scan(s.agent)
        assert (await s.store.control()).state is TradingState.HALTED
        assert len(s.venue.cancelled) == 1


async def test_runner_when_the_process_died_between_halt_and_taking_back_then_the_next_one_does(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, NotingCancels) as s:
        assert isinstance(s.venue, NotingCancels)
        await a_resting_buy(s)
        await stop(s.agent, reason="the file is there", by="kill switch")
        await Runner(s.agent, _deaf).run(s.agent.clock.now() + timedelta(seconds=10))
        assert len(s.venue.cancelled) == 1


# New books: beginning them can be interrupted, and can be done with an empty account.


async def test_take_stock_when_everything_was_taken_out_since_then_it_begins_nothing_anew(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        out = Deposit(id="out", amount=-BANKROLL, at=s.agent.clock.now())
        await s.store.add_deposit(out)
        assert await take_stock(s.agent) is None


async def test_take_stock_when_the_account_is_empty_then_it_is_begun_once_something_was_paid_in(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, TakingBack) as s:
        assert isinstance(s.venue, TakingBack)
        folder = tmp_path / "new"
        folder.mkdir()
        store = await open_books(folder)
        await begin(store, s.agent.clock.now(), bankroll=None)
        agent = s.with_store(store)
        s.venue.taken = BANKROLL.amount
        assert await take_stock(agent) is None
        s.venue.taken = Decimal(0)
        assert await take_stock(agent) == BANKROLL
        assert (await store.portfolio(NGN)).cash == BANKROLL
        await store.close()


async def test_begin_when_everything_was_taken_out_since_then_no_bankroll_is_put_in_again(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        out = Deposit(id="out", amount=-BANKROLL, at=s.agent.clock.now())
        await s.store.add_deposit(out)
        await begin(s.store, s.agent.clock.now())
        assert (await s.store.portfolio(NGN)).cash == Money.zero(NGN)


# Orders from elsewhere, and differences: one that cannot be placed does not stop all the rest.


class Forgetting(Venue):
    """Shows an event no more, and says of it that there is none."""

    gone: EventId | None = None

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        if event_id == self.gone:
            raise VenueNotFound(f"no event {event_id}")
        return await super().event(event_id, currency=currency)

    async def events(self, **arguments: Any) -> Page[Event]:
        found = await super().events(**arguments)
        return replace(found, items=tuple(one for one in found.items if one.id != self.gone))


async def _rested_elsewhere(s: Stage) -> VenueOrder:
    assert isinstance(s.venue, Forgetting)
    await keep_up(s.agent)
    order = await bought_elsewhere(s, Engine.CLOB, price="0.01")
    market = next(m for m in await s.store.tracked() if m.market_id == order.market_id)
    s.venue.gone = market.event_id
    return order


async def test_keep_up_when_an_order_of_a_market_that_is_gone_moved_no_money_then_it_goes_on(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Forgetting) as s:
        order = await _rested_elsewhere(s)
        await s.venue.cancel(order.id)
        await s.wait(300)
        for _ in range(2):
            assert (await keep_up(s.agent)).differences == ()
            await s.wait(300)
        assert (await s.store.control()).state is TradingState.ARMED


async def test_keep_up_when_an_order_of_a_market_that_is_gone_may_move_money_then_it_halts(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Forgetting) as s:
        order = await _rested_elsewhere(s)
        await s.wait(300)
        await keep_up(s.agent)
        control = await s.store.control()
        assert control.state is TradingState.HALTED
        assert order.id in control.reason or "no event" in control.reason


async def test_keep_up_when_a_difference_is_first_seen_long_after_the_last_look_then_no_halt_yet(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        for _ in range(2):
            await keep_up(s.agent)
            await s.wait(300)
            s.world.exchange.deposit(s.account, Money.of(7, NGN))
            assert (await keep_up(s.agent)).differences
            assert (await s.store.control()).state is TradingState.ARMED
            at = s.agent.clock.now()
            await s.store.add_deposit(Deposit(id=str(at), amount=Money.of(7, NGN), at=at))
            await s.wait(1)
        s.world.exchange.deposit(s.account, Money.of(7, NGN))
        await keep_up(s.agent)
        await s.wait(181)
        await keep_up(s.agent)
        assert (await s.store.control()).state is TradingState.HALTED
