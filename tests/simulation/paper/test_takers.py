"""Taking what the venue displays: its prices, its depth, its fees, and never more than is shown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bayse_agent.domain.errors import VenueNotFound
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Money, Price
from bayse_agent.domain.order import Accepted, Declined, OrderId, VenueOrder, VenueOrderStatus
from bayse_agent.ports import Venue
from bayse_agent.simulation.faults import FaultPlan, parse_faults
from tests.simulation.paper.kit import (
    BANKROLL,
    FOK,
    GTC,
    NGN,
    PaperStage,
    buying,
    cash,
    paper_stage,
    selling,
    shares,
)

LADDER = ((550, 10), (560, 20), (600, 1000))


async def _fills(stage: PaperStage, venue: Venue, order: VenueOrder) -> list[object]:
    page = await venue.trades(order_id=order.id)  # type: ignore[attr-defined]
    return sorted(
        (one.taker_price, one.size, one.taker_fee, one.taker_side, one.match_type)
        for one in page.items
    )


@pytest.mark.parametrize(
    ("limit", "outcome"), [("0.60", 0), ("0.555", 0), (None, 0), ("0.70", 1), (None, 1)]
)
async def test_buy_on_a_book_when_taken_then_it_costs_what_the_venue_would_have_charged(
    limit: str | None, outcome: int
) -> None:
    async with paper_stage() as stage:
        stage.asks(*LADDER, bids=((440, 15), (400, 900)))
        paper = stage.paper()
        order = buying(stage.market, "3000", limit, outcome=outcome)
        on_paper = await stage.placed(paper, order)
        for_real = await stage.placed(stage.real, order)
        assert on_paper.filled > 0
        assert await _fills(stage, paper, on_paper) == await _fills(stage, stage.real, for_real)
        assert (on_paper.filled, on_paper.average_price, on_paper.fee, on_paper.status) == (
            for_real.filled,
            for_real.average_price,
            for_real.fee,
            for_real.status,
        )
        assert await cash(paper) == await cash(stage.real)
        assert await shares(paper, stage.market, outcome) == await shares(
            stage.real, stage.market, outcome
        )


async def test_sale_on_a_book_when_taken_then_it_brings_what_the_venue_would_have_paid() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        for venue in (paper, stage.real):
            await stage.placed(venue, buying(stage.market, "2000", "0.55"))
        stage.bids((500, 5), (450, 10))
        sale = selling(stage.market, "12.5", "0.40")
        on_paper = await stage.placed(paper, sale)
        for_real = await stage.placed(stage.real, sale)
        assert await _fills(stage, paper, on_paper) == await _fills(stage, stage.real, for_real)
        assert await cash(paper) == await cash(stage.real)


async def test_account_when_read_after_a_buy_then_it_is_told_as_the_venue_tells_its_own() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        for venue in (paper, stage.real):
            await stage.placed(venue, buying(stage.market, "2000", "0.55"))
        [mine], [theirs] = await paper.holdings(), await stage.real.holdings()
        assert (mine.event_id, mine.market_id, mine.outcome_id) == (
            theirs.event_id,
            theirs.market_id,
            theirs.outcome_id,
        )
        assert (mine.cost, mine.shares, mine.current_value) == (
            theirs.cost,
            theirs.shares,
            theirs.current_value,
        )
        lines = [(await venue.activities(kind="buys")).items for venue in (paper, stage.real)]
        told = [[(one.kind, one.size, one.amount, one.fee) for one in items] for items in lines]
        assert told[0] == told[1]


async def test_buy_when_larger_than_the_book_then_only_what_is_shown_is_filled() -> None:
    async with paper_stage() as stage:
        stage.asks((550, 10), (560, 20))
        order = await stage.placed(stage.paper(), buying(stage.market, "50000", "0.60"))
        assert (order.filled, order.status) == (Decimal(30), VenueOrderStatus.CANCELLED)


async def test_fill_or_kill_when_the_book_is_too_thin_then_it_is_refused() -> None:
    async with paper_stage() as stage:
        stage.asks((550, 10))
        paper = stage.paper()
        order = buying(stage.market, "50000", "0.60", time_in_force=FOK)
        reply = await stage.place(paper, order)
        assert isinstance(reply, Declined)
        assert await cash(paper) == (BANKROLL.amount, Decimal(0))


async def test_level_when_taken_and_still_shown_then_it_is_not_filled_again() -> None:
    async with paper_stage() as stage:
        stage.asks((550, 30))
        paper = stage.paper()
        first = await stage.placed(paper, buying(stage.market, "1100", "0.55"))
        second = await stage.placed(paper, buying(stage.market, "1100", "0.55"))
        third = await stage.place(paper, buying(stage.market, "1100"))
        assert (first.filled, second.filled) == (Decimal("19.99"), Decimal("10.01"))
        assert isinstance(third, Declined)


async def test_level_when_it_grows_then_only_what_is_new_can_be_taken() -> None:
    async with paper_stage() as stage:
        stage.asks((550, 30))
        paper = stage.paper()
        await stage.placed(paper, buying(stage.market, "5000", "0.55"))
        stage.asks((550, 45))
        order = await stage.placed(paper, buying(stage.market, "5000", "0.55"))
        assert order.filled == Decimal(15)


async def test_level_when_it_was_gone_then_what_comes_back_can_be_taken() -> None:
    async with paper_stage() as stage:
        stage.asks((550, 30))
        paper = stage.paper()
        await stage.placed(paper, buying(stage.market, "5000", "0.55"))
        stage.asks((570, 30))
        await stage.place(paper, buying(stage.market, "1000", "0.50"))
        stage.asks((550, 30))
        order = await stage.placed(paper, buying(stage.market, "5000", "0.55"))
        assert order.filled == Decimal(30)


async def test_level_when_taken_then_it_is_gone_from_the_other_outcome_too() -> None:
    async with paper_stage() as stage:
        stage.asks((550, 30))
        paper = stage.paper()
        await stage.placed(paper, buying(stage.market, "2000", "0.45", outcome=1))
        await stage.placed(paper, buying(stage.market, "5000", "0.55"))
        reply = await stage.place(
            paper, selling(stage.market, "10", "0.44", outcome=1, time_in_force=FOK)
        )
        assert isinstance(reply, Declined)


async def test_paper_when_there_is_no_key_then_orders_are_taken_but_none_may_rest() -> None:
    """The venue tells others' trades to known keys only, and an order that rests needs them."""
    async with paper_stage() as stage, stage.stranger() as data:
        paper = stage.paper(data=data)
        await stage.placed(paper, buying(stage.market, "2000", "0.55"))
        await stage.placed(paper, buying(stage.pool, "2000"))
        resting = buying(stage.market, "1000", "0.40", time_in_force=GTC)
        reply = await stage.place(paper, resting)
        assert isinstance(reply, Declined)
        assert reply.code == "not_sent"
        stage.pass_minutes(1)
        assert len(await paper.holdings()) == 2


async def test_bankroll_when_spent_then_nothing_more_is_bought() -> None:
    async with paper_stage() as stage:
        paper = stage.paper(bankroll=Money.of(1500, NGN))
        await stage.placed(paper, buying(stage.market, "1200", "0.55"))
        reply = await stage.place(paper, buying(stage.market, "1000", "0.55"))
        assert isinstance(reply, Declined)
        assert reply.code == "INSUFFICIENT_BALANCE"


async def test_order_when_not_what_the_venue_takes_then_it_is_declined_in_the_same_words() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        for order in (
            buying(stage.market, "999", "0.55"),
            selling(stage.market, "5", "0.55"),
            buying(stage.market, "900000", "0.55"),
            buying(stage.market, "2000", "0.60", time_in_force=FOK, post_only=True),
        ):
            assert await stage.place(paper, order) == await stage.place(stage.real, order)


async def test_key_when_used_again_then_the_first_answer_is_given_and_nothing_done() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        order = buying(stage.market, "2000", "0.55")
        first = await stage.place(paper, order, key="one")
        again = await stage.place(paper, order, key="one")
        other = await stage.place(paper, replace(order, amount=Decimal(3000)), key="one")
        assert isinstance(first, Accepted)
        assert again == replace(first, is_replay=True)
        assert type(other).__name__ == "Unresolved"
        assert (await paper.orders(currency=NGN)).total == 1


async def test_market_when_its_fee_changes_then_the_new_one_is_charged() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        before = await stage.placed(paper, buying(stage.market, "1000", "0.55"))
        spec = stage.market.spec
        stage.market.spec = replace(spec, fee_percent=Decimal(5))
        after = await stage.placed(paper, buying(stage.market, "1000", "0.55"))
        assert before.fee is not None
        assert after.fee is not None
        assert abs(after.fee * 2 - before.fee) < Decimal("0.001")


async def test_buy_when_the_venue_cannot_be_read_then_it_was_never_sent() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        for route in ("GET /v1/pm/books", "GET /v1/pm/events/{eventId}"):
            stage.desk.faults = _broken(route)
            reply = await stage.place(paper, buying(stage.market, "2000", "0.55"))
            assert isinstance(reply, Declined)
            assert (reply.status, reply.code) == (0, "not_sent")
        stage.desk.faults = FaultPlan()
        assert (await paper.orders(currency=NGN)).total == 0


async def test_order_when_it_is_nobodys_then_it_is_not_found() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        with pytest.raises(VenueNotFound):
            await paper.order(OrderId("nobody's"))
        reply = await paper.cancel(OrderId("nobody's"))
        assert isinstance(reply, Declined)
        assert reply.status == 404


async def test_formula_market_when_bought_then_it_is_filled_at_the_quote() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        quote = await paper.quote(
            event_id=stage.world.pool.id,  # type: ignore[arg-type]
            market_id=stage.pool.id,  # type: ignore[arg-type]
            outcome_id=stage.pool.outcome_ids[1],  # type: ignore[arg-type]
            side=Side.BUY,
            amount=Decimal(2000),
            currency=NGN,
        )
        on_paper = await stage.placed(paper, buying(stage.pool, "2000", outcome=1))
        for_real = await stage.placed(stage.real, buying(stage.pool, "2000", outcome=1))
        assert on_paper.filled == quote.shares == for_real.filled
        assert on_paper.average_price == for_real.average_price == Price(quote.average_price)
        assert on_paper.fee is not None
        assert for_real.fee is not None
        assert abs(on_paper.fee - for_real.fee) < Decimal("0.01")
        assert await cash(paper) == (Decimal(98_000), Decimal(0)) == await cash(stage.real)


async def test_formula_market_when_sold_then_the_quoted_cash_comes_in() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        bought = await stage.placed(paper, buying(stage.pool, "2000"))
        half = str((bought.filled / 2).quantize(Decimal("0.01")))
        sold = await stage.placed(paper, selling(stage.pool, half))
        assert sold.filled == Decimal(half)
        free, _ = await cash(paper)
        for_real = await stage.placed(stage.real, buying(stage.pool, "2000"))
        await stage.placed(stage.real, selling(stage.pool, half))
        assert for_real.filled == bought.filled
        # The venue's own sale meets a pool that its own purchase moved: it brings a little more.
        there, _ = await cash(stage.real)
        assert 0 < there - free < 20
        again = await stage.place(paper, selling(stage.pool, "1000"))
        assert isinstance(again, Declined)
        assert again.code == "insufficient_shares"


async def test_complete_sets_when_minted_and_burned_then_cash_and_pairs_change_places() -> None:
    async with paper_stage() as stage:
        paper = stage.paper()
        unknown = await paper.mint(stage.market.id, Money.of(1000, NGN))  # type: ignore[arg-type]
        assert isinstance(unknown, Declined)
        await paper.event(stage.world.book.id, currency=NGN)  # type: ignore[arg-type]
        await paper.mint(stage.market.id, Money.of(1000, NGN))  # type: ignore[arg-type]
        assert await shares(paper, stage.market, 1) == Decimal(10)
        await paper.burn(stage.market.id, Money.of(400, NGN))  # type: ignore[arg-type]
        assert await shares(paper, stage.market, 0) == Decimal(6)
        assert await cash(paper) == (Decimal(99_400), Decimal(0))


def _broken(route: str) -> FaultPlan:
    return parse_faults([{"route": route, "kind": "refuse_before", "p": 1, "seed": 1}])
