"""What stands before a change: the lease, the trading state, waiting stops, orders under way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.command import Command, CommandKind, CommandStatus
from bayse_agent.domain.control import TradingState
from bayse_agent.domain.errors import BrokenInvariant, LeaseHeld, TradingStopped
from bayse_agent.domain.money import Currency, Shares
from bayse_agent.domain.order import Intent, IntentId, IntentStatus, Sell
from tests.builders import (
    NOON,
    a_control,
    a_deposit,
    a_look,
    a_sealed_order,
    a_venue_order,
    an_intent,
)


def _unfounded(intent: Intent) -> Intent:
    return replace(intent, forecast_id=None)


def _a_sell() -> Intent:
    buy = an_intent()
    wish = Sell(
        market_id=buy.market_id,
        outcome_id=buy.wish.outcome_id,
        shares=Shares(buy.reserved.amount / 1000),
        currency=Currency.NGN,
        worst_price=buy.wish.worst_price,
    )
    return replace(buy, id=IntentId("sell-1"), wish=wish, forecast_id=None)


def _a_command(kind: CommandKind, id: str = "command-1") -> Command:
    return Command(id=id, kind=kind, by="tester", at=NOON)


async def test_write_when_the_lease_was_not_taken_then_lease_held(url: str) -> None:
    store = await open_store(url)
    with pytest.raises(LeaseHeld):
        await store.add_deposit(a_deposit())
    await store.close()


async def test_take_lease_when_another_lives_then_lease_held(url: str, store: SqlStore) -> None:
    second = await open_store(url)
    with pytest.raises(LeaseHeld):
        await second.take_lease(holder="second", at=NOON)
    await second.close()
    await store.add_looks([a_look()])


async def test_take_lease_when_the_other_has_closed_then_the_next_token(
    url: str, store: SqlStore
) -> None:
    await store.close()
    second = await open_store(url)
    lease = await second.take_lease(holder="second", at=NOON)
    assert (lease.token, lease.holder) == (2, "second")
    await second.close()


async def test_take_lease_when_written_to_since_opened_then_all_is_seen(
    url: str, store: SqlStore
) -> None:
    second = await open_store(url)
    await store.add_looks([a_look()])
    looks = await store.last_looks()
    await store.close()
    await second.take_lease(holder="second", at=NOON)
    assert await second.last_looks() == looks
    await second.close()


async def test_add_intent_when_never_armed_then_stopped(url: str) -> None:
    store = await open_store(url)
    await store.take_lease(holder="test", at=NOON)
    with pytest.raises(TradingStopped):
        await store.add_intent(_unfounded(an_intent()), sealed=a_sealed_order(), look=None)
    await store.close()


async def test_add_intent_when_reducing_then_sells_alone_go(store: SqlStore) -> None:
    await store.set_control(a_control(TradingState.REDUCING, epoch=2))
    with pytest.raises(TradingStopped):
        await store.add_intent(_unfounded(an_intent()), sealed=a_sealed_order(), look=None)
    await store.add_intent(_a_sell(), sealed=a_sealed_order(), look=None)
    assert [known.intent for known in await store.open_intents()] == [_a_sell()]


@pytest.mark.parametrize("kind", [CommandKind.HALT, CommandKind.REDUCE])
async def test_add_intent_when_a_stop_waits_then_stopped_until_it_is_taken(
    url: str, store: SqlStore, kind: CommandKind
) -> None:
    other = await open_store(url)
    await other.add_command(_a_command(kind))
    await other.close()
    with pytest.raises(TradingStopped):
        await store.add_intent(_a_sell(), sealed=a_sealed_order(), look=None)
    await store.finish_command("command-1", status=CommandStatus.DONE, result={}, at=NOON)
    await store.add_intent(_a_sell(), sealed=a_sealed_order(), look=None)
    assert len(await store.open_intents()) == 1


async def test_add_intent_when_another_command_waits_then_it_goes(store: SqlStore) -> None:
    await store.add_command(_a_command(CommandKind.ANALYZE))
    await store.add_intent(_a_sell(), sealed=a_sealed_order(), look=None)
    assert len(await store.open_intents()) == 1


async def test_add_intent_when_a_buy_is_live_in_the_market_then_broken_invariant(
    store: SqlStore,
) -> None:
    await store.add_intent(_unfounded(an_intent()), sealed=a_sealed_order(), look=None)
    with pytest.raises(BrokenInvariant):
        await store.add_intent(_unfounded(an_intent("500")), sealed=a_sealed_order(), look=None)
    await store.add_intent(_a_sell(), sealed=a_sealed_order(), look=None)
    assert len(await store.open_intents()) == 2


async def test_set_control_when_an_epoch_is_left_out_then_broken_invariant(
    store: SqlStore,
) -> None:
    with pytest.raises(BrokenInvariant):
        await store.set_control(a_control(TradingState.HALTED, epoch=3))
    assert (await store.control()).state is TradingState.ARMED


async def test_add_command_when_asked_again_then_the_first_one(store: SqlStore) -> None:
    first = _a_command(CommandKind.RESUME)
    assert await store.add_command(first) == first
    again = replace(first, kind=CommandKind.HALT, at=NOON + timedelta(minutes=1))
    assert await store.add_command(again) == first
    assert await store.pending_commands() == (first,)


async def test_finish_command_when_finished_already_then_broken_invariant(
    store: SqlStore,
) -> None:
    await store.add_command(_a_command(CommandKind.CANCEL))
    told = {"order": "order-1"}
    await store.finish_command("command-1", status=CommandStatus.REFUSED, result=told, at=NOON)
    with pytest.raises(BrokenInvariant):
        await store.finish_command("command-1", status=CommandStatus.DONE, result={}, at=NOON)
    command = await store.command("command-1")
    assert command is not None
    assert (command.status, command.result) == (CommandStatus.REFUSED, told)
    assert await store.pending_commands() == ()


async def test_add_external_when_written_then_open_claimed_and_reserved(store: SqlStore) -> None:
    intent = _unfounded(an_intent())
    await store.add_external(intent, a_venue_order(intent))
    (known,) = await store.open_intents()
    assert (known.intent, known.status, known.order_id) == (intent, IntentStatus.OPEN, "order-1")
    assert await store.claimed_orders() == {"order-1"}
    assert (await store.portfolio(Currency.NGN)).reserved == intent.reserved
    assert await store.has_intent(intent.id)
