"""What is read of the markets that are due, and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bayse_agent.domain.decision import Reason
from bayse_agent.domain.journal import Look, TrackedMarket
from bayse_agent.domain.market import Event, EventId, OrderBook, OutcomeId
from bayse_agent.domain.money import Currency
from bayse_agent.trading.discovery import discover
from bayse_agent.trading.research import research
from tests.trading.stages import Believer, Venue, stage


class Uninterested(Believer):
    """Has nothing to say of anything."""

    def declines(self, market: TrackedMarket) -> str | None:
        return "none of mine"

    def reads_news(self, market: TrackedMarket) -> bool:
        return False


class Unreadable(Venue):
    """Whoever reads of a market fails the test."""

    async def event(self, event_id: EventId, *, currency: Currency) -> Event:
        raise AssertionError("an event was read")

    async def books(
        self, outcome_ids: Sequence[OutcomeId], *, currency: Currency, depth: int = 20
    ) -> tuple[OrderBook, ...]:
        raise AssertionError("books were read")


async def test_research_when_the_forecaster_declines_then_nothing_is_read_and_the_look_says_why(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path, Unreadable, Uninterested()) as s:
        due = await discover(s.agent, s.agent.clock.now())
        found = await research(s.agent, due)

    assert [look.market_id for look in found if isinstance(look, Look)] == [
        market.market_id for market in due
    ]
    assert {(look.reason, look.inputs["detail"]) for look in found if isinstance(look, Look)} == {
        (Reason.NO_FORECAST, "none of mine")
    }
