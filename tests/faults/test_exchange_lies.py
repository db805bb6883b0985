"""The exchange tells what is not so: about orders, fills, money, shares and markets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.market import MarketId, OutcomeId, Page
from bayse_agent.domain.money import Money, Shares
from bayse_agent.domain.order import (
    Accepted,
    FillId,
    IntentStatus,
    OrderId,
    PlaceOrder,
    PlaceReply,
    Trade,
    VenueOrder,
    VenueOrderStatus,
)
from bayse_agent.domain.portfolio import Holding
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.world import World
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport, scan
from bayse_agent.trading.settlement import settle
from bayse_agent.trading.upkeep import keep_up
from bayse_agent.trading.verification import discrepancies
from tests.trading.liar import Liar
from tests.trading.stages import BANKROLL, LIMITS, NGN, Stage, stage
from tests.trading.test_scan import Enthusiast

MANY = replace(LIMITS, max_open_markets=20)


class Telling(Liar):
    """Tells orders, trades and holdings through whatever is put in between."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self.tell_order: Callable[[VenueOrder], VenueOrder] = lambda order: order
        self.tell_trades: Callable[[tuple[Trade, ...]], tuple[Trade, ...]] = lambda trades: trades
        self.tell_holdings: Callable[[tuple[Holding, ...]], tuple[Holding, ...]] = lambda h: h

    async def order(self, order_id: OrderId) -> VenueOrder:
        return self.tell_order(await super().order(order_id))

    async def trades(
        self,
        *,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        order_id: OrderId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Trade]:
        found = await super().trades(
            market_id=market_id, outcome_id=outcome_id, order_id=order_id, page=page, size=size
        )
        return replace(found, items=self.tell_trades(found.items))

    async def holdings(self) -> tuple[Holding, ...]:
        return self.tell_holdings(await super().holdings())


async def _bought(s: Stage) -> Telling:
    await scan(s.agent)
    assert isinstance(s.venue, Telling)
    assert len((await s.store.portfolio(NGN)).positions) == 1
    return s.venue


async def _state(s: Stage) -> TradingState:
    return (await s.store.control()).state


# -- C3: wallet, portfolio and lists ------------------------------------------------------------


@pytest.mark.parametrize("factor", ["10", "0", "0.999"])
async def test_scan_when_the_wallet_says_another_sum_then_nothing_is_bought(
    tmp_path: Path, factor: str
) -> None:
    """C3, wallet says 10x or 0: 0 orders, and the books keep what they had."""
    async with stage(tmp_path, Telling) as s:
        assert isinstance(s.venue, Telling)
        s.venue.wallets_to_lie = [Decimal(factor)] * 9
        report = await scan(s.agent)
        assert report.halt
        assert s.venue.placed == []
        assert (await s.store.portfolio(NGN)).cash == BANKROLL


async def test_runner_when_the_account_cannot_be_read_then_nothing_is_bought_and_all_resumes(
    tmp_path: Path,
) -> None:
    """C3, wallet is an error: 0 orders while it lasts, no halt, and trading after it."""
    async with stage(tmp_path, Telling) as s:
        assert isinstance(s.venue, Telling)
        s.venue.is_silent = True
        await Runner(s.agent, _deaf).run(s.agent.clock.now() + timedelta(minutes=5))
        assert s.venue.placed == []
        s.venue.is_silent = False
        await Runner(s.agent, _deaf).run(s.agent.clock.now() + timedelta(minutes=2))
        assert len(s.venue.placed) == 1
        assert await _state(s) is TradingState.ARMED


async def test_keep_up_when_the_portfolio_is_empty_during_an_outage_then_no_position_is_forgotten(
    tmp_path: Path,
) -> None:
    """C3, portfolio empty: 0 freed reservations, 0 orders, a halt after 180 s."""
    async with stage(
        tmp_path, Telling, Enthusiast(), limits=replace(MANY, max_open_markets=1)
    ) as s:
        venue = await _bought(s)
        venue.tell_holdings = lambda holdings: ()
        for _ in range(4):
            await s.wait(60)
            assert (await keep_up(s.agent)).differences
        assert len((await s.store.portfolio(NGN)).positions) == 1
        assert len(venue.placed) == 1
        assert await _state(s) is TradingState.HALTED


async def test_reconcile_when_a_list_has_an_order_twice_then_it_is_one_order(
    tmp_path: Path,
) -> None:
    """C3, page 2 is page 1 again: an order in doubt is found once, 0 halts."""
    async with stage(tmp_path, Telling) as s:
        assert isinstance(s.venue, Telling)
        s.venue.replies_to_lose, s.venue.repeats_lines = 1, True
        await scan(s.agent)
        await s.wait(60)
        await keep_up(s.agent)
        assert await s.store.open_intents() == ()
        assert len((await s.store.portfolio(NGN)).positions) == 1
        assert await _state(s) is TradingState.ARMED


async def test_follow_when_a_fill_is_told_twice_then_it_is_booked_once(tmp_path: Path) -> None:
    """C3, page 2 is page 1 again: every fill once, books equal the venue's."""
    async with stage(tmp_path, Telling) as s:
        assert isinstance(s.venue, Telling)
        s.venue.tell_trades = lambda trades: (*trades, *trades)
        await scan(s.agent)
        assert len((await s.store.portfolio(NGN)).positions) == 1
        assert await discrepancies(s.agent) == ()


async def test_keep_up_when_an_order_is_missing_in_the_list_but_there_by_id_then_it_is_followed(
    tmp_path: Path,
) -> None:
    """C3, order missing from the list: what is known by its id needs no list."""
    async with stage(tmp_path, Telling) as s:
        assert isinstance(s.venue, Telling)
        s.venue.reads_to_fail = 0
        s.venue.tell_order = lambda order: replace(order, status=VenueOrderStatus.OPEN)
        await scan(s.agent)
        (known,) = await s.store.open_intents()
        assert known.status is IntentStatus.OPEN
        s.venue.hide_all()
        s.venue.tell_order = lambda order: order
        await keep_up(s.agent)
        assert await s.store.open_intents() == ()
        assert await discrepancies(s.agent) == ()


async def test_reconcile_when_an_order_is_forgotten_for_45_minutes_then_its_money_stays_reserved(
    tmp_path: Path,
) -> None:
    """C3, order forgotten for 45 min: not found is no proof, 0 freed reservations, 1 order."""
    async with stage(tmp_path, Telling) as s:
        assert isinstance(s.venue, Telling)
        s.venue.replies_to_lose = 1
        await scan(s.agent)
        s.venue.hide_all()
        (known,) = await s.store.open_intents()
        for _ in range(45):
            await s.wait(60)
            await keep_up(s.agent)
            portfolio = await s.store.portfolio(NGN)
            assert portfolio.reserved == known.intent.reserved
        s.venue.show_all()
        await keep_up(s.agent)
        assert await s.store.open_intents() == ()
        assert len(s.venue.placed) == 1
        assert await s.store.check() == ()


# -- C4: orders and fills -----------------------------------------------------------------------


async def test_keep_up_when_a_filled_order_is_open_again_then_the_books_stay_as_they_are(
    tmp_path: Path,
) -> None:
    """C4, filled -> open: final is final, 0 changes."""
    async with stage(tmp_path, Telling) as s:
        venue = await _bought(s)
        before = await s.store.portfolio(NGN)
        venue.tell_order = lambda order: replace(
            order, status=VenueOrderStatus.OPEN, filled=Shares(Decimal(0))
        )
        await s.wait(60)
        await keep_up(s.agent)
        assert await s.store.portfolio(NGN) == before
        assert await s.store.open_intents() == ()


async def test_follow_when_what_was_filled_falls_then_no_fill_is_taken_back(tmp_path: Path) -> None:
    """C4, filled falls: a later poll un-fills nothing."""
    async with stage(tmp_path, Telling) as s:
        assert isinstance(s.venue, Telling)
        s.venue.tell_order = lambda order: replace(order, status=VenueOrderStatus.PARTIAL)
        await scan(s.agent)
        (known,) = await s.store.open_intents()
        before = (await s.store.portfolio(NGN)).positions
        assert known.fills
        assert before
        s.venue.tell_order = lambda order: replace(
            order, status=VenueOrderStatus.OPEN, filled=Shares(Decimal(0))
        )
        await keep_up(s.agent)
        assert (await s.store.portfolio(NGN)).positions == before
        s.venue.tell_order = lambda order: order
        await keep_up(s.agent)
        assert await s.store.open_intents() == ()
        assert await discrepancies(s.agent) == ()


async def test_follow_when_more_is_filled_than_was_asked_for_then_trading_halts(
    tmp_path: Path,
) -> None:
    """C4, overfill: what was paid is booked, and 0 orders follow."""
    async with stage(tmp_path, Telling) as s:
        assert isinstance(s.venue, Telling)
        s.venue.tell_order = lambda order: replace(order, filled=Shares(order.filled * 3))
        s.venue.tell_trades = lambda trades: tuple(
            replace(trade, size=Shares(trade.size * 3), taker_fee=trade.taker_fee * 3)
            for trade in trades
        )
        await scan(s.agent)
        control = await s.store.control()
        assert control.state is TradingState.HALTED
        assert "more than" in control.reason


async def test_follow_when_a_known_fill_is_told_with_another_amount_then_trading_halts(
    tmp_path: Path,
) -> None:
    """C4, same fill id with another amount: the first stands, a halt says so."""
    async with stage(tmp_path, Telling) as s:
        assert isinstance(s.venue, Telling)
        s.venue.tell_order = lambda order: replace(order, status=VenueOrderStatus.PARTIAL)
        await scan(s.agent)
        before = (await s.store.portfolio(NGN)).positions
        s.venue.tell_trades = lambda trades: tuple(
            replace(trade, size=Shares(trade.size / 2)) for trade in trades
        )
        await keep_up(s.agent)
        assert (await s.store.portfolio(NGN)).positions == before
        control = await s.store.control()
        assert control.state is TradingState.HALTED
        assert "another" in control.reason


async def test_follow_when_the_trades_of_others_are_told_as_well_then_only_ours_are_booked(
    tmp_path: Path,
) -> None:
    """C4, a fill of an unknown order: 0 of them in the books."""
    async with stage(tmp_path, Telling) as s:
        assert isinstance(s.venue, Telling)

        def with_others(trades: tuple[Trade, ...]) -> tuple[Trade, ...]:
            others = (
                replace(
                    trade,
                    id=FillId(f"other-{trade.id}"),
                    taker_order_id=OrderId("theirs"),
                    maker_order_id=OrderId("theirs-too"),
                )
                for trade in trades
            )
            return (*others, *trades)

        s.venue.tell_trades = with_others
        await scan(s.agent)
        assert len((await s.store.portfolio(NGN)).positions) == 1
        assert await discrepancies(s.agent) == ()
        assert await s.store.open_intents() == ()


# -- C6: the market itself ----------------------------------------------------------------------


async def test_keep_up_when_a_payout_is_taken_back_then_nothing_is_bought_and_it_is_told(
    tmp_path: Path,
) -> None:
    """C6, resolved and then un-resolved: 0 orders, a halt names the sum after 180 s."""
    async with stage(tmp_path, Telling) as s:
        venue = await _bought(s)
        (position,) = (await s.store.portfolio(NGN)).positions
        market = s.world.exchange.market(position.market_id)
        s.world.exchange.resolve(market, market.outcome_ids.index(position.outcome_id))
        await s.wait((market.event.spec.resolves_ms - s.world.now_ms) / 1000 + 60)
        assert await settle(s.agent)
        assert (await keep_up(s.agent)).differences == ()
        venue.wallets_to_lie = [Decimal("0.98")] * 99
        for _ in range(5):
            await s.wait(60)
            await scan(s.agent)
        assert len(venue.placed) == 1
        control = await s.store.control()
        assert control.state is TradingState.HALTED
        assert "cash" in control.reason


async def test_scan_when_the_fee_was_raised_in_between_then_books_and_venue_agree(
    tmp_path: Path,
) -> None:
    """C6, fee changed: the fee that was taken is the one that is booked, difference 0."""

    class Dearer(Telling):
        async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
            self._exchange.market_of(order.outcome_id)[0].fee_ppm *= 3
            return await super().answer(order, key)

    async with stage(tmp_path, Dearer) as s:
        await _bought(s)
        assert (await s.store.portfolio(NGN)).fees > Money.zero(NGN)
        assert await discrepancies(s.agent) == ()


# -- C7: the venue's memory of keys -------------------------------------------------------------


async def test_runner_when_the_venue_answers_with_an_earlier_order_then_it_is_not_counted_twice(
    tmp_path: Path,
) -> None:
    """C7, another body is replayed: 0 doubled accepted silently; trading halts."""

    class Replaying(Telling):
        first: PlaceReply | None = None

        async def answer(self, order: PlaceOrder, key: str) -> PlaceReply:
            if self.first is None:
                self.first = await super().answer(order, key)
                return self.first
            assert isinstance(self.first, Accepted)
            return replace(self.first, is_replay=True)

    async with stage(tmp_path, Replaying, Enthusiast(), limits=MANY) as s:
        await Runner(s.agent, _deaf).run(s.agent.clock.now() + timedelta(minutes=6))
        assert await _state(s) is TradingState.HALTED
        assert len(s.account.orders) == 1
        assert len(await s.store.claimed_orders()) == 1
        assert len((await s.store.portfolio(NGN)).positions) == 1
        assert await s.store.check() == ()


async def _deaf(report: PassReport) -> None:
    return None
