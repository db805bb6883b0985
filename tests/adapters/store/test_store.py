"""The books: what is written is read back, nothing is written twice, a restart changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bayse_agent.adapters.store.store import SqlStore, open_store
from bayse_agent.domain.decision import Reason
from bayse_agent.domain.errors import BrokenInvariant
from bayse_agent.domain.journal import ForecastScore, IntentChange, MarketResult, Run
from bayse_agent.domain.money import Currency, Money, Shares
from bayse_agent.domain.order import Intent, IntentStatus
from tests.builders import (
    MARKET_ID,
    NOON,
    a_deposit,
    a_fill,
    a_forecast,
    a_look,
    a_result,
    a_sealed_order,
    a_tracked_market,
    a_venue_order,
    an_intent,
)

NGN = Currency.NGN


async def _plan(store: SqlStore) -> Intent:
    intent = an_intent()
    look = a_look(Reason.UNRESOLVED, forecast=a_forecast())
    await store.add_intent(intent, sealed=a_sealed_order(), look=look)
    return intent


async def _fill(store: SqlStore, intent: Intent) -> None:
    change = IntentChange(
        intent_id=intent.id,
        status=IntentStatus.FILLED,
        proof="order-1 is filled",
        at=NOON,
        order=a_venue_order(intent),
        fills=(a_fill(intent),),
        reason=Reason.TRADED,
    )
    await store.change_intent(change)


async def test_portfolio_when_nothing_was_deposited_then_empty(url: str) -> None:
    store = await open_store(url)
    assert (await store.portfolio(NGN)).cash == Money.zero(NGN)
    await store.close()


async def test_begin_run_when_begun_twice_then_broken_invariant(store: SqlStore) -> None:
    run = Run(id="run-1", mode="demo", started_at=NOON, options={"seed": "7"})
    await store.begin_run(run)
    with pytest.raises(BrokenInvariant):
        await store.begin_run(run)


async def test_add_deposit_when_the_same_again_then_not_counted_twice(store: SqlStore) -> None:
    with pytest.raises(BrokenInvariant):
        await store.add_deposit(a_deposit())
    assert (await store.portfolio(NGN)).cash == Money.of(100_000, NGN)


async def test_track_when_market_is_known_then_first_sight_is_kept(store: SqlStore) -> None:
    later = NOON + timedelta(minutes=1)
    await store.track([a_tracked_market()], source="events", read_at=later)
    assert await store.tracked() == (a_tracked_market(),)
    assert await store.listed_at("events") == later


async def test_track_when_market_has_ended_then_it_does_not_come_back(store: SqlStore) -> None:
    await store.end_markets([MarketResult(market_id=MARKET_ID, winner=None, at=NOON)])
    await store.track([a_tracked_market()], source="events", read_at=NOON)
    assert await store.tracked() == ()


async def test_tracked_when_several_then_first_to_close_first(store: SqlStore) -> None:
    sooner = a_tracked_market("market-2", closes_at=NOON + timedelta(minutes=1))
    endless = a_tracked_market("market-0", closes_at=None)
    await store.track([endless, sooner], source="events", read_at=NOON)
    assert [one.market_id for one in await store.tracked()] == ["market-2", MARKET_ID, "market-0"]


async def test_add_looks_when_written_then_counted_by_reason(store: SqlStore) -> None:
    await store.add_looks([a_look(forecast=a_forecast())])
    await store.add_looks([a_look(Reason.NO_FORECAST, at=NOON + timedelta(minutes=1))])
    assert await store.funnel() == {"no_edge": 1, "no_forecast": 1}
    assert (await store.last_looks())[MARKET_ID] == NOON + timedelta(minutes=1)


async def test_add_looks_when_one_is_refused_then_none_is_written(store: SqlStore) -> None:
    with pytest.raises(BrokenInvariant):
        await store.add_looks([a_look(forecast=a_forecast()), a_look(market_id="unknown")])
    assert await store.funnel() == {}
    assert await store.last_looks() == {}


async def test_add_intent_when_written_then_its_stake_is_reserved(store: SqlStore) -> None:
    intent = await _plan(store)
    portfolio = await store.portfolio(NGN)
    assert portfolio.live == (intent,)
    assert portfolio.free_cash == Money.of(99_000, NGN)
    assert await store.funnel() == {"unresolved": 1}


async def test_add_intent_when_the_same_again_then_broken_invariant(store: SqlStore) -> None:
    intent = await _plan(store)
    look = a_look(Reason.UNRESOLVED, at=NOON + timedelta(minutes=1))
    with pytest.raises(BrokenInvariant):
        await store.add_intent(intent, sealed=a_sealed_order(), look=look)
    assert (await store.portfolio(NGN)).live == (intent,)


async def test_change_intent_when_filled_then_books_fold_and_look_is_traded(
    store: SqlStore,
) -> None:
    await _fill(store, await _plan(store))
    portfolio = await store.portfolio(NGN)
    assert portfolio.cash == Money.of(99_450, NGN)
    assert [position.shares for position in portfolio.positions] == [
        Shares(a_fill(an_intent()).shares)
    ]
    assert await store.open_intents() == ()
    assert await store.funnel() == {"traded": 1}
    assert await store.claimed_orders() == {"order-1"}


async def test_change_intent_when_the_fill_is_known_then_broken_invariant(
    store: SqlStore,
) -> None:
    intent = await _plan(store)
    change = IntentChange(
        intent_id=intent.id,
        status=IntentStatus.OPEN,
        proof="accepted",
        at=NOON,
        order=a_venue_order(intent),
        fills=(a_fill(intent),),
    )
    await store.change_intent(change)
    with pytest.raises(BrokenInvariant):
        await store.change_intent(change)
    assert (await store.portfolio(NGN)).cash == Money.of(99_450, NGN)


async def test_change_intent_when_a_second_order_claims_it_then_broken_invariant(
    store: SqlStore,
) -> None:
    intent = await _plan(store)
    for order_id in ("order-1", "order-2"):
        change = IntentChange(
            intent_id=intent.id,
            status=IntentStatus.OPEN,
            proof="accepted",
            at=NOON,
            order=a_venue_order(intent, id=order_id),
        )
        if order_id == "order-1":
            await store.change_intent(change)
    with pytest.raises(BrokenInvariant):
        await store.change_intent(change)


async def test_change_intent_when_it_is_final_then_broken_invariant(store: SqlStore) -> None:
    intent = await _plan(store)
    await _fill(store, intent)
    with pytest.raises(BrokenInvariant):
        await _fill(store, intent)


async def test_end_markets_when_held_then_paid_and_scored(store: SqlStore) -> None:
    await _fill(store, await _plan(store))
    score = ForecastScore(
        forecast_id="forecast-1",
        outcome=1,
        brier_agent=0.16,
        brier_market=0.25,
        log_loss_agent=0.5,
        log_loss_market=0.7,
    )
    paid = a_result()
    await store.end_markets(
        [
            MarketResult(
                market_id=MARKET_ID,
                winner=paid.winner,
                at=NOON,
                settlements=paid.settlements,
                scores=(score,),
            )
        ]
    )
    portfolio = await store.portfolio(NGN)
    summary = await store.score_summary()
    assert portfolio.cash == Money.of(100_430, NGN)
    assert portfolio.realised == Money.of(430, NGN)
    assert (summary.count, summary.brier_agent, summary.brier_market) == (1, 0.16, 0.25)
    assert await store.tracked() == ()


async def test_end_markets_when_not_held_then_broken_invariant_and_nothing_written(
    store: SqlStore,
) -> None:
    with pytest.raises(BrokenInvariant):
        await store.end_markets([a_result()])
    assert len(await store.tracked()) == 1


async def test_end_markets_when_ended_already_then_broken_invariant(store: SqlStore) -> None:
    result = MarketResult(market_id=MARKET_ID, winner=None, at=NOON)
    await store.end_markets([result])
    with pytest.raises(BrokenInvariant):
        await store.end_markets([result])


async def test_score_summary_when_nothing_is_scored_then_no_means(store: SqlStore) -> None:
    summary = await store.score_summary()
    assert (summary.count, summary.brier_agent) == (0, None)


async def test_forecasts_of_when_written_then_the_same_values(store: SqlStore) -> None:
    await store.add_looks([a_look(forecast=a_forecast())])
    assert await store.forecasts_of([MARKET_ID]) == {MARKET_ID: (a_forecast(),)}


async def test_reopen_when_an_order_is_open_then_the_standing_is_the_same(
    url: str, store: SqlStore
) -> None:
    intent = await _plan(store)
    change = IntentChange(
        intent_id=intent.id,
        status=IntentStatus.OPEN,
        proof="accepted",
        at=NOON,
        order=a_venue_order(intent, filled="5"),
        fills=(a_fill(intent),),
    )
    await store.change_intent(change)
    again = await open_store(url)
    assert await again.portfolio(NGN) == await store.portfolio(NGN)
    assert await again.open_intents() == await store.open_intents()
    assert await again.tracked() == await store.tracked()
    assert await again.last_looks() == await store.last_looks()
    assert await again.listed_at("events") == await store.listed_at("events")
    assert await again.ledger() == await store.ledger()
    await again.close()


async def test_read_when_another_process_has_written_since_then_it_is_seen(
    url: str, store: SqlStore
) -> None:
    reader = await open_store(url)
    assert await reader.open_intents() == ()
    await _plan(store)
    assert await reader.open_intents() == await store.open_intents()
    assert (await reader.books(NGN)).entries == (await store.books(NGN)).entries
    await _fill(store, an_intent())
    assert await reader.portfolio(NGN) == await store.portfolio(NGN)
    await reader.close()


async def test_reopen_when_an_order_was_looked_for_then_absences_are_remembered(
    url: str, store: SqlStore
) -> None:
    intent = await _plan(store)
    change = IntentChange(
        intent_id=intent.id,
        status=IntentStatus.PENDING,
        proof="absent",
        at=NOON,
        shows_absence=True,
    )
    await store.change_intent(change)
    again = await open_store(url)
    (known,) = await again.open_intents()
    assert known.absences == 1
    await again.close()
