"""What was earned, added up from the books as they grow, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bayse_agent.adapters.store.purse import open_purse
from bayse_agent.adapters.store.reading.charting import chart
from bayse_agent.adapters.store.reading.earnings import Earnings
from bayse_agent.adapters.store.reading.opening import open_reader
from bayse_agent.adapters.store.reading.profit_views import CauseView, ProfitCause
from bayse_agent.adapters.store.reading.reader import Reader
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.domain.books import Equity
from bayse_agent.domain.journal import IntentChange, MarketResult
from bayse_agent.domain.market import Side
from bayse_agent.domain.money import Currency, Money, price, shares
from bayse_agent.domain.order import (
    Fill,
    FillId,
    Intent,
    IntentSource,
    IntentStatus,
    OrderId,
    Sell,
    intent_id,
)
from bayse_agent.domain.portfolio import Settlement
from bayse_agent.domain.question import Purpose
from bayse_agent.ports import SpendingCaps
from tests.builders import (
    MARKET_ID,
    NOON,
    UP,
    a_book,
    a_fill,
    a_forecast,
    a_look,
    a_sealed_order,
    a_venue_order,
    an_intent,
)

_NGN = Currency.NGN
_LAGOS = "Africa/Lagos"


@pytest.fixture
async def reader(store: SqlStore, url: str) -> AsyncIterator[Reader]:
    opened = await open_reader(url)
    yield opened
    await opened.close()


async def _buy(store: SqlStore, stake: str, name: str, *, cash: str, source: IntentSource) -> None:
    """A bet of 9.8 shares, with a fee of 11 in its cash."""
    intent = replace(an_intent(stake), source=source)
    look = replace(a_look(forecast=a_forecast()), at=NOON + timedelta(seconds=len(stake)))
    await store.add_intent(intent, sealed=a_sealed_order(), look=look)
    fill = replace(a_fill(intent, id=f"fill-{name}", cash=cash), order_id=OrderId(name))
    await _fill(store, intent, fill, name)


async def _fill(store: SqlStore, intent: Intent, fill: Fill, name: str) -> None:
    order = replace(a_venue_order(an_intent()), id=OrderId(name), side=fill.side)
    await store.change_intent(
        IntentChange(
            intent_id=intent.id,
            status=IntentStatus.FILLED,
            proof=f"{name} is filled",
            at=fill.at,
            order=order,
            fills=(fill,),
        )
    )


async def _sell(store: SqlStore, count: str, cash: str) -> None:
    intent = Intent(
        id=intent_id("exit", count),
        event_id=an_intent().event_id,
        market_id=MARKET_ID,
        engine=an_intent().engine,
        wish=Sell(
            market_id=MARKET_ID,
            outcome_id=UP,
            shares=shares(count),
            currency=_NGN,
            worst_price=price("0.3"),
        ),
        forecast_id=None,
        created_at=NOON + timedelta(minutes=1),
        source=IntentSource.EXIT,
        cause="stop_loss: stop-loss: half is gone",
    )
    await store.add_intent(intent, sealed=a_sealed_order(), look=None)
    fill = Fill(
        id=FillId("fill-out"),
        intent_id=intent.id,
        order_id=OrderId("out"),
        market_id=MARKET_ID,
        outcome_id=UP,
        side=Side.SELL,
        shares=shares(count),
        price=price("0.3"),
        cash=Money.of(cash, _NGN),
        fee=Money.of("6", _NGN),
        at=NOON + timedelta(minutes=1),
    )
    await _fill(store, intent, fill, "out")


async def _end(store: SqlStore, count: str, payout: str) -> None:
    at = NOON + timedelta(minutes=20)
    paid = Settlement(
        market_id=MARKET_ID,
        outcome_id=UP,
        winner=UP,
        shares=shares(count),
        payout=Money.of(payout, _NGN),
        at=at,
    )
    await store.end_markets(
        [MarketResult(market_id=MARKET_ID, winner=UP, at=at, settlements=(paid,))]
    )


async def _by(earnings: Earnings, reader: Reader, cause: ProfitCause) -> dict[str, CauseView]:
    rows, whole = await earnings.by(reader, cause)
    for name in ("staked", "closed", "profit", "fees"):
        assert sum(getattr(row, name) for row in rows) == getattr(whole, name)
    return {row.name: row for row in rows}


async def test_bets_when_they_are_sold_and_settled_then_each_has_its_own_part_at_every_step(
    store: SqlStore, reader: Reader
) -> None:
    kept = Earnings(_NGN)
    assert await _by(kept, reader, ProfitCause.SOURCE) == {}
    await _buy(store, "1000", "order-1", cash="550", source=IntentSource.SCAN)
    await _buy(store, "900", "order-2", cash="450", source=IntentSource.HAND)
    found = await _by(kept, reader, ProfitCause.WAY_OUT)
    assert (found["open"].bets, found["open"].staked, found["open"].fees) == (2, 1000, 22)

    await _sell(store, "4.9", "144")
    found = await _by(kept, reader, ProfitCause.WAY_OUT)
    # A quarter of the shares, that cost 250, for 144.
    assert found["stop_loss"].profit == Decimal(-106)
    assert (found["stop_loss"].bets, found["stop_loss"].ended, found["open"].bets) == (2, 0, 2)
    assert found["stop_loss"].fees == Decimal("11.5")

    await store.add_books_seen(
        [a_book(bids=(("0.60", "9"),), asks=(("0.64", "9"),))], at=NOON + timedelta(minutes=5)
    )
    await _end(store, "14.7", "1470")
    for earnings in (kept, Earnings(_NGN)):
        found = await _by(earnings, reader, ProfitCause.WAY_OUT)
        assert {name: (row.bets, row.ended) for name, row in found.items()} == {
            "settled": (2, 2),
            "stop_loss": (2, 0),
        }
        mine = await _by(earnings, reader, ProfitCause.SOURCE)
        # 735 of the payout and 72 of the sale are each one's, less what it cost.
        assert (mine["scan"].profit, mine["hand"].profit) == (Decimal(257), Decimal(357))
        assert mine["scan"].fees == mine["hand"].fees == Decimal(14)
        assert (mine["scan"].wins, mine["scan"].win_rate) == (1, 1)
        assert mine["scan"].break_even == Decimal("0.561224")
        assert mine["scan"].roi == Decimal("0.467273")
        # Last seen at 0.62, bought at 0.55.
        assert (mine["scan"].closing_line, mine["scan"].closing_lines) == (Decimal("0.07"), 1)
        told = (await store.portfolio(_NGN)).realised.amount
        assert sum(row.profit for row in mine.values()) == told
    assert await kept.by(reader, ProfitCause.AUTHOR) == await Earnings(_NGN).by(
        reader, ProfitCause.AUTHOR
    )


async def test_periods_when_days_turn_over_then_each_has_what_came_in_it(
    store: SqlStore, reader: Reader, url: str
) -> None:
    await _buy(store, "1000", "order-1", cash="550", source=IntentSource.SCAN)
    for hours, worth in ((0, "100000"), (1, "100300"), (2, "100100"), (30, "100200")):
        value = Money.of(worth, _NGN)
        at = NOON + timedelta(hours=hours)
        await store.add_equity(Equity(at=at, value=value, cash=value, wallet=value))
    await _end(store, "9.8", "980")
    async with await open_purse(url) as purse:
        for hours, cost in ((0, "0.5"), (30, "0.25"), (24 * 40, "1")):
            made = await purse.spending.reserve(
                Decimal(cost),
                caps=SpendingCaps(daily=Decimal(9), monthly=Decimal(9)),
                model="m",
                purpose=Purpose.BASE,
                market_id=MARKET_ID,
                at=NOON + timedelta(hours=hours),
            )
            assert made is not None
    now = NOON + timedelta(hours=31)
    today, week, all_of_it = await Earnings(_NGN).periods(reader, now, _LAGOS)
    # In Lagos a day begins at 23:00 UTC.
    assert today.since == NOON.replace(day=10, hour=23)
    assert week.since == NOON.replace(day=4, hour=23)
    assert (today.realised, today.fees, today.profit) == (0, 0, 100)
    assert (week.realised, week.fees, week.profit) == (430, 11, 200)
    assert (today.drawdown, week.drawdown, all_of_it.drawdown) == (0, 200, 200)
    assert all_of_it.drawdown_part == Decimal("0.001994")
    assert (today.model_costs, week.model_costs) == (Decimal("0.25"), Decimal("0.75"))
    assert all_of_it.model_costs == Decimal("1.75")
    assert all_of_it.open == all_of_it.profit - all_of_it.realised == -230
    assert all_of_it.since == NOON


async def test_periods_when_nothing_was_valued_then_no_profit_is_told(reader: Reader) -> None:
    for period in await Earnings(_NGN).periods(reader, NOON, "UTC"):
        assert (period.profit, period.open, period.drawdown) == (None, None, None)
        assert (period.realised, period.fees, period.model_costs) == (0, 0, 0)


async def test_chart_when_read_then_fills_forecasts_and_books_are_in_it(
    store: SqlStore, reader: Reader
) -> None:
    await _buy(store, "1000", "order-1", cash="550", source=IntentSource.SCAN)
    await store.add_books_seen([a_book()], at=NOON)
    found = await reader.ask(chart(MARKET_ID, points=10))
    assert found is not None
    ((fill,), (forecast,), (seen,)) = (found.fills, found.forecasts, found.prices)
    assert (fill.price, fill.price1, fill.source) == (Decimal("0.55"), Decimal("0.55"), "scan")
    assert (forecast.author, forecast.is_part) == (a_forecast().author, False)
    assert (seen.bid, seen.ask) == (Decimal("0.49"), Decimal("0.51"))
    assert await reader.ask(chart("nothing", points=10)) is None
