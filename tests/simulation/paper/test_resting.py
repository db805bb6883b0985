"""Resting orders: filled when the venue trades through them, never when it only touches them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bayse_agent.adapters.bayse.venue import BayseVenue
from bayse_agent.domain.errors import VenueNotFound
from bayse_agent.domain.market import Event, EventId, Side
from bayse_agent.domain.money import Currency, Price, Shares
from bayse_agent.domain.order import (
    Accepted,
    Amend,
    Declined,
    OrderType,
    PlaceOrder,
    SelfTrade,
    VenueOrder,
    VenueOrderStatus,
)
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.faults import FaultPlan, parse_faults
from tests.simulation.paper.kit import (
    BANKROLL,
    GTC,
    GTD,
    NGN,
    PaperStage,
    buying,
    cash,
    paper_stage,
    selling,
    shares,
)
from tests.simulation.server.stage import SHARE

OPEN, FILLED, PARTIAL = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED, VenueOrderStatus.PARTIAL


def _resting(market: MarketState, amount: str, limit: str, outcome: int = 0) -> PlaceOrder:
    return buying(market, amount, limit, outcome=outcome, time_in_force=GTC)


def _trade(stage: PaperStage, tick: int, count: int) -> None:
    """Others trade so many shares of outcome1 at a price inside of the spread."""
    exchange, market = stage.world.exchange, stage.market
    one, other = (exchange.open_house_account(name) for name in ("one", "other"))
    rungs = [(tick, count * SHARE)]
    exchange.quote_ladder(one, market, NGN, bids=rungs, asks=[], stamp=1)
    exchange.take(
        other, market, NGN, outcome=1, limit_tick=1000 - tick, micro=count * SHARE, stamp=1
    )


async def test_order_when_nothing_meets_it_then_it_rests_and_locks_its_cash() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        assert (order.status, order.filled) == (OPEN, 0)
        assert await cash(paper) == (Decimal("99000.5"), Decimal("999.5"))
        reply = await stage.place(paper, buying(stage.market, "99500", "0.50"))
        assert isinstance(reply, Declined)


@pytest.mark.parametrize(("ask", "is_filled"), [(501, False), (500, False), (499, True)])
async def test_bid_when_the_display_comes_near_then_only_a_better_price_fills_it(
    ask: int, is_filled: bool
) -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        stage.asks((ask, 1000))
        stage.pass_minutes(1)
        found = await paper.order(order.id)
        assert (found.status is FILLED) is is_filled
        if is_filled:
            assert (found.average_price, found.fee) == (Price(Decimal("0.5")), 0)
            assert await cash(paper) == (Decimal("99000.5"), Decimal(0))
            assert await shares(paper, stage.market) == Decimal("19.99")


@pytest.mark.parametrize(("bid", "is_filled"), [(599, False), (600, False), (601, True)])
async def test_offer_when_the_display_comes_near_then_only_a_better_price_fills_it(
    bid: int, is_filled: bool
) -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        await stage.placed(paper, buying(stage.market, "2000", "0.55"))
        order = await stage.placed(paper, selling(stage.market, "10", "0.60", time_in_force=GTC))
        stage.bids((bid, 1000), asks=((700, 10),))
        stage.pass_minutes(1)
        found = await paper.order(order.id)
        assert (found.status is FILLED) is is_filled


@pytest.mark.parametrize(("tick", "is_filled"), [(500, False), (499, True)])
async def test_bid_when_others_trade_then_only_a_better_price_fills_it(
    tick: int, is_filled: bool
) -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        _trade(stage, tick, 50)
        stage.pass_minutes(1)
        assert ((await paper.order(order.id)).status is FILLED) is is_filled


async def test_bid_when_a_smaller_trade_passes_through_then_it_is_filled_so_far_once() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        _trade(stage, 480, 5)
        for _ in range(3):
            stage.pass_minutes(1)
            found = await paper.order(order.id)
            assert (found.status, found.filled) == (PARTIAL, Decimal(5))


async def test_bid_when_trades_were_made_before_it_then_they_do_not_fill_it() -> None:
    async with paper_stage() as stage:
        _trade(stage, 480, 50)
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        stage.pass_minutes(1)
        assert (await paper.order(order.id)).status is OPEN


async def test_bid_for_the_other_outcome_when_traded_through_then_it_is_filled() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50", outcome=1))
        _trade(stage, 520, 50)
        stage.pass_minutes(1)
        assert (await paper.order(order.id)).status is FILLED
        assert await shares(paper, stage.market, 1) == Decimal("19.99")


async def test_display_when_it_filled_one_order_then_it_does_not_fill_another() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        first = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        second = await stage.placed(paper, _resting(stage.market, "1000", "0.49"))
        stage.asks((480, 25))
        for _ in range(3):
            stage.pass_minutes(1)
            assert (await paper.order(first.id)).filled == Decimal("19.99")
            assert (await paper.order(second.id)).filled == Decimal("5.01")


async def test_taker_when_own_orders_rest_then_they_are_not_in_its_way() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        stage.asks((500, 10))
        order = await stage.placed(paper, buying(stage.market, "1000", "0.50"))
        assert order.filled == Decimal(10)


async def test_own_order_when_met_then_the_self_trade_rule_holds() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        await stage.placed(paper, buying(stage.market, "2000", "0.55"))
        bid = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        stop = selling(stage.market, "5", "0.50", self_trade=SelfTrade.CANCEL_OLDEST)
        await stage.place(paper, stop)
        assert (await paper.order(bid.id)).status is VenueOrderStatus.CANCELLED


async def test_order_when_it_takes_a_part_then_the_rest_waits() -> None:
    async with paper_stage() as stage:
        stage.asks((500, 10))
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        assert (order.status, order.filled) == (PARTIAL, Decimal(10))
        stage.pass_minutes(1)
        assert (await paper.order(order.id)).filled == Decimal(10)


async def test_post_only_order_when_it_would_take_then_it_is_declined() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        crossing = buying(stage.market, "1000", "0.56", time_in_force=GTC, post_only=True)
        assert isinstance(await stage.place(paper, crossing), Declined)
        resting = buying(stage.market, "1000", "0.54", time_in_force=GTC, post_only=True)
        assert (await stage.placed(paper, resting)).status is OPEN


async def test_cancel_when_an_order_rests_then_its_cash_comes_back() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        found = await paper.cancel(order.id)
        assert isinstance(found, VenueOrder)
        assert found.status is VenueOrderStatus.CANCELLED
        assert await cash(paper) == (BANKROLL.amount, Decimal(0))
        again = await paper.cancel(order.id)
        assert isinstance(again, Declined)


async def test_cancel_when_the_price_has_gone_through_then_it_comes_too_late() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        stage.asks((400, 1000), bids=((300, 10),))
        assert isinstance(await paper.cancel(order.id), Declined)
        assert (await paper.order(order.id)).status is FILLED


async def test_amend_when_the_new_price_crosses_then_it_takes_what_is_shown() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        change = Amend(order_id=order.id, new_price=Price(Decimal("0.55")))
        reply = await paper.amend(change, key="amend")
        assert isinstance(reply, Accepted)
        assert (reply.order.status, reply.order.filled) == (FILLED, Decimal("19.99"))
        assert await paper.amend(change, key="amend") == Accepted(order=reply.order, is_replay=True)


async def test_amend_when_only_smaller_then_it_waits_on() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        change = Amend(order_id=order.id, new_size=Shares(Decimal(4)))
        reply = await paper.amend(change, key="amend")
        assert isinstance(reply, Accepted)
        assert await cash(paper) == (Decimal(99_800), Decimal(200))


async def test_order_until_a_time_when_that_comes_then_it_ends() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        until = stage.clock.now() + timedelta(minutes=2)
        order = await stage.placed(
            paper, buying(stage.market, "1000", "0.50", time_in_force=GTD, expires_at=until)
        )
        stage.pass_minutes(3)
        assert (await paper.order(order.id)).status is VenueOrderStatus.EXPIRED
        assert await cash(paper) == (BANKROLL.amount, Decimal(0))


async def test_order_when_its_market_closes_then_it_is_cancelled_at_that_time() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        stage.pass_minutes(20)
        found = await paper.order(order.id)
        assert found.status is VenueOrderStatus.CANCELLED
        assert found.updated_at == stage.clock.now() - timedelta(minutes=5)
        assert (await paper.orders(currency=NGN)).items == (found,)


async def test_look_when_it_fails_then_the_account_is_as_it_was_last_seen() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        stage.asks((480, 1000))
        stage.pass_minutes(1)
        stage.desk.faults = parse_faults(
            [{"route": "GET /v1/pm/trades", "kind": "refuse_before", "p": 1, "seed": 1}]
        )
        assert (await paper.order(order.id)).status is OPEN
        stage.desk.faults = FaultPlan()
        stage.pass_minutes(1)
        assert (await paper.order(order.id)).status is FILLED


async def test_market_when_paused_then_orders_wait_and_none_are_taken() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        stage.asks((480, 1000))
        stage.world.exchange.pause(stage.world.book)
        stage.pass_minutes(1)
        assert (await paper.order(order.id)).status is OPEN
        assert isinstance(await stage.place(paper, buying(stage.market, "1000", "0.55")), Declined)
        stage.world.exchange.unpause(stage.world.book)
        stage.pass_minutes(1)
        assert (await paper.order(order.id)).status is FILLED


async def test_order_kinds_when_on_paper_then_side_and_type_are_kept() -> None:
    async with paper_stage() as stage:
        order = await stage.placed(stage.paper(), _resting(stage.market, "1000", "0.50"))
        assert (order.side, order.type, order.amount) == (Side.BUY, OrderType.LIMIT, 1000)


async def test_bid_when_traded_through_just_before_the_close_then_it_was_filled() -> None:
    """What goes wrong in the last seconds is not missed for having looked too late."""
    async with paper_stage() as stage:
        paper = stage.paper()
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        stage.pass_minutes(14.9)
        _trade(stage, 480, 50)
        stage.pass_minutes(10)
        found = await paper.order(order.id)
        assert found.status is FILLED
        assert found.updated_at == stage.clock.now() - timedelta(minutes=10)


async def test_order_until_a_time_when_traded_through_then_only_before_it_counts() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        until = stage.clock.now() + timedelta(minutes=2)
        order = await stage.placed(
            paper, buying(stage.market, "1000", "0.50", time_in_force=GTD, expires_at=until)
        )
        stage.pass_minutes(1)
        _trade(stage, 480, 3)
        stage.pass_minutes(2)
        _trade(stage, 470, 50)
        stage.pass_minutes(1)
        # Whatever is asked first finds it out.
        await stage.placed(paper, buying(stage.pool, "1000"))
        found = await paper.order(order.id)
        assert (found.status, found.filled) == (VenueOrderStatus.EXPIRED, Decimal(3))


async def test_order_when_another_market_ends_unseen_then_it_was_never_sent() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        until = stage.clock.now() + timedelta(minutes=2)
        order = await stage.placed(
            paper, buying(stage.market, "1000", "0.50", time_in_force=GTD, expires_at=until)
        )
        stage.pass_minutes(3)
        stage.desk.faults = parse_faults(
            [{"route": "GET /v1/pm/trades", "kind": "refuse_before", "p": 1, "seed": 1}]
        )
        assert isinstance(await stage.place(paper, buying(stage.pool, "1000")), Declined)
        assert (await paper.order(order.id)).status is OPEN
        stage.desk.faults = FaultPlan()
        assert (await paper.order(order.id)).status is VenueOrderStatus.EXPIRED


async def test_market_when_its_fee_is_not_told_then_nothing_is_taken_on_it() -> None:
    async with paper_stage() as stage:
        paper = stage.paper(data=Untold(stage.real))
        reply = await stage.place(paper, buying(stage.market, "1000", "0.55"))
        assert isinstance(reply, Declined)
        assert "fee" in reply.message


class Untold:
    """The venue, leaving every fee out."""

    def __init__(self, data: BayseVenue) -> None:
        self._data = data

    def __getattr__(self, name: str) -> object:
        return getattr(self._data, name)

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        event = await self._data.event(event_id, currency=currency)
        markets = tuple(replace(market, fee_rate=None) for market in event.markets)
        return replace(event, markets=markets)


async def test_order_when_its_event_is_told_of_no_more_then_it_ends_unseen_after_a_while() -> None:
    async with paper_stage() as stage:
        forgetful = Forgetful(stage.real)
        paper = stage.paper(data=forgetful)
        order = await stage.placed(paper, _resting(stage.market, "1000", "0.50"))
        forgetful.event_id = stage.world.book.id
        stage.pass_minutes(16)
        group = stage.world.group.markets[0]
        reply = await stage.place(paper, buying(group, "1000", "0.55"))
        assert isinstance(reply, Declined)
        assert reply.code == "not_sent"
        assert (await paper.order(order.id)).status is OPEN
        stage.pass_minutes(10)
        assert (await paper.order(order.id)).status is VenueOrderStatus.CANCELLED
        assert await cash(paper) == (BANKROLL.amount, Decimal(0))


class Forgetful(Untold):
    """The venue, without one of its events."""

    event_id = ""

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        if event_id == self.event_id:
            raise VenueNotFound("Event not found", status=404)
        return await self._data.event(event_id, currency=currency)


async def test_key_when_sent_twice_at_once_then_the_order_is_taken_once() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        sealed = paper.seal(buying(stage.market, "1000", "0.55"), key="one")
        replies = await asyncio.gather(*(paper.send(sealed) for _ in range(3)))
        assert all(isinstance(reply, Accepted) for reply in replies)
        assert (await paper.orders(currency=NGN)).total == 1
