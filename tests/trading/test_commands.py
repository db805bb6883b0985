"""What a person asks for: carried out once, through the same gate, and answered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bayse_agent.adapters.kill_switch import FILE_NAME
from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.journal import Deposit
from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Money
from bayse_agent.domain.order import IntentSource
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.signal import SignalStatus
from bayse_agent.trading.agent import Approval
from bayse_agent.trading.commands import carry_out, take_commands
from bayse_agent.trading.halting import stop
from bayse_agent.trading.scan import scan
from bayse_agent.trading.verification import discrepancies
from tests.trading.stages import (
    NGN,
    Believer,
    Crash,
    CrashingAfter,
    Stage,
    begin,
    open_books,
    stage,
)


async def asked(s: Stage, kind: CommandKind, name: str = "c1", **arguments: str) -> Command:
    """Ask for something and have it taken; returns the command with its answer."""
    command = Command(id=name, kind=kind, by="me", at=s.agent.clock.now(), arguments=arguments)
    await s.store.add_command(command)
    await take_commands(s.agent)
    found = await s.store.command(name)
    assert found is not None
    return found


def by_hand(s: Stage) -> None:
    s.agent = replace(s.agent, habits=replace(s.agent.habits, approval=Approval.BY_HAND))


async def a_signal(s: Stage) -> str:
    """Have the scan find a bet that waits for a person."""
    by_hand(s)
    report = await scan(s.agent)
    assert Reason.AWAITING_APPROVAL in {look.reason for look in report.looks}
    (signal,) = await s.store.signals(SignalStatus.PENDING)
    return signal.id


async def status_of(s: Stage, signal_id: str) -> SignalStatus:
    return next(one.status for one in await s.store.signals() if one.id == signal_id)


async def test_scan_when_approval_is_by_hand_then_nothing_is_sent_and_one_signal_waits(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await a_signal(s)
        await s.wait(300)
        await scan(s.agent)
        assert s.venue.placed == []
        assert len(await s.store.signals()) == 1


async def test_approve_when_the_case_still_holds_then_one_order_is_sent(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        signal = await a_signal(s)
        answer = await asked(s, CommandKind.APPROVE, signal=signal)
        assert answer.status is CommandStatus.DONE
        assert answer.result["outcome"] == Reason.TRADED
        assert len(s.venue.placed) == 1
        assert await status_of(s, signal) is SignalStatus.EXECUTED
        assert await discrepancies(s.agent) == ()


async def test_approve_when_asked_for_many_times_then_one_order_is_sent(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        signal = await a_signal(s)
        for number in range(20):
            command = Command(
                id=f"c{number}",
                kind=CommandKind.APPROVE,
                by="me",
                at=s.agent.clock.now(),
                arguments={"signal": signal},
            )
            await s.store.add_command(command)
        await take_commands(s.agent)
        assert len(s.venue.placed) == 1
        answers = [await s.store.command(f"c{number}") for number in range(20)]
        told = [a.result["outcome"] for a in answers if a is not None and a.result is not None]
        assert sorted(told) == ["executed already"] * 19 + [Reason.TRADED]


async def test_approve_when_asked_for_at_once_from_many_sides_then_one_order_is_sent(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        signal = await a_signal(s)
        commands = [
            Command(
                id=f"c{number}",
                kind=CommandKind.APPROVE,
                by="me",
                at=s.agent.clock.now(),
                arguments={"signal": signal},
            )
            for number in range(10)
        ]
        for command in commands:
            await s.store.add_command(command)
        results = await asyncio.gather(
            *(carry_out(s.agent, command) for command in commands), return_exceptions=True
        )
        assert len(s.venue.placed) == 1
        assert len(results) == 10


async def test_approve_when_a_lower_stake_is_given_then_no_more_is_staked(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        signal = await a_signal(s)
        await asked(s, CommandKind.APPROVE, signal=signal, stake="150")
        _, order = s.venue.placed[0]
        assert order.amount == 150


async def test_approve_when_the_signal_has_expired_then_it_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        signal = await a_signal(s)
        await s.wait(4 * 3600)
        answer = await asked(s, CommandKind.APPROVE, signal=signal)
        assert answer.status is CommandStatus.REFUSED
        assert s.venue.placed == []


async def test_approve_when_trading_is_halted_then_nothing_is_sent(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        signal = await a_signal(s)
        await stop(s.agent, reason="enough", by="me")
        await asked(s, CommandKind.APPROVE, signal=signal)
        assert s.venue.placed == []
        assert await status_of(s, signal) is SignalStatus.REFUSED


async def test_approve_when_the_process_died_after_sending_then_it_is_not_sent_again(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, CrashingAfter) as s:
        signal = await a_signal(s)
        with pytest.raises(Crash):
            await asked(s, CommandKind.APPROVE, signal=signal)
        await s.store.close()
        s.store = await open_books(tmp_path)
        await begin(s.store, s.agent.clock.now())
        s.agent = s.with_store(s.store)
        sent = len(s.venue.placed)
        await take_commands(s.agent)
        assert len(s.venue.placed) == sent == 1
        assert await status_of(s, signal) is SignalStatus.EXECUTED


async def test_approve_when_the_process_was_dead_until_the_signal_expired_then_it_counts_as_sent(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, CrashingAfter) as s:
        signal = await a_signal(s)
        with pytest.raises(Crash):
            await asked(s, CommandKind.APPROVE, signal=signal)
        await s.store.close()
        await s.wait(4 * 3600)
        s.store = await open_books(tmp_path)
        await begin(s.store, s.agent.clock.now())
        s.agent = s.with_store(s.store)
        await take_commands(s.agent)
        assert await status_of(s, signal) is SignalStatus.EXECUTED


async def test_reject_when_asked_for_then_it_can_no_longer_be_approved(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        signal = await a_signal(s)
        await asked(s, CommandKind.REJECT, signal=signal, reason="no")
        answer = await asked(s, CommandKind.APPROVE, "c2", signal=signal)
        assert answer.status is CommandStatus.REFUSED
        assert s.venue.placed == []


async def test_scan_when_a_person_said_no_then_the_same_is_not_asked_again_for_a_while(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        signal = await a_signal(s)
        await asked(s, CommandKind.REJECT, signal=signal, reason="no")
        await s.wait(300)
        await scan(s.agent)
        assert await s.store.signals(SignalStatus.PENDING) == ()


async def test_resume_when_no_reason_is_given_then_it_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await stop(s.agent, reason="enough", by="me")
        assert (await asked(s, CommandKind.RESUME)).status is CommandStatus.REFUSED
        assert (await s.store.control()).state is TradingState.HALTED


async def test_resume_when_books_and_venue_differ_then_it_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await stop(s.agent, reason="enough", by="me")
        s.world.exchange.deposit(s.account, Money.of(7, NGN))
        answer = await asked(s, CommandKind.RESUME, reason="all is well")
        assert answer.status is CommandStatus.REFUSED
        assert "the venue has 100007" in answer.result["reason"]


async def test_resume_when_a_stop_came_after_the_one_that_was_seen_then_that_holds(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await stop(s.agent, reason="first", by="me", state=TradingState.REDUCING)
        seen = (await s.store.control()).epoch
        await stop(s.agent, reason="second", by="reconciliation")
        answer = await asked(s, CommandKind.RESUME, reason="all is well", epoch=str(seen))
        assert answer.status is CommandStatus.REFUSED
        assert "second" in answer.result["reason"]
        assert (await s.store.control()).state is TradingState.HALTED


async def test_resume_when_the_kill_switch_is_still_pulled_then_it_is_refused(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        (tmp_path / FILE_NAME).touch()
        answer = await asked(s, CommandKind.RESUME, reason="all is well")
        assert answer.status is CommandStatus.REFUSED


async def test_resume_when_a_transfer_explains_the_difference_then_it_trades_again(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await stop(s.agent, reason="enough", by="me")
        s.world.exchange.deposit(s.account, Money.of(7, NGN))
        await asked(s, CommandKind.TRANSFER, amount="7", reason="topped up")
        answer = await asked(s, CommandKind.RESUME, "c2", reason="topped up")
        assert answer.status is CommandStatus.DONE
        assert (await s.store.control()).state is TradingState.ARMED


async def a_market(s: Stage) -> dict[str, str]:
    """The market that the believer has found, in which nothing was bought yet."""
    by_hand(s)
    await scan(s.agent)
    assert isinstance(s.agent.forecaster, Believer)
    wanted = s.agent.forecaster.market_id
    market = next(m for m in await s.store.tracked() if m.market_id == wanted)
    return {"event": market.event_id, "market": market.market_id, "outcome": market.outcome1_id}


@pytest.mark.parametrize("engine", list(Engine))
async def test_trade_when_within_the_limits_then_it_is_bought(
    tmp_path: Path, engine: Engine
) -> None:
    async with stage(tmp_path, forecaster=Believer(engine)) as s:
        answer = await asked(s, CommandKind.TRADE, stake="300", **await a_market(s))
        assert answer.result["outcome"] == Reason.TRADED, answer.result
        (intent,), _ = await s.store.ledger()
        assert intent.source is IntentSource.HAND
        assert await discrepancies(s.agent) == ()


async def test_trade_when_above_the_largest_stake_then_it_is_refused_with_the_limit(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        where = await a_market(s)
        answer = await asked(s, CommandKind.TRADE, stake="9000", **where)
        assert s.venue.placed == []
        assert answer.result["outcome"].startswith("refused_")


async def test_trade_when_the_amount_is_no_number_then_it_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        where = await a_market(s)
        for number, stake in enumerate(("NaN", "Infinity", "ten", "-5", "0", "")):
            answer = await asked(s, CommandKind.TRADE, f"c{number}", stake=stake, **where)
            assert answer.status is CommandStatus.REFUSED or answer.result["outcome"].startswith(
                "refused_"
            )
        assert s.venue.placed == []


async def test_close_when_not_confirmed_then_it_only_says_what_it_would_bring(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await scan(s.agent)
        answer = await asked(s, CommandKind.CLOSE_ALL)
        assert len(s.venue.placed) == 1
        assert answer.result["sent"].startswith("nothing")
        assert any(text.startswith("would bring") for text in answer.result.values())


@pytest.mark.parametrize("engine", list(Engine))
async def test_close_when_confirmed_then_the_shares_are_sold(
    tmp_path: Path, engine: Engine
) -> None:
    async with stage(tmp_path, forecaster=Believer(engine)) as s:
        await scan(s.agent)
        (held,) = (await s.store.portfolio(NGN)).positions
        await asked(s, CommandKind.CLOSE, market=held.market_id, confirm="yes")
        left = (await s.store.portfolio(NGN)).positions
        assert sum(position.shares for position in left) < held.shares
        assert await discrepancies(s.agent) == ()


async def test_set_limits_when_one_is_wrong_then_nothing_changes(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        before = await s.store.limits()
        answer = await asked(
            s, CommandKind.SET_LIMITS, max_open_markets="9", reserve="1.5", reason="more"
        )
        assert answer.status is CommandStatus.REFUSED
        assert "reserve" in answer.result["reason"]
        assert await s.store.limits() == before


async def test_set_limits_when_they_are_right_then_they_hold_and_stay_after_a_restart(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await asked(s, CommandKind.SET_LIMITS, max_open_markets="1", reason="less")
        await s.store.close()
        s.store = await open_books(tmp_path)
        await begin(s.store, s.agent.clock.now(), limits=Limits(max_open_markets=12))
        assert (await s.store.limits()).max_open_markets == 1


async def test_transfer_when_the_process_died_before_the_answer_then_it_is_entered_once(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        at = s.agent.clock.now()
        # What a process had done that died before it could answer.
        await s.store.add_deposit(Deposit(id="c1", amount=Money.of(7, NGN), at=at))
        answer = await asked(s, CommandKind.TRANSFER, amount="7", reason="topped up")
        assert answer.status is CommandStatus.DONE
        assert answer.result["deposits"] == str(Money.of(100_007, NGN))


async def test_command_when_of_the_same_id_then_it_is_carried_out_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await asked(s, CommandKind.TRANSFER, amount="5", reason="gift")
        await asked(s, CommandKind.TRANSFER, amount="5", reason="gift")
        assert (await s.store.portfolio(NGN)).deposits == Money.of(100_005, NGN)
