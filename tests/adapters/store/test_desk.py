"""Limits, signals, valuations and marks: kept, read back, and the same after opening anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.books import Equity
from bayse_agent.domain.errors import BrokenInvariant, ConfigurationError
from bayse_agent.domain.journal import IntentChange, Run
from bayse_agent.domain.market import Engine, EventId
from bayse_agent.domain.money import Currency, Money, Price
from bayse_agent.domain.order import IntentSource, IntentStatus
from bayse_agent.domain.risk import Limits
from bayse_agent.domain.signal import Signal, SignalStatus
from tests.builders import (
    MARKET_ID,
    NOON,
    UP,
    a_book,
    a_deposit,
    a_fill,
    a_forecast,
    a_look,
    a_result,
    a_sealed_order,
    a_venue_order,
    an_intent,
)

NGN = Currency.NGN


def _an_equity(value: str, minute: int = 0) -> Equity:
    cash = Money.of(value, NGN)
    return Equity(at=NOON + timedelta(minutes=minute), value=cash, cash=cash, wallet=cash)


def _a_signal(id: str = "signal-1") -> Signal:
    return Signal(
        id=id,
        source=IntentSource.SCAN,
        event_id=EventId("event-1"),
        engine=Engine.CLOB,
        wish=an_intent().wish,
        forecast_id="forecast-1",
        made_at=NOON,
        expires_at=NOON + timedelta(minutes=5),
        places_at=NOON + timedelta(minutes=4),
        inputs={"edge": "0.03"},
    )


async def _buy(store: SqlStore) -> None:
    intent = an_intent()
    await store.add_intent(intent, sealed=a_sealed_order(), look=a_look(forecast=a_forecast()))
    change = IntentChange(
        intent_id=intent.id,
        status=IntentStatus.FILLED,
        proof="filled",
        at=NOON,
        order=a_venue_order(intent),
        fills=(a_fill(intent),),
    )
    await store.change_intent(change)


async def test_limits_when_never_set_then_the_usual_ones(store: SqlStore) -> None:
    assert (await store.limits(), await store.limits_version()) == (Limits(), 0)


async def test_set_limits_when_reopened_then_in_force_under_their_version(
    url: str, store: SqlStore
) -> None:
    limits = replace(Limits(), max_open_markets=7, reserve=Decimal("0.45"))
    assert await store.set_limits(Limits(), by="tester", reason="first", at=NOON) == 1
    assert await store.set_limits(limits, by="tester", reason="second", at=NOON) == 2
    again = await open_store(url)
    assert (await again.limits(), await again.limits_version()) == (limits, 2)
    await again.close()


async def test_begin_run_when_the_books_are_of_another_mode_then_refused(store: SqlStore) -> None:
    await store.begin_run(Run(id="run-1", mode="demo", started_at=NOON, options={}))
    with pytest.raises(ConfigurationError):
        await store.begin_run(Run(id="run-2", mode="live", started_at=NOON, options={}))


async def test_add_signal_when_made_again_then_the_first_one(store: SqlStore) -> None:
    assert await store.add_signal(_a_signal()) == _a_signal()
    assert await store.add_signal(replace(_a_signal(), inputs={})) == _a_signal()
    assert await store.signals() == (_a_signal(),)


async def test_end_signal_when_ended_already_then_broken_invariant(store: SqlStore) -> None:
    await store.add_signal(_a_signal())
    await store.end_signal(
        "signal-1", status=SignalStatus.REJECTED, by="tester", note="no", at=NOON
    )
    with pytest.raises(BrokenInvariant):
        await store.end_signal("signal-1", status=SignalStatus.EXECUTED, by="x", note="", at=NOON)
    (signal,) = await store.signals(SignalStatus.REJECTED)
    assert (signal.decided_by, signal.note, signal.decided_at) == ("tester", "no", NOON)
    assert await store.signals(SignalStatus.PENDING) == ()


async def test_books_when_one_valuation_is_strange_then_the_peak_is_the_supported_one(
    store: SqlStore,
) -> None:
    for minute, value in enumerate(("100000", "900000", "110000")):
        await store.add_equity(_an_equity(value, minute))
    books = await store.books(NGN)
    assert books.peak == Money.of("110000", NGN)
    assert books.reconciled_at == NOON + timedelta(minutes=2)


async def test_books_when_cash_is_taken_out_then_the_peak_moves_along(store: SqlStore) -> None:
    for minute in range(2):
        await store.add_equity(_an_equity("120000", minute))
    await store.add_deposit(a_deposit("-50000", "out"))
    assert (await store.books(NGN)).peak == Money.of("70000", NGN)


async def test_books_when_bought_and_settled_then_entries_tags_and_outcomes_stay_after_reopening(
    url: str, store: SqlStore
) -> None:
    await _buy(store)
    await store.end_markets([a_result()])
    books = await store.books(NGN)
    assert [entry.stake for entry in books.entries] == [Money.of("1000", NGN)]
    assert [outcome.profit for outcome in books.outcomes] == [Money.of("430", NGN)]
    assert books.sent_at == (NOON,)
    assert list(books.tags) == [MARKET_ID]
    again = await open_store(url)
    assert await again.books(NGN) == books
    await again.close()


async def test_raise_marks_when_lower_or_not_held_then_nothing_changes(store: SqlStore) -> None:
    place = (MARKET_ID, UP)
    await store.raise_marks({place: Price(Decimal("0.6"))}, at=NOON)
    assert await store.marks() == {}
    await _buy(store)
    await store.raise_marks({place: Price(Decimal("0.6"))}, at=NOON)
    await store.raise_marks({place: Price(Decimal("0.5"))}, at=NOON)
    assert await store.marks() == {place: Decimal("0.6")}


async def test_marks_when_the_position_is_gone_then_forgotten_for_good(
    url: str, store: SqlStore
) -> None:
    await _buy(store)
    await store.raise_marks({(MARKET_ID, UP): Price(Decimal("0.6"))}, at=NOON)
    await store.end_markets([a_result()])
    again = await open_store(url)
    assert (await store.marks(), await again.marks()) == ({}, {})
    await again.close()


async def test_add_books_seen_when_a_side_is_empty_then_taken_all_the_same(
    store: SqlStore,
) -> None:
    await store.add_books_seen([a_book(), a_book(bids=())], at=NOON)
    assert await store.last_looks() == {}
