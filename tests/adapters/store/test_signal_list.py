"""The list of signals: what was a signal first is listed once, however it is paged and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, insert, update
from sqlalchemy.pool import StaticPool

from bayse_agent.adapters.store import access_tables, tables
from bayse_agent.adapters.store.reading.counting import Places, last_before
from bayse_agent.adapters.store.reading.signals import Filter, Remembered, cleared_by_now, listed
from bayse_agent.domain.order import intent_id

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
EVENTS = 3
STEPS = ("bet", "signal", "approve", "reject", "sell_signal", "clear", "look")


@dataclass
class Life:
    """Books that grow a step at a time, and what should be listed of them."""

    connection: Connection
    at: datetime = NOON
    intents: int = 0
    signals: int = 0
    waiting: list[tuple[int, str]] = field(default_factory=list)
    expected: list[tuple[datetime, str, str]] = field(default_factory=list)

    def take(self, step: str, event: int) -> None:
        self.at += timedelta(minutes=7)
        match step:
            case "bet":
                name = f"bet-{self.intents}"
                self._place(name, event, "BUY")
                self.expected.append((self.at, name, f"event-{event}"))
            case "signal" | "sell_signal":
                self._wait(event, "BUY" if step == "signal" else "SELL")
            case "approve" | "reject" if self.waiting:
                number, side = self.waiting.pop(0)
                self._end(number, "EXECUTED" if step == "approve" else "REJECTED")
                if step == "approve":
                    self._place(intent_id("signal", f"signal-{number}"), event, side)
            case "clear":
                row = {
                    "signals_to": self.signals,
                    "intents_to": self.intents,
                    "at": self.at,
                    "made_by": "ada",
                }
                self.connection.execute(insert(access_tables.clearings), row)
                self.expected.clear()

    def _wait(self, event: int, side: str) -> None:
        self.signals += 1
        name = f"signal-{self.signals}"
        row = {"number": self.signals, "id": name, "made_at": self.at, "status": "PENDING"}
        row |= {"expires_at": self.at, "inputs": "{}", "note": ""} | _wish(event, side)
        self.connection.execute(insert(tables.signals), row)
        self.waiting.append((self.signals, side))
        self.expected.append((self.at, name, f"event-{event}"))

    def _end(self, number: int, status: str) -> None:
        found = tables.signals.c.number == number
        self.connection.execute(update(tables.signals).where(found).values(status=status))

    def _place(self, name: str, event: int, side: str) -> None:
        self.intents += 1
        row = {"id": name, "number": self.intents, "created_at": self.at, "changed_at": self.at}
        row |= {"status": "FILLED", "cause": "bet", "route": "", "body": b"", "lease_token": 1}
        row |= {"control_epoch": 1, "limits_version": 1} | _wish(event, side)
        self.connection.execute(insert(tables.intents), row)


def _wish(event: int, side: str) -> dict[str, object]:
    return {
        "source": "scan",
        "event_id": f"event-{event}",
        "market_id": f"market-{event}",
        "engine": "CLOB",
        "outcome_id": "up",
        "side": side,
        "currency": "NGN",
        "amount": Decimal(100),
        "worst_price": Decimal("0.5"),
        "mode": "paper",
    }


@pytest.fixture(scope="module")
def books() -> Iterator[Connection]:
    """Books with some markets. Each life in them is taken back at its end."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        tables.metadata.create_all(connection)
        for event in range(EVENTS):
            row = {"id": f"market-{event}", "event_id": f"event-{event}", "title": "", "label1": ""}
            row |= {"outcome1_id": "up", "outcome2_id": "down", "label2": "", "engine": "CLOB"}
            connection.execute(insert(tables.markets), {**row, "seen_at": NOON})
        connection.commit()
        yield connection
    engine.dispose()


def _check(life: Life, wanted: Filter, size: int, remembered: Remembered) -> None:
    expected = [
        name
        for at, name, event in sorted(life.expected, reverse=True)
        if (wanted.since is None or at >= wanted.since) and wanted.event_id in (None, event)
    ]
    shown: list[str] = []
    for page in range(1, len(expected) // size + 2):
        found = listed(wanted, page=page, size=size, remembered=remembered)(life.connection)
        shown += [one.id for one in found.items]
        assert found.total == len(expected)
    assert shown == expected
    assert cleared_by_now(remembered)(life.connection) == len(life.expected)


@given(
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, EVENTS - 1)), max_size=40),
    size=st.integers(1, 4),
    hours=st.sampled_from([None, 1, 3]),
    event=st.sampled_from([None, 0]),
)
def test_list_when_read_again_and_again_then_each_signal_once_and_counted(
    books: Connection, steps: list[tuple[str, int]], size: int, hours: int | None, event: int | None
) -> None:
    with books.begin() as life_long:
        life, remembered = Life(books), Remembered()
        for step, of_event in [*steps, ("look", 0)]:
            life.take(step, of_event)
            since = None if hours is None else life.at - timedelta(hours=hours)
            wanted = Filter(since=since, event_id=None if event is None else f"event-{event}")
            if step == "look":
                _check(life, wanted, size, remembered)
        life_long.rollback()


@given(
    gaps=st.lists(st.integers(0, 5), max_size=60),
    asked=st.lists(st.integers(-2, 200), min_size=1, max_size=8),
)
def test_place_in_time_when_asked_in_any_order_then_as_if_every_row_was_looked_at(
    books: Connection, gaps: list[int], asked: list[int]
) -> None:
    with books.begin() as life_long:
        life, minutes = Life(books), []
        for gap in gaps:
            life.at += timedelta(minutes=gap) - timedelta(minutes=7)
            life.take("signal", 0)
            minutes.append((life.at - NOON) // timedelta(minutes=1))
        places, signals = Places(), tables.signals.c
        for minute in asked:
            since = NOON + timedelta(minutes=minute)
            expected = sum(one < minute for one in minutes)
            found = places.last_before(books, "signals", signals.number, signals.made_at, since)
            assert found == expected
            assert last_before(books, signals.number, signals.made_at, since) == expected
        life_long.rollback()
