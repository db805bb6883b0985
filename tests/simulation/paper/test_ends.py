"""The end of a market on paper: the venue's own announcement, paid as the venue pays."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bayse_agent.domain.market import MarketStatus
from bayse_agent.domain.money import Money
from bayse_agent.domain.portfolio import Activity
from bayse_agent.ports import Venue
from bayse_agent.simulation.exchange.listing import MarketState
from bayse_agent.simulation.paper.eyes import Eyesight
from tests.simulation.paper.kit import (
    BANKROLL,
    GTC,
    NGN,
    PaperStage,
    buying,
    cash,
    paper_stage,
    selling,
    shares,
)


async def _lines(venue: Venue, *kinds: str) -> list[tuple[object, ...]]:
    page = await venue.activities(size=100)
    return [_told(line) for line in page.items if line.kind in kinds]


def _told(line: Activity) -> tuple[object, ...]:
    return (
        line.kind,
        line.event_id,
        line.market_id,
        line.outcome_id,
        line.order_id,
        line.size,
        line.payout,
        line.amount_refunded,
    )


def _market(stage: PaperStage, name: str) -> MarketState:
    return stage.market if name == "book" else stage.pool


@pytest.mark.parametrize("name", ["book", "pool"])
@pytest.mark.parametrize("winner", [0, 1])
async def test_market_when_resolved_then_it_pays_what_the_venue_pays(
    name: str, winner: int
) -> None:
    async with paper_stage() as stage:
        paper, market = stage.paper(), _market(stage, name)
        limits = ("0.55", "0.60") if name == "book" else (None, None)
        for venue in (paper, stage.real):
            await stage.placed(venue, buying(market, "2000", limits[0]))
        other = buying(market, "1000", limits[1], outcome=1)
        await stage.placed(paper, other)
        stage.pass_minutes(20)
        before = await cash(paper)
        assert await _lines(paper, "PAYOUT_WIN", "PAYOUT_LOSS") == []
        assert len(await paper.holdings()) == 2
        held = [await shares(paper, market, outcome) for outcome in (0, 1)]
        stage.world.exchange.resolve(market, winner)
        stage.pass_minutes(1)
        assert await cash(paper) == (before[0] + 100 * held[winner], Decimal(0))
        assert await paper.holdings() == ()
        mine = await _lines(paper, "PAYOUT_WIN", "PAYOUT_LOSS")
        assert [line[0] for line in sorted(mine)] == ["PAYOUT_LOSS", "PAYOUT_WIN"]
        [theirs] = await _lines(stage.real, "PAYOUT_WIN", "PAYOUT_LOSS")
        assert theirs in mine
        result = await paper.profit_and_loss(currency=NGN)
        assert (result.wins, result.losses) == (1, 1)
        assert result.realised == Money((await cash(paper))[0], NGN) - BANKROLL


@pytest.mark.parametrize("name", ["book", "pool"])
async def test_market_when_void_then_what_it_cost_comes_back(name: str) -> None:
    async with paper_stage() as stage:
        paper, market = stage.paper(), _market(stage, name)
        limit = "0.55" if name == "book" else None
        for venue in (paper, stage.real):
            await stage.placed(venue, buying(market, "2000", limit))
        stage.pass_minutes(20)
        stage.world.exchange.void(market)
        stage.pass_minutes(1)
        assert await cash(paper) == (BANKROLL.amount, Decimal(0))
        assert await _lines(paper, "BUY_REFUND") == await _lines(stage.real, "BUY_REFUND") != []


async def test_market_when_it_ends_before_its_time_then_that_is_noticed_too() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        await stage.placed(paper, buying(stage.market, "2000", "0.55"))
        order = await stage.placed(paper, buying(stage.market, "1000", "0.40", time_in_force=GTC))
        stage.world.exchange.resolve(stage.market, 0)
        stage.pass_minutes(2)
        assert await paper.holdings() == ()
        assert (await paper.order(order.id)).status.is_final
        assert (await cash(paper))[1] == 0


async def test_end_when_anybody_reads_the_event_then_it_is_paid_at_once() -> None:
    async with paper_stage() as stage:
        paper = stage.paper(eyesight=Eyesight(held_every_s=1e9, closed_every_s=1e9))
        await stage.placed(paper, buying(stage.market, "2000", "0.55"))
        stage.world.exchange.resolve(stage.market, 1)
        event = await paper.event(stage.world.book.id, currency=NGN)  # type: ignore[arg-type]
        assert event.status is MarketStatus.RESOLVED
        assert [line[0] for line in await _lines(paper, "PAYOUT_LOSS")] == ["PAYOUT_LOSS"]


async def test_market_of_a_group_when_it_ends_then_the_others_go_on() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        first, second, _ = stage.world.group.markets
        for market in (first, second):
            await stage.placed(paper, buying(market, "2000", "0.55"))
        stage.world.exchange.resolve(first, 0)
        stage.pass_minutes(2)
        assert [one.market_id for one in await paper.holdings()] == [second.id]
        sold = await stage.placed(paper, selling(second, "5", "0.40"))
        assert sold.filled == 5


async def test_end_when_it_was_paid_then_it_is_not_paid_again() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        await stage.placed(paper, buying(stage.market, "2000", "0.55"))
        stage.world.exchange.resolve(stage.market, 0)
        for _ in range(3):
            stage.pass_minutes(2)
            await paper.event(stage.world.book.id, currency=NGN)  # type: ignore[arg-type]
            assert len(await _lines(paper, "PAYOUT_WIN")) == 1
