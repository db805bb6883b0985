"""C8: lists that change while they are read: nothing is skipped, nothing taken twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from bayse_agent.domain.market import (
    Engine,
    Event,
    MarketId,
    MarketStatus,
    OutcomeId,
    Page,
    SeriesSlug,
    Side,
)
from bayse_agent.domain.money import Currency, Price
from bayse_agent.domain.order import OrderType, PlaceOrder, TimeInForce, VenueOrder
from bayse_agent.simulation.exchange.accounts import Account
from bayse_agent.simulation.world import World
from bayse_agent.trading.discovery import discover
from bayse_agent.trading.external import adopt_external
from tests.trading.liar import Liar
from tests.trading.stages import NGN, Stage, stage

SMALL = 3
"""Rows of a page, so that there are many pages."""


class Shifting(Liar):
    """Between two pages, its lists lose their first row, or gain one in front."""

    def __init__(self, world: World, account: Account) -> None:
        super().__init__(world, account)
        self.ended_events = 0
        self.resting: PlaceOrder | None = None
        self.new_orders = 0

    async def events(
        self,
        *,
        currency: Currency,
        page: int = 1,
        size: int = 20,
        status: MarketStatus | None = None,
        category: str | None = None,
        keyword: str | None = None,
        series: SeriesSlug | None = None,
    ) -> Page[Event]:
        every = await super().events(currency=currency, page=1, size=1000, status=status)
        rows = every.items[self.ended_events :]
        self.ended_events += page == 2 and self.ended_events == 0
        cut = rows[size * (page - 1) : size * page]
        last = -(-len(rows) // size)
        return Page(items=cut, number=page, last=last, total=len(rows))

    async def orders(
        self,
        *,
        currency: Currency,
        market_id: MarketId | None = None,
        outcome_id: OutcomeId | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[VenueOrder]:
        found = await super().orders(currency=currency, page=page, size=size)
        if page == 1 and self.resting is not None and self.new_orders > 0:
            self.new_orders -= 1
            await self.place_by_hand(self.resting)
        return found


def _small_pages(s: Stage) -> None:
    s.agent = replace(s.agent, habits=replace(s.agent.habits, page_size=SMALL))


async def test_discover_when_an_event_ends_between_two_pages_then_no_other_is_left_out(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Shifting) as s:
        _small_pages(s)
        await discover(s.agent, s.agent.clock.now())
        every = await s.venue.events(currency=NGN, size=1000, status=MarketStatus.OPEN)
        listed = {market.id for event in every.items for market in event.markets}
        known = {market.market_id for market in await s.store.tracked()}
        assert listed <= known


async def test_adopt_when_orders_come_in_between_two_pages_then_each_is_taken_once(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Shifting) as s:
        _small_pages(s)
        assert isinstance(s.venue, Shifting)
        known = await discover(s.agent, s.agent.clock.now())
        market = next(m for m in known if m.engine is Engine.CLOB and m.series is None)
        s.venue.resting = PlaceOrder(
            event_id=market.event_id,
            market_id=market.market_id,
            outcome_id=market.outcome1_id,
            engine=Engine.CLOB,
            side=Side.BUY,
            type=OrderType.LIMIT,
            amount=Decimal(500),
            currency=NGN,
            price=Price(Decimal("0.02")),
            time_in_force=TimeInForce.GTC,
        )
        for _ in range(7):
            await s.venue.place_by_hand(s.venue.resting)
        s.venue.new_orders = 2
        await adopt_external(s.agent)
        await adopt_external(s.agent)
        await adopt_external(s.agent)
        claimed = await s.store.claimed_orders()
        assert claimed == {order.id for order in s.account.orders.values()}
        assert len((await s.store.ledger())[0]) == len(claimed) == 9
