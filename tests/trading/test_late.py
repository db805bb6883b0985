"""Orders that turn up after their market was settled: taken into the books, and settled late."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.exits import ExitRule
from bayse_agent.domain.market import Engine, MarketId
from bayse_agent.domain.order import IntentStatus, OrderId
from bayse_agent.trading.leaving import run_exits
from bayse_agent.trading.scan import scan
from bayse_agent.trading.upkeep import keep_up
from bayse_agent.trading.verification import discrepancies
from tests.trading.liar import Liar
from tests.trading.stages import NGN, Believer, Stage, stage
from tests.trading.test_external import bought_elsewhere


async def _lost_for_good(s: Stage) -> MarketId:
    """Until an order that was sent last counts as lost."""
    for _ in range(3):
        await s.wait(60)
        await keep_up(s.agent)
    known = (await s.store.open_intents())[-1]
    assert known.status is IntentStatus.LOST
    return known.intent.market_id


async def _ended(s: Stage, market_id: MarketId, winner: int) -> None:
    market = s.world.exchange.market(market_id)
    s.world.exchange.resolve(market, winner)
    await s.wait((market.event.spec.resolves_ms - s.world.now_ms) / 1000 + 60)
    for _ in range(4):
        await s.wait(60)
        await keep_up(s.agent)


async def _is_whole(s: Stage) -> None:
    """Books, venue, ledger and audit journal say the same, and nothing is open any more."""
    assert await discrepancies(s.agent) == ()
    assert await s.store.check() == ()
    assert (await s.store.verify()).findings == ()
    portfolio = await s.store.portfolio(NGN)
    assert portfolio.positions == ()
    assert portfolio.live == ()


@pytest.mark.parametrize("winner", [0, 1])
async def test_keep_up_when_a_lost_buy_turns_up_after_its_market_was_settled_then_settled_late(
    tmp_path: Path, winner: int
) -> None:
    async with stage(tmp_path, Liar, Believer(Engine.AMM)) as s:
        assert isinstance(s.venue, Liar)
        s.venue.requests_to_lose = 1
        await scan(s.agent)
        market_id = await _lost_for_good(s)
        await s.venue.deliver()
        s.venue.hide_all()
        await _ended(s, market_id, winner)
        assert market_id not in [market.market_id for market in await s.store.tracked()]
        s.venue.show_all()
        await keep_up(s.agent)
        assert (await s.store.portfolio(NGN)).realised.amount != 0
        await _is_whole(s)


@pytest.mark.parametrize("engine", Engine)
async def test_keep_up_when_a_buy_elsewhere_shows_after_its_market_was_settled_then_settled_late(
    tmp_path: Path, engine: Engine
) -> None:
    async with stage(tmp_path, Liar) as s:
        assert isinstance(s.venue, Liar)
        await keep_up(s.agent)
        order = await bought_elsewhere(s, engine)
        s.venue.hide_all()
        await _ended(s, order.market_id, 0)
        s.venue.show_all()
        await keep_up(s.agent)
        (intent,), _ = await s.store.ledger()
        assert intent.market_id == order.market_id
        await _is_whole(s)


@pytest.mark.parametrize("winner", [0, 1])
async def test_keep_up_when_a_lost_sell_turns_up_after_its_market_ended_then_books_are_whole(
    tmp_path: Path, winner: int
) -> None:
    async with stage(tmp_path, Liar, Believer(Engine.AMM)) as s:
        assert isinstance(s.venue, Liar)
        rule = ExitRule(stop_loss=Decimal(0), max_discount=Decimal("0.9"))
        s.agent = replace(s.agent, habits=replace(s.agent.habits, exits=rule))
        await scan(s.agent)
        s.venue.requests_to_lose = 1
        await run_exits(s.agent)
        market_id = await _lost_for_good(s)
        await s.venue.deliver()
        s.venue.hide_all()
        await _ended(s, market_id, winner)
        s.venue.show_all()
        await keep_up(s.agent)
        await _is_whole(s)
        assert len((await s.store.ledger())[1]) == 2
        assert (await s.store.control()).state in (TradingState.ARMED, TradingState.HALTED)


@pytest.mark.parametrize("winner", [0, 1])
async def test_settle_when_more_shares_were_paid_than_the_books_hold_then_it_waits_for_the_order(
    tmp_path: Path, winner: int
) -> None:
    async with stage(tmp_path, Liar, Believer(Engine.AMM)) as s:
        assert isinstance(s.venue, Liar)
        await scan(s.agent)
        ours = set(s.account.orders)
        _, order = s.venue.placed[0]
        await s.venue.answer(order, "by-hand")
        s.venue.hidden = {
            OrderId(one.id) for number, one in s.account.orders.items() if number not in ours
        }
        await _ended(s, order.market_id, winner)
        assert len((await s.store.portfolio(NGN)).positions) == 1
        s.venue.show_all()
        for _ in range(2):
            await s.wait(301)
            await keep_up(s.agent)
        await _is_whole(s)


async def test_keep_up_when_a_market_ends_early_with_a_sell_in_doubt_then_it_is_settled(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Liar) as s:
        assert isinstance(s.venue, Liar)
        rule = ExitRule(stop_loss=Decimal(0), max_discount=Decimal("0.9"))
        s.agent = replace(s.agent, habits=replace(s.agent.habits, exits=rule))
        await scan(s.agent)
        s.venue.requests_to_lose = 1
        await run_exits(s.agent)
        (known,) = await s.store.open_intents()
        s.world.exchange.resolve(s.world.exchange.market(known.intent.market_id), 1)
        for _ in range(4):
            await s.wait(60)
            await keep_up(s.agent)
        await _is_whole(s)
