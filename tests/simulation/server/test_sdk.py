"""A second opinion: an independent client of the venue gets along with the local exchange.

The client needs Python 3.12; its models were checked against the venue by its author.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from bayse_agent.simulation.exchange.listing import MarketState
from tests.simulation.server.stage import Stage, item, staged

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 12),
    reason="NOT RUN: the independent client bayse-markets needs Python 3.12 or newer",
)


@asynccontextmanager
async def visited() -> AsyncIterator[tuple[Stage, Any]]:
    """A server, and the client with a key to it. The client signs by the computer's clock."""
    sdk = importlib.import_module("bayse_markets")
    async with staged(wall_starts=datetime.now(UTC)) as stage:
        caller = stage.caller()
        client = sdk.BayseClient(public_key=caller.public, secret_key=caller.secret)
        client._base_url = stage.url  # it has no other way in
        async with client:
            yield stage, client


def where(market: MarketState) -> dict[str, str]:
    return {"event_id": market.event.id, "market_id": market.id}


async def test_system_routes_are_understood() -> None:
    async with visited() as (_, client):
        assert (await client.health()).data.status == "ok"
        assert (await client.version()).data.version


async def test_events_and_series_are_understood() -> None:
    async with visited() as (stage, client):
        events = (await client.list_events(currency="NGN")).data
        assert {event.engine for event in events.events} == {"CLOB", "AMM"}
        event = (await client.get_event(stage.world.book.id)).data
        assert event.markets[0].outcome1_price == 0.5
        assert (await client.get_event_by_slug("goals")).data.id == stage.world.group.id
        series = (await client.list_event_series()).data.series
        assert "crypto-btc-15min" in {row.slug for row in series}
        lean = (await client.get_lean_events("crypto-btc-15min")).data
        assert stage.world.book.id in {event.id for event in lean}


async def test_market_data_is_understood() -> None:
    async with visited() as (stage, client):
        outcome = stage.market.outcome_ids[0]
        await client.place_order(
            **where(stage.market),
            side="BUY",
            outcome_id=outcome,
            amount=1000,
            order_type="MARKET",
            currency="NGN",
        )
        [book, _] = (await client.get_order_books(list(stage.market.outcome_ids))).data
        assert book.bids[0].price == 0.45
        assert (await client.get_ticker(stage.market.id, outcome="YES")).data.best_ask == 0.55
        assert (await client.get_trades()).data.data[0].taker_side == "BUY"
        assert (await client.get_price_history(stage.world.book.id)).data


@pytest.mark.parametrize("engine", ["CLOB", "AMM"])
async def test_an_order_is_quoted_placed_listed_and_counted(engine: str) -> None:
    async with visited() as (stage, client):
        market = stage.market if engine == "CLOB" else stage.pool_market
        outcome = market.outcome_ids[0]
        quote = (
            await client.get_quote(
                **where(market), side="BUY", outcome_id=outcome, amount=1000, currency="NGN"
            )
        ).data
        placed = (
            await client.place_order(
                **where(market),
                side="BUY",
                outcome_id=outcome,
                amount=1000,
                order_type="MARKET",
                currency="NGN",
            )
        ).data
        assert placed.engine == engine
        assert placed.order.status == "filled"
        [listed] = (await client.list_orders(currency="NGN")).data.orders
        assert listed.id == placed.order.id
        assert (await client.get_order(listed.id)).data.outcome_label == "Up"
        [holding] = (await client.get_portfolio()).data.outcome_balances
        assert holding.balance == pytest.approx(quote.quantity, rel=0.001)
        naira = next(a for a in (await client.get_assets()).data.assets if a.symbol == "NGN")
        assert naira.available_balance == pytest.approx(99_000, abs=1)
        assert (await client.get_activities(type="buys")).data.activities
        assert (await client.get_pnl(currency="NGN", breakdown=True)).data.realized_pnl == 0


async def test_a_batch_with_a_key_is_placed_once_then_amended_and_cancelled() -> None:
    async with visited() as (stage, client):
        body = {"orders": [item(stage.market, clientOrderId="q-1")]}
        replies = [
            (await client.batch_place_orders(body=body, idempotency_key="intent-1")).data
            for _ in range(2)
        ]
        [first, again] = [reply.results[0].order.id for reply in replies]
        assert first == again
        change = {"items": [{"orderId": first, "newPrice": 0.35}]}
        amended = (await client.batch_amend_orders(body=change)).data
        assert amended.results[0].order.price == 0.35
        cancelled = (await client.batch_cancel_orders(body={"orderIds": [first]})).data
        assert cancelled.summary.succeeded == 1


async def test_a_resting_order_is_cancelled() -> None:
    async with visited() as (stage, client):
        placed = (
            await client.place_order(
                **where(stage.market),
                side="BUY",
                outcome_id=stage.market.outcome_ids[0],
                amount=1000,
                order_type="LIMIT",
                price=0.4,
                currency="NGN",
                post_only=True,
            )
        ).data.order
        assert placed.outcome_id == stage.market.outcome_ids[0]
        assert (await client.cancel_order(placed.id)).data.message == "Order cancelled"
        assert (await client.get_order(placed.id)).data.status == "cancelled"


async def test_a_settled_market_shows_in_activities_and_pnl() -> None:
    async with visited() as (stage, client):
        await client.buy(
            stage.world.book.id, stage.market.id, stage.market.outcome_ids[0], amount=1000
        )
        stage.world.exchange.resolve(stage.market, 0)
        [paid] = (await client.get_activities(type="payout")).data.activities
        pnl = (await client.get_pnl(currency="NGN")).data
        assert (paid.type, pnl.wins) == ("PAYOUT_WIN", 1)
        assert paid.payout > pnl.realized_pnl > 0


async def test_pairs_are_minted_and_burned() -> None:
    maker = importlib.import_module("bayse_markets.market_maker")
    async with visited() as (stage, client):
        minted = await maker.mint_shares(client, stage.market.id, quantity=1000, currency="NGN")
        burned = await maker.burn_shares(client, stage.market.id, quantity=500, currency="NGN")
        assert (minted.data.quantity, burned.data.proceeds) == (10, 500)


async def test_rewards_rebates_and_sports_are_understood() -> None:
    rewards = importlib.import_module("bayse_markets.rewards")
    rebates = importlib.import_module("bayse_markets.maker_rebates")
    sports = importlib.import_module("bayse_markets.sports")
    async with visited() as (_, client):
        assert (await rewards.list_rewards(client)).data.data is None
        assert (await rewards.get_active_rewards(client)).data.data == []
        assert (await rebates.list_maker_rebates(client)).data.data is None
        assert (await rebates.get_active_maker_rebates(client)).data.data == []
        assert len((await sports.list_leagues(client)).data.leagues) == 2
        assert len((await sports.list_teams(client)).data.teams) == 8
        assert len((await sports.list_games(client)).data.games) == 12


async def test_a_refusal_is_understood() -> None:
    errors = importlib.import_module("bayse_markets.exceptions")
    async with visited() as (_, client):
        with pytest.raises(errors.NotFoundError):
            await client.get_order("00000000-0000-4000-8000-000000000000")
