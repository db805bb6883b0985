"""Every query of pages and scripts, on SQLite and PostgreSQL, over books with some of each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from bayse_agent.adapters.store.access import SqlAccess
from bayse_agent.adapters.store.reading import decisions, desk, orders, signals, skill
from bayse_agent.adapters.store.reading.answering import answers_of
from bayse_agent.adapters.store.reading.counting import last_before
from bayse_agent.adapters.store.reading.opening import open_access, open_reader
from bayse_agent.adapters.store.reading.reader import Cut, Reader
from bayse_agent.adapters.store.store import SqlStore
from bayse_agent.adapters.store.tables import audit
from bayse_agent.domain.access import AccessEvent
from bayse_agent.domain.books import Equity
from bayse_agent.domain.money import Currency, Money
from tests.adapters.store.acts import live_through_everything
from tests.builders import MARKET_ID, NOON, an_intent

_CUT = Cut(limit=50)


@pytest.fixture
async def reader(store: SqlStore, url: str) -> AsyncIterator[Reader]:
    """Over books in which a buy was made, filled and settled."""
    await live_through_everything(store)
    worth = Money.of("100430", Currency.NGN)
    await store.add_equity(Equity(at=NOON, value=worth, cash=worth, wallet=worth))
    opened = await open_reader(url)
    yield opened
    await opened.close()


@pytest.fixture
async def access(store: SqlStore, url: str) -> AsyncIterator[SqlAccess]:
    opened = await open_access(url)
    yield opened
    await opened.close()


async def test_books_when_read_then_each_list_has_what_was_written(reader: Reader) -> None:
    (order,) = (await reader.ask(orders.orders(orders.WantedOrders(), _CUT))).items
    assert (order.status, order.order_id, order.market) == ("FILLED", "order-1", "Up or down?")
    assert order.outcome == "Up"
    (fill,) = (await reader.ask(orders.fills(_CUT, intent_id=order.id))).items
    assert (fill.cash, fill.fee) == (Decimal(550), Decimal(11))
    (paid,) = (await reader.ask(orders.settlements(_CUT, market_id=MARKET_ID))).items
    assert paid.payout == Decimal(980)
    lines = (await reader.ask(orders.ledger(_CUT))).items
    assert sum(line.amount for line in lines) == 0
    assert len({line.entry for line in lines}) == 3
    (worth,) = await reader.ask(orders.curve(Currency.NGN, points=10))
    assert worth.profit == Decimal(430)
    assert (await reader.ask(orders.equity(Currency.NGN, _CUT, NOON))).items == (worth,)
    assert await reader.ask(orders.intent_of_order("order-1")) == order.id
    assert len(await reader.ask(orders.changes(order.id))) == 1
    live = orders.WantedOrders(is_live=True, source="scan", status="OPEN", market_id=MARKET_ID)
    assert (await reader.ask(orders.orders(live, _CUT))).items == ()


async def test_decisions_when_read_then_filtered_and_counted(reader: Reader) -> None:
    wanted = decisions.Wanted(
        reason="no_edge",
        market_id=MARKET_ID,
        series="crypto-btc-15min",
        since=NOON - timedelta(hours=1),
        until=NOON + timedelta(hours=1),
    )
    (look,) = (await reader.ask(decisions.decisions(wanted, _CUT))).items
    assert look.probability == pytest.approx(0.6)
    assert await reader.ask(decisions.decision(look.id)) == look
    assert await reader.ask(decisions.decision_of(intent_id=an_intent().id)) == look.id
    assert await reader.ask(decisions.decision_of(forecast_id="forecast-1")) == look.id
    (reason,) = await reader.ask(decisions.funnel(NOON - timedelta(days=1)))
    assert (reason.looks, reason.part) == (1, 1.0)
    assert await reader.ask(decisions.open_markets()) == ()


async def test_desk_when_read_then_what_was_decided_is_there(
    reader: Reader, access: SqlAccess
) -> None:
    (command,) = (await reader.ask(desk.commands(_CUT, status="DONE"))).items
    assert await reader.ask(desk.command("c-1")) == command
    assert (await reader.ask(desk.controls(_CUT))).items[0].state == "ARMED"
    assert (await reader.ask(desk.limits(_CUT))).items[0].made_by == "tester"
    assert (await reader.ask(desk.signals(_CUT, status="PENDING"))).items == ()
    assert await reader.ask(desk.signal("none")) is None
    assert await reader.ask(desk.waiting()) == 0
    head = await reader.ask(desk.audit_head())
    rows = await reader.ask(desk.audit_after(0, limit=500))
    assert [row.number for row in rows] == list(range(1, head + 1))
    assert (await reader.ask(desk.audit(_CUT, kind="fill"))).items[0].subject == "fill-1"
    assert (await reader.ask(desk.verified())).findings == ()
    assert await reader.ask(desk.checked()) == ()
    run = await reader.ask(desk.last_run())
    assert run is not None
    assert run.options == {"seed": "7"}
    assert (await reader.ask(desk.ages())).look == NOON
    await access.note(AccessEvent(at=NOON, kind="login", who="ada", origin="here", detail=""))
    assert (await reader.ask(desk.access(_CUT))).items[0].who == "ada"


async def test_skill_and_costs_when_there_are_none_then_empty(reader: Reader) -> None:
    assert await reader.ask(skill.scores()) == ()
    assert await reader.ask(skill.calibration()) == ()
    assert await reader.ask(skill.costs(days=7)) == ()
    assert await reader.ask(skill.scores_of(("forecast-1",))) == ()
    assert await reader.ask(answers_of(("p-1",))) == ()


async def test_signals_when_listed_cleared_and_listed_then_gone_from_the_list_alone(
    reader: Reader, access: SqlAccess
) -> None:
    remembered = signals.Remembered()
    every = signals.Filter()
    lately = signals.Filter(since=NOON - timedelta(hours=3), event_id="event-1")
    for wanted in (every, lately, every):
        found = await reader.ask(signals.listed(wanted, page=1, size=20, remembered=remembered))
        (signal,) = found.items
        assert found.total == 1
        assert (signal.status, signal.resolution, signal.pnl) == ("WON", "WIN", Decimal(430))
        assert signal.signal_type == "BUY_YES"
    later = signals.Filter(since=NOON + timedelta(seconds=1))
    assert (
        await reader.ask(signals.listed(later, page=1, size=20, remembered=remembered))
    ).total == 0
    assert await reader.ask(signals.cleared_by_now(remembered)) == 1
    await access.clear_signals(by="ada", at=NOON)
    assert (
        await reader.ask(signals.listed(every, page=1, size=20, remembered=remembered))
    ).total == 0
    assert await reader.ask(signals.one(an_intent().id)) is not None
    assert len((await reader.ask(orders.orders(orders.WantedOrders(), _CUT))).items) == 1


async def test_place_in_time_when_looked_for_then_the_last_number_before_it(
    reader: Reader,
) -> None:
    head = await reader.ask(desk.audit_head())
    for since, expected in ((NOON, 0), (NOON + timedelta(seconds=1), head)):
        found = await reader.ask(
            lambda connection, since=since: last_before(
                connection, audit.c.number, audit.c.at, since
            )
        )
        assert found == expected


async def test_follower_when_he_has_read_then_he_knows_how_far(access: SqlAccess) -> None:
    assert await access.followed("notify") is None
    await access.follow("notify", 7, "HALTED")
    await access.follow("notify", 9, "ARMED")
    assert await access.followed("notify") == (9, "ARMED")
