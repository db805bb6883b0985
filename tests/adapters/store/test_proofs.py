"""How windows closed and what they proved, as the books keep and count it."""

from __future__ import annotations

from datetime import timedelta

from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.market import MarketId
from bayse_agent.domain.settling import (
    Closing,
    Held,
    SettledOn,
    SettlementRecord,
    WindowClosing,
    WindowKind,
    WindowProof,
)
from tests.builders import BTC, MARKET_ID, NOON, a_tracked_market

KIND = WindowKind(a_tracked_market().series, BTC)


def _closing(market_id: MarketId = MARKET_ID, minutes: int = 15) -> WindowClosing:
    return WindowClosing(
        market_id=market_id,
        kind=KIND,
        closes_at=NOON + timedelta(minutes=minutes),
        closing=Closing(last_price=60_100.0, average=60_050.0),
        noted_at=NOON + timedelta(minutes=minutes, seconds=5),
    )


def _proof(market_id: MarketId = MARKET_ID, held: Held = Held.AVERAGE) -> WindowProof:
    return WindowProof(
        market_id=market_id,
        held=held,
        threshold=60_000.0,
        close_value=60_050.0,
        outcome1_won=True,
        at=NOON + timedelta(hours=1),
    )


async def _settle(store: SqlStore, *words: Held) -> None:
    """Windows that closed one after the other, each having kept to a rule."""
    ids = [MarketId(f"window-{number:02d}") for number in range(len(words))]
    await store.track([a_tracked_market(one) for one in ids], source="events", read_at=NOON)
    await store.add_closings([_closing(one, 15 * n) for n, one in enumerate(ids)])
    # Announced the wrong way round: what counts is when they closed.
    for one, word in reversed(list(zip(ids, words, strict=True))):
        await store.prove_windows([_proof(one, word)])


async def test_closings_when_noted_twice_then_the_first_stays(store: SqlStore) -> None:
    await store.add_closings([_closing()])
    await store.add_closings([_closing(minutes=16)])
    assert await store.closings() == {MARKET_ID: _closing()}


async def test_closings_when_settled_then_they_wait_no_more_and_do_not_come_back(
    store: SqlStore,
) -> None:
    await store.add_closings([_closing()])
    await store.prove_windows([_proof()])
    await store.add_closings([_closing()])
    assert await store.closings() == {}


async def test_prove_when_the_closing_was_never_noted_then_nothing_is_counted(
    store: SqlStore,
) -> None:
    await store.prove_windows([_proof()])
    assert await store.settlement_records() == {}


async def test_records_when_windows_settled_then_counted_by_the_order_of_their_closes(
    store: SqlStore,
) -> None:
    words = (Held.LAST_PRICE, Held.AVERAGE, Held.UNCLEAR, Held.NEITHER, Held.AVERAGE)
    await _settle(store, *words)
    expected = SettlementRecord(
        average=2,
        last_price=1,
        neither=1,
        unclear=1,
        recent=(Held.LAST_PRICE, Held.AVERAGE, Held.NEITHER, Held.AVERAGE),
    )
    assert await store.settlement_records() == {KIND: expected}
    assert expected.proof(SettledOn.AVERAGE).agreed == 1


async def test_records_when_the_books_are_opened_again_then_the_same(
    url: str, store: SqlStore
) -> None:
    await _settle(store, Held.AVERAGE, Held.AVERAGE)
    await store.add_closings([_closing()])
    again = await open_store(url)
    assert await again.settlement_records() == await store.settlement_records()
    assert await again.closings() == await store.closings()
    assert await store.check() == ()
    await again.close()
