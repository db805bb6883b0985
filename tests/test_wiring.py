"""A demo that goes on: what a crash at the worst moments leaves, and what is refused."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bayse_agent.domain.errors import ConfigurationError
from bayse_agent.domain.money import Currency, Money
from bayse_agent.domain.order import PlaceReply, SealedOrder
from bayse_agent.ports import Venue
from bayse_agent.trading.agent import Approval
from bayse_agent.trading.runner import Runner
from bayse_agent.trading.scan import PassReport
from bayse_agent.trading.verification import discrepancies
from bayse_agent.wiring.demo import Demo, open_demo
from bayse_agent.wiring.options import DemoOptions

MINUTE = timedelta(minutes=1)


class Crash(BaseException):
    """The process ends here."""


class Crashing:
    """A venue with which the process ends: as its nth order leaves, or just after it was taken."""

    def __init__(self, venue: Venue, nth: int, moment: str) -> None:
        self._venue = venue
        self._left = nth
        self._moment = moment

    def __getattr__(self, name: str) -> Any:
        return getattr(self._venue, name)

    async def send(self, sealed: SealedOrder) -> PlaceReply:
        self._left -= 1
        if self._left == 0 and self._moment == "before":
            raise Crash
        reply = await self._venue.send(sealed)
        if self._left == 0:
            raise Crash
        return reply


def options(data: Path, *, minutes: int = 30, **more: Any) -> DemoOptions:
    values: dict[str, Any] = {
        "seed": 7,
        "duration": minutes * MINUTE,
        "efficiency": 0.6,
        "forecaster": "threshold",
        "currency": Currency.NGN,
        "bankroll": Money.of(100_000, Currency.NGN),
        "data": data,
    }
    return DemoOptions(**{**values, **more})


async def run(demo: Demo, venue: Venue | None = None) -> list[PassReport]:
    reports: list[PassReport] = []

    async def listen(report: PassReport) -> None:
        reports.append(report)

    agent = demo.agent if venue is None else replace(demo.agent, venue=venue)
    await Runner(agent, listen).run(demo.ends_at)
    return reports


async def crash(data: Path, nth: int, moment: str) -> None:
    with pytest.raises(Crash):
        async with open_demo(options(data, minutes=120)) as demo:
            await run(demo, Crashing(demo.agent.venue, nth, moment))  # type: ignore[arg-type]


def rows(data: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(data / "books.db") as books:
        return list(books.execute(query))


def logged(data: Path) -> list[dict[str, Any]]:
    lines = map(json.loads, (data / "exchange.jsonl").read_text().splitlines())
    return [line for line in lines if line.get("verb") == "place"]


@pytest.mark.parametrize("nth", [1, 3])
async def test_demo_when_it_ended_as_an_order_was_taken_then_the_first_pass_finds_it_once(
    tmp_path: Path, nth: int
) -> None:
    await crash(tmp_path, nth, "after")
    assert rows(tmp_path, "SELECT count(*) FROM intents WHERE status = 'PENDING'") == [(1,)]
    async with open_demo(options(tmp_path, minutes=1)) as demo:
        first, *_ = await run(demo)
        assert (first.name, first.halt) == ("orders", ())
        assert await discrepancies(demo.agent) == ()
    orders = rows(tmp_path, "SELECT id, intent_id FROM orders")
    taken = [(line["answer"]["id"], line["arguments"]["key"]) for line in logged(tmp_path)]
    assert sorted(orders) == sorted(taken)
    assert len(orders) >= nth


async def test_demo_when_it_ended_before_an_order_left_then_that_is_lost_and_nothing_is_doubled(
    tmp_path: Path,
) -> None:
    await crash(tmp_path, 2, "before")
    async with open_demo(options(tmp_path, minutes=10)) as demo:
        reports = await run(demo)
        assert await discrepancies(demo.agent) == ()
    assert reports[-1].halt == ()
    [(lost,)] = rows(tmp_path, "SELECT id FROM intents WHERE status = 'LOST'")
    keys = [line["arguments"]["key"] for line in logged(tmp_path)]
    assert lost not in keys
    assert len(set(keys)) == len(keys) == rows(tmp_path, "SELECT count(*) FROM orders")[0][0]


async def test_demo_when_it_crashed_then_time_goes_on_from_the_last_thing_in_the_books(
    tmp_path: Path,
) -> None:
    await crash(tmp_path, 2, "before")
    [(created,)] = rows(tmp_path, "SELECT max(created_at) FROM intents")
    async with open_demo(options(tmp_path)) as demo:
        assert demo.starts_at.isoformat(" ", "microseconds")[:26] == created
        assert demo.ends_at == demo.starts_at + 30 * MINUTE
        assert demo.begun_at.isoformat() == "2026-06-01T09:00:00+00:00"


async def test_demo_when_it_crashed_before_its_books_were_begun_then_it_begins(
    tmp_path: Path,
) -> None:
    async with open_demo(options(tmp_path)):
        pass
    _without_books(tmp_path)
    async with open_demo(options(tmp_path)) as demo:
        portfolio = await demo.store.portfolio(Currency.NGN)
    assert portfolio.cash == Money.of(100_000, Currency.NGN)


async def test_demo_when_opened_twice_without_a_pass_then_two_runs_and_one_deposit(
    tmp_path: Path,
) -> None:
    for _ in range(2):
        async with open_demo(options(tmp_path)):
            pass
    assert rows(tmp_path, "SELECT id FROM runs ORDER BY id") == [("demo-000001",), ("demo-000002",)]
    assert rows(tmp_path, "SELECT id, amount FROM deposits") == [("opening", "100000")]


@pytest.mark.parametrize(
    ("name", "asked", "told"),
    [
        ("seed", 8, "begun with seed 7, not 8"),
        ("efficiency", 1.0, "begun with efficiency 0.6, not 1.0"),
        ("currency", Currency.USD, "begun with currency NGN, not USD"),
        ("bankroll", Money.of(5, Currency.NGN), "begun with bankroll 100000, not 5"),
        ("tape", Path("btcusdt.csv"), "begun with tape none, not btcusdt.csv"),
    ],
)
async def test_demo_when_an_option_contradicts_the_run_then_both_values_are_named(
    tmp_path: Path, name: str, asked: object, told: str
) -> None:
    async with open_demo(options(tmp_path)):
        pass
    changed = options(tmp_path, given=frozenset({name}), **{name: asked})
    with pytest.raises(ConfigurationError, match=f"{told}.*leave out --{name}"):
        async with open_demo(changed):
            pass


async def test_demo_when_options_are_not_given_then_those_of_the_run_hold(tmp_path: Path) -> None:
    dollars = Money.of(500, Currency.USD)
    begun = {"seed": 9, "efficiency": 0.9, "currency": Currency.USD, "bankroll": dollars}
    async with open_demo(options(tmp_path, forecaster="coin", **begun)):
        pass
    async with open_demo(options(tmp_path)) as demo:
        held = demo.options
        assert demo.agent.forecaster.name == "coin"
    assert {name: getattr(held, name) for name in begun} == begun


async def test_demo_when_another_forecaster_is_given_then_it_takes_over(tmp_path: Path) -> None:
    async with open_demo(options(tmp_path, forecaster="coin")):
        pass
    asked = options(tmp_path, forecaster="market_price", given=frozenset({"forecaster"}))
    async with open_demo(asked) as demo:
        assert demo.agent.forecaster.name == "market_price"


def _tape(file: Path, *, last: str = "60007.25") -> Path:
    lines = ["timestamp,open,high,low,close,volume"]
    for minute in range(150):
        close = last if minute == 149 else "60007.25"
        lines.append(f"{1_780_272_000 + 60 * minute},60000.5,60030,59980,{close},1")
    file.write_text("\n".join(lines))
    return file


async def test_demo_when_its_tape_has_moved_then_it_goes_on_with_the_one_that_is_named(
    tmp_path: Path,
) -> None:
    tape = _tape(tmp_path / "btcusdt.csv")
    data = tmp_path / "run"
    async with open_demo(options(data, tape=tape)) as demo:
        begun_at = demo.begun_at
    moved = tape.rename(tmp_path / "elsewhere.csv")
    async with open_demo(options(data, tape=moved, given=frozenset({"tape"}))) as demo:
        assert (demo.begun_at, demo.options.tape) == (begun_at, moved)
    with pytest.raises(ConfigurationError, match=r"cannot read the tape .*btcusdt\.csv"):
        async with open_demo(options(data)):
            pass


async def test_demo_when_its_tape_is_not_what_it_was_then_that_is_told(tmp_path: Path) -> None:
    tape = _tape(tmp_path / "btcusdt.csv")
    data = tmp_path / "run"
    async with open_demo(options(data, tape=tape)):
        pass
    other = _tape(tmp_path / "ethusdt.csv", last="60008")
    with pytest.raises(ConfigurationError, match=r"begun with tape .*btcusdt\.csv, not .*ethusdt"):
        async with open_demo(options(data, tape=other, given=frozenset({"tape"}))):
            pass
    _tape(tape, last="60009")
    with pytest.raises(ConfigurationError, match="is not what it was"):
        async with open_demo(options(data)):
            pass


def _without_books(data: Path) -> None:
    for file in data.glob("books.db*"):
        file.unlink()


def _without_its_end(data: Path) -> None:
    log = data / "exchange.jsonl"
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:2]))


def _without_a_log(data: Path) -> None:
    (data / "exchange.jsonl").unlink()


def _with_an_empty_log(data: Path) -> None:
    (data / "exchange.jsonl").write_text("")


def _with_another_amount(data: Path) -> None:
    log = data / "exchange.jsonl"
    log.write_text(log.read_text().replace('"amount":"1000.00"', '"amount":"2000.00"', 1))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_without_books, r"books\.db is missing, but exchange\.jsonl tells of orders"),
        (_without_its_end, "the books have the order .*of which exchange"),
        (_without_a_log, "not empty and holds no exchange"),
        (_with_an_empty_log, r"exchange\.jsonl is damaged in line 1"),
        (_with_another_amount, r"exchange\.jsonl is damaged in line 2"),
    ],
)
async def test_demo_when_its_files_are_damaged_then_a_clear_error(
    tmp_path: Path, damage: Callable[[Path], None], told: str
) -> None:
    async with open_demo(options(tmp_path, minutes=8)) as demo:
        await run(demo)
    damage(tmp_path)
    with pytest.raises(ConfigurationError, match=told):
        async with open_demo(options(tmp_path)):
            pass


async def test_demo_when_the_directory_is_in_use_then_a_second_one_is_refused(
    tmp_path: Path,
) -> None:
    async with open_demo(options(tmp_path)):
        with pytest.raises(ConfigurationError, match="in use"):
            async with open_demo(options(tmp_path)):
                pass


async def test_demo_when_bets_wait_for_a_word_then_it_asks_and_buys_nothing(tmp_path: Path) -> None:
    asked = options(tmp_path, approval=Approval.BY_HAND)
    async with open_demo(asked) as demo:
        await run(demo)
        assert await demo.store.signals()
    assert rows(tmp_path, "SELECT count(*) FROM intents") == [(0,)]
