"""Books for the verbs that look into them: a bought position, an open order, a signal, looks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bayse_agent.adapters.store.store import open_store
from bayse_agent.domain.books import Equity
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.journal import IntentChange, Run
from bayse_agent.domain.market import Engine, EventId, MarketId
from bayse_agent.domain.money import Currency, Money, price
from bayse_agent.domain.order import Buy, IntentSource, IntentStatus, VenueOrderStatus
from bayse_agent.domain.signal import Signal
from tests.adapters.store.acts import buy
from tests.builders import (
    NOON,
    UP,
    a_book,
    a_control,
    a_deposit,
    a_look,
    a_sealed_order,
    a_tracked_market,
    a_venue_order,
    an_intent,
)

SIGNAL = "signal-1"
OPEN_ORDER = "order-2"
OTHER = MarketId("market-2")
BOOKS = "books.db"


async def fill(folder: Path) -> None:
    """Write all of it down, as of noon."""
    store = await open_store(f"sqlite:///{folder / BOOKS}")
    await store.take_lease(holder="test", at=NOON)
    told = {"currency": "NGN"}
    await store.begin_run(Run(id="demo-1", mode="demo", started_at=NOON, options=told))
    await store.set_limits(await store.limits(), by="tester", reason="as they are", at=NOON)
    await store.set_control(a_control())
    await store.add_deposit(a_deposit())
    markets = [a_tracked_market(), a_tracked_market(OTHER)]
    await store.track(markets, source="events", read_at=NOON)
    await buy(store)
    await store.add_books_seen([a_book()], at=NOON)
    worth = Money.of("99900", Currency.NGN)
    await store.add_equity(Equity(at=NOON, value=worth, cash=worth, wallet=worth))
    later = NOON + timedelta(minutes=1)
    await store.add_looks(
        [a_look(Reason.NO_FORECAST, market_id=OTHER, at=later), a_look(Reason.TRADED, at=later)]
    )
    intent = an_intent(market_id=OTHER)
    await store.add_intent(intent, sealed=a_sealed_order(), look=None)
    resting = a_venue_order(intent, id=OPEN_ORDER, status=VenueOrderStatus.OPEN, filled="0")
    await store.change_intent(
        IntentChange(
            intent_id=intent.id, status=IntentStatus.OPEN, proof="it rests", at=later, order=resting
        )
    )
    await store.add_signal(_signal())
    await store.close()


def _signal() -> Signal:
    wish = Buy(
        market_id=OTHER,
        outcome_id=UP,
        stake=Money.of("500", Currency.NGN),
        worst_price=price("0.55"),
    )
    return Signal(
        id=SIGNAL,
        source=IntentSource.SCAN,
        event_id=EventId("event-1"),
        engine=Engine.CLOB,
        wish=wish,
        forecast_id=None,
        made_at=NOON,
        expires_at=NOON + timedelta(hours=3),
        inputs={"edge": "0.05"},
    )
