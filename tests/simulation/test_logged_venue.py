"""A venue that is made again from its log: the same answers, the same world, the same account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import Accepted, OrderId
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.logged_venue import LoggedVenue
from bayse_agent.simulation.world import World
from bayse_agent.simulation.write_log import Origin, WriteLog
from tests.contracts import script
from tests.simulation.world.worlds import MINUTE_MS, open_markets, resting_buy, state_of

MONEY = Money.of(100_000, Currency.NGN)


@asynccontextmanager
async def desk(file: Path, *, seed: int = 7) -> AsyncIterator[tuple[World, LoggedVenue, WriteLog]]:
    """A world and a venue that have done again what the log tells."""
    world = World(seed=seed)
    account = world.exchange.open_account("agent")
    world.exchange.deposit(account, MONEY)
    log = WriteLog(file)
    try:
        if log.origin is None:
            log.begin(
                Origin(
                    seed=seed,
                    start_ms=world.start_ms,
                    efficiency=0.6,
                    switches={},
                    tape=None,
                    account="agent",
                    deposit=MONEY,
                )
            )
        venue = LoggedVenue(world, account, log)
        await venue.replay()
        yield world, venue, log
    finally:
        log.close()


async def _account(venue: LoggedVenue) -> list[object]:
    return [
        await venue.orders(currency=Currency.NGN),
        await venue.wallets(),
        await venue.holdings(),
        await venue.activities(),
        await venue.profit_and_loss(currency=Currency.NGN),
    ]


async def _every_verb(world: World, venue: LoggedVenue) -> list[str]:
    """Everything that a venue can be asked; returns the verbs with what was said to them."""

    async def advance(seconds: float) -> None:
        world.advance(world.now_ms + round(seconds * 1000))

    told = script.Script(venue=venue, advance=advance, currency=Currency.NGN, told=[])
    await script.run(told)
    return [what for what, _ in told.told]


async def test_venue_when_made_again_then_world_and_account_are_the_same(tmp_path: Path) -> None:
    file = tmp_path / "exchange.jsonl"
    async with desk(file) as (world, venue, log):
        asked = await _every_verb(world, venue)
        log.stop(world.now_ms)
        before = (world.now_ms, state_of(world), await _account(venue))
    assert {"take", "cancel", "reprice", "mint", "burn", "too dear", "key reused"} <= set(asked)
    written = file.read_bytes()
    async with desk(file) as (world, venue, _):
        assert (world.now_ms, state_of(world), await _account(venue)) == before
    assert file.read_bytes() == written


async def test_venue_when_made_again_then_a_key_still_makes_one_order(tmp_path: Path) -> None:
    file = tmp_path / "exchange.jsonl"
    async with desk(file) as (world, venue, _):
        order = resting_buy(_a_book(world), "0.05")
        first = await venue.place(order, key="k")
    async with desk(file) as (_, venue, _):
        again = await venue.place(order, key="k")
        orders = await venue.orders(currency=Currency.NGN)
    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert (again.is_replay, again.order.id, orders.total) == (True, first.order.id, 1)


async def test_venue_when_it_goes_on_after_being_made_again_then_as_if_never_stopped(
    tmp_path: Path,
) -> None:
    async def first(world: World, venue: LoggedVenue) -> None:
        world.advance(world.now_ms + 3 * MINUTE_MS)
        await venue.place(resting_buy(_a_book(world), "0.40"), key="k1")
        world.advance(world.now_ms + 7 * MINUTE_MS + 1)

    async def second(world: World, venue: LoggedVenue) -> list[object]:
        await venue.place(resting_buy(_a_book(world), "0.45"), key="k2")
        world.advance(world.now_ms + 40 * MINUTE_MS)
        return [state_of(world), await _account(venue)]

    async with desk(tmp_path / "whole.jsonl") as (world, venue, _):
        await first(world, venue)
        whole = await second(world, venue)
    async with desk(tmp_path / "parts.jsonl") as (world, venue, log):
        await first(world, venue)
        log.stop(world.now_ms)
    async with desk(tmp_path / "parts.jsonl") as (world, venue, _):
        assert await second(world, venue) == whole


async def test_venue_when_the_world_is_another_then_the_difference_is_told(tmp_path: Path) -> None:
    file = tmp_path / "exchange.jsonl"
    async with desk(file) as (world, venue, _):
        taking = resting_buy(_a_book(world), "0.95")
        await venue.place(taking, key="k")
    with pytest.raises(ConfigurationError, match=r"line 2: the exchange answered .* then and"):
        async with desk(file, seed=8):
            pass


async def test_venue_when_an_order_is_refused_then_that_is_written_down_too(
    tmp_path: Path,
) -> None:
    file = tmp_path / "exchange.jsonl"
    async with desk(file) as (_, venue, _):
        await venue.cancel(OrderId("nobody's"))
    async with desk(file) as (_, _, log):
        [(write, _)] = log.told()
    assert "refused" in write.answer
    assert log.order_ids == frozenset()


def _a_book(world: World) -> MarketState:
    """The book that has the longest to go."""
    markets = open_markets(world, Engine.CLOB)
    return max(markets, key=lambda market: (market.event.spec.closes_ms, market.id))
