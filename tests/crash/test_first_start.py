"""The process ends while new books take over what the account has already: the next one goes on."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.journal import Run
from bayse_agent.domain.market import Engine, Side
from bayse_agent.domain.money import Price
from bayse_agent.domain.order import Accepted, OrderType, PlaceOrder, TimeInForce
from bayse_agent.trading.agent import Agent
from bayse_agent.trading.discovery import discover
from bayse_agent.trading.stocktaking import take_stock
from bayse_agent.trading.upkeep import keep_up
from bayse_agent.wiring.opening import Opening
from bayse_agent.wiring.opening import open_books as begin_books
from bench.interposing import Calls, Moment, interposed
from tests.crash.scene import Crash, Death
from tests.trading.stages import LIMITS, NGN, Stage, open_books, stage

CHANGES = ("store.add_", "store.change_", "store.track")
"""Between two of these one death is like another."""


async def buy_elsewhere(s: Stage) -> None:
    """A person holds shares in two markets before there are any books."""
    known = await discover(s.agent, s.agent.clock.now())
    books = [m for m in known if m.engine is Engine.CLOB and m.series is None]
    for number, market in enumerate(books[:2]):
        order = PlaceOrder(
            event_id=market.event_id,
            market_id=market.market_id,
            outcome_id=market.outcome1_id,
            engine=Engine.CLOB,
            side=Side.BUY,
            type=OrderType.LIMIT,
            amount=Decimal(500),
            currency=NGN,
            price=Price(Decimal("0.98")),
            time_in_force=TimeInForce.FAK,
        )
        assert isinstance(await s.venue.place(order, key=f"person-{number}"), Accepted)
    await s.wait(1)


async def begun(folder: Path, at: datetime) -> SqlStore:
    """Books as a start opens them that has not armed them yet."""
    store = await open_books(folder)
    history = await store.history()
    number = 0 if history is None else history.runs
    run = Run(id=f"run-{number}", mode="demo", started_at=at, options={})
    await begin_books(store, Opening(run=run, holder="test", limits=LIMITS, bankroll=None))
    return store


async def taken_over(agent: Agent, folder: Path, death: Death) -> list[str]:
    """Take stock in books of that folder, as a process that may die; the calls that it made."""
    store = await begun(folder, agent.clock.now())
    calls = Calls(death)
    with suppress(Crash):
        await take_stock(interposed(replace(agent, store=store), calls))
    await store.close()
    return calls.names


async def wrong(agent: Agent, folder: Path) -> list[str]:
    """What is wrong after another process has begun with the same books."""
    store = await begun(folder, agent.clock.now())
    now = replace(agent, store=store)
    await take_stock(now)
    found = [*(await keep_up(now)).differences, *await store.check()]
    portfolio = await store.portfolio(NGN)
    if len(portfolio.positions) != 2 or portfolio.live or portfolio.realised.amount:
        found.append(f"{len(portfolio.positions)} positions, {portfolio.live}")
    if await take_stock(now) is not None:
        found.append("it takes stock again and again")
    await store.close()
    return found


async def test_take_stock_when_the_process_dies_at_any_call_then_the_next_one_completes_it(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await buy_elsewhere(s)
        empty, whole = tmp_path / "empty", tmp_path / "whole"
        empty.mkdir()
        await (await begun(empty, s.agent.clock.now())).close()
        shutil.copytree(empty, whole)
        names = await taken_over(s.agent, whole, Death())
        assert "store.add_deposit" in names
        assert "store.add_external" in names
        for number, name in enumerate(names, start=1):
            if not name.startswith(CHANGES):
                continue
            folder = tmp_path / str(number)
            shutil.copytree(empty, folder)
            death = Death(number, Moment.AFTER)
            await asyncio.create_task(taken_over(s.agent, folder, death))
            assert death.is_dead
            assert await wrong(s.agent, folder) == [], name
