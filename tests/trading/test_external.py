"""Orders placed elsewhere: taken into the books once, counted, and told; ours are left alone."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.market import Engine, Side
from bayse_agent.domain.money import ZERO, Price
from bayse_agent.domain.order import (
    Accepted,
    IntentSource,
    OrderType,
    PlaceOrder,
    TimeInForce,
    VenueOrder,
)
from bayse_agent.trading.discovery import discover
from bayse_agent.trading.external import adopt_external
from bayse_agent.trading.scan import scan
from bayse_agent.trading.stocktaking import take_stock
from bayse_agent.trading.upkeep import keep_up
from bayse_agent.trading.verification import discrepancies
from tests.trading.stages import NGN, LosingReplies, LosingRequests, Stage, begin, open_books, stage


async def bought_elsewhere(s: Stage, engine: Engine, price: str = "0.98") -> VenueOrder:
    """A person buys for NGN 500 in a general market, with the same account."""
    known = await discover(s.agent, s.agent.clock.now())
    market = next(m for m in known if m.engine is engine and m.series is None)
    is_book = engine is Engine.CLOB
    order = PlaceOrder(
        event_id=market.event_id,
        market_id=market.market_id,
        outcome_id=market.outcome1_id,
        engine=engine,
        side=Side.BUY,
        type=OrderType.LIMIT if is_book else OrderType.MARKET,
        amount=Decimal(500),
        currency=NGN,
        price=Price(Decimal(price)) if is_book else None,
        time_in_force=TimeInForce.GTC if is_book else None,
    )
    reply = await s.venue.answer(order, "by-hand")
    assert isinstance(reply, Accepted)
    return reply.order


async def test_keep_up_when_a_person_bought_elsewhere_then_the_books_have_it(
    tmp_path: Path,
) -> None:
    for engine in Engine:
        folder = tmp_path / engine.value
        folder.mkdir()
        async with stage(folder) as s:
            order = await bought_elsewhere(s, engine)
            found = await keep_up(s.agent)
            (intent,), fills = await s.store.ledger()
            assert found.differences == ()
            assert (intent.source, intent.forecast_id) == (IntentSource.EXTERNAL, None)
            assert fills
            assert await s.store.claimed_orders() == {order.id}
            assert await discrepancies(s.agent) == ()


async def test_keep_up_when_a_person_bought_elsewhere_then_nothing_new_is_bought_until_seen(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        order = await bought_elsewhere(s, Engine.AMM)
        await scan(s.agent)
        control = await s.store.control()
        assert control.state is TradingState.REDUCING
        assert order.id in control.reason
        assert s.venue.placed == []


async def test_adopt_when_looked_for_again_then_nothing_is_taken_twice(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await bought_elsewhere(s, Engine.CLOB)
        assert len(await adopt_external(s.agent)) == 1
        assert await adopt_external(s.agent) == ()
        assert len((await s.store.ledger())[0]) == 1


async def test_adopt_when_it_rests_then_its_cash_is_reserved(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await bought_elsewhere(s, Engine.CLOB, price="0.02")
        await adopt_external(s.agent)
        portfolio = await s.store.portfolio(NGN)
        # A part of it filled at once, and is in a position.
        assert (portfolio.reserved + portfolio.invested).amount == 500
        assert await discrepancies(s.agent) == ()


async def test_adopt_when_the_order_is_one_of_ours_in_doubt_then_it_is_left_to_reconciliation(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, LosingReplies) as s:
        await scan(s.agent)
        assert await adopt_external(s.agent) == ()
        await keep_up(s.agent)
        (intent,), _ = await s.store.ledger()
        assert intent.source is IntentSource.SCAN
        assert (await s.store.control()).state is TradingState.ARMED


async def test_reconcile_when_two_orders_could_be_the_one_in_doubt_then_trading_halts(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, LosingRequests) as s:
        assert isinstance(s.venue, LosingRequests)
        await scan(s.agent)
        await s.venue.deliver()
        key, order = s.venue.placed[0]
        s.venue.placed[0] = (f"{key}-again", order)
        await s.venue.deliver()
        await keep_up(s.agent)
        control = await s.store.control()
        assert control.state is TradingState.HALTED
        assert "several orders could be intent" in control.reason


async def test_take_stock_when_the_account_holds_shares_then_new_books_begin_with_them(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await bought_elsewhere(s, Engine.CLOB)
        await s.wait(1)
        await s.store.close()
        (tmp_path / "new").mkdir()
        s.store = await open_books(tmp_path / "new")
        await begin(s.store, s.agent.clock.now(), bankroll=None)
        s.agent = s.with_store(s.store)
        worth = await take_stock(s.agent)
        portfolio = await s.store.portfolio(NGN)
        assert worth is not None
        assert portfolio.deposits == worth
        assert len(portfolio.positions) == 1
        assert portfolio.realised.amount == ZERO
        assert (await keep_up(s.agent)).differences == ()
        assert await take_stock(s.agent) is None
