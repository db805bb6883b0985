"""C5: the venue cancels on its own, or says that it did and fills all the same."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from bayse_agent.domain.control import TradingState
from bayse_agent.domain.order import (
    Declined,
    IntentStatus,
    OrderId,
    Unresolved,
    VenueOrder,
    VenueOrderStatus,
)
from bayse_agent.trading.halting import stop, take_back
from bayse_agent.trading.upkeep import keep_up
from bayse_agent.trading.verification import discrepancies
from tests.trading.liar import Liar
from tests.trading.stages import NGN, Stage, stage
from tests.trading.test_halting import a_resting_buy


async def _resting(s: Stage) -> OrderId:
    await a_resting_buy(s)
    (known,) = await s.store.open_intents()
    assert known.order_id is not None
    return known.order_id


async def test_keep_up_when_the_venue_cancelled_on_its_own_then_the_money_is_free_again(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Liar) as s:
        order_id = await _resting(s)
        before = (await s.store.portfolio(NGN)).reserved
        await s.venue.cancel(order_id)
        found = await keep_up(s.agent)
        assert found.differences == ()
        assert await s.store.open_intents() == ()
        assert before.amount > (await s.store.portfolio(NGN)).reserved.amount == Decimal(0)


class Pretending(Liar):
    """Says that an order is cancelled, and does nothing."""

    is_lying = True

    async def cancel(self, order_id: OrderId) -> VenueOrder | Declined | Unresolved:
        if not self.is_lying:
            return await super().cancel(order_id)
        found = await self.order(order_id)
        return VenueOrder(
            **{name: getattr(found, name) for name in VenueOrder.__dataclass_fields__}
            | {"status": VenueOrderStatus.CANCELLED}
        )


async def test_take_back_when_a_cancel_only_said_so_then_the_order_is_followed_by_reading(
    tmp_path: Path,
) -> None:
    """A cancel's word ends nothing in the books: the money stays reserved until a read says so."""
    async with stage(tmp_path, Pretending) as s:
        order_id = await _resting(s)
        await stop(s.agent, reason="a test", by="me")
        await take_back(s.agent, TradingState.HALTED)
        await keep_up(s.agent)
        (known,) = await s.store.open_intents()
        assert (known.order_id, known.status) == (order_id, IntentStatus.OPEN)
        assert (await s.store.portfolio(NGN)).reserved.amount > 0
        assert isinstance(s.venue, Pretending)
        s.venue.is_lying = False
        await take_back(s.agent, TradingState.HALTED)
        await keep_up(s.agent)
        assert await s.store.open_intents() == ()
        assert await discrepancies(s.agent) == ()
