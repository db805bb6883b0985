"""Execution: written down first, sent once, and every kind of answer entered as what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.market import Engine
from bayse_agent.domain.money import ZERO, Money
from bayse_agent.domain.order import IntentStatus, OrderType, PlaceOrder, PlaceReply, TimeInForce
from bayse_agent.trading.scan import PassReport, scan
from bayse_agent.trading.verification import discrepancies
from tests.trading.stages import (
    BANKROLL,
    NGN,
    Believer,
    Declining,
    LosingReplies,
    Moving,
    Venue,
    open_books,
    stage,
)


def _ends(report: PassReport) -> list[Reason]:
    """How the looks that had a forecast ended."""
    return [look.reason for look in report.looks if look.forecast is not None]


@pytest.mark.parametrize("engine", list(Engine))
async def test_scan_when_the_order_is_accepted_then_books_and_venue_agree(
    tmp_path: Path, engine: Engine
) -> None:
    async with stage(tmp_path, forecaster=Believer(engine)) as s:
        report = await scan(s.agent)
        portfolio = await s.store.portfolio(NGN)
        assert _ends(report) == [Reason.TRADED]
        assert len(s.venue.placed) == 1
        assert portfolio.live == ()
        assert len(portfolio.positions) == 1
        assert portfolio.cash < BANKROLL
        assert await discrepancies(s.agent) == ()


async def test_scan_when_on_a_book_then_sent_as_a_limit_that_takes_what_is_there(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as s:
        await scan(s.agent)
        (intent,), _ = await s.store.ledger()
        key, order = s.venue.placed[0]
        assert key == intent.id
        assert (order.type, order.time_in_force) == (OrderType.LIMIT, TimeInForce.FAK)
        assert order.price == intent.wish.worst_price


async def test_scan_when_on_a_formula_then_sent_as_a_market_order(tmp_path: Path) -> None:
    async with stage(tmp_path, forecaster=Believer(Engine.AMM)) as s:
        await scan(s.agent)
        _, order = s.venue.placed[0]
        assert (order.type, order.price, order.time_in_force) == (OrderType.MARKET, None, None)


async def test_place_when_it_leaves_then_the_exact_request_is_committed_already(
    tmp_path: Path,
) -> None:
    seen: list[tuple[str, IntentStatus]] = []

    class Witness(Venue):
        async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
            books = await open_books(tmp_path)
            seen.extend((known.intent.id, known.status) for known in await books.open_intents())
            await books.close()
            return await super().answer(order, key)

    async with stage(tmp_path, Witness) as s:
        await scan(s.agent)
        assert seen == [(s.venue.placed[0][0], IntentStatus.PENDING)]


async def test_scan_when_declined_then_refused_and_nothing_is_reserved(tmp_path: Path) -> None:
    async with stage(tmp_path, Declining) as s:
        report = await scan(s.agent)
        portfolio = await s.store.portfolio(NGN)
        assert _ends(report) == [Reason.DECLINED]
        assert portfolio.free_cash == BANKROLL
        assert await s.store.open_intents() == ()
        assert (await s.store.funnel())["declined"] == 1


async def test_scan_when_unresolved_then_the_whole_stake_stays_reserved(tmp_path: Path) -> None:
    async with stage(tmp_path, LosingReplies) as s:
        report = await scan(s.agent)
        portfolio = await s.store.portfolio(NGN)
        (known,) = await s.store.open_intents()
        assert _ends(report) == [Reason.UNRESOLVED]
        assert known.status is IntentStatus.PENDING
        assert portfolio.reserved > Money(ZERO, NGN)
        assert (await s.store.funnel())["unresolved"] == 1


async def test_scan_when_the_market_is_held_then_the_second_bet_is_refused(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await scan(s.agent)
        await s.wait(180)
        report = await scan(s.agent)
        assert _ends(report) == [Reason.REFUSED_MARKET_HELD]
        assert len(s.venue.placed) == 1


async def test_scan_when_it_ends_then_the_funnel_is_all_of_the_looks(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        looks = len((await scan(s.agent)).looks)
        await s.wait(60)
        looks += len((await scan(s.agent)).looks)
        assert sum((await s.store.funnel()).values()) == looks


async def test_scan_when_a_formula_moved_past_the_worst_price_then_nothing_is_sent(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Moving, Believer(Engine.AMM)) as s:
        report = await scan(s.agent)
        assert _ends(report) == [Reason.PRICE_MOVED]
        assert s.venue.placed == []
        assert (await s.store.funnel())["price_moved"] == 1
